import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatInstant } from "../data/format.ts";
import { pageHref } from "../data/route.ts";
import { entryStyles } from "../elements/entry-styles.ts";
import { failureWords } from "../elements/failure-words.ts";
import { PasswordInput, passwordStyles } from "../elements/password-input.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import "./setup-page.ts";

/** Asks who sits here, in the place of whatever page was asked for: that is shown as soon as the hub knows. */
@customElement("sign-in-page")
export class SignInPage extends LitElement {
  static override styles = [baseStyles, buttonStyles, passwordStyles, entryStyles];

  @property({ attribute: false }) hub!: Hub;
  @state() private waiting = false;
  /** Why the newest try failed, and whether name or password are to blame. */
  @state() private problem: { readonly words: string; readonly wrong: boolean } | undefined;
  readonly #password = new PasswordInput(this, "password");

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => this.hub?.access);
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("input")?.focus();
  }

  override render() {
    const { session } = this.hub.access;
    const { signIn } = texts;
    const nobody = session !== undefined && !session.hasPeople;
    return html`
      <h1>${signIn.heading}</h1>
      <p class="intro">${nobody ? signIn.nobody : signIn.intro}</p>
      ${this.#told()}
      ${nobody ? html`<a class="button primary lead" href=${pageHref("setup")}>${signIn.toSetup}</a>` : this.#form()}
      ${nobody ? nothing : this.#lost()}
      <details ?open=${nobody || this.hub.access.tokenRefused !== undefined}>
        <summary>${signIn.other}</summary>
        ${this.#tokenForm()}
      </details>
    `;
  }

  /** How one gets back in: by an admin, or where none is left by whoever runs the hub. */
  #lost() {
    const { signIn } = texts;
    return html`<details>
      <summary>${signIn.lost}</summary>
      <p>${signIn.lostAsk}</p>
      <p>${signIn.lostAdmin}</p>
      <p class="command"><code>npm start -- --setup</code></p>
      <a class="button" href=${pageHref("setup")}>${signIn.toCode}</a>
    </details>`;
  }

  #form() {
    const { problem } = this;
    const wrong = problem?.wrong ? "problem" : undefined;
    return html`<form @submit=${this.#signIn} aria-busy=${this.waiting}>
      <div class="field">
        <label for="name">${texts.signIn.name}</label>
        <input
          id="name"
          type="text"
          name="username"
          required
          maxlength="200"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          aria-invalid=${wrong ? "true" : "false"}
          aria-describedby=${wrong ?? nothing}
        />
      </div>
      ${this.#password.render({
        label: texts.password.label,
        autocomplete: "current-password",
        ...(wrong ? { problemId: wrong } : {}),
      })}
      <div id="problem" role="alert">${problem ? html`<p class="problem">${problem.words}</p>` : nothing}</div>
      <button class="button primary" ?disabled=${this.waiting}>
        ${this.waiting ? texts.signIn.waiting : texts.signIn.submit}
      </button>
    </form>`;
  }

  /** What became of the token or the link that this tab had, and what the hub said of this address as a whole. */
  #told() {
    const { access, client } = this.hub;
    const { session, tokenRefused } = access;
    const words =
      client.refused?.code === "rate_limited"
        ? client.refused.message
        : session?.kind === "device" || session?.kind === "fleet"
          ? texts.signIn.onlySends
          : tokenRefused && this.#refused(tokenRefused.was?.kind === "link" ? tokenRefused.was.expires : undefined);
    return html`<div role="alert">${words ? html`<p class="told">${words}</p>` : nothing}</div>`;
  }

  /** `expired`: when the link ended that was good until now; null for one without end, undefined where it was none. */
  #refused(expires: number | null | undefined): string {
    if (expires === undefined) return texts.signIn.wrongToken;
    const now = this.hub.client.now();
    const isOver = expires !== null && expires <= now;
    return isOver ? texts.signIn.linkOver(formatInstant(expires, now)) : texts.signIn.linkGone;
  }

  #tokenForm() {
    const isWrong = this.hub.access.tokenRefused !== undefined;
    return html`<form @submit=${this.#useToken}>
      <div class="field">
        <label for="token">${texts.signIn.token}</label>
        <input
          id="token"
          class="code"
          type="text"
          required
          maxlength="600"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-invalid=${isWrong ? "true" : "false"}
          aria-describedby="token-hint"
        />
        <small id="token-hint">${texts.signIn.tokenHint}</small>
      </div>
      <button class="button">${texts.signIn.useToken}</button>
    </form>`;
  }

  async #signIn(event: Event): Promise<void> {
    event.preventDefault();
    const name = this.renderRoot.querySelector<HTMLInputElement>("#name")?.value ?? "";
    if (this.waiting || name.trim() === "" || this.#password.value === "") return;
    this.waiting = true;
    this.problem = undefined;
    try {
      await this.hub.access.signIn({ name, password: this.#password.value });
    } catch (error) {
      const wrong = error instanceof HubRefusal && error.code === "not_signed_in";
      const words = wrong ? texts.signIn.wrong : texts.signIn.failed(failureWords(error));
      this.problem = { words, wrong };
      await this.updateComplete;
      if (wrong) this.#password.focus();
    } finally {
      this.waiting = false;
    }
  }

  #useToken(event: Event): void {
    event.preventDefault();
    const text = this.renderRoot.querySelector<HTMLInputElement>("#token")?.value.trim();
    if (text) this.hub.access.takeToken(text);
  }
}
