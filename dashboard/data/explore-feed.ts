/** The traces of any series of any devices in one window of time, and what comes while that window stands. */
import { compileSelectors } from "../../server/protocol/index.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import { DeviceFeed, type Trace } from "./device-feed.ts";
import { isFleet, keyOf, type SeriesName } from "./explore-choice.ts";
import { type DataSpan, openingRange, type Range, type TimeSpan, type TimeWindow, windowOf } from "./ranges.ts";

export interface ExploreFeedOptions {
  readonly client: HubClient;
  readonly view: Pick<HubView, "devices">;
  /** How wide the charts will be about, CSS pixels. */
  readonly widthPx: number;
}

/** A series with the device that it is of. */
export interface ExploredSeries {
  readonly key: string;
  readonly device: DeviceView;
  readonly series: SeriesView;
}

/** One device's part of what is looked at. */
interface Part {
  readonly device: DeviceView;
  readonly metrics: readonly string[];
  readonly feed: DeviceFeed;
  readonly end: () => void;
  /** What is drawn until the past of `feed` is here. */
  before: DeviceFeed | undefined;
}

/** A chart that became wider by less than this part of its width is full enough as it is. */
const widerBy = 1.25;

/** Buckets that a series is asked for at most: the hub's own limit is 5,000. */
const mostPoints = 2_000;
const fewestPoints = 100;

export class ExploreFeed {
  readonly #client: HubClient;
  readonly #view: Pick<HubView, "devices">;
  readonly #parts = new Map<string, Part>();
  readonly #listeners = new Set<() => void>();
  readonly #fleets = new Map<string, { readonly atMs: number; readonly span: DataSpan }>();
  #names: readonly SeriesName[] = [];
  #chosen: Range | undefined;
  #opening: Range | undefined;
  #points: number;
  #asked: number;
  #arrived = 0;
  #stands = false;

  constructor({ client, view, widthPx }: ExploreFeedOptions) {
    this.#client = client;
    this.#view = view;
    this.#points = pointsOf(widthPx);
    this.#asked = this.#points;
  }

  /** The range that is drawn: the one that was chosen, or the one that suits the data. */
  get range(): Range {
    if (this.#chosen !== undefined) return this.#chosen;
    const span = this.span();
    if (span.lastMs === undefined) return "1h";
    this.#opening ??= openingRange(span, this.#client.now());
    return this.#opening;
  }

  /** Readings that came since the window stands; 0 while it moves. */
  get arrived(): number {
    return this.#arrived;
  }

  get ready(): boolean {
    return [...this.#parts.values()].every(({ feed }) => feed.ready);
  }

  /** Why the hub refused to tell, in its words. */
  get problem(): string | undefined {
    for (const { feed } of this.#parts.values()) if (feed.problem !== undefined) return feed.problem;
    return undefined;
  }

  /** Those of the named series that the hub has, in the order of their names. */
  get series(): ExploredSeries[] {
    return this.#names.flatMap((name) => {
      const device = this.#view.devices.get(name.device);
      if (!device) return [];
      const series = [...device.series.values()].find(({ entry }) => entry.metric === name.metric);
      return series ? [{ key: keyOf(name), device, series }] : [];
    });
  }

  /** Shows these series in this range; what is there already stays drawn until the new past has come. */
  follow(names: readonly SeriesName[], range: Range | undefined): void {
    if (names.length === 0) this.#opening = undefined;
    this.#names = names;
    this.#chosen = range;
    const wanted = new Map<DeviceView, string[]>();
    for (const { device, series } of this.series) {
      wanted.set(device, [...(wanted.get(device) ?? []), series.entry.metric]);
    }
    const drawn = this.range;
    for (const [id, part] of [...this.#parts]) {
      if (!wanted.has(part.device)) this.#end(id, part);
    }
    for (const [device, metrics] of wanted) {
      const known = this.#parts.get(device.entry.device);
      if (known && metrics.every((metric) => known.metrics.includes(metric))) known.feed.range = drawn;
      else this.#begin(device, metrics, drawn, known);
    }
    this.#stands = typeof drawn === "object";
    if (!this.#stands) this.#arrived = 0;
  }

  /** How wide the charts are, CSS pixels: the past is asked for as finely as that, and anew where they became wider. */
  set widthPx(width: number) {
    this.#points = pointsOf(width);
    if (this.#points < this.#asked * widerBy) return;
    this.#asked = this.#points;
    for (const { feed } of this.#parts.values()) feed.retry();
  }

  retry(): void {
    for (const { feed } of this.#parts.values()) if (feed.problem !== undefined) feed.retry();
  }

  close(): void {
    for (const [id, part] of [...this.#parts]) this.#end(id, part);
  }

  /** Calls after each change of readings. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  trace({ device, series }: Pick<ExploredSeries, "device" | "series">): Trace | undefined {
    const part = this.#parts.get(device.entry.device);
    if (!part) return undefined;
    const { series: number } = series.entry;
    const fresh = part.feed.ready ? part.feed.trace(number) : undefined;
    return fresh ?? part.before?.trace(number) ?? part.feed.trace(number);
  }

  /** The stretch of time to draw at this moment, the same for all. */
  window(): TimeWindow {
    return windowOf(this.range, this.span(), this.#client.shownNow());
  }

  /** What the traces were asked for, up to now: what lies outside may only not be here; undefined until all is here. */
  get known(): TimeSpan | undefined {
    if (!this.ready) return undefined;
    const { fromMs, toMs } = this.window();
    return { fromMs, toMs: Math.min(toMs, this.#client.shownNow()) };
  }

  /** First and last reading of the named series. */
  span(): DataSpan {
    let firstMs: number | undefined;
    let lastMs: number | undefined;
    for (const { series } of this.series) {
      if (series.firstMs !== undefined) firstMs = Math.min(firstMs ?? series.firstMs, series.firstMs);
      if (series.timeMs !== undefined) lastMs = Math.max(lastMs ?? series.timeMs, series.timeMs);
    }
    for (const fleet of this.#names.filter(isFleet)) {
      const span = this.#fleetSpan(fleet);
      if (span.firstMs !== undefined) firstMs = Math.min(firstMs ?? span.firstMs, span.firstMs);
      if (span.lastMs !== undefined) lastMs = Math.max(lastMs ?? span.lastMs, span.lastMs);
    }
    return { firstMs, lastMs };
  }

  /** Of all devices that a name matches, looked at once a second: each frame asks, and there may be thousands. */
  #fleetSpan(fleet: SeriesName): DataSpan {
    const nowMs = performance.now();
    const known = this.#fleets.get(keyOf(fleet));
    if (known && nowMs - known.atMs < 1_000) return known.span;
    const matches = compileSelectors([fleet.device]);
    let span: DataSpan = { firstMs: undefined, lastMs: undefined };
    for (const device of this.#view.devices.values()) {
      if (!matches(device.entry.device)) continue;
      for (const { entry, firstMs = Number.POSITIVE_INFINITY, timeMs } of device.series.values()) {
        if (entry.metric !== fleet.metric || timeMs === undefined) continue;
        span = {
          firstMs: Math.min(span.firstMs ?? firstMs, firstMs),
          lastMs: Math.max(span.lastMs ?? timeMs, timeMs),
        };
      }
    }
    this.#fleets.set(keyOf(fleet), { atMs: nowMs, span });
    return span;
  }

  #begin(device: DeviceView, metrics: readonly string[], range: Range, known: Part | undefined): void {
    const id = device.entry.device;
    const before = known && (known.feed.ready ? known.feed : (known.before ?? known.feed));
    if (known) this.#end(id, known);
    const points = () => this.#points;
    const feed = new DeviceFeed(this.#client, device, range, {
      ...{ metrics, points, span: () => this.span() },
      arrived: (readings) => this.#count(readings),
    });
    const part: Part = {
      device,
      metrics,
      feed,
      before,
      end: feed.listen(() => this.#heard(part)),
    };
    this.#parts.set(id, part);
    feed.open();
  }

  #heard(part: Part): void {
    if (part.feed.ready) part.before = undefined;
    for (const call of [...this.#listeners]) call();
  }

  #end(id: string, part: Part): void {
    part.end();
    part.feed.close();
    this.#parts.delete(id);
  }

  /** Counts what comes while the window stands. */
  #count(readings: number): void {
    if (!this.#stands) return;
    this.#arrived += readings;
    for (const call of [...this.#listeners]) call();
  }
}

/** One bucket a pixel. */
function pointsOf(widthPx: number): number {
  return Math.max(fewestPoints, Math.min(mostPoints, Math.ceil(widthPx)));
}
