import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NewTokenAnswer } from "../../server/protocol/index.ts";
import { formatCount } from "../data/format.ts";
import { saveFile } from "../data/save-file.ts";
import { tokensCsv } from "../data/token-csv.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** Many tokens that were just made, as a file, the one time that they can be seen. Fires `copied` once they were saved. */
@customElement("tokens-shown")
export class TokensShown extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: grid;
        gap: 12px;
        justify-items: start;
      }
      p {
        text-wrap: pretty;
      }
      .problem {
        color: var(--alarm);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) made: readonly NewTokenAnswer[] = [];
  /** What was not made, in words. */
  @property({ attribute: false }) problem = "";
  @state() private saved = false;

  override render() {
    const words = texts.access.csv;
    const count = this.made.length;
    return html`
      <p role="status">${this.saved ? words.saved : words.made(formatCount(count), count === 1)}</p>
      ${this.problem === "" ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <button type="button" class="button ${this.saved ? "" : "primary"}" @click=${this.#save}>
        ${icons.download}${this.saved ? words.again : words.download}
      </button>
    `;
  }

  #save(): void {
    // With a byte order mark, or Excel takes names for what they are in its own encoding.
    saveFile(new Blob(["\uFEFF", tokensCsv(this.made)], { type: "text/csv;charset=utf-8" }), "tokens.csv");
    this.saved = true;
    this.dispatchEvent(new Event("copied", { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tokens-shown": TokensShown;
  }
}
