import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MergeAnswer, MergePreview, SeriesEntry } from "../../server/protocol/index.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import { type FoundSeries, SeriesSearch } from "../data/series-search.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { PreviewController } from "./preview-controller.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** What was merged. */
export interface Merged {
  readonly words: string;
  /** Of the series that stays. */
  readonly into: number;
}

/** Series that are listed: what is sought beyond them is found by more words. */
const mostListed = 50;

/**
 * Makes a series a part of another one, as when its sensor was replaced: which one, and what that would do. Fires `closed`, with
 * what was merged as detail where it was done.
 */
@customElement("series-merge")
export class SeriesMerge extends FormDialog<Merged> {
  static override styles = [
    FormDialog.styles,
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
    `,
  ];

  @property({ attribute: false }) entry!: SeriesEntry;
  @state() private words = "";
  @state() private into: FoundSeries | undefined;

  readonly #search = new SeriesSearch();
  readonly #preview = new PreviewController(this, (signal) => {
    if (!this.into) return undefined;
    const params = { into: this.into.series.entry.series };
    return this.hub.api.get<MergePreview>(`series/${this.entry.series}/merge`, { params, signal });
  });

  protected override form(): DialogForm {
    const words = texts.naming;
    const { device, metric } = this.entry;
    return {
      heading: words.merge(metric),
      intro: words.mergeIntro(device, metric),
      confirm: this.waiting ? words.merging : words.confirmMerge,
      danger: true,
      ready: this.#preview.answer !== undefined,
      body: html`<label class="field">
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
        <div class="what numbers" role="status">${this.#what()}</div>`,
    };
  }

  #list() {
    const { series: own, type } = this.entry;
    const fits = ({ series: { entry } }: FoundSeries) => entry.series !== own && entry.type === type;
    const found = this.#search.find(this.hub.view, this.words).filter(fits).slice(0, mostListed);
    return html`<select
      size="5"
      ?disabled=${this.waiting}
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
    const words = texts.naming;
    const { into } = this;
    const { answer, problem } = this.#preview;
    if (problem !== undefined) return html`<p class="error">${problem}</p>`;
    if (!into) return html`<p>${words.chooseInto}</p>`;
    if (!answer) return html`<p>${texts.deletion.counting}</p>`;
    const { readings, dropped, firstTime, lastTime } = answer;
    const nowMs = this.hub.client.now();
    const span = [firstTime, lastTime].map((timeMs) => formatInstant(timeMs ?? nowMs, nowMs));
    const moved = readings - dropped;
    return html`<p>${words.moves(formatNumber(moved, 0), span[0] as string, span[1] as string, moved === 1)}</p>
      ${dropped === 0 ? nothing : html`<p>${words.drops(formatNumber(dropped, 0), dropped === 1)}</p>`}
      <p>${words.mergeForGood}</p>`;
  }

  #choose(into: FoundSeries | undefined): void {
    this.into = into;
    this.problem = undefined;
    void this.#preview.ask();
  }

  protected override async submit(): Promise<Merged | undefined> {
    const { into, entry } = this;
    const preview = this.#preview.answer;
    if (!into || !preview) return undefined;
    const answer = await this.hub.api.post<MergeAnswer>(`series/${entry.series}/merge`, { into: preview.into });
    const name = `${deviceLabel(into.device)} ${seriesLabel(into.series)}`;
    const words = texts.naming.merged(formatNumber(answer.moved, 0), name, answer.moved === 1);
    return { words, into: answer.into };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "series-merge": SeriesMerge;
  }
}
