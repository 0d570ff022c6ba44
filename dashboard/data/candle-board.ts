/** Every price of the hub: the candle of the day so far, live, and what is bid and asked. */
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient, Subscription } from "../client/hub-client.ts";
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import type { Timers } from "../client/timers.ts";
import { CandleFeed } from "./candle-feed.ts";
import { volumeAt } from "./candle-rows.ts";
import { candleIntervals } from "./candle-window.ts";

/** One price, with what else its device tells of it. */
export interface Ticker {
  readonly device: DeviceView;
  readonly price: SeriesView;
  readonly volume: SeriesView | undefined;
  readonly bid: SeriesView | undefined;
  readonly ask: SeriesView | undefined;
}

/** The day so far, by UTC. */
export interface TickerDay {
  readonly open: number;
  readonly close: number;
  readonly volume: number | undefined;
}

export interface BoardOptions {
  readonly client: HubClient;
  readonly api: Pick<HubApi, "get">;
  readonly timers: Timers;
}

/** Series asked for in one subscription: the hub answers about 1,000 at most. */
const mostTogether = 800;

/** Tickers that come one after another are asked for together: the first ones so soon, the next twice as late, ms. */
const gatherMs = 1_000;
const longestGatherMs = 60_000;

/** Subscriptions before those of tickers that came later are joined. */
const mostFeeds = 24;

const everyMs = candleIntervals["1d"];
const day = { mostCandles: 3, mostFresh: 64 };

export class CandleBoard {
  readonly #options: BoardOptions;
  readonly #listeners = new Set<() => void>();
  #feeds: { readonly feed: CandleFeed; readonly series: ReadonlySet<number> }[] = [];
  #feedOf = new Map<number, CandleFeed>();
  /** Newest of what is bid and asked. */
  readonly #quotes = new Map<number, { timeMs: number; value: number }>();
  #quoted: Subscription | undefined;
  #quotedMetrics = "";
  #gatherMs = gatherMs;
  #openedMs = Number.NEGATIVE_INFINITY;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  close(): void {
    for (const { feed } of this.#feeds) feed.close();
    this.#feeds = [];
    this.#feedOf.clear();
    this.#quoted?.close();
    this.#quoted = undefined;
    this.#quotedMetrics = "";
    this.#quotes.clear();
  }

  /** Follows these, and no others. Called again and again: those that are new are asked for together, when it is time. */
  follow(tickers: readonly Ticker[]): void {
    const wanted = new Set(tickers.map(({ price }) => price.entry.series));
    for (const one of this.#feeds) {
      if ([...one.series].some((series) => wanted.has(series))) continue;
      one.feed.close();
      for (const series of one.series) this.#feedOf.delete(series);
    }
    this.#feeds = this.#feeds.filter(({ series }) => [...series].some((each) => wanted.has(each)));
    if (this.#hasAll(tickers)) return;
    const { timers } = this.#options;
    if (timers.monotonic() - this.#openedMs < this.#gatherMs) return;
    this.#gatherMs = this.#feeds.length === 0 ? gatherMs : Math.min(longestGatherMs, this.#gatherMs * 2);
    this.#openedMs = timers.monotonic();
    if (this.#feeds.length >= mostFeeds) {
      for (const { feed } of this.#feeds) feed.close();
      this.#feeds = [];
      this.#feedOf.clear();
    }
    for (const [feed, own] of this.#byFeed(tickers)) {
      const metrics = candleMetricsOf(own);
      // The day that is shown stays until the new one is here.
      if (!covers(feed, metrics)) feed.request = { ...feed.request, metrics };
    }
    const added = tickers.filter(({ price }) => !this.#feedOf.has(price.entry.series));
    const size = Math.floor(mostTogether / 2);
    for (let from = 0; from < added.length; from += size) this.#open(added.slice(from, from + size));
    this.#quote(tickers);
  }

  /** True once the day of a ticker is known. */
  knows({ price }: Ticker): boolean {
    return this.#feedOf.get(price.entry.series)?.ready ?? false;
  }

  /** Why the hub did not tell of some, in its words. */
  get problem(): string | undefined {
    return this.#feeds.map(({ feed }) => feed.problem).find((problem) => problem !== undefined);
  }

  get leftOut(): number {
    return this.#feeds.reduce((sum, { feed }) => sum + feed.leftOut, 0);
  }

  /** The day that `nowMs` lies in; undefined where nothing was traded in it. */
  day({ price, volume }: Ticker, nowMs: number): TickerDay | undefined {
    const feed = this.#feedOf.get(price.entry.series);
    const trace = feed?.trace(price.entry.series);
    if (!feed || !trace) return undefined;
    const bucketMs = trace.bucketOf(nowMs);
    const row = trace.indexOf(bucketMs);
    if (row < 0) return undefined;
    const traded = volume && feed.trace(volume.entry.series);
    const counter = volume?.entry.kind === "counter";
    return {
      open: trace.open(row),
      close: trace.close(row),
      volume: traded && volumeAt({ trace: traded, counter }, bucketMs),
    };
  }

  /** The newest price, and its time. */
  last({ price }: Ticker): { readonly value: number; readonly timeMs: number } | undefined {
    const trace = this.#feedOf.get(price.entry.series)?.trace(price.entry.series);
    const newestMs = trace?.newestMs;
    const { value, timeMs } = price;
    if (trace && newestMs !== undefined && newestMs >= (timeMs ?? newestMs)) {
      return { value: trace.close(trace.length - 1), timeMs: newestMs };
    }
    return typeof value === "number" && timeMs !== undefined ? { value, timeMs } : undefined;
  }

  /** The newest value of what is bid or asked. */
  quote(series: SeriesView | undefined): number | undefined {
    if (!series) return undefined;
    const quoted = this.#quotes.get(series.entry.series);
    if (quoted && quoted.timeMs >= (series.timeMs ?? quoted.timeMs)) return quoted.value;
    return typeof series.value === "number" ? series.value : undefined;
  }

  /** Whether all that they tell is asked for: a device may name its volume, or what is bid, after its price. */
  #hasAll(tickers: readonly Ticker[]): boolean {
    if (quotedMetricsOf(tickers).join(" ") !== this.#quotedMetrics) return false;
    if (!tickers.every(({ price }) => this.#feedOf.has(price.entry.series))) return false;
    return [...this.#byFeed(tickers)].every(([feed, own]) => covers(feed, candleMetricsOf(own)));
  }

  #byFeed(tickers: readonly Ticker[]): Map<CandleFeed, Ticker[]> {
    const found = new Map<CandleFeed, Ticker[]>();
    for (const ticker of tickers) {
      const feed = this.#feedOf.get(ticker.price.entry.series);
      if (!feed) continue;
      const own = found.get(feed);
      if (own) own.push(ticker);
      else found.set(feed, [ticker]);
    }
    return found;
  }

  #open(tickers: readonly Ticker[]): void {
    const { client } = this.#options;
    const feed = new CandleFeed(
      { ...this.#options, sizes: day },
      {
        devices: [...new Set(tickers.map(({ device }) => device.entry.device))],
        metrics: candleMetricsOf(tickers),
        everyMs,
        // One day more, so that the day's first moments have the one before.
        fromMs: () => client.now() - everyMs,
      },
    );
    const series = new Set(tickers.map(({ price }) => price.entry.series));
    for (const one of series) this.#feedOf.set(one, feed);
    this.#feeds.push({ feed, series });
    feed.listen(() => this.#changed());
    feed.open();
  }

  /** Of these the newest is enough: they are told without a past. */
  #quote(tickers: readonly Ticker[]): void {
    const metrics = quotedMetricsOf(tickers);
    const named = metrics.join(" ");
    if (named === this.#quotedMetrics) return;
    this.#quotedMetrics = named;
    this.#quoted?.close();
    this.#quoted = undefined;
    if (metrics.length === 0) return;
    this.#quoted = this.#options.client.subscribe(
      { metrics },
      {
        subscribed: () => this.#quotes.clear(),
        update: ({ series, times, values }) => {
          for (let index = 0; index < series.length; index++) {
            const [value, timeMs] = [values[index], times[index]];
            const known = this.#quotes.get(series[index] as number);
            if (typeof value !== "number" || timeMs === undefined || (known && timeMs < known.timeMs)) continue;
            if (known) Object.assign(known, { timeMs, value });
            else this.#quotes.set(series[index] as number, { timeMs, value });
          }
          if (series.length > 0) this.#changed();
        },
      },
    );
  }

  #changed(): void {
    for (const call of [...this.#listeners]) call();
  }
}

/** Every series that says it is a price, with the others of its device. */
export function tickersOf(view: Pick<HubView, "devices">): Ticker[] {
  const tickers: Ticker[] = [];
  for (const device of view.devices.values()) {
    for (const price of device.series.values()) {
      if (price.entry.role !== "price" || price.entry.type !== "number") continue;
      const sibling = (role: "volume" | "bid" | "ask") => siblingOf(device, role);
      tickers.push({ device, price, volume: sibling("volume"), bid: sibling("bid"), ask: sibling("ask") });
    }
  }
  return tickers;
}

export function sameTickers(some: readonly Ticker[], others: readonly Ticker[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ price, volume, bid, ask }, index) => {
      const other = others[index];
      return price === other?.price && volume === other.volume && bid === other.bid && ask === other.ask;
    })
  );
}

/** The numeric series of a device with this role. */
export function siblingOf(device: DeviceView, role: "volume" | "bid" | "ask"): SeriesView | undefined {
  for (const series of device.series.values()) {
    if (series.entry.role === role && series.entry.type === "number") return series;
  }
  return undefined;
}

function covers({ request }: CandleFeed, metrics: readonly string[]): boolean {
  return metrics.every((metric) => request.metrics.includes(metric));
}

function candleMetricsOf(tickers: readonly Ticker[]): string[] {
  return metricsOf(tickers.flatMap(({ price, volume }) => [price, volume]));
}

function quotedMetricsOf(tickers: readonly Ticker[]): string[] {
  return metricsOf(tickers.flatMap(({ bid, ask }) => [bid, ask]));
}

function metricsOf(series: readonly (SeriesView | undefined)[]): string[] {
  return [...new Set(series.flatMap((one) => (one ? [one.entry.metric] : [])))].sort();
}
