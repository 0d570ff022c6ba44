import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { SeriesEntry } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { seriesWords } from "../texts/series.ts";
import { dialogStyles } from "./dialog-styles.ts";

type Alias = NonNullable<SeriesEntry["aliases"]>[number];

/** Gives a series another name, and takes its other names away. Fires `closed`, with words as detail where it was renamed. */
@customElement("series-rename")
export class SeriesRename extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      ul {
        display: grid;
        gap: 4px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        gap: 12px;
        align-items: center;
        justify-content: space-between;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) entry!: SeriesEntry;
  @state() private name = "";
  @state() private problem: string | undefined;
  @state() private waiting = false;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("input") private input!: HTMLInputElement;

  #done: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.name = this.entry.metric;
  }

  override firstUpdated(): void {
    this.dialog.showModal();
    this.input.select();
  }

  override render() {
    const words = seriesWords();
    const { device, metric, aliases } = this.entry;
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#rename} aria-busy=${this.waiting}>
        <div class="head">
          <h2 id="heading">${words.rename(metric)}</h2>
          <p>${words.renameIntro(device, metric)}</p>
        </div>
        <div class="body">
          <label class="field">
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
          <p class="error" role="alert" ?hidden=${this.problem === undefined}>${this.problem}</p>
          ${aliases ? this.#aliases(aliases) : nothing}
        </div>
        <div class="foot">
          <button type="button" class="button" ?disabled=${this.waiting} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button
            type="submit"
            class="button primary"
            ?disabled=${this.waiting || this.name === "" || this.name === metric}
          >
            ${words.confirmRename}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #aliases(aliases: readonly Alias[]) {
    const words = seriesWords();
    return html`<div class="field">
      <span id="aliases">${words.aliases}</span>
      <ul aria-labelledby="aliases">
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

  async #rename(event: Event): Promise<void> {
    event.preventDefault();
    const { metric: before, series } = this.entry;
    const { name } = this;
    if (this.waiting || name === "" || name === before) return;
    await this.#ask(async () => {
      await this.hub.api.patch<SeriesEntry>(`series/${series}`, { metric: name });
      this.#done = seriesWords().renamed(before, name);
      this.dialog.close();
    });
  }

  async #forget({ device, metric }: Alias): Promise<void> {
    if (this.waiting) return;
    await this.#ask(async () => {
      const params = { device, metric };
      this.entry = await this.hub.api.delete<SeriesEntry>(`series/${this.entry.series}/aliases`, { params });
      this.input.focus();
    });
  }

  async #ask(work: () => Promise<void>): Promise<void> {
    this.waiting = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.problem = error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
    } finally {
      this.waiting = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.waiting) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "series-rename": SeriesRename;
  }
}
