import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { NewTokensAnswer } from "../../server/protocol/index.ts";
import { revokeTokens } from "../client/revoke-tokens.ts";
import { csvTextOf } from "../data/csv-file.ts";
import { formatCount } from "../data/format.ts";
import { countRows } from "../data/token-csv.ts";
import { texts } from "../texts/index.ts";
import type { DialogForm } from "./form-dialog.ts";
import { SecretDialog } from "./secret-dialog.ts";
import "./tokens-shown.ts";

const example = "device,name\ngreenhouse/1,North\ngreenhouse/2,South\n";

/** Makes a token for each device of a CSV, and gives them as a CSV the one time that they can be seen. */
@customElement("tokens-csv")
export class TokensCsv extends SecretDialog<NewTokensAnswer> {
  @state() private text = "";
  /** What is to be known of the file, and whether it could not be read. */
  @state() private file: { readonly words: string; readonly isWrong: boolean } | undefined;
  /** Whether it is asked if all that was made shall be revoked. */
  @state() private undoes = false;
  @state() private over = 0;

  protected override shown({ tokens }: NewTokensAnswer) {
    const words = texts.access.csv;
    const count = formatCount(tokens.length);
    const body = html`<tokens-shown .made=${tokens}></tokens-shown>
      <div class="each">
        ${
          this.undoes
            ? html`<p role="alert">${words.undoIntro}</p>
                <div>
                  <button type="button" class="button danger" ?disabled=${this.waiting} @click=${() => this.#undo(tokens)}>
                    ${this.waiting ? texts.access.going(formatCount(this.over), count) : words.undoAll(count)}
                  </button>
                </div>`
            : html`<div>
                <button type="button" class="button" @click=${this.#askUndo}>${words.undo}</button>
              </div>`
        }
      </div>`;
    return { heading: words.heading, body };
  }

  protected override ask(): DialogForm {
    const words = texts.access.csv;
    const rows = countRows(this.text);
    return {
      heading: words.heading,
      intro: words.intro,
      body: html`
        <label class="field">
          <span>${words.file}</span>
          <input
            type="file"
            accept=".csv,text/csv,text/plain"
            aria-describedby="file-said"
            aria-invalid=${this.file?.isWrong ? "true" : "false"}
            @change=${this.#read}
          />
          <small id="file-said" class=${this.file?.isWrong ? "error" : ""} role="status">${this.file?.words ?? nothing}</small>
        </label>
        <label class="field">
          <span>${words.text}</span>
          <textarea
            rows="8"
            spellcheck="false"
            autocapitalize="none"
            placeholder=${example}
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLTextAreaElement).value;
            }}
          ></textarea>
          <small role="status">${words.rows(formatCount(rows), rows === 1)}</small>
        </label>
      `,
      confirm: this.waiting ? texts.access.make.waiting : words.confirm(formatCount(rows)),
      ready: rows > 0,
    };
  }

  async #read(event: Event): Promise<void> {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (!file) return;
    const words = texts.access.csv;
    const read = csvTextOf(new Uint8Array(await file.arrayBuffer()));
    this.file = read
      ? { words: read.encoding === "utf-8" ? "" : words.readAs(read.encoding.toUpperCase()), isWrong: false }
      : { words: words.unreadable, isWrong: true };
    this.text = read?.text ?? "";
  }

  protected override make(): Promise<NewTokensAnswer> {
    return this.hub.api.postCsv<NewTokensAnswer>("tokens.csv", this.text);
  }

  #askUndo(): void {
    this.undoes = true;
  }

  /** What is left of it can be revoked by another try. */
  async #undo(tokens: NewTokensAnswer["tokens"]): Promise<void> {
    await this.order(async () => {
      this.over = 0;
      const ids = tokens.map(({ id }) => id);
      const { answers, failures } = await revokeTokens(this.hub.api, ids, (over) => {
        this.over = over;
      });
      if (failures.length > 0) {
        const gone = new Set(answers);
        this.made = { tokens: tokens.filter(({ id }) => !gone.has(id)) };
        throw failures[0];
      }
      this.finish(texts.access.csv.undone(formatCount(tokens.length), tokens.length === 1));
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tokens-csv": TokensCsv;
  }
}
