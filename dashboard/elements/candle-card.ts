import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { bucketStart } from "../../server/protocol/index.ts";
import { CommandController } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { browserTimers } from "../client/timers.ts";
import { siblingOf } from "../data/candle-board.ts";
import { CandleFeed } from "../data/candle-feed.ts";
import { type CandleRow, type CandleSource, candleRows } from "../data/candle-rows.ts";
import { candleIntervals, candleWindow, spanOfCandles } from "../data/candle-window.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import { deviceHref } from "../data/route.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { CandleChart } from "../widgets/candle-chart.ts";
import { Plot } from "../widgets/plot.ts";
import { candleCardStyles } from "./candle-card-styles.ts";
import { type CandleChoice, isOtherChoice } from "./candle-choice.ts";
import { CandleMoves } from "./candle-moves.ts";
import { candleTable } from "./candle-table.ts";
import { candleProblems, candleTools } from "./candle-tools.ts";
import { candleDescription, candleLegend, candleNow, candleWords, closesIn } from "./candle-words.ts";
import { plotStyles } from "./chart-card-styles.ts";
import { ChartController, moveCrosshair } from "./chart-controller.ts";
import { followGestures } from "./chart-gestures.ts";
import { candleKeys } from "./chart-keys.ts";
import { icons } from "./icons.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** Words beside a moving chart change at most this often, ms: faster nobody reads. */
const wordsMs = 250;

/** Candles asked for beyond the ends of what is drawn, as a part of it: so that a person who looks a little further finds them. */
const sparePart = 0.25;

const sizes = { mostCandles: 4_000, mostFresh: 16_384 };

/**
 * The candles of one series, live, with what was traded under them. Fires `candles-chosen` with a part of `CandleChoice`, and
 * `back-wanted` for what was seen before it was zoomed into.
 */
@customElement("candle-card")
export class CandleCard extends LitElement {
  static override styles = [plotStyles, baseStyles, buttonStyles, candleCardStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) device!: DeviceView;
  @property({ attribute: false }) series!: SeriesView;
  @property({ attribute: false, hasChanged: isOtherChoice }) choice!: CandleChoice;
  /** Height of the chart with its axis of time, CSS pixels. */
  @property({ type: Number }) height = 420;
  @state() private asTable = false;
  @state() private pointed: CandleRow | undefined;
  @query(".plot") private plotHost!: HTMLElement;

  readonly #chart = new CandleChart();
  #plot: Plot | undefined;
  #feed: CandleFeed | undefined;
  #asked = "";
  #wordsAt = 0;
  #endGestures: (() => void) | undefined;
  readonly #moves = new CandleMoves({
    choice: () => this.choice,
    everyMs: () => this.#everyMs,
    chosen: () => this.#windowOf(this.choice.span),
    live: () => this.#windowOf(undefined),
    follow: () => {
      this.#charts.request();
      this.requestUpdate();
    },
    choose: (part) => this.#choose(part),
  });
  /** Takes a move of the window back that is not chosen yet. False where there is none. */
  readonly takeBack = () => this.#moves.takeBack();
  readonly #charts = new ChartController(this, {
    draw: () => this.#draw(),
    resize: () => {
      this.#chart.invalidate();
      this.#plot?.resize(this.plotHost.clientWidth);
    },
    recolour: () => {
      this.#chart.invalidate();
      this.#plot?.recolour();
    },
    close: () => {
      this.#feed?.close();
      this.#feed = undefined;
      this.#asked = "";
      this.#unplot();
    },
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.hub?.client);
    new CommandController(this, { shortcuts: candleKeys });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#attach();
  }

  override firstUpdated(): void {
    this.#attach();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endGestures?.();
    this.#moves.stop();
  }

  /** Words that pass with time are told where somebody may see them. */
  override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || !this.hasUpdated || this.#charts.near;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("series")) {
      this.#feed?.close();
      this.#feed = undefined;
      this.#asked = "";
      this.#moves.stop();
      this.pointed = undefined;
      this.#unplot();
      this.#chart.clear();
    }
    if (changed.has("height")) this.#unplot();
    this.#ask();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has("choice")) return;
    // On a phone not all widths have room: the chosen one is in sight.
    const chosen = this.renderRoot.querySelector<HTMLElement>('.choices [aria-pressed="true"]');
    const row = chosen?.parentElement;
    if (row) row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }

  #attach(): void {
    const back = () => this.takeBack() || this.dispatchEvent(new CustomEvent("back-wanted"));
    this.#endGestures = followGestures(this.plotHost, this.#moves, back);
  }

  get #volume(): SeriesView | undefined {
    const { series, device } = this;
    return series.entry.role === "price" ? siblingOf(device, "volume") : undefined;
  }

  get #everyMs(): number {
    return candleIntervals[this.choice.interval];
  }

  #windowOf(span: TimeSpan | undefined): TimeWindow {
    return candleWindow(this.#everyMs, this.choice.count, span, this.series.timeMs, this.hub.client.shownNow());
  }

  /** Asks for what the choice wants, where that is not what was asked for. */
  #ask(): void {
    const { hub, device, series, choice } = this;
    const volume = this.#volume;
    const { interval, count, span } = choice;
    const asked = JSON.stringify([series.entry.series, volume?.entry.series, interval, count, span]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#moves.arrived();
    const metrics = [series.entry.metric, ...(volume ? [volume.entry.metric] : [])];
    const everyMs = this.#everyMs;
    const spareMs = Math.ceil((span ? (span.toMs - span.fromMs) / everyMs : count) * sparePart) * everyMs;
    const endedMs = bucketStart(hub.client.now(), everyMs);
    const request = {
      devices: [device.entry.device],
      metrics,
      everyMs,
      fromMs: () => this.#windowOf(span).fromMs - spareMs,
      toMs: span && Math.max(span.toMs, Math.min(endedMs, span.toMs + spareMs)),
      newestMs: () => series.timeMs,
    };
    if (this.#feed) {
      this.#feed.request = request;
      return;
    }
    const feed = new CandleFeed({ client: hub.client, api: hub.api, timers: browserTimers, sizes }, request);
    this.#feed = feed;
    let told = "";
    feed.listen(() => {
      this.#charts.request();
      const tells = `${feed.ready} ${feed.problem} ${feed.leftOut}`;
      if (tells !== told) this.requestUpdate();
      told = tells;
    });
    feed.open();
  }

  /** The candles in the window; as the chart has drawn them where it is there, so that both tell the same. */
  #rows(): readonly CandleRow[] {
    const source = this.#source();
    if (!source) return [];
    if (!this.asTable) return this.#chart.rows;
    const { fromMs, toMs } = this.#moves.window();
    return candleRows(source, fromMs, toMs);
  }

  #source(): CandleSource | undefined {
    const price = this.#feed?.trace(this.series.entry.series);
    // Those of another width are on their way out.
    if (!price || price.everyMs !== this.#everyMs) return undefined;
    const volume = this.#volume;
    const trace = volume && this.#feed?.trace(volume.entry.series);
    return { price, volume: trace && { trace, counter: volume.entry.kind === "counter" } };
  }

  /** Draws the chart, and the words where it is time. Comes again when the next candle begins. */
  #draw(): number | undefined {
    if (!this.hasUpdated) return undefined;
    const now = performance.now();
    if (now - this.#wordsAt >= wordsMs) {
      this.#wordsAt = now;
      this.requestUpdate();
    }
    const source = this.#source();
    const window = this.#moves.window();
    if (source && !this.asTable && this.plotHost.clientWidth > 0) {
      this.#plot ??= this.#makePlot();
      this.#chart.draw(this.#plot, source, this.series.decimals, window.fromMs, window.toMs);
    }
    if (!window.live || this.hub.client.state.state !== "open") return undefined;
    const everyMs = this.#everyMs;
    return Math.max(50, everyMs - (this.hub.client.now() % everyMs));
  }

  #makePlot(): Plot {
    return new Plot(this.plotHost, this.plotHost.clientWidth, {
      ...this.#chart.plotOptions,
      height: this.height,
      cursorMoved: (cursor) => {
        this.pointed = cursor && this.#chart.reading(cursor);
      },
      spanChosen: (span) => this.#choose({ span: spanOfCandles(span, this.#everyMs) }),
    });
  }

  #unplot(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#chart.invalidate();
  }

  override render() {
    const { series, device, choice } = this;
    const label =
      series.entry.role === "price" ? deviceLabel(device) : `${deviceLabel(device)} · ${seriesLabel(series)}`;
    const feed = this.#feed;
    const rows = this.#rows();
    const newest = rows.at(-1);
    const row = this.pointed ?? newest;
    const drawn = this.#source() !== undefined;
    const { client } = this.hub;
    const words = candleWords(series, this.#volume, choice.interval, client.now());
    const moves = this.#moves.window().live && client.state.state === "open";
    return html`<article aria-labelledby="label">
      <header>
        <h1 id="label">${label}</h1>
        <span class="what">${series.entry.role === "price" ? seriesLabel(series) : series.entry.metric}</span>
        ${candleNow(series, this.#moves.span ? undefined : newest, words)}
      </header>
      ${candleTools({
        choice,
        asTable: this.asTable,
        label,
        choose: (part) => this.#choose(part),
        move: (part) => this.#moves.pan(part),
        zoom: (steps) => this.#moves.zoom(steps),
        live: () => {
          this.#choose({ span: undefined });
          // The button goes, and the focus would with it.
          this.plotHost.focus({ preventScroll: true });
        },
        toggleTable: () => {
          this.asTable = !this.asTable;
          this.#charts.request();
        },
        exported: {
          ...{ api: this.hub.api, name: `${series.entry.device} ${series.entry.metric}`, of: series.entry },
          everyMs: () => this.#everyMs,
          window: () => this.#moves.window(),
          candles: () => this.#rows(),
        },
      })}
      ${feed ? candleProblems(feed) : nothing}
      ${candleLegend(row, words, this.pointed !== undefined)}
      <div
        class="plot"
        .style=${`min-height: ${this.height}px`}
        role="group"
        tabindex="0"
        aria-label=${candleDescription(label, rows, words)}
        ?hidden=${this.asTable}
        @keydown=${this.#key}
        @blur=${() => this.#plot?.leave()}
      >
        ${
          drawn
            ? feed?.ready && rows.length === 0
              ? html`<p class="note">${texts.market.noneInWindow}</p>`
              : nothing
            : html`<p class="note" role="status">${feed?.ready ? texts.market.noneInWindow : texts.market.loadingCandles}</p>`
        }
      </div>
      ${
        this.asTable
          ? html`<div class="rows" .style=${`height: ${this.height}px; overflow: auto`}>${candleTable(label, rows, words)}</div>`
          : nothing
      }
      <footer>
        <span>${texts.market.utc(texts.market.intervals[choice.interval])}${moves ? closesIn(rows.at(-1), this.#everyMs, client.now()) : ""}</span>
        <a href=${deviceHref(device.entry.device)}>${icons.chart}${texts.market.device}</a>
      </footer>
    </article>`;
  }

  #choose(part: Partial<CandleChoice>): void {
    this.dispatchEvent(new CustomEvent<Partial<CandleChoice>>("candles-chosen", { detail: part }));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.#moves.zoom(-1);
    else if (event.key === "-") this.#moves.zoom(1);
    else if (event.key === "PageUp" || event.key === "PageDown") this.#moves.pan(event.key === "PageUp" ? -0.5 : 0.5);
    else {
      moveCrosshair(event, this.#plot);
      return;
    }
    event.preventDefault();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "candle-card": CandleCard;
  }
}
