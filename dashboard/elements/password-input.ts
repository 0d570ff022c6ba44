/** A field for a password that can be shown, pasted into, and filled by whatever keeps passwords. */
import { css, html, nothing, type ReactiveControllerHost, svg } from "lit";
import { minPasswordLength } from "../data/password-rule.ts";
import { texts } from "../texts/index.ts";
import { icon, icons } from "./icons.ts";

const show = icon(
  svg`<path d="M2 8c1.6-2.6 3.6-4 6-4s4.4 1.4 6 4c-1.6 2.6-3.6 4-6 4S3.6 10.6 2 8Z"/><circle cx="8" cy="8" r="1.75"/>`,
);

export interface PasswordField {
  readonly label: string;
  /** By which whatever keeps passwords knows what goes into it. */
  readonly autocomplete: "current-password" | "new-password";
  readonly hint?: string;
  /** What is wrong with it, told elsewhere, by the id of that. */
  readonly problemId?: string;
  readonly required?: boolean;
}

/** One such field of an element. What stands in it is read when it is wanted, and kept nowhere else. */
export class PasswordInput {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment };
  readonly #id: string;
  #shown = false;

  /** `id`: of the field within its element. */
  constructor(host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment }, id: string) {
    this.#host = host;
    this.#id = id;
  }

  get value(): string {
    return this.#input?.value ?? "";
  }

  /** Whether it may become somebody's password. */
  get isLongEnough(): boolean {
    // As the hub counts it.
    return this.value.length >= minPasswordLength;
  }

  focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  render({ label, autocomplete, hint, problemId, required = true }: PasswordField) {
    const id = this.#id;
    const shown = this.#shown ? texts.password.hide : texts.password.show;
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <span class="password">
        <input
          id=${id}
          type=${this.#shown ? "text" : "password"}
          ?required=${required}
          maxlength="200"
          autocomplete=${autocomplete}
          autocapitalize="none"
          spellcheck="false"
          aria-invalid=${problemId === undefined ? "false" : "true"}
          aria-describedby=${problemId ?? (hint === undefined ? nothing : `${id}-hint`)}
          @input=${() => this.#host.requestUpdate()}
        />
        <button
          type="button"
          class="button bare icon"
          aria-pressed=${this.#shown}
          aria-label=${shown}
          title=${shown}
          @click=${this.#toggle}
        >
          ${this.#shown ? icons.hide : show}
        </button>
      </span>
      ${hint === undefined ? nothing : html`<small id=${`${id}-hint`}>${hint}</small>`}
    </div>`;
  }

  get #input(): HTMLInputElement | null {
    return this.#host.renderRoot.querySelector(`#${this.#id}`);
  }

  readonly #toggle = (): void => {
    this.#shown = !this.#shown;
    this.#host.requestUpdate();
  };
}

export const passwordStyles = css`
  .field > label {
    color: var(--text-muted);
    font-weight: 550;
  }
  .password {
    position: relative;
    display: block;
  }
  .password input {
    padding-right: calc(var(--control-height) + 4px);
  }
  .password .button {
    position: absolute;
    top: 0;
    right: 0;
    height: 100%;
  }
  .password .button:focus-visible {
    outline-offset: -2px;
  }
`;
