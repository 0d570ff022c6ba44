import type { HistoryMessage, LiveSeriesEntry, Update } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { Pending, Timers } from "../client/timers.ts";
import { CandleCorrections } from "./candle-corrections.ts";
import { CandleTrace, type CandleTraceOptions, candleAggregates } from "./candle-trace.ts";
import { type AskedPast, PastAndPresent } from "./past-and-present.ts";
import type { Readings } from "./seam.ts";

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

/** The past is asked anew at most this often where it has a hole or parts of the present were left out, ms. */
const renewMs = 30_000;

/** A past that the hub was asked for. */
interface Asked extends AskedPast {
  readonly atMs: number;
  readonly fromMs: number;
}

interface Known {
  /** Readings by the hub's last word, and those that came since. */
  count: number;
  /** Ranges that are hidden. */
  readonly masks: number | undefined;
}

/** Candles of some series, past and present in one subscription, each reading in them once. */
export class CandleFeed {
  readonly #options: CandleFeedOptions;
  readonly #corrections: CandleCorrections;
  readonly #listeners = new Set<() => void>();
  #request: CandleRequest;
  #told: PastAndPresent<Asked> | undefined;
  #renewal: Pending | undefined;
  #traces = new Map<number, CandleTrace>();
  /** What is being told; it takes the place of what is shown when it is whole. */
  #coming: HistoryMessage[] = [];
  #known = new Map<number, Known>();
  #names = new Map<number, LiveSeriesEntry>();
  /** What is told or was. */
  #asked: Pick<Asked, "atMs" | "fromMs" | "seamFromMs"> = { atMs: 0, fromMs: 0, seamFromMs: undefined };
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
    if (this.#told) this.#subscribe();
  }

  /** True while all that was asked for is here. */
  get ready(): boolean {
    return this.#told?.ready ?? false;
  }

  /** Why the hub refused to tell all or a part, in its words. */
  get problem(): string | undefined {
    return this.#told?.problem;
  }

  /** Readings that the hub left out since this page was too slow for them; 0 once they are here. */
  get leftOut(): number {
    return this.#leftOut;
  }

  open(): void {
    if (!this.#told) this.#subscribe();
  }

  retry(): void {
    if (this.#told) this.#subscribe();
  }

  close(): void {
    this.#told?.close();
    this.#told = undefined;
    this.#renewal?.cancel();
    this.#corrections.close();
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
    const { devices, metrics } = this.#request;
    this.#told = new PastAndPresent<Asked>({
      client: this.#options.client,
      selection: { devices, metrics },
      ask: () => this.#ask(),
      keeps: () => this.#leftOut === 0,
      begun: (asked) => {
        this.#corrections.close();
        this.#asked = asked;
        this.#coming = [];
        this.#known = new Map();
        this.#names = new Map();
      },
      series: (entries) => {
        for (const entry of entries) {
          if ("removed" in entry) this.#remove(entry.series);
          else this.#take(entry);
        }
      },
      page: (message) => this.#coming.push(message),
      whole: (seam) => this.#draw(seam),
      update: (message) => this.#advance(message),
      changed: () => this.#changed(),
    });
    this.#changed();
  }

  #ask(): Asked {
    const { everyMs, fromMs, toMs, newestMs } = this.#request;
    const nowMs = this.#options.client.now();
    const probe = new CandleTrace({ everyMs, mostCandles: 1, mostFresh: 2 });
    const from = probe.bucketOf(Math.floor(fromMs()));
    const newest = Math.floor(Math.min(nowMs, newestMs?.() ?? nowMs)) - seamMs;
    // A stretch that stands ends with a whole bucket: of part of one no candle can be made.
    const end = toMs === undefined ? newest : probe.bucketOf(Math.ceil(toMs) - 1) + everyMs;
    const to = Math.max(end, from + 1);
    const history = { from, to, every: everyMs, aggregates: [...candleAggregates] };
    return { history, seamFromMs: toMs === undefined ? to : undefined, fromMs: from, atMs: nowMs };
  }

  #take(entry: LiveSeriesEntry): void {
    const known = this.#known.get(entry.series);
    this.#names.set(entry.series, entry);
    this.#known.set(entry.series, { count: entry.count, masks: entry.masks });
    // Readings were removed, which the hub tells by how many are left, or hidden, or are shown again.
    if (this.ready && known && (entry.count < known.count || entry.masks !== known.masks)) this.#subscribe();
  }

  #remove(series: number): void {
    this.#known.delete(series);
    this.#names.delete(series);
    this.#corrections.forget(series);
    if (this.#traces.delete(series)) this.#changed();
  }

  #draw(seam: ReadonlyMap<number, Readings>): void {
    this.#traces = new Map();
    for (const message of this.#coming) this.#traceOf(message.series).load(message);
    for (const [series, { times, values }] of seam) {
      for (const [index, timeMs] of times.entries()) this.#add(series, timeMs, values[index]);
    }
    this.#coming = [];
    this.#leftOut = 0;
    if (this.#told?.hasHole) this.#renew();
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
    if (typeof value !== "number" || timeMs < this.#asked.fromMs) return;
    const { toMs = Number.POSITIVE_INFINITY } = this.#request;
    const trace = this.#traceOf(series);
    if (timeMs >= toMs || trace.add(timeMs, value)) return;
    const entry = this.#names.get(series);
    if (entry) this.#corrections.ask(entry, trace, timeMs);
  }

  /** This page was too slow for some readings; the history has all, and is asked when the storm is over. */
  #missed(readings: number): void {
    this.#leftOut += readings;
    this.#renew();
  }

  #renew(): void {
    const { client, timers } = this.#options;
    this.#renewal?.cancel();
    this.#renewal = timers.after(Math.max(0, this.#asked.atMs + renewMs - client.now()), () => this.#subscribe());
  }

  #traceOf(series: number): CandleTrace {
    const known = this.#traces.get(series);
    if (known) return known;
    const made = new CandleTrace({ ...this.#options.sizes, everyMs: this.#request.everyMs });
    made.begin(this.#asked.seamFromMs ?? Number.POSITIVE_INFINITY);
    this.#traces.set(series, made);
    return made;
  }

  #changed(): void {
    this.version += 1;
    for (const call of [...this.#listeners]) call();
  }
}
