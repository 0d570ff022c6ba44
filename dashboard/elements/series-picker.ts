import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubView } from "../client/hub-view.ts";
import { keyOf, mostExplored, type SeriesName } from "../data/explore-choice.ts";
import { formatCount } from "../data/format.ts";
import { type FoundSeries, SeriesSearch } from "../data/series-search.ts";
import { baseStyles, buttonStyles, dotStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { seriesPickerStyles } from "./series-picker-styles.ts";
import { deviceLabel, presenceDot, seriesLabel, valueWithUnit } from "./values.ts";

/** Rows kept beyond the edges of what is seen. */
const spareRows = 8;

/** The head of a device's series, or one of them with its place among all that were found. */
type Row = { readonly head: FoundSeries } | { readonly found: FoundSeries; readonly place: number };

/**
 * Finds series by words and takes them on or off: a field and the list below it, of which only what is in sight exists.
 * Fires `toggle` with the name of the series, `close` when the person is done.
 */
@customElement("series-picker")
export class SeriesPicker extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, searchStyles, seriesPickerStyles];

  @property({ attribute: false }) view!: HubView;
  /** Keys of those that are shown. */
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  /** What was typed before this was here to take it. */
  @property({ attribute: false }) typed?: () => string;
  @state() private search = "";
  /** The row that the keyboard is at, among those found. */
  @state() private active = 0;
  @state() private top = 0;
  @state() private heightPx = 400;
  @query("input") private input!: HTMLInputElement;
  @query(".scroller") private scroller!: HTMLElement;

  readonly #series = new SeriesSearch();
  #found: readonly FoundSeries[] = [];
  #rows: readonly Row[] = [];
  #rowPx = 36;
  readonly #resized = new ResizeObserver(() => this.#look());

  constructor() {
    super();
    // Newest values once a second are enough to choose by; series that are still to come are shown at once.
    new Observer(this, () => (this.view?.complete ? everySecond : this.view));
  }

  override firstUpdated(): void {
    this.#rowPx = Number.parseFloat(getComputedStyle(this).getPropertyValue("--row-height")) || this.#rowPx;
    this.#resized.observe(this.scroller);
    this.input.focus();
    const typed = this.typed?.() ?? "";
    if (typed !== "") this.#find(typed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override willUpdate(): void {
    const found = this.#series.find(this.view, this.search);
    if (found === this.#found) return;
    this.#found = found;
    this.#rows = rowsOf(found);
    this.active = Math.max(0, Math.min(this.active, found.length - 1));
  }

  override render() {
    const full = this.chosen.size >= mostExplored;
    const active = this.#found[this.active];
    return html`<div class="panel" role="dialog" aria-label=${texts.chart.addSeries} @keydown=${this.#key}>
      <div class="head">
        <label class="search">
          ${icons.search}
          <span class="hidden-text">${texts.explore.search}</span>
          <input
            type="search"
            role="combobox"
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls="list"
            aria-activedescendant=${active ? `s${active.series.entry.series}` : nothing}
            placeholder=${texts.explore.searchHint}
            .value=${this.search}
            @input=${(event: Event) => this.#find((event.target as HTMLInputElement).value)}
          />
        </label>
        <button type="button" class="button" @click=${this.#close}>${texts.explore.done}</button>
      </div>
      <p class="count numbers" role="status">
        ${
          full
            ? texts.explore.full(formatCount(mostExplored))
            : this.#found.length === 0
              ? texts.explore.nothing(this.search)
              : texts.explore.found(formatCount(this.#found.length))
        }
      </p>
      <div
        id="list"
        class="scroller"
        role="listbox"
        aria-multiselectable="true"
        aria-label=${texts.explore.search}
        @scroll=${this.#look}
      >
        ${this.#list(full)}
      </div>
    </div>`;
  }

  #list(full: boolean) {
    const rowPx = this.#rowPx;
    const first = Math.max(0, Math.floor(this.top / rowPx) - spareRows);
    const end = Math.min(this.#rows.length, Math.ceil((this.top + this.heightPx) / rowPx) + spareRows);
    const room = `padding: ${first * rowPx}px 0 ${(this.#rows.length - end) * rowPx}px`;
    return html`<div role="presentation" .style=${room}>
      ${this.#rows.slice(first, end).map((row) => ("head" in row ? head(row.head) : this.#option(row.found, row.place, full)))}
    </div>`;
  }

  #option({ device, series }: FoundSeries, place: number, full: boolean) {
    const { entry } = series;
    const name = { device: entry.device, metric: entry.metric };
    const chosen = this.chosen.has(keyOf(name));
    const label = seriesLabel(series);
    return html`<div
      id=${`s${entry.series}`}
      class="row ${place === this.active ? "active" : ""}"
      role="option"
      aria-selected=${chosen}
      aria-disabled=${full && !chosen}
      aria-posinset=${place + 1}
      aria-setsize=${this.#found.length}
      @click=${() => this.#toggle(place)}
    >
      <span class="box">${chosen ? icons.check : nothing}</span>
      <span class="label">${label}<span class="hidden-text">, ${deviceLabel(device)}</span></span>
      ${label === entry.metric ? nothing : html`<code>${entry.metric}</code>`}
      <span class="value numbers">${series.value === undefined ? nothing : valueWithUnit(series, series.value)}</span>
    </div>`;
  }

  #find(search: string): void {
    this.search = search;
    this.active = 0;
    this.scroller.scrollTop = 0;
    this.#look();
  }

  readonly #look = (): void => {
    this.top = this.scroller.scrollTop;
    this.heightPx = this.scroller.clientHeight;
  };

  #toggle(place: number): void {
    const found = this.#found[place];
    if (!found) return;
    this.active = place;
    const { device, metric } = found.series.entry;
    if (this.chosen.size >= mostExplored && !this.chosen.has(keyOf({ device, metric }))) return;
    this.dispatchEvent(new CustomEvent<SeriesName>("toggle", { detail: { device, metric } }));
    // The field keeps the keyboard, so that the next word can be typed at once.
    if (!matchMedia("(pointer: coarse)").matches) this.input.focus();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.search !== "" && event.composedPath()[0] === this.input) this.#find("");
      else this.#close();
      return;
    }
    if (event.composedPath()[0] !== this.input || event.isComposing) return;
    const page = Math.max(1, Math.floor(this.heightPx / this.#rowPx) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    if (step !== undefined) this.#go(this.active + step);
    else if (event.key === "Enter") this.#toggle(this.active);
    else return;
    event.preventDefault();
  };

  #go(place: number): void {
    this.active = Math.max(0, Math.min(this.#found.length - 1, place));
    const row = this.#rows.findIndex((each) => "place" in each && each.place === this.active);
    const top = row * this.#rowPx;
    const { scroller } = this;
    // With the head of its device, where that is just above.
    if (top < scroller.scrollTop + this.#rowPx) scroller.scrollTop = top - this.#rowPx;
    else if (top + this.#rowPx > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + this.#rowPx - scroller.clientHeight;
    }
    this.#look();
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent("close"));
  };
}

function head({ device }: FoundSeries) {
  const label = deviceLabel(device);
  return html`<div class="row device" role="presentation">
    ${presenceDot(device.entry.state)}<b>${label}</b>
    ${label === device.entry.device ? nothing : html`<code>${device.entry.device}</code>`}
  </div>`;
}

function rowsOf(found: readonly FoundSeries[]): Row[] {
  return found.flatMap((one, place): Row[] =>
    found[place - 1]?.device === one.device ? [{ found: one, place }] : [{ head: one }, { found: one, place }],
  );
}

declare global {
  interface HTMLElementTagNameMap {
    "series-picker": SeriesPicker;
  }
}
