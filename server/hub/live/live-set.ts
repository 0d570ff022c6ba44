/** One distinct (devices, metrics, interval): what all its viewers see, encoded once. */
import { jsonText } from "../../formats/json.ts";
import { compileSelectors } from "../../protocol/selector.ts";
import type { DevicesMessage, SeriesMessage } from "../../protocol/viewer.ts";
import type { Value } from "../../store/columns.ts";
import type { Series } from "../catalog.ts";
import { Outbox } from "./outbox.ts";
import { encodeUpdates, Points } from "./points.ts";

/** What is watched. Without selectors: everything. */
export interface Selection {
  readonly devices?: readonly string[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  /** At most one update a series in so many ms; 0 or none: every reading. */
  readonly interval?: number | undefined;
  /** Selectors of the devices that its viewers may see at all; undefined for all. */
  readonly scope?: readonly string[] | undefined;
}

/** Names a selection: the same for selectors in another order. */
export function selectionKey({ devices, metrics, interval, scope }: Selection): string {
  const sorted = (selectors: readonly string[] | undefined) =>
    !selectors || selectors.length === 0 || selectors.includes("*") ? null : [...new Set(selectors)].sort();
  const key = [sorted(devices), sorted(metrics), interval ?? 0];
  return JSON.stringify(scope === undefined ? key : [...key, [...scope].sort()]);
}

/** Whether a device is selected, and may be seen. */
export function matchesDevices({ devices, scope }: Selection): (id: string) => boolean {
  const selected = compileSelectors(devices);
  if (scope === undefined) return selected;
  // No selectors would match all.
  if (scope.length === 0) return () => false;
  const seen = compileSelectors(scope);
  return (id) => seen(id) && selected(id);
}

/** The newest commit of the hub, shared by all sets. */
export interface Position {
  commit: number;
}

/** A viewer's place in a set. */
export interface Watcher {
  /** Frames that every viewer of the set gets alike, as UTF-8. `points` is what they hold; it changes after the call. `before`: the offset reached before them. */
  update(texts: readonly Buffer[], points: Points, before: number): void;
  /** A `devices` or `series` frame, to be seen before any later update. */
  announce(text: string): void;
  /** A series was removed: nothing of it may follow. Comes before its announcement. */
  drop(series: number): void;
  /** Readings of a series were deleted: what waits of it may be among them. Comes before its announcement, which tells the newest. */
  leaveOut(series: number): void;
}

/** Takes note of what the viewers of a set are told. */
export interface Follower {
  update(points: Points): void;
  announce(text: string): void;
  drop(series: number): void;
}

export class LiveSet {
  /** The hub's number of this set, unlike any other since it started. */
  readonly number: number;
  readonly key: string;
  readonly selection: Selection;
  readonly intervalMs: number;
  readonly watchers = new Set<Watcher>();
  /** What happens to the set, for viewers that are still to come. */
  readonly followers = new Set<Follower>();
  /** Series that its viewers know of, by number. */
  readonly series = new Map<number, Series>();
  readonly matchesDevice: (id: string) => boolean;
  /** Whether its viewers may know of a device at all. */
  readonly sees: (id: string) => boolean;
  readonly matchesMetric: (metric: string) => boolean;
  readonly #points = new Points();
  readonly #window: Outbox | undefined;
  readonly #position: Position;
  /** The offset before the first reading that waits. */
  #before = 0;

  constructor(number: number, selection: Selection, position: Position) {
    this.number = number;
    this.selection = selection;
    this.key = selectionKey(selection);
    this.intervalMs = selection.interval ?? 0;
    this.matchesDevice = matchesDevices(selection);
    this.sees = matchesDevices({ scope: selection.scope });
    this.matchesMetric = compileSelectors(selection.metrics);
    this.#window = this.intervalMs > 0 ? new Outbox() : undefined;
    this.#position = position;
  }

  /** The highest commit all of whose points for this set were sent, or superseded by newer ones that were sent. */
  get offset(): number {
    return this.waiting ? this.#before : this.#position.commit;
  }

  /** Readings that wait for the end of the interval. */
  get waiting(): boolean {
    return this.#window !== undefined && this.#window.held > 0;
  }

  matches(series: Series): boolean {
    return this.matchesDevice(series.device.id) && this.matchesMetric(series.metric);
  }

  /** Series that its viewers are told of from the start, or were told of. */
  know(series: readonly Series[]): void {
    for (const one of series) this.series.set(one.number, one);
  }

  /** Takes one reading of the commit that is being looked at; true for the first. */
  collect(series: number, timeMs: number, value: Value): boolean {
    this.#points.push(series, timeMs, value);
    return this.#points.length === 1;
  }

  /** The commit is complete: its readings are sent, or kept until `release` where `wait`. */
  settle(commit: number, wait: boolean): void {
    if (this.#window) {
      if (!this.waiting) this.#before = commit - 1;
      this.#window.hold(this.#points);
      if (!wait) this.release();
    } else {
      this.#send(this.#points, commit - 1);
    }
    this.#points.clear();
  }

  /** The interval is over: the newest of each series goes out. */
  release(): void {
    if (this.#window) this.#send(this.#window.take().points, this.#before);
  }

  /** Tells that nothing new is nothing wrong. */
  beat(): void {
    this.#send(new Points(), this.offset);
  }

  announceDevices(entries: DevicesMessage["devices"]): void {
    if (entries.length === 0) return;
    this.#announce({ type: "devices", set: this.number, devices: entries });
  }

  announceSeries(entries: SeriesMessage["series"]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (!("removed" in entry)) continue;
      this.series.delete(entry.series);
      this.#window?.drop(entry.series);
      for (const follower of this.followers) follower.drop(entry.series);
      for (const watcher of this.watchers) watcher.drop(entry.series);
    }
    this.#announce({ type: "series", set: this.number, series: entries });
  }

  /** Readings of a series were deleted: what waits of it is left out, for its announcement would come before it. */
  leaveOut(series: number): void {
    this.#window?.drop(series);
    for (const watcher of this.watchers) watcher.leaveOut(series);
  }

  #announce(message: DevicesMessage | SeriesMessage): void {
    const text = jsonText(message);
    for (const follower of this.followers) follower.announce(text);
    for (const watcher of this.watchers) watcher.announce(text);
  }

  #send(points: Points, before: number): void {
    if (this.followers.size > 0) for (const follower of this.followers) follower.update(points);
    // Encoded once: as strings they would be turned into bytes again for each viewer.
    const texts = encodeUpdates(this.number, points, this.offset, before).map((text) => Buffer.from(text));
    for (const watcher of this.watchers) watcher.update(texts, points, before);
  }
}
