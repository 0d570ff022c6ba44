import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { SeriesEntry } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";

type Alias = NonNullable<SeriesEntry["aliases"]>[number];

/** Gives a series another name, and takes its other names away. Fires `closed`, with words as detail where it was renamed. */
@customElement("series-rename")
export class SeriesRename extends FormDialog {
  @property({ attribute: false }) entry!: SeriesEntry;
  @state() private name = "";
  /** Without those that were taken away here: the page gives the entry anew as it was. */
  @state() private aliases: readonly Alias[] = [];
  @query("input") private input!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.name = this.entry.metric;
    this.aliases = this.entry.aliases ?? [];
  }

  override firstUpdated(): void {
    super.firstUpdated();
    this.input.select();
  }

  protected override form(): DialogForm {
    const words = texts.naming;
    const { device, metric } = this.entry;
    return {
      heading: words.rename(metric),
      intro: words.renameIntro(device, metric),
      confirm: words.confirmRename,
      ready: this.name !== "" && this.name !== metric,
      body: html`<label class="field">
          <span>${words.name}</span>
          <input
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            maxlength="128"
            .value=${this.name}
            aria-invalid=${this.problem !== undefined}
            @input=${(event: Event) => {
              this.name = (event.target as HTMLInputElement).value.trim();
              this.problem = undefined;
            }}
          />
        </label>
        ${this.aliases.length > 0 ? this.#aliases(this.aliases) : nothing}`,
    };
  }

  #aliases(aliases: readonly Alias[]) {
    const words = texts.naming;
    return html`<div class="field">
      <span id="aliases">${words.aliases}</span>
      <ul class="each" aria-labelledby="aliases">
        ${aliases.map(
          (alias) => html`<li>
            ${alias.device === this.entry.device ? alias.metric : `${alias.device} ${alias.metric}`}
            <button
              type="button"
              class="button"
              aria-label=${words.forgetOf(alias.metric)}
              ?disabled=${this.waiting}
              @click=${() => this.#forget(alias)}
            >
              ${words.forget}
            </button>
          </li>`,
        )}
      </ul>
      <small>${words.aliasesHint}</small>
    </div>`;
  }

  protected override async submit(): Promise<string> {
    const { metric: before, series } = this.entry;
    const { name } = this;
    await this.hub.api.patch<SeriesEntry>(`series/${series}`, { metric: name });
    return texts.naming.renamed(before, name);
  }

  async #forget({ device, metric }: Alias): Promise<void> {
    await this.order(async () => {
      const params = { device, metric };
      const path = `series/${this.entry.series}/aliases`;
      this.aliases = (await this.hub.api.delete<SeriesEntry>(path, { params })).aliases ?? [];
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "series-rename": SeriesRename;
  }
}
