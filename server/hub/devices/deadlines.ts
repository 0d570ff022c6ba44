/** Many deadlines behind one timer: a binary heap, the nearest on top. */
import type { Clock, Timer } from "../../ports.ts";

/** Something that can be waited for; the two fields are the heap's. */
export interface Waiting {
  /** Monotonic ms; Infinity while it waits for nothing. */
  deadlineMs: number;
  /** Place in the heap; -1 outside. */
  place: number;
}

/** Nothing waits longer than this at a time: what a timer can hold is 2^31 ms, and a clock may be put to sleep. */
const longestWaitMs = 3_600_000;

export class Deadlines<T extends Waiting> {
  readonly #clock: Clock;
  readonly #onDue: (item: T) => void;
  readonly #heap: T[] = [];
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** `onDue` is called with each item whose deadline has come, after it was taken out; it may set it again. */
  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Items that wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** Waits until `atMs` of monotonic time; Infinity takes the item out. */
  set(item: T, atMs: number): void {
    if (atMs === Number.POSITIVE_INFINITY) {
      this.#remove(item);
      return;
    }
    item.deadlineMs = atMs;
    if (item.place < 0) {
      item.place = this.#heap.length;
      this.#heap.push(item);
    }
    this.#rise(item);
    this.#sink(item);
    this.#arm();
  }

  /** Forgets everything. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const item of this.#heap) item.place = -1;
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    // A timer that fires too early finds nothing due and is set again: cheaper than moving it at every change.
    if (!first || (this.#timer && this.#timerAtMs <= first.deadlineMs)) return;
    this.#timer?.cancel();
    const nowMs = this.#clock.monotonic();
    const waitMs = Math.min(Math.max(0, first.deadlineMs - nowMs), longestWaitMs);
    this.#timerAtMs = nowMs + waitMs;
    this.#timer = this.#clock.after(Math.ceil(waitMs), () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    for (let first = this.#heap[0]; first && first.deadlineMs <= nowMs; first = this.#heap[0]) {
      this.#remove(first);
      this.#onDue(first);
    }
    this.#arm();
  }

  #remove(item: T): void {
    item.deadlineMs = Number.POSITIVE_INFINITY;
    if (item.place < 0) return;
    const last = this.#heap.pop() as T;
    if (last !== item) {
      last.place = item.place;
      this.#heap[last.place] = last;
      this.#rise(last);
      this.#sink(last);
    }
    item.place = -1;
  }

  #rise(item: T): void {
    while (item.place > 0) {
      const parent = this.#heap[(item.place - 1) >> 1] as T;
      if (parent.deadlineMs <= item.deadlineMs) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#heap[2 * item.place + 1];
      const right = this.#heap[2 * item.place + 2];
      const child = right && left && right.deadlineMs < left.deadlineMs ? right : left;
      if (!child || item.deadlineMs <= child.deadlineMs) return;
      this.#swap(child, item);
    }
  }

  /** `a` stands below `b`. */
  #swap(a: T, b: T): void {
    const place = a.place;
    a.place = b.place;
    b.place = place;
    this.#heap[a.place] = a;
    this.#heap[b.place] = b;
  }
}
