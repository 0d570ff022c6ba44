import { html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { bucketStart } from "../../server/protocol/index.ts";
import { CommandController, isTyping, openOverlay } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { MediaObserver, narrow } from "../client/media.ts";
import { browserTimers } from "../client/timers.ts";
import { CandleBoard, sameTickers, type Ticker, tickersOf } from "../data/candle-board.ts";
import { candleIntervals, openingInterval, seriesAt, usualCounts } from "../data/candle-window.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import type { Route } from "../data/route.ts";
import { SparkFeed } from "../data/spark-feed.ts";
import { sparkSpans } from "../data/spark-trace.ts";
import "../elements/candle-card.ts";
import "../elements/candle-picker.ts";
import { type CandleChoice, openingCount } from "../elements/candle-choice.ts";
import { icons } from "../elements/icons.ts";
import { TickerFlashes } from "../elements/ticker-flash.ts";
import { TickerOrder, type TickerSort } from "../elements/ticker-order.ts";
import type { TickerScene } from "../elements/ticker-row.ts";
import "../elements/ticker-table.ts";
import { seriesLabel } from "../elements/values.ts";
import { baseStyles, buttonStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";
import { MarketAddress } from "./market-address.ts";
import { marketStyles } from "./market-styles.ts";

/** Table and candles stand beside each other from this width on. */
const wide = new MediaObserver("(min-width: 1180px)");

/** The length of the curves. */
const curveSpan = "1h";

/** Prices as they move, and the candles of one of them, or of any other numeric series. */
@customElement("market-page")
export class MarketPage extends LitElement implements Drawn {
  static override styles = [baseStyles, buttonStyles, searchStyles, marketStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "market" };
  @query("candle-card") private card!: HTMLElementTagNameMap["candle-card"] | null;
  @query("ticker-table") private table!: HTMLElementTagNameMap["ticker-table"] | null;
  @query("input") private searchInput!: HTMLInputElement | null;

  #board: CandleBoard | undefined;
  #curves: SparkFeed | undefined;
  readonly #order = new TickerOrder();
  readonly #flashes = new TickerFlashes();
  #tickers: readonly Ticker[] = [];
  /** The price whose candles are shown where the address names none. */
  #first: Ticker | undefined;
  #tickersAt = Number.NEGATIVE_INFINITY;
  #inSight: readonly Ticker[] = [];
  readonly #address = new MarketAddress(() => this.requestUpdate());
  #ends: (() => void)[] = [];

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => everySecond);
    for (const media of [narrow, wide]) new Observer(this, () => media);
    new CommandController(this, { shortcuts: () => [{ keys: ["/"], does: texts.market.search }] });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { api, client, view } = this.hub;
    const board = new CandleBoard({ client, api, timers: browserTimers });
    const curves = new SparkFeed({ api, client, view, timers: browserTimers });
    this.#board = board;
    this.#curves = curves;
    curves.span = curveSpan;
    curves.open();
    this.#tickersAt = Number.NEGATIVE_INFINITY;
    this.#ends = [
      board.listen(() => requestDraw(this)),
      curves.listen(() => requestDraw(this)),
      // Until the hub has told what it holds; afterwards prices come by the board.
      view.listen(() => this.#tickers.length === 0 && requestDraw(this)),
      () => board.close(),
      () => curves.close(),
      () => cancelDraw(this),
    ];
    addEventListener("keydown", this.#key);
    document.addEventListener("visibilitychange", this.#seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#address.close();
    removeEventListener("keydown", this.#key);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** What passes with time is told where somebody sees it. */
  override shouldUpdate(changed: Map<string, unknown>): boolean {
    return changed.size > 0 || !this.hasUpdated || !document.hidden;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("route")) this.#address.arrive(this.route);
    this.#follow();
  }

  /** In the frame of all charts: one paint, however many prices moved. */
  draw(): undefined {
    this.requestUpdate();
  }

  /** Which prices there are, looked at once a second: a series may come with any reading. */
  #follow(): void {
    const nowMs = performance.now();
    if (nowMs - this.#tickersAt < 1_000) return;
    const tickers = tickersOf(this.hub.view);
    if (tickers.length > 0) this.#tickersAt = nowMs;
    if (!sameTickers(tickers, this.#tickers)) this.#tickers = tickers;
    this.#board?.follow(this.#tickers);
  }

  override render() {
    const { choice } = this.#address;
    const { view, client } = this.hub;
    const board = this.#board;
    if (!board || (!view.complete && this.#tickers.length === 0)) {
      return html`<p class="note" role="status">${texts.market.loading}</p>`;
    }
    const nowMs = client.shownNow();
    const shown = this.#order.of(this.#tickers, board, choice, nowMs);
    const chosen = this.#chosen(shown);
    const empty = this.#tickers.length === 0;
    const alone = (narrow.matches && chosen !== undefined && choice.series !== undefined) || empty;
    return html`
      <div class="page ${chosen && !alone ? "both" : ""}">
        ${alone ? nothing : this.#prices(board, shown, chosen?.ticker, nowMs)}
        ${
          chosen || choice.series !== undefined || empty
            ? html`<section class="candles">
              <div class="bar">
                ${alone && !empty ? html`<a class="button bare" href=${this.#address.hrefOf(undefined)}>${icons.back}${texts.market.back}</a>` : nothing}
                <candle-picker .view=${view} .hrefOf=${this.#address.pickedHref}></candle-picker>
              </div>
              ${this.#candles(chosen, empty)}
            </section>`
            : nothing
        }
      </div>
    `;
  }

  /** Where the link goes that skips what all pages have. */
  focusContent(): void {
    if (this.table) this.table.focusFirst();
    else this.renderRoot.querySelector<HTMLElement>("candle-picker")?.focus();
  }

  #prices(board: CandleBoard, shown: readonly Ticker[], chosen: Ticker | undefined, nowMs: number) {
    const { client } = this.hub;
    const live = client.state.state === "open";
    const scene: TickerScene = {
      board,
      flashes: this.#flashes,
      nowMs,
      window: this.#window,
      sparkOf: ({ price }) => this.#curves?.spark(price),
      hrefOf: ({ price }) => this.#address.hrefOf(price),
      key: `${live}`,
    };
    const midnight = formatInstant(bucketStart(nowMs, candleIntervals["1d"]), nowMs, 60_000);
    const all = formatCount(this.#tickers.length);
    const alone = !chosen && this.#address.choice.series === undefined;
    return html`<section class="prices">
      ${alone ? html`<h1 class="hidden-text">${texts.pages.market}</h1>` : nothing}
      <div class="bar">
        <label class="search">
          ${icons.search}<span class="hidden-text">${texts.market.search}</span>
          <input
            type="search"
            autocomplete="off"
            spellcheck="false"
            placeholder=${texts.market.searchHint}
            .value=${this.#address.choice.query}
            @input=${(event: Event) => this.#address.choose({ query: (event.target as HTMLInputElement).value })}
            @keydown=${this.#searchKey}
          />
        </label>
        <span class="count numbers" role="status">${texts.market.symbols(formatCount(shown.length), all)}</span>
        ${alone ? html`<candle-picker .view=${this.hub.view} .hrefOf=${this.#address.pickedHref}></candle-picker>` : nothing}
      </div>
      ${board.problem === undefined ? nothing : html`<p class="problem" role="alert">${texts.market.problem(board.problem)}</p>`}
      ${board.leftOut === 0 ? nothing : html`<p class="problem" role="status">${texts.market.leftOut(formatCount(board.leftOut))}</p>`}
      <ticker-table
        .tickers=${shown}
        .choice=${this.#address.choice}
        .scene=${scene}
        .selected=${chosen}
        @sort-chosen=${(event: CustomEvent<TickerSort>) => this.#sort(event.detail)}
        @in-sight=${(event: CustomEvent<readonly Ticker[]>) => this.#show(event.detail)}
        @all-wanted=${() => this.#address.choose({ query: "" })}
      ></ticker-table>
      <p class="since numbers">${texts.market.since(midnight === "00:00" ? "" : midnight)}</p>
    </section>`;
  }

  #candles(chosen: Chosen | undefined, empty: boolean) {
    const { series: address } = this.#address.choice;
    if (chosen) {
      const { device, series } = chosen;
      if (series.entry.type !== "number")
        return html`<p class="note">${texts.market.notNumeric(seriesLabel(series))}</p>`;
      const choice = this.#candleChoice(series);
      return html`<candle-card
        .hub=${this.hub}
        .device=${device}
        .series=${series}
        .choice=${choice}
        .height=${this.#heightPx()}
        @candles-chosen=${(event: CustomEvent<Partial<CandleChoice>>) => this.#address.chooseCandles(series, choice, event.detail)}
        @back-wanted=${() => this.#address.back(series, choice)}
      ></candle-card>`;
    }
    if (address !== undefined) return html`<p class="note" role="status">${texts.market.unknown(address)}</p>`;
    if (!empty) return nothing;
    return html`<div class="none">
      <h1>${texts.market.noneHeading}</h1>
      <p>${texts.market.noneText}</p>
      <pre><code>${`{"type": "hello", "device": "my-share", "metrics": {"price": {"role": "price"}, "size": {"role": "volume"}}}`}</code></pre>
      <p>${texts.market.anyText}</p>
    </div>`;
  }

  /** What the address names; on a wide screen the first price where it names none. */
  #chosen(shown: readonly Ticker[]): Chosen | undefined {
    const { series: address } = this.#address.choice;
    if (address === undefined) {
      // The order changes with the prices; what is looked at must not.
      const ticker = this.#first && shown.includes(this.#first) ? this.#first : shown[0];
      this.#first = ticker;
      if (!wide.matches) return undefined;
      return ticker && { device: ticker.device, series: ticker.price, ticker };
    }
    const named = seriesAt(this.hub.view, address);
    return named && { ...named, ticker: this.#tickers.find(({ price }) => price === named.series) };
  }

  #candleChoice(series: SeriesView): CandleChoice {
    const { interval, count, span } = this.#address.choice;
    const usual = narrow.matches ? usualCounts.narrow : usualCounts.wide;
    const shown = interval ?? this.#opening(series);
    return { interval: shown, count: count ?? openingCount(series, candleIntervals[shown], usual), span };
  }

  /** Decided once a series: it must not change under the eyes of whoever looks at it. */
  readonly #openings = new WeakMap<SeriesView, CandleChoice["interval"]>();
  #opening(series: SeriesView): CandleChoice["interval"] {
    const known = this.#openings.get(series) ?? openingInterval(series);
    this.#openings.set(series, known);
    return known;
  }

  #heightPx(): number {
    if (narrow.matches) return 340;
    return wide.matches ? Math.max(320, Math.min(720, innerHeight - 270)) : 360;
  }

  readonly #window = () => {
    const { client } = this.hub;
    const toMs = client.shownNow();
    return { fromMs: toMs - sparkSpans[curveSpan].windowMs, toMs, live: client.state.state === "open" };
  };

  /** Curves are kept of what somebody may see. */
  #show(tickers: readonly Ticker[]): void {
    this.#inSight = tickers;
    this.#curves?.show(document.hidden ? [] : tickers.map(({ price }) => price));
  }

  readonly #seen = (): void => {
    this.#show(this.#inSight);
    this.requestUpdate();
  };

  #sort(sort: TickerSort): void {
    const { sort: before, down } = this.#address.choice;
    // Of figures the largest are looked for, of names the first.
    this.#address.choose({ sort, down: sort === before ? !down : sort !== "symbol" });
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      this.table?.focusFirst();
    } else if (event.key === "Escape" && this.#address.choice.query !== "") {
      event.preventDefault();
      this.#address.choose({ query: "" });
    }
  }

  readonly #key = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (event.defaultPrevented || altKey || isTyping(event) || openOverlay()) return;
    const letter = key.toLowerCase();
    if (ctrlKey || metaKey) {
      if (letter === "y" || (letter === "z" && shiftKey)) this.#address.redo();
      else if (letter !== "z") return;
      else if (!this.card?.takeBack()) this.#address.undo();
    } else if (key === "/") this.searchInput?.focus();
    else if (letter === "l") {
      this.card?.takeBack();
      this.#address.live();
    } else return;
    event.preventDefault();
  };
}

interface Chosen {
  readonly device: DeviceView;
  readonly series: SeriesView;
  /** Where it is a price. */
  readonly ticker: Ticker | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    "market-page": MarketPage;
  }
}
