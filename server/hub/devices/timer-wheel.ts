/**
 * Many deadlines behind one timer: a hierarchical timer wheel. Each level has 64 slots, each as long as the whole level below
 * it; an item lies in the level whose slot tells it from now, and moves down as its time comes. So setting, moving and taking
 * back cost the same for ten items and for a million, and each item is called in the very millisecond of its deadline.
 *
 * The wheel has a time of its own, which stands still while the hub does: after a night's sleep, or a stall of the event loop,
 * what devices sent meanwhile is not read yet, and nobody has missed a deadline.
 */
import type { Clock, Timer } from "../../ports.ts";

/** Something that can be waited for; both fields are the wheel's. */
export interface Waiting {
  /** Ms of the wheel's time; Infinity while it waits for nothing. */
  deadlineMs: number;
  /** Its slot, counted through all levels; -1 outside. */
  slot: number;
}

const slotsPerLevel = 64;
/** Of the lowest level a slot is 1 ms long; all seven together are 139 years. */
const levels = 7;
/** Length of a slot of each level, ms, and of the whole wheel behind them. */
const lengthsMs = Array.from({ length: levels + 1 }, (_, level) => slotsPerLevel ** level);

/** The wheel is looked at so often at least, ms: between two looks it cannot tell that the hub stood still. */
const longestWaitMs = 1_000;
/** A look this much too late, ms, tells that the hub stood still. */
const stallMs = 1_000;

export class TimerWheel<T extends Waiting> {
  readonly #clock: Clock;
  readonly #onDue: (item: T) => void;
  readonly #slots = Array.from({ length: levels * slotsPerLevel }, () => new Set<T>());
  #size = 0;
  /** Up to where the wheel has turned, whole ms of its time: what lies in it is due later, or now. */
  #turnedMs: number;
  /** How long the hub stood still, as far as the wheel saw it, ms. */
  #stoodStillMs = 0;
  #timer: Timer | undefined;
  /** When it is to fire, ms of the monotonic clock; Infinity where there is none. */
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** `onDue` is called with each item whose deadline has come, after it was taken out; it may set any. */
  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#turnedMs = Math.floor(clock.monotonic());
  }

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** The wheel's time at a moment of the monotonic clock, by default now, ms: what passed without the time in which the hub stood still. */
  now(monotonicMs = this.#clock.monotonic()): number {
    const lateMs = monotonicMs - this.#timerAtMs;
    if (lateMs > stallMs) {
      // What waited in the sockets may be read before the timer fires.
      this.#stoodStillMs += lateMs;
      this.#timerAtMs = monotonicMs;
    }
    return monotonicMs - this.#stoodStillMs;
  }

  /** Waits until `atMs` of the wheel's time; Infinity takes the item out. */
  set(item: T, atMs: number): void {
    this.#remove(item);
    if (atMs === Number.POSITIVE_INFINITY) return;
    item.deadlineMs = atMs;
    this.#arm(this.#place(item));
  }

  /** Forgets everything. */
  stop(): void {
    this.#disarm();
    for (const slot of this.#slots) {
      for (const item of slot) this.#remove(item);
    }
  }

  #remove(item: T): void {
    item.deadlineMs = Number.POSITIVE_INFINITY;
    if (item.slot < 0) return;
    this.#slots[item.slot]?.delete(item);
    item.slot = -1;
    this.#size--;
  }

  /** Puts an item where it belongs; the start of its slot, ms. */
  #place(item: T): number {
    const dueMs = Math.min(Math.max(Math.ceil(item.deadlineMs), this.#turnedMs), (lengthsMs[levels] as number) - 1);
    let level = 0;
    while (slotAt(dueMs, level + 1) !== slotAt(this.#turnedMs, level + 1)) level++;
    const slot = slotAt(dueMs, level);
    item.slot = level * slotsPerLevel + (slot % slotsPerLevel);
    this.#slots[item.slot]?.add(item);
    this.#size++;
    return slot * (lengthsMs[level] as number);
  }

  /** The next slot with anything in it: those of a lower level come before all of a higher one. */
  #next(): { readonly startMs: number; readonly items: Set<T> } | undefined {
    for (let level = 0; level < levels; level++) {
      const turned = slotAt(this.#turnedMs, level);
      const first = turned - (turned % slotsPerLevel);
      for (let slot = turned; slot < first + slotsPerLevel; slot++) {
        const items = this.#slots[level * slotsPerLevel + (slot % slotsPerLevel)] as Set<T>;
        if (items.size > 0) return { startMs: slot * (lengthsMs[level] as number), items };
      }
    }
    return undefined;
  }

  #fire(): void {
    const nowMs = Math.floor(this.now());
    this.#disarm();
    let next = this.#next();
    for (; next && next.startMs <= nowMs; next = this.#next()) {
      this.#turnedMs = Math.max(this.#turnedMs, next.startMs);
      for (const item of next.items) {
        const { deadlineMs } = item;
        this.#remove(item);
        if (Math.ceil(deadlineMs) <= this.#turnedMs) this.#onDue(item);
        else {
          item.deadlineMs = deadlineMs;
          this.#place(item);
        }
      }
    }
    this.#turnedMs = Math.max(this.#turnedMs, nowMs);
    if (next) this.#arm(next.startMs);
  }

  /** Has the wheel looked at in time. A timer that fires too early finds nothing due and is set again: cheaper than moving it at every change. */
  #arm(startMs: number): void {
    const monotonicMs = this.#clock.monotonic();
    const waitMs = Math.min(Math.max(0, startMs - this.now(monotonicMs)), longestWaitMs);
    if (this.#timer && this.#timerAtMs <= monotonicMs + waitMs) return;
    this.#disarm();
    this.#timerAtMs = monotonicMs + waitMs;
    this.#timer = this.#clock.after(Math.ceil(waitMs), () => this.#fire());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }
}

/** The number of the slot of a level in which a moment lies, counted from the beginning of time. */
function slotAt(ms: number, level: number): number {
  return Math.floor(ms / (lengthsMs[level] as number));
}
