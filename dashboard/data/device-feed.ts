import type { HistoryMessage, LiveSeriesEntry, Update } from "../../server/protocol/index.ts";
import type { HubClient } from "../client/hub-client.ts";
import { type DeviceView, learnDecimals } from "../client/hub-view.ts";
import { spanOf } from "./data-span.ts";
import { type FeedPart, selectionOf, seriesOf } from "./feed-part.ts";
import { stateSilenceMs } from "./gaps.ts";
import { NumberTrace } from "./number-trace.ts";
import { type AskedPast, PastAndPresent } from "./past-and-present.ts";
import { margin, pastRequest } from "./past-request.ts";
import { type DataSpan, type Range, sameRange, type TimeWindow, windowOf } from "./ranges.ts";
import type { Readings } from "./seam.ts";
import { StateTrace } from "./state-trace.ts";

export type Trace = NumberTrace | StateTrace;

/** The past is asked anew at most this often where it changed, has a hole, or parts of the present were left out, ms. */
const renewMs = 30_000;

/** Decimal places are learned from so many values of a history. */
const decimalsFrom = 100;

const everywhere = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** A past that the hub was asked for. */
interface Asked extends AskedPast {
  readonly window: TimeWindow;
  /** The hub was asked as soon as it was back, before the page knew what came meanwhile. */
  readonly afterCut: boolean;
}

/** The traces of one device in one range: past and present in one subscription, renewed when range or edge change. */
export class DeviceFeed {
  readonly device: DeviceView;
  readonly #client: HubClient;
  readonly #part: FeedPart;
  readonly #traces = new Map<number, Trace>();
  readonly #listeners = new Set<() => void>();
  #range: Range;
  #told: PastAndPresent<Asked> | undefined;
  /** What is told or was. */
  #asked: Pick<Asked, "window" | "afterCut"> = { window: { fromMs: 0, toMs: 0, live: true }, afterCut: false };
  /** A past was whole before: what comes of a new one waits for the rest of it, so that no chart lacks an end for a frame. */
  #drawn = false;
  #pages: HistoryMessage[] = [];
  /** Series whose history of the present subscription has begun to arrive. */
  #arrived = new Set<number>();
  #entries = new Map<number, LiveSeriesEntry>();
  /** Readings of each series by the hub's last word, and those that came since: fewer than that tells that some were removed. */
  readonly #counts = new Map<number, number>();
  /** When the hub was asked last, ms of its clock. */
  #askedMs = 0;
  /** Readings are missing on the page, or shown and removed: the hub has to be asked again. */
  #outdated = false;
  #merged = 0;

  constructor(client: HubClient, device: DeviceView, range: Range, part: FeedPart = {}) {
    this.#client = client;
    this.#part = part;
    this.device = device;
    this.#range = range;
  }

  get range(): Range {
    return this.#range;
  }

  set range(range: Range) {
    if (sameRange(range, this.#range)) return;
    this.#range = range;
    if (this.#told) this.#subscribe();
  }

  /** True once the whole past that was asked for is here. */
  get ready(): boolean {
    return this.#told?.ready ?? false;
  }

  /** Why the hub refused to tell all or a part, in its words. */
  get problem(): string | undefined {
    return this.#told?.problem;
  }

  /** Readings that the hub merged into newer ones on their way here, since the past was asked for last: it has them all. */
  get merged(): number {
    return this.#merged;
  }

  /** Asks anew. */
  retry(): void {
    if (this.#told) this.#subscribe();
  }

  open(): void {
    if (!this.#told) this.#subscribe();
  }

  close(): void {
    this.#told?.close();
    this.#told = undefined;
  }

  /** Calls after each change of readings. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  trace(series: number): Trace | undefined {
    return this.#traces.get(series);
  }

  /** The stretch of time to draw at this moment. */
  window(): TimeWindow {
    return windowOf(this.#range, this.span(), this.#client.shownNow());
  }

  /** First and last reading of what the window is laid over. After a cut the hub tells of it here before it has told of all. */
  span(): DataSpan {
    const { firstMs, lastMs: shownMs } = this.#part.span?.() ?? spanOf(this.device);
    let lastMs = shownMs;
    for (const { time } of this.#entries.values()) {
      if (time !== undefined && lastMs !== undefined && time > lastMs) lastMs = time;
    }
    return { firstMs, lastMs };
  }

  #subscribe(): void {
    this.close();
    this.#outdated = false;
    this.#merged = 0;
    this.#askedMs = this.#client.now();
    this.#told = new PastAndPresent<Asked>({
      client: this.#client,
      selection: selectionOf(this.device, this.#part),
      ask: (afterCut) => this.#ask(afterCut),
      keeps: () => !this.#outdated,
      begun: (asked) => {
        this.#asked = asked;
        this.#pages = [];
        this.#arrived = new Set();
        this.#entries.clear();
        this.#counts.clear();
      },
      series: (entries) => {
        for (const entry of entries) {
          if ("removed" in entry) this.#entries.delete(entry.series);
          else this.#take(entry);
        }
      },
      page: (message) => {
        if (this.#drawn) this.#pages.push(message);
        else this.#load(message);
      },
      whole: (seam) => this.#draw(seam),
      update: (message) => this.#advance(message),
      changed: () => this.#changed(),
    });
    this.#changed();
  }

  #take(entry: LiveSeriesEntry): void {
    const known = this.#entries.get(entry.series);
    const counted = this.#counts.get(entry.series) ?? 0;
    this.#entries.set(entry.series, entry);
    this.#counts.set(entry.series, entry.count);
    if (!this.ready || known === undefined) return;
    const drawnMs = this.#traces.get(entry.series)?.lastMs ?? Number.NEGATIVE_INFINITY;
    // A part of it was removed, which the hub tells by what is left, or hidden, or is shown again.
    if (entry.masks === known.masks && entry.count >= counted && (entry.time ?? Number.NEGATIVE_INFINITY) >= drawnMs)
      return;
    this.#subscribe();
  }

  #ask(afterCut: boolean): Asked {
    const window = this.window();
    const series = seriesOf(this.device, this.#part);
    const past = pastRequest(series, this.#range, window, this.#client.now(), this.#part.points?.());
    return { ...past, window, afterCut };
  }

  #load(page: HistoryMessage): void {
    const trace = this.#traceOf(page.series, page.values?.[0] ?? 0);
    if (!this.#arrived.has(page.series)) trace.clear();
    this.#arrived.add(page.series);
    this.#hearSilences(page.series, trace);
    trace.load(page);
    this.#learnDecimals(page);
  }

  /** The newest value alone may be a round one among finer ones. */
  #learnDecimals({ series, values, min, max }: Pick<HistoryMessage, "series" | "values" | "min" | "max">): void {
    const view = this.device.series.get(series);
    if (!view) return;
    for (const column of [values, min, max]) {
      for (const value of column?.slice(-decimalsFrom) ?? []) learnDecimals(view, value);
    }
  }

  /** Whether there are readings behind the end of what was asked for, a window that ends at the newest one. */
  #outrun(): boolean {
    const { live, toMs } = this.window();
    const { window } = this.#asked;
    return !window.live && (live || toMs > window.toMs);
  }

  #draw(seam: ReadonlyMap<number, Readings>): void {
    if (this.#asked.afterCut && this.#outrun()) {
      this.#subscribe();
      return;
    }
    for (const page of this.#pages) this.#load(page);
    this.#pages = [];
    this.#drawn = true;
    for (const [series, trace] of this.#traces) if (!this.#arrived.has(series)) trace.clear();
    for (const entry of this.#entries.values()) {
      if (entry.value === undefined || entry.time === undefined || typeof entry.value === "number") continue;
      // A state that did not change in this range has no history in it, but it holds.
      const trace = this.#traceOf(entry.series, entry.value);
      if (trace instanceof StateTrace) trace.add(entry.time, entry.value);
    }
    for (const [series, { times, values }] of seam) {
      const [first] = values;
      if (first === undefined) continue;
      this.#learnDecimals({ series, values });
      const trace = this.#traceOf(series, first);
      if (trace instanceof NumberTrace) trace.loadNewest(times, values);
      else trace.load({ times, values });
    }
  }

  #advance(update: Update): void {
    // This page was too slow for some of it; the history has all, and is asked when the storm is over.
    if (update.merged) {
      this.#outdated = true;
      this.#merged += update.merged;
    }
    if ((this.#outdated || this.#told?.hasHole) && this.#client.now() - this.#askedMs >= renewMs) {
      this.#subscribe();
      return;
    }
    if (update.series.length === 0) return;
    this.#part.arrived?.(update.series.length);
    const { fromMs, toMs } = typeof this.#range === "object" ? this.#range : everywhere;
    for (let index = 0; index < update.series.length; index++) {
      const timeMs = update.times[index];
      const value = update.values[index];
      if (timeMs === undefined || value === undefined) continue;
      const number = update.series[index] as number;
      this.#counts.set(number, (this.#counts.get(number) ?? 0) + 1);
      // A window that stands still keeps its fine rows: what lies outside must not push them out.
      if (timeMs < fromMs || timeMs > toMs) continue;
      const trace = this.#traceOf(number, value);
      if (trace instanceof NumberTrace) {
        if (typeof value === "number") trace.add(timeMs, value);
      } else if (typeof value !== "number" && !trace.add(timeMs, value)) this.#outdated = true;
    }
    const window = this.window();
    if (window.live && !this.#asked.window.live) this.#subscribe();
    else if (typeof this.#range === "string" && this.#range !== "all") {
      for (const trace of this.#traces.values())
        trace.dropBefore(window.fromMs - (window.toMs - window.fromMs) * margin);
    }
    this.#changed();
  }

  /** The trace of a series, made by its type, or by its first value where the series is not known yet. */
  #traceOf(series: number, value: number | boolean | string): Trace {
    const known = this.#traces.get(series);
    const isNumber = (this.device.series.get(series)?.entry.type ?? typeof value) === "number";
    // A series that was emptied may be of another type since.
    if (known && known instanceof NumberTrace === isNumber) return known;
    const made = isNumber ? new NumberTrace() : new StateTrace();
    this.#traces.set(series, made);
    this.#hearSilences(series, made);
    return made;
  }

  /** What a silence is may have been declared anew. */
  #hearSilences(series: number, trace: Trace): void {
    const entry = this.device.series.get(series)?.entry;
    if (trace instanceof StateTrace && entry) trace.silenceMs = stateSilenceMs(entry);
  }

  #changed(): void {
    for (const call of [...this.#listeners]) call();
  }
}
