import type { HistoryMessage, HistoryRequest, LiveSeriesEntry, Update } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient, Subscription } from "../client/hub-client.ts";
import type { Pending, Timers } from "../client/timers.ts";
import { CandleCorrections } from "./candle-corrections.ts";
import { CandleTrace, type CandleTraceOptions, candleAggregates } from "./candle-trace.ts";
import { Seam } from "./seam.ts";

/** Which candles: of these series, from `fromMs` on. */
export interface CandleRequest {
  readonly devices: readonly string[];
  readonly metrics: readonly string[];
  readonly everyMs: number;
  /** The first candle holds this instant; asked anew at each connection. */
  readonly fromMs: () => number;
  /** Where a stretch that stands still ends, ms; undefined: it goes on with each reading. */
  readonly toMs?: number | undefined;
  /** The newest reading known of, ms; a device's clock may be behind the hub's. */
  readonly newestMs?: (() => number | undefined) | undefined;
}

export interface CandleFeedOptions {
  readonly client: HubClient;
  readonly api: Pick<HubApi, "get">;
  readonly timers: Timers;
  /** Of each series. */
  readonly sizes: Omit<CandleTraceOptions, "everyMs">;
}

/** So much before the newest is told reading by reading, ms. Devices that send in batches are later than that seldom. */
const seamMs = 10_000;

/** The past is asked anew at most this often where parts of the present were left out, ms. */
const renewMs = 30_000;

interface Known {
  /** Readings by the hub's last word, and those that came since. */
  count: number;
}

/** Candles of some series, past and present in one subscription, each reading in them once. */
export class CandleFeed {
  readonly #options: CandleFeedOptions;
  readonly #corrections: CandleCorrections;
  readonly #listeners = new Set<() => void>();
  #request: CandleRequest;
  #subscription: Subscription | undefined;
  #seam: Seam | undefined;
  #renewal: Pending | undefined;
  #traces = new Map<number, CandleTrace>();
  /** What is being told; it takes the place of what is shown when it is whole. */
  #coming: HistoryMessage[] = [];
  #held: Update[] = [];
  #known = new Map<number, Known>();
  #names = new Map<number, LiveSeriesEntry>();
  /** Where the buckets begin, and where the readings one by one do, ms. */
  #fromMs = 0;
  #seamFromMs = 0;
  #past = false;
  #ready = false;
  #problem: string | undefined;
  /** What the newest request says; it counts where the hub does not go on from what is here. */
  #asked = { atMs: 0, fromMs: 0, seamFromMs: 0 };
  #leftOut = 0;
  /** Changes with whatever changes what is shown. */
  version = 0;

  constructor(options: CandleFeedOptions, request: CandleRequest) {
    this.#options = options;
    this.#request = request;
    this.#corrections = new CandleCorrections(options, () => this.#changed());
  }

  get request(): CandleRequest {
    return this.#request;
  }

  /** Asks for other candles; those that are shown stay until they are here. */
  set request(request: CandleRequest) {
    this.#request = request;
    if (this.#subscription) this.#subscribe();
  }

  /** True while all that was asked for is here. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Why the hub refused to tell, in its words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Readings that the hub left out since this page was too slow for them; 0 once they are here. */
  get leftOut(): number {
    return this.#leftOut;
  }

  open(): void {
    if (!this.#subscription) this.#subscribe();
  }

  retry(): void {
    if (this.#subscription) this.#subscribe();
  }

  close(): void {
    this.#subscription?.close();
    this.#seam?.close();
    this.#renewal?.cancel();
    this.#corrections.close();
    this.#subscription = undefined;
    this.#seam = undefined;
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  trace(series: number): CandleTrace | undefined {
    return this.#traces.get(series);
  }

  #subscribe(): void {
    this.close();
    this.#ready = false;
    this.#problem = undefined;
    const { devices, metrics } = this.#request;
    this.#subscription = this.#options.client.subscribe(
      { devices, metrics, history: () => this.#historyRequest(), keeps: () => this.#ready && this.#leftOut === 0 },
      {
        subscribed: ({ resumed }) => {
          // What is here stands: what was missed comes before anything else.
          if (!resumed) this.#begin();
        },
        series: (entries) => {
          for (const entry of entries) {
            if ("removed" in entry) this.#remove(entry.series);
            else this.#take(entry);
          }
        },
        history: (message) => this.#coming.push(message),
        ready: () => {
          this.#past = true;
          this.#finish();
        },
        refused: ({ message }) => {
          this.#problem = message;
          this.#changed();
        },
        update: (message) => {
          if (this.#ready) this.#advance(message);
          else this.#held.push(message);
        },
      },
    );
    this.#changed();
  }

  #historyRequest(): HistoryRequest {
    const { everyMs, fromMs, toMs, newestMs } = this.#request;
    const nowMs = this.#options.client.now();
    const probe = new CandleTrace({ everyMs, mostCandles: 1, mostFresh: 2 });
    const from = probe.bucketOf(Math.floor(fromMs()));
    // A stretch that stands ends with a whole bucket: of part of one no candle can be made.
    const newest = Math.floor(Math.min(nowMs, newestMs?.() ?? nowMs)) - seamMs;
    const seamFromMs = toMs === undefined ? Math.max(newest, from + 1) : Number.POSITIVE_INFINITY;
    this.#asked = { atMs: nowMs, fromMs: from, seamFromMs };
    const to = toMs === undefined ? seamFromMs : probe.bucketOf(Math.ceil(toMs) - 1) + everyMs;
    return {
      from,
      to: Math.max(to, from + 1),
      every: everyMs,
      aggregates: [...candleAggregates],
    };
  }

  /** Told with each connection. The seconds before now are asked for once it is known where they begin. */
  #begin(): void {
    this.#seam?.close();
    this.#corrections.close();
    this.#fromMs = this.#asked.fromMs;
    this.#seamFromMs = this.#asked.seamFromMs;
    this.#ready = false;
    this.#past = false;
    this.#coming = [];
    this.#held = [];
    this.#known = new Map();
    this.#names = new Map();
    const { client } = this.#options;
    const { devices, metrics, toMs } = this.#request;
    this.#seam = undefined;
    if (toMs !== undefined) return;
    this.#seam = new Seam(
      client,
      { devices, metrics },
      () => this.#seamFromMs,
      () => this.#finish(),
      true,
    );
  }

  #take(entry: LiveSeriesEntry): void {
    const known = this.#known.get(entry.series);
    this.#names.set(entry.series, entry);
    this.#known.set(entry.series, { count: entry.count });
    // Readings were removed, which the hub tells by how many are left.
    if (this.#ready && known && entry.count < known.count) this.#subscribe();
  }

  #remove(series: number): void {
    this.#known.delete(series);
    this.#names.delete(series);
    this.#corrections.forget(series);
    if (this.#traces.delete(series)) this.#changed();
  }

  /** The past is whole once the seam is here too, whichever comes last. */
  #finish(): void {
    if (this.#ready || !this.#past || this.#seam?.complete === false) return;
    this.#traces = new Map();
    for (const message of this.#coming) this.#traceOf(message.series).load(message);
    for (const [series, { times, values }] of this.#seam?.readings ?? []) {
      for (const [index, timeMs] of times.entries()) this.#add(series, timeMs, values[index]);
    }
    const held = this.#held;
    this.#coming = [];
    this.#held = [];
    this.#ready = true;
    this.#leftOut = 0;
    for (const update of held) this.#advance(update);
    this.#changed();
  }

  #advance(update: Update): void {
    if (update.merged) this.#missed(update.merged);
    if (update.series.length === 0) return;
    for (let index = 0; index < update.series.length; index++) {
      const series = update.series[index] as number;
      const known = this.#known.get(series);
      if (known) known.count += 1;
      this.#add(series, update.times[index] as number, update.values[index]);
    }
    this.#changed();
  }

  #add(series: number, timeMs: number, value: unknown): void {
    if (typeof value !== "number" || timeMs < this.#fromMs) return;
    const { toMs = Number.POSITIVE_INFINITY } = this.#request;
    const trace = this.#traceOf(series);
    if (timeMs >= toMs || trace.add(timeMs, value)) return;
    const entry = this.#names.get(series);
    if (entry) this.#corrections.ask(entry, trace, timeMs);
  }

  /** This page was too slow for some readings; the history has all, and is asked when the storm is over. */
  #missed(readings: number): void {
    this.#leftOut += readings;
    const { client, timers } = this.#options;
    this.#renewal?.cancel();
    this.#renewal = timers.after(Math.max(0, this.#asked.atMs + renewMs - client.now()), () => this.#subscribe());
  }

  #traceOf(series: number): CandleTrace {
    const known = this.#traces.get(series);
    if (known) return known;
    const made = new CandleTrace({ ...this.#options.sizes, everyMs: this.#request.everyMs });
    made.begin(this.#seamFromMs);
    this.#traces.set(series, made);
    return made;
  }

  #changed(): void {
    this.version += 1;
    for (const call of [...this.#listeners]) call();
  }
}
