import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { formatCount } from "../data/format.ts";
import { minPasswordLength } from "../data/password-rule.ts";
import { accessHref, go, pageHref } from "../data/route.ts";
import { entryStyles } from "../elements/entry-styles.ts";
import { failureWords } from "../elements/failure-words.ts";
import { PasswordInput, passwordStyles } from "../elements/password-input.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

/** Makes an admin: the first one of a hub that is open here, or one with the code that the hub printed at its start. */
@customElement("setup-page")
export class SetupPage extends LitElement {
  static override styles = [baseStyles, buttonStyles, passwordStyles, entryStyles];

  @property({ attribute: false }) hub!: Hub;
  @state() private waiting = false;
  @state() private problem: string | undefined;
  readonly #password = new PasswordInput(this, "password");

  constructor() {
    super();
    new Observer(this, () => this.hub?.access);
  }

  override firstUpdated(): void {
    const empty = [...this.renderRoot.querySelectorAll("input")].find((field) => field.value === "");
    empty?.focus();
  }

  override render() {
    const { setup } = texts;
    const { session } = this.hub.access;
    const isAgain = session?.hasPeople ?? false;
    return html`
      <h1>${isAgain ? setup.headingAgain : setup.heading}</h1>
      <p class="intro">${this.#intro()}</p>
      ${isAgain ? html`<p class="command"><code>npm start -- --setup</code></p>` : nothing}
      <form @submit=${this.#submit} aria-busy=${this.waiting}>
        ${this.#isOpen ? nothing : this.#code()}
        <div class="field">
          <label for="name">${setup.name}</label>
          <input
            id="name"
            name="username"
            type="text"
            required
            maxlength="64"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="name-hint"
          />
          <small id="name-hint">${setup.nameHint}</small>
        </div>
        ${this.#password.render({
          label: texts.password.label,
          autocomplete: "new-password",
          hint: texts.password.rule(formatCount(minPasswordLength)),
        })}
        <div role="alert">${this.problem === undefined ? nothing : html`<p class="problem">${this.problem}</p>`}</div>
        <button class="button primary" ?disabled=${this.waiting}>${this.waiting ? setup.waiting : setup.submit}</button>
      </form>
      ${
        isAgain
          ? html`<a class="button other" href=${session?.kind === "none" ? pageHref("fleet") : pageHref("access")}>
              ${session?.kind === "none" ? texts.signIn.heading : setup.toAccess}
            </a>`
          : nothing
      }
    `;
  }

  /** Whoever may do everything here makes the first account without a code. */
  get #isOpen(): boolean {
    const { session } = this.hub.access;
    return session?.kind === "open" && !session.hasPeople && this.hub.setupCode.value === "";
  }

  #intro(): string {
    const { setup } = texts;
    const { session } = this.hub.access;
    if (session?.hasPeople) return setup.introAgain;
    if (session?.kind !== "open") return setup.intro;
    return session.reachable ? setup.introStaysOpen : setup.introOpen;
  }

  #code() {
    const { setup } = texts;
    return html`<div class="field">
      <label for="code">${setup.code}</label>
      <input
        id="code"
        class="code"
        type="text"
        required
        maxlength="100"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        .value=${this.hub.setupCode.value}
        aria-describedby="code-hint"
      />
      <small id="code-hint">${setup.codeHint}</small>
    </div>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const entered = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? "";
    if (this.waiting) return;
    if (!this.#password.isLongEnough) {
      this.problem = texts.password.short(formatCount(minPasswordLength));
      this.#password.focus();
      return;
    }
    this.waiting = true;
    this.problem = undefined;
    try {
      const account = { name: entered("name"), password: this.#password.value };
      if (this.#isOpen) await this.hub.access.makeFirst(account);
      else await this.hub.access.signIn({ ...account, code: entered("code") });
      go(accessHref("people"));
    } catch (error) {
      this.problem = texts.setup.failed(failureWords(error));
    } finally {
      this.waiting = false;
    }
  }
}
