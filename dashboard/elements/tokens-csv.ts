import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { NewTokensAnswer } from "../../server/protocol/index.ts";
import { formatCount } from "../data/format.ts";
import { countRows, tokensCsv } from "../data/token-csv.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { icons } from "./icons.ts";

const example = "device,name\ngreenhouse/1,North\ngreenhouse/2,South\n";

/** Makes a token for each device of a CSV, and gives them as a CSV the one time that they can be seen. */
@customElement("tokens-csv")
export class TokensCsv extends FormDialog {
  @state() private text = "";
  @state() private made: NewTokensAnswer | undefined;

  protected override form(): DialogForm {
    const words = texts.access.csv;
    if (this.made) {
      const count = this.made.tokens.length;
      return {
        heading: words.heading,
        body: html`
          <p role="status">${words.made(formatCount(count), count === 1)}</p>
          <button type="button" class="button primary" @click=${this.#download}>${icons.download}${words.download}</button>
        `,
        ready: false,
      };
    }
    const rows = countRows(this.text);
    return {
      heading: words.heading,
      intro: words.intro,
      body: html`
        <label class="field">
          <span>${words.file}</span>
          <input type="file" accept=".csv,text/csv,text/plain" @change=${this.#read} />
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
    if (file) this.text = await file.text();
  }

  #download(): void {
    const file = new Blob([tokensCsv(this.made?.tokens ?? [])], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "tokens.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  protected override async submit(): Promise<string | undefined> {
    this.made = await this.hub.api.postCsv<NewTokensAnswer>("tokens.csv", this.text);
    this.done = "";
    return undefined;
  }

  protected override failed(error: unknown): string {
    return texts.access.notDone(super.failed(error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tokens-csv": TokensCsv;
  }
}
