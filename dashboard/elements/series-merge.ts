import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { MergeAnswer, MergePreview, SeriesEntry } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import { type FoundSeries, SeriesSearch } from "../data/series-search.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { deletionWords } from "../texts/deletion.ts";
import { texts } from "../texts/index.ts";
import { seriesWords } from "../texts/series.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** Series that are listed: what is sought beyond them is found by more words. */
const mostListed = 50;

/**
 * Makes a series a part of another one, as when its sensor was replaced: which one, and what that would do. Fires `closed`, with
 * words as detail where it was done.
 */
@customElement("series-merge")
export class SeriesMerge extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      select {
        min-height: 168px;
        padding: 4px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
      }
      option {
        padding: 6px 8px;
        border-radius: var(--radius-s);
      }
      .what {
        padding: 12px 16px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      .what p + p {
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) entry!: SeriesEntry;
  @state() private words = "";
  @state() private into: FoundSeries | undefined;
  @state() private preview: MergePreview | undefined;
  @state() private problem: string | undefined;
  @state() private merging = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  readonly #search = new SeriesSearch();
  #asking: AbortController | undefined;
  #done: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.abort();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const words = seriesWords();
    const { device, metric } = this.entry;
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#merge} aria-busy=${this.merging}>
        <div class="head">
          <h2 id="heading">${words.merge(metric)}</h2>
          <p>${words.mergeIntro(device, metric)}</p>
        </div>
        <div class="body">
          <label class="field">
            <span>${words.search}</span>
            <input
              type="search"
              autocomplete="off"
              spellcheck="false"
              .value=${this.words}
              @input=${(event: Event) => {
                this.words = (event.target as HTMLInputElement).value;
              }}
              @keydown=${(event: KeyboardEvent) => {
                if (event.key === "Enter") event.preventDefault();
              }}
            />
          </label>
          <label class="field">
            <span>${words.into}</span>
            ${this.#list()}
          </label>
          <div class="what numbers" role="status">${this.#what()}</div>
        </div>
        <div class="foot">
          <button type="button" class="button" ?disabled=${this.merging} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button type="submit" class="button danger" ?disabled=${this.merging || !this.preview}>
            ${this.merging ? words.merging : words.confirmMerge}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #list() {
    const { series: own, type } = this.entry;
    const fits = ({ series: { entry } }: FoundSeries) => entry.series !== own && entry.type === type;
    const found = this.#search.find(this.hub.view, this.words).filter(fits).slice(0, mostListed);
    return html`<select
      size="5"
      ?disabled=${this.merging}
      @change=${(event: Event) => {
        const number = Number((event.target as HTMLSelectElement).value);
        this.#choose(found.find(({ series }) => series.entry.series === number));
      }}
    >
      ${found.map(
        ({ device, series }) => html`<option
          value=${series.entry.series}
          ?selected=${series.entry.series === this.into?.series.entry.series}
        >
          ${deviceLabel(device)} · ${seriesLabel(series)}
        </option>`,
      )}
    </select>`;
  }

  #what() {
    const words = seriesWords();
    const { preview, problem, into } = this;
    if (problem !== undefined) return html`<p class="error">${problem}</p>`;
    if (!into) return html`<p>${words.chooseInto}</p>`;
    if (!preview) return html`<p>${deletionWords().counting}</p>`;
    const { readings, dropped, firstTime, lastTime } = preview;
    const nowMs = this.hub.client.now();
    const span = [firstTime, lastTime].map((timeMs) => formatInstant(timeMs ?? nowMs, nowMs));
    const moved = readings - (dropped ?? 0);
    return html`<p>${words.moves(formatNumber(moved, 0), span[0] as string, span[1] as string, moved === 1)}</p>
      ${dropped === 0 ? nothing : html`<p>${dropped === null ? words.dropsSome : words.drops(formatNumber(dropped, 0), dropped === 1)}</p>`}
      <p>${words.mergeForGood}</p>`;
  }

  #choose(into: FoundSeries | undefined): void {
    this.#asking?.abort();
    this.preview = undefined;
    this.problem = undefined;
    this.into = into;
    if (into) void this.#ask(into);
  }

  async #ask({ series }: FoundSeries): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const params = { into: series.entry.series };
      const path = `series/${this.entry.series}/merge`;
      const answer = await this.hub.api.get<MergePreview>(path, { params, signal: asking.signal });
      if (!asking.signal.aborted) this.preview = answer;
    } catch (error) {
      if (!asking.signal.aborted) this.problem = wordsOf(error);
    }
  }

  async #merge(event: Event): Promise<void> {
    event.preventDefault();
    const { into, preview, entry } = this;
    if (this.merging || !into || !preview) return;
    this.merging = true;
    try {
      const answer = await this.hub.api.post<MergeAnswer>(`series/${entry.series}/merge`, { into: preview.into });
      const name = `${deviceLabel(into.device)} ${seriesLabel(into.series)}`;
      this.#done = seriesWords().merged(formatNumber(answer.moved, 0), name, answer.moved === 1);
      this.dialog.close();
    } catch (error) {
      this.problem = wordsOf(error);
    } finally {
      this.merging = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.merging) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }));
  }
}

function wordsOf(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}

declare global {
  interface HTMLElementTagNameMap {
    "series-merge": SeriesMerge;
  }
}
