import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Ticker } from "../data/candle-board.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type TickerChoice, type TickerSort, tickerSorts } from "./ticker-order.ts";
import { type TickerScene, tickerRow } from "./ticker-row.ts";
import { coarseRowHeightPx, rowHeightPx, tickerTableStyles } from "./ticker-table-styles.ts";

/** Rows beyond the edges of what is seen, so that scrolling finds them there. */
const spareRows = 4;

const columns = ["symbol", "last", "change", "bid", "ask", "spread", "volume", "curve", "time"] as const;

const coarse = matchMedia("(pointer: coarse)");

/**
 * Prices, a row each; only the rows in sight exist. Fires `sort-chosen` with the column, `in-sight` with the tickers whose
 * rows exist, and `all-wanted` where a search found nothing.
 */
@customElement("ticker-table")
export class TickerTable extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, tickerTableStyles];

  @property({ attribute: false }) tickers: readonly Ticker[] = [];
  @property({ attribute: false }) choice!: TickerChoice;
  @property({ attribute: false }) scene!: TickerScene;
  @property({ attribute: false }) selected: Ticker | undefined;
  @state() private firstRow = 0;
  @state() private rowsInSight = 24;
  @query(".scroller") private scroller!: HTMLElement | null;

  /** The price that Tab reaches: the one focused last, else the chosen one. */
  #focused: Ticker | undefined;
  #told: readonly Ticker[] = [];
  readonly #resized = new ResizeObserver(() => this.#look());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override firstUpdated(): void {
    if (this.scroller) this.#resized.observe(this.scroller);
  }

  override render() {
    const { tickers } = this;
    const rowPx = coarse.matches ? coarseRowHeightPx : rowHeightPx;
    const first = Math.max(0, Math.min(this.firstRow, tickers.length - this.rowsInSight) - spareRows);
    const shown = tickers.slice(first, first + this.rowsInSight + 2 * spareRows);
    this.#tell(shown);
    const tabbed = [this.#focused, this.selected].find((one) => one && shown.includes(one)) ?? shown[0];
    return html`<div class="scroller" @scroll=${this.#look}>
      <div role="table" aria-label=${texts.market.table} aria-rowcount=${tickers.length + 1} @keydown=${this.#key}>
        <div role="rowgroup">
          <div role="row" class="head" aria-rowindex="1">${columns.map((column) => this.#head(column))}</div>
        </div>
        <div role="rowgroup" class="rows" .style=${`height: ${tickers.length * rowPx}px`}>
          ${repeat(
            shown,
            (ticker) => ticker.price,
            (ticker, index) =>
              tickerRow(ticker, this.scene, {
                row: first + index,
                topPx: (first + index) * rowPx,
                selected: ticker.price === this.selected?.price,
                tabbable: ticker === tabbed,
                focused: () => {
                  this.#focused = ticker;
                },
              }),
          )}
        </div>
      </div>
      ${
        tickers.length > 0
          ? nothing
          : html`<div class="nothing">
            <p role="status">${texts.market.nothing(this.choice.query)}</p>
            <button type="button" class="button" @click=${() => this.dispatchEvent(new CustomEvent("all-wanted"))}>
              ${texts.market.all}
            </button>
          </div>`
      }
    </div>`;
  }

  #head(column: (typeof columns)[number]) {
    const label = texts.market.columns[column];
    const sort = tickerSorts.find((each) => each === column);
    if (!sort) return html`<div role="columnheader" class=${column}>${label}</div>`;
    const { sort: chosen, down } = this.choice;
    const order = sort !== chosen ? nothing : down ? "descending" : "ascending";
    return html`<div role="columnheader" class=${column} aria-sort=${order}>
      <button
        type="button"
        @click=${() => this.dispatchEvent(new CustomEvent<TickerSort>("sort-chosen", { detail: sort }))}
      >
        ${label}${sort === chosen ? html`<span aria-hidden="true">${down ? "↓" : "↑"}</span>` : nothing}
      </button>
    </div>`;
  }

  /** Moves the focus to the first price, or the one that had it. */
  focusFirst(): void {
    this.renderRoot.querySelector<HTMLElement>('a[tabindex="0"]')?.focus();
  }

  #tell(shown: readonly Ticker[]): void {
    if (shown.length === this.#told.length && shown.every((one, index) => one === this.#told[index])) return;
    this.#told = shown;
    this.dispatchEvent(new CustomEvent<readonly Ticker[]>("in-sight", { detail: shown }));
  }

  readonly #look = (): void => {
    const { scroller } = this;
    if (!scroller) return;
    const rowPx = coarse.matches ? coarseRowHeightPx : rowHeightPx;
    this.firstRow = Math.floor(scroller.scrollTop / rowPx);
    this.rowsInSight = Math.ceil(scroller.clientHeight / rowPx) + 1;
  };

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, this.rowsInSight - 3);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    const onRow = (event.composedPath()[0] as HTMLElement).matches("a");
    if (step === undefined || !onRow) return;
    event.preventDefault();
    const at = this.#focused ? this.tickers.indexOf(this.#focused) : 0;
    void this.#focus(Math.max(0, Math.min(this.tickers.length - 1, at + step)));
  }

  /** Moves the focus to a row, which may have to be scrolled into being first. */
  async #focus(row: number): Promise<void> {
    const { scroller } = this;
    if (!scroller) return;
    const rowPx = coarse.matches ? coarseRowHeightPx : rowHeightPx;
    const headPx = this.renderRoot.querySelector<HTMLElement>(".head")?.offsetHeight ?? 0;
    const top = row * rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowPx + headPx > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + rowPx + headPx - scroller.clientHeight;
    }
    this.#focused = this.tickers[row];
    this.#look();
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`a[data-row="${row}"]`)?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ticker-table": TickerTable;
  }
}
