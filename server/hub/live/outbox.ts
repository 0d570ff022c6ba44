import type { Value } from "../../store/columns.ts";
import { Points } from "./points.ts";

interface Point {
  timeMs: number;
  value: Value;
}

/** Memory of a reading that is kept in order, and of the newest one of a series, bytes; of a text beside its letters. */
const inOrderBytes = 48;
const newestBytes = 112;
const textOverheadBytes = 32;

/**
 * What a viewer has still to see of a set. Keeps up to `capacity` readings in order; beyond it only the newest of each
 * series, so that it grows with the series watched and never with the time a viewer is stuck.
 */
export class Outbox {
  readonly #capacity: number;
  #inOrder = new Points();
  #newest: Map<number, Point> | undefined;
  #held = 0;
  #bytes = 0;

  /** `capacity` 0 keeps the newest of each series from the start. */
  constructor(capacity = 0) {
    this.#capacity = capacity;
  }

  /** Readings held since the last `take`, those left out since among them. */
  get held(): number {
    return this.#held;
  }

  /** Memory that it takes, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes note of readings; `points` may be changed by its owner afterwards. */
  hold(points: Points): void {
    this.#held += points.length;
    if (!this.#newest && this.#held <= this.#capacity) {
      copy(points, this.#inOrder);
      this.#bytes += bytesOf(points);
      return;
    }
    if (!this.#newest) {
      this.#newest = new Map();
      this.#bytes = keepNewest(this.#newest, this.#inOrder);
      this.#inOrder = new Points();
    }
    this.#bytes += keepNewest(this.#newest, points);
  }

  /** Hands out what is to be sent and starts empty again. `merged`: how many readings were left out. */
  take(): { points: Points; merged: number } {
    const points = this.#inOrder;
    for (const [series, point] of this.#newest ?? []) points.push(series, point.timeMs, point.value);
    const merged = this.#held - points.length;
    this.#inOrder = new Points();
    this.#newest = undefined;
    this.#held = 0;
    this.#bytes = 0;
    return { points, merged };
  }

  /** Forgets a series that was removed, so that nothing of it follows the news of its removal. */
  drop(series: number): void {
    const before = this.#length;
    this.leaveOut(series);
    this.#held -= before - this.#length;
  }

  /** Forgets the readings of a series, and counts them among those left out. */
  leaveOut(series: number): void {
    const newest = this.#newest?.get(series);
    if (newest) {
      this.#newest?.delete(series);
      this.#bytes -= newestBytes + textBytes(newest.value);
    }
    if (!this.#inOrder.series.includes(series)) return;
    const kept = new Points();
    copy(this.#inOrder, kept, series);
    this.#inOrder = kept;
    this.#bytes = bytesOf(kept);
  }

  /** Readings that would be handed out now. */
  get #length(): number {
    return this.#inOrder.length + (this.#newest?.size ?? 0);
  }

  /** A copy that goes its own way. */
  copy(): Outbox {
    const made = new Outbox(this.#capacity);
    copy(this.#inOrder, made.#inOrder);
    if (this.#newest) made.#newest = new Map([...this.#newest].map(([series, point]) => [series, { ...point }]));
    made.#held = this.#held;
    made.#bytes = this.#bytes;
    return made;
  }
}

function copy(from: Points, to: Points, except?: number): void {
  for (let index = 0; index < from.length; index++) {
    const series = from.series[index] as number;
    if (series !== except) to.push(series, from.times[index] as number, from.values[index] as Value);
  }
}

function bytesOf({ length, values }: Points): number {
  let bytes = length * inOrderBytes;
  for (let index = 0; index < length; index++) bytes += textBytes(values[index] as Value);
  return bytes;
}

function textBytes(value: Value): number {
  return typeof value === "string" ? value.length * 2 + textOverheadBytes : 0;
}

/** A late reading never replaces a newer one; the later arrival wins where times are equal. Answers how many bytes came. */
function keepNewest(newest: Map<number, Point>, points: Points): number {
  let bytes = 0;
  for (let index = 0; index < points.length; index++) {
    const series = points.series[index] as number;
    const timeMs = points.times[index] as number;
    const value = points.values[index] as Value;
    const known = newest.get(series);
    if (!known) {
      newest.set(series, { timeMs, value });
      bytes += newestBytes + textBytes(value);
    } else if (timeMs >= known.timeMs) {
      bytes += textBytes(value) - textBytes(known.value);
      known.timeMs = timeMs;
      known.value = value;
    }
  }
  return bytes;
}
