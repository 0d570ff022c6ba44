/** The recent past of the series in sight, for small curves: asked in few requests, kept by what comes live. */
import type { SeriesEntry } from "../../server/protocol/index.ts";
import { type HubApi, HubRefusal } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { HubView, SeriesView, Value } from "../client/hub-view.ts";
import type { Pending, Timers } from "../client/timers.ts";
import { stateSilenceMs } from "./gaps.ts";
import { type SparkColumns, type SparkSpanKey, SparkTrace, sparkSpans } from "./spark-trace.ts";
import { StateTrace } from "./state-trace.ts";

export interface Spark {
  readonly trace: SparkTrace | StateTrace;
  /** True once its past was told. */
  readonly ready: boolean;
}

interface Kept extends Spark {
  ready: boolean;
  /** When its past was asked for, monotonic ms; undefined where something is missing in it. */
  askedMs: number | undefined;
  /** The newest reading taken from the view, ms. */
  takenMs: number | undefined;
}

/** One series of an answer to `GET readings`. */
interface ToldSeries extends Pick<SeriesEntry, "device" | "metric" | "type">, Partial<SparkColumns> {
  readonly times: number[];
  readonly values?: Value[];
  readonly until?: number[];
}

export interface SparkFeedOptions {
  readonly api: Pick<HubApi, "get">;
  readonly client: Pick<HubClient, "now" | "state" | "listen">;
  readonly view: Pick<HubView, "listen">;
  readonly timers: Pick<Timers, "monotonic" | "after">;
}

/** What comes into sight within so many ms is asked for together; what passes by faster is not. */
const gatherMs = 80;

/** Most series asked for at once: their names still fit into one address. */
const batchSize = 40;

/** Most metrics asked for at once: each is answered of each device that has it, and an answer has 1,000 series at most. */
const batchMetrics = 24;

/** The past is asked anew this often: the view brings one reading a second, and tells of no removal of old ones. */
const renewMs = 60_000;

/** After a refusal it is asked again so much later, ms. */
const retryMs = 10_000;

/** Curves kept; of those out of sight the ones last seen, so that scrolling back shows them at once. */
const mostKept = 400;

/** Past and present of what is in sight. Nothing is asked, and nothing updated, for what is not. */
export class SparkFeed {
  readonly #options: SparkFeedOptions;
  readonly #listeners = new Set<() => void>();
  /** The one last seen stands last. */
  readonly #kept = new Map<SeriesView, Kept>();
  #shown: ReadonlySet<SeriesView> = new Set();
  #span: SparkSpanKey = "1h";
  /** Ends the request that is under way. */
  #asking: AbortController | undefined;
  #next: Pending | undefined;
  #problem: string | undefined;
  #ends: (() => void)[] = [];

  constructor(options: SparkFeedOptions) {
    this.#options = options;
  }

  open(): void {
    const { client, view } = this.#options;
    this.#ends = [view.listen(() => this.#advance()), client.listen(() => this.#connected())];
    this.#plan(0);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#next?.cancel();
    this.#asking?.abort();
    this.#shown = new Set();
    this.#outdate();
  }

  get span(): SparkSpanKey {
    return this.#span;
  }

  set span(span: SparkSpanKey) {
    if (span === this.#span) return;
    this.#span = span;
    this.#asking?.abort();
    this.#kept.clear();
    const shown = this.#shown;
    this.#shown = new Set();
    this.show([...shown]);
  }

  /** Why the hub told no past, in its words; undefined where it did. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Calls when a past has come. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  spark(series: SeriesView): Spark | undefined {
    return this.#kept.get(series);
  }

  /** These are in sight now, and no others. */
  show(series: readonly SeriesView[]): void {
    const before = this.#shown;
    this.#shown = new Set(series);
    for (const one of before) if (!this.#shown.has(one)) this.#missed(one);
    let asks = false;
    for (const one of this.#shown) {
      const kept = this.#keep(one);
      asks ||= kept.askedMs === undefined;
    }
    if (asks) this.#plan(gatherMs);
    for (const [one] of this.#kept) {
      if (this.#kept.size <= mostKept) break;
      if (!this.#shown.has(one)) this.#kept.delete(one);
    }
  }

  /** What the trace of a series out of sight, or behind a cut, does not have. */
  #missed(series: SeriesView): void {
    const kept = this.#kept.get(series);
    if (kept) kept.askedMs = undefined;
  }

  #keep(series: SeriesView): Kept {
    const known = this.#kept.get(series);
    const isNumber = series.entry.type === "number";
    // A series that was emptied may be of another type since.
    const fits = known && known.trace instanceof SparkTrace === isNumber ? known : undefined;
    const trace = () => (isNumber ? new SparkTrace(sparkSpans[this.#span]) : new StateTrace());
    const kept = fits ?? { trace: trace(), ready: false, askedMs: undefined, takenMs: undefined };
    this.#kept.delete(series);
    this.#kept.set(series, kept);
    this.#take(series, kept);
    return kept;
  }

  #advance(): void {
    for (const series of this.#shown) {
      const kept = this.#kept.get(series);
      if (kept && kept.takenMs !== series.timeMs) this.#take(series, kept);
    }
  }

  #take({ timeMs, value }: SeriesView, kept: Kept): void {
    if (timeMs === undefined || value === undefined || kept.takenMs === timeMs) return;
    kept.takenMs = timeMs;
    if (kept.trace instanceof SparkTrace) {
      if (typeof value === "number") kept.trace.add(timeMs, value);
    } else if (typeof value !== "number") {
      kept.trace.add(timeMs, value);
      kept.trace.dropBefore(this.#options.client.now() - sparkSpans[this.#span].windowMs);
    }
  }

  #connected(): void {
    if (this.#options.client.state.state === "open") this.#plan(gatherMs);
    else this.#outdate();
  }

  #outdate(): void {
    for (const kept of this.#kept.values()) kept.askedMs = undefined;
  }

  /** Asks in `delayMs`, unless that is to happen earlier. */
  #plan(delayMs: number): void {
    this.#next?.cancel();
    this.#next = this.#options.timers.after(delayMs, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const { client, timers } = this.#options;
    if (this.#asking || client.state.state !== "open") return;
    const nowMs = timers.monotonic();
    const due = [...this.#shown].filter((one) => {
      const askedMs = this.#kept.get(one)?.askedMs;
      return askedMs === undefined || nowMs - askedMs >= renewMs;
    });
    if (due.length === 0) {
      if (this.#shown.size > 0) this.#plan(this.#renewalIn(nowMs));
      return;
    }
    const batch = batchOf(due);
    const asking = new AbortController();
    this.#asking = asking;
    for (const series of batch) this.#keep(series).askedMs = nowMs;
    let again = 0;
    try {
      await this.#askFor(batch, asking.signal);
      this.#problem = undefined;
    } catch (error) {
      for (const series of batch) this.#missed(series);
      if (!asking.signal.aborted) {
        this.#problem = error instanceof HubRefusal ? error.message : undefined;
        again = retryMs;
      }
    }
    this.#asking = undefined;
    for (const call of [...this.#listeners]) call();
    this.#plan(again);
  }

  #renewalIn(nowMs: number): number {
    const asked = [...this.#shown].map((one) => this.#kept.get(one)?.askedMs ?? nowMs);
    return Math.max(0, Math.min(...asked) + renewMs - nowMs);
  }

  async #askFor(batch: readonly SeriesView[], signal: AbortSignal): Promise<void> {
    const { windowMs, everyMs } = sparkSpans[this.#span];
    const toMs = this.#options.client.now();
    // What is only told anew nobody waits for.
    const quiet = batch.every((series) => this.#kept.get(series)?.ready);
    const params = {
      device: [...new Set(batch.map(({ entry }) => entry.device))],
      metric: [...new Set(batch.map(({ entry }) => entry.metric))],
      from: String((Math.floor((toMs - windowMs) / everyMs) - 1) * everyMs),
      to: String(Math.ceil(toMs)),
      every: String(everyMs),
      aggregates: ["last", "min", "max"],
    };
    const answer = await this.#options.api
      .get<ToldSeries | { series: ToldSeries[] }>("readings", { params, signal, quiet })
      .catch((error: unknown) => {
        // Removed meanwhile: it has no past.
        const gone =
          error instanceof HubRefusal && (error.code === "unknown_series" || error.code === "unknown_device");
        if (gone) return { series: [] };
        throw error;
      });
    const told = new Map(
      ("series" in answer ? answer.series : [answer]).map((one) => [`${one.device} ${one.metric}`, one]),
    );
    for (const series of batch) {
      const kept = this.#kept.get(series);
      if (kept) load(kept, series, told.get(`${series.entry.device} ${series.entry.metric}`), toMs);
    }
  }
}

function batchOf(due: readonly SeriesView[]): SeriesView[] {
  const metrics = new Set<string>();
  return due
    .filter(({ entry }) => metrics.has(entry.metric) || (metrics.size < batchMetrics && metrics.add(entry.metric)))
    .slice(0, batchSize);
}

function load(kept: Kept, series: SeriesView, told: ToldSeries | undefined, toMs: number): void {
  kept.ready = true;
  const { trace } = kept;
  if (trace instanceof SparkTrace) {
    const { times = [], last = [], min = [], max = [] } = told ?? {};
    trace.load({ times, last, min, max }, toMs);
    return;
  }
  const { value, timeMs } = series;
  trace.clear();
  trace.silenceMs = stateSilenceMs(series.entry);
  trace.load(told ?? { times: [] });
  // A state that did not change within the window is told by no reading in it, but it holds.
  if (typeof value !== "number" && value !== undefined && timeMs !== undefined) trace.add(timeMs, value);
}
