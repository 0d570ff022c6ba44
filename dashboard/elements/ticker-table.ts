import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Ticker } from "../data/candle-board.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { rowTableStyles } from "./row-table-styles.ts";
import { RowsInSight } from "./rows-in-sight.ts";
import { type TickerChoice, type TickerSort, tickerSorts } from "./ticker-order.ts";
import { type TickerScene, tickerRow } from "./ticker-row.ts";
import { tickerRowHeights, tickerTableStyles } from "./ticker-table-styles.ts";

const columns = ["symbol", "last", "change", "bid", "ask", "spread", "volume", "curve", "time"] as const;

/**
 * Prices, a row each; only the rows in sight exist. Fires `sort-chosen` with the column, `in-sight` with the tickers whose
 * rows exist, and `all-wanted` where a search found nothing.
 */
@customElement("ticker-table")
export class TickerTable extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, rowTableStyles(tickerRowHeights), tickerTableStyles];

  @property({ attribute: false }) tickers: readonly Ticker[] = [];
  @property({ attribute: false }) choice!: TickerChoice;
  @property({ attribute: false }) scene!: TickerScene;
  @property({ attribute: false }) selected: Ticker | undefined;

  /** The price that Tab reaches: the one focused last, else the chosen one. */
  #focused: Ticker | undefined;
  #told: readonly Ticker[] = [];
  readonly #inSight = new RowsInSight(this, tickerRowHeights, {
    count: () => this.tickers.length,
    focused: () => (this.#focused ? this.tickers.indexOf(this.#focused) : 0),
    focus: (row) => {
      this.#focused = this.tickers[row];
    },
  });

  override render() {
    const { tickers } = this;
    const { rowPx, look, key } = this.#inSight;
    const [first, end] = this.#inSight.range;
    const shown = tickers.slice(first, end);
    this.#tell(shown);
    const tabbed = [this.#focused, this.selected].find((one) => one && shown.includes(one)) ?? shown[0];
    return html`<div class="scroller" @scroll=${look}>
      <div role="table" aria-label=${texts.market.table} aria-rowcount=${tickers.length + 1} @keydown=${key}>
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
    this.#inSight.focusFirst();
  }

  #tell(shown: readonly Ticker[]): void {
    if (shown.length === this.#told.length && shown.every((one, index) => one === this.#told[index])) return;
    this.#told = shown;
    this.dispatchEvent(new CustomEvent<readonly Ticker[]>("in-sight", { detail: shown }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ticker-table": TickerTable;
  }
}
