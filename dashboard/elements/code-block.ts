import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { copyText } from "../data/clipboard.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** "Copied" is shown for so long, ms. */
const copiedMs = 2_000;

/** A program with a button that copies it. Fires `copied` once it is on the clipboard. */
@customElement("code-block")
export class CodeBlock extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        position: relative;
        display: block;
        min-width: 0;
      }
      pre {
        margin: 0;
        padding: 16px;
        overflow-x: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--code-ground);
        font: 12.5px / 1.6 var(--font-mono);
        tab-size: 2;
      }
      .button {
        position: absolute;
        top: 8px;
        right: 8px;
        min-height: var(--control-height-s);
      }
      :host([inline]) pre {
        display: grid;
        align-content: center;
        min-height: calc(var(--control-height-s) + 12px);
        padding: 0 96px 0 12px;
      }
      :host([inline]) .button {
        top: 6px;
        right: 6px;
      }
      /* The program scrolls below the button, not behind it. */
      @media (pointer: coarse) {
        :host(:not([inline])) pre {
          padding-top: 60px;
        }
      }
    `,
  ];

  @property() code = "";
  @property() label = "";
  @state() private told = "";

  override render() {
    return html`<pre tabindex="0" role="region" aria-label=${this.label} @copy=${this.#tell}><code>${this.code}</code></pre>
      <button type="button" class="button" @click=${this.#copy}>
        ${this.told === texts.connect.copied ? icons.check : icons.copy}
        <span aria-live="polite">${this.told || texts.connect.copy}</span>
      </button>`;
  }

  async #copy(): Promise<void> {
    if (await copyText(this.code, this.renderRoot)) {
      this.told = texts.connect.copied;
      this.#tell();
    } else {
      const code = this.renderRoot.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      this.told = texts.connect.copyFailed;
    }
    setTimeout(() => {
      this.told = "";
    }, copiedMs);
  }

  /** By the button, or by the keys that copy what is selected. */
  #tell(): void {
    this.dispatchEvent(new Event("copied", { bubbles: true, composed: true }));
  }
}
