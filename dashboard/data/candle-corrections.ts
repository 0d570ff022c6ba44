import type { LiveSeriesEntry } from "../../server/protocol/index.ts";
import { type HubApi, HubRefusal } from "../client/hub-api.ts";
import type { Pending, Timers } from "../client/timers.ts";
import { type CandleColumns, type CandleTrace, candleAggregates } from "./candle-trace.ts";

/** Late readings come in bunches: those of so many ms are asked for together. */
const gatherMs = 250;

/** After a refusal it is asked again so much later, ms. */
const retryMs = 5_000;

/** Buckets from the first to the last that are asked for at once. */
const mostBuckets = 500;

interface Dirty {
  readonly entry: Pick<LiveSeriesEntry, "device" | "metric">;
  readonly trace: CandleTrace;
  readonly buckets: Set<number>;
}

/**
 * What late readings change in candles that are settled: whether one opens its candle, or takes the place of another, only
 * the hub knows. So their buckets are asked for again, one request at a time.
 */
export class CandleCorrections {
  readonly #options: { readonly api: Pick<HubApi, "get">; readonly timers: Timers };
  readonly #corrected: () => void;
  readonly #dirty = new Map<number, Dirty>();
  #next: Pending | undefined;
  #asking: AbortController | undefined;

  constructor(options: { readonly api: Pick<HubApi, "get">; readonly timers: Timers }, corrected: () => void) {
    this.#options = options;
    this.#corrected = corrected;
  }

  /** A reading at `timeMs` came that the trace cannot place by itself. */
  ask(entry: LiveSeriesEntry, trace: CandleTrace, timeMs: number): void {
    const known = this.#dirty.get(entry.series);
    const dirty = known?.trace === trace ? known : { entry, trace, buckets: new Set<number>() };
    dirty.buckets.add(trace.bucketOf(timeMs));
    this.#dirty.set(entry.series, dirty);
    if (!this.#next && !this.#asking) this.#plan(gatherMs);
  }

  forget(series: number): void {
    this.#dirty.delete(series);
  }

  /** Ends what is under way: everything is asked for anew. */
  close(): void {
    this.#next?.cancel();
    this.#next = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
    this.#dirty.clear();
  }

  #plan(delayMs: number): void {
    this.#next = this.#options.timers.after(delayMs, () => {
      this.#next = undefined;
      void this.#correct();
    });
  }

  async #correct(): Promise<void> {
    const [first] = this.#dirty;
    if (!first) return;
    const [series, dirty] = first;
    const { entry, trace } = dirty;
    const sorted = [...dirty.buckets].sort((a, b) => a - b);
    const from = sorted[0] as number;
    const buckets = sorted.filter((bucket) => bucket < from + mostBuckets * trace.everyMs);
    const to = Math.min((buckets.at(-1) as number) + trace.everyMs, trace.freshFromMs);
    // Taken first: what comes late from now on may not be in the answer.
    for (const bucket of buckets) dirty.buckets.delete(bucket);
    if (dirty.buckets.size === 0) this.#dirty.delete(series);
    const asking = new AbortController();
    this.#asking = asking;
    let again = gatherMs;
    try {
      const range = {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        every: String(trace.everyMs),
      };
      const params = { device: entry.device, metric: entry.metric, ...range, aggregates: [...candleAggregates] };
      const columns = await this.#options.api.get<CandleColumns>("readings", { params, signal: asking.signal });
      if (asking.signal.aborted) return;
      const found = new Map(columns.times.map((timeMs, index) => [timeMs, index]));
      for (const bucket of buckets) {
        const candle = candleAt(columns, found.get(bucket));
        if (!trace.correct(bucket, candle, Math.min(to, bucket + trace.everyMs))) this.#keep(series, dirty, bucket);
      }
      this.#corrected();
    } catch (error) {
      if (asking.signal.aborted) return;
      const gone = error instanceof HubRefusal && (error.code === "unknown_series" || error.code === "unknown_device");
      if (!gone) for (const bucket of buckets) this.#keep(series, dirty, bucket);
      again = retryMs;
    }
    this.#asking = undefined;
    if (this.#dirty.size > 0) this.#plan(again);
  }

  #keep(series: number, dirty: Dirty, bucket: number): void {
    const known = this.#dirty.get(series) ?? dirty;
    known.buckets.add(bucket);
    this.#dirty.set(series, known);
  }
}

function candleAt({ first, max, min, last, sum, count }: CandleColumns, index: number | undefined) {
  if (index === undefined) return undefined;
  return {
    open: first?.[index] ?? 0,
    high: max?.[index] ?? 0,
    low: min?.[index] ?? 0,
    close: last?.[index] ?? 0,
    sum: sum?.[index] ?? 0,
    count: count?.[index] ?? 0,
  };
}
