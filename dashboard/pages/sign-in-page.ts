import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { TabToken } from "../client/tab-token.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

/** Asks for the hub's token, and says what became of the last one. */
@customElement("sign-in-page")
export class SignInPage extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: block;
        max-width: 472px;
        margin: 0 auto;
        padding: 64px 16px;
      }
      h1 {
        margin-bottom: 8px;
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
        line-height: 1.3;
      }
      p {
        color: var(--text-muted);
        text-wrap: pretty;
      }
      /* A flag that is broken after its dashes cannot be read. */
      code {
        font-family: var(--font-mono);
        white-space: nowrap;
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 8px;
        margin: 24px 0 12px;
      }
      label {
        grid-column: 1 / -1;
        font-size: var(--text-s);
        font-weight: 600;
      }
      input {
        min-width: 0;
        height: 40px;
        padding: 0 12px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
        /* Below 16 px phones zoom into a field. */
        font: 16px var(--font-mono);
      }
      input[aria-invalid="true"] {
        border-color: var(--alarm);
      }
      .button {
        min-height: 40px;
        padding: 0 16px;
      }
      /* Told once it has words, so it is there before; empty it takes no room, nor the gap above it. */
      #problem {
        grid-column: 1 / -1;
      }
      #problem:not(:has(p)) {
        margin-top: -8px;
      }
      .problem {
        color: var(--alarm);
        font-size: var(--text-s);
        font-weight: 550;
      }
      .hint {
        font-size: var(--text-s);
      }
      @media (max-width: 720px) {
        :host {
          padding-top: 32px;
        }
        /* What is wrong stands with the field, not behind the button. */
        form {
          grid-template-columns: minmax(0, 1fr);
        }
        input,
        .button {
          height: 44px;
        }
        .button {
          order: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) token!: TabToken;

  constructor() {
    super();
    new Observer(this, () => this.client);
  }

  override firstUpdated(): void {
    this.#input?.focus();
  }

  override render() {
    const busy = this.client.state.state === "connecting" || this.client.state.state === "open";
    const problem = busy ? undefined : this.#problem();
    return html`
      <h1>${texts.signIn.heading}</h1>
      <p>${texts.signIn.intro.split(/(--[a-z-]+)/).map((part) => (part.startsWith("--") ? html`<code>${part}</code>` : part))}</p>
      <form @submit=${this.#submit}>
        <label for="token">${texts.signIn.token}</label>
        <input
          id="token"
          type="text"
          required
          maxlength="600"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-invalid=${problem ? "true" : "false"}
          aria-describedby="problem"
        />
        <button class="button primary" ?disabled=${busy}>${texts.signIn.submit}</button>
        <div id="problem" role="alert">${problem ? html`<p class="problem">${problem}</p>` : nothing}</div>
      </form>
      <p class="hint">${texts.signIn.kept}</p>
    `;
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("input");
  }

  #problem(): string | undefined {
    const { refused, state } = this.client;
    if (!refused?.withToken) return undefined;
    if (refused.code === "rate_limited") return refused.message;
    // While the hub is away nobody knows whether the token that was typed since is wrong.
    return state.state === "ended" ? texts.signIn.wrong : undefined;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#input?.value.trim();
    if (!text) return;
    this.token.keep(text);
    this.client.retry();
  }
}
