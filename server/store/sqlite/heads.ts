/** All heads, and which of them to seal next: full ones first, then whoever the sweep has come to. */
import type { Columns } from "../columns.ts";
import type { HeadTally, NewestReading, SeriesHead } from "./head.ts";
import { OpenFrom } from "./open-from.ts";

/** Tells when a commit arrived, ms. */
export interface Arrivals {
  receivedMs(commit: number): number;
}

/** Fewer rows of one series than this are pushed one by one: making a run ready costs about as much. */
const fewRows = 4;

export class Heads {
  readonly tally: HeadTally = { overwritten: 0 };
  /** By series number; numbers are given out in order, so that holes are few. */
  readonly #byNumber: (SeriesHead | undefined)[] = [];
  readonly #byDevice = new Map<string, Set<SeriesHead>>();
  /** In order of series number, which is the order of the tables: neighbours are sealed into the same pages. */
  #list: SeriesHead[] = [];
  #gone = 0;
  #full: SeriesHead[] = [];
  #fullAt = 0;
  /** Heads in the order in which they got their first row, with that row's commit; the front bounds what the journal must keep. */
  #order: { head: SeriesHead; commit: number }[] = [];
  #orderAt = 0;
  #sweepAt = 0;
  /** How many heads the sweep may seal now; grows with what the journal and the heads took in. */
  #sweepDue = 0;
  #bytes = 0;
  /** No row lies before it. */
  #openFromMs = Number.POSITIVE_INFINITY;
  /** Tells it to the other threads. */
  readonly #openFrom: OpenFrom;
  /** How many heads let rows go since it was looked for. */
  #cleared = 0;
  readonly #arrivals: Arrivals;

  /** `arrivals` knows every commit that a head has rows of. */
  constructor(arrivals: Arrivals, openFrom = new OpenFrom()) {
    this.#arrivals = arrivals;
    this.#openFrom = openFrom;
    openFrom.ms = this.#openFromMs;
  }

  /** How many heads there are. */
  get count(): number {
    return this.#list.length - this.#gone;
  }

  /** Memory of all rows, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Heads that should be sealed now. */
  get due(): number {
    return this.#full.length - this.#fullAt + Math.floor(this.#sweepDue);
  }

  get(series: number): SeriesHead | undefined {
    return this.#byNumber[series];
  }

  ofDevice(device: string): SeriesHead[] {
    return [...(this.#byDevice.get(device) ?? [])];
  }

  /** Every head, in order of series number. */
  all(): SeriesHead[] {
    return this.#list.filter((head) => !head.removed);
  }

  add(head: SeriesHead): void {
    const { series, device } = head.identity;
    head.tally = this.tally;
    this.#byNumber[series] = head;
    this.#list.push(head);
    const siblings = this.#byDevice.get(device);
    if (siblings) siblings.add(head);
    else this.#byDevice.set(device, new Set([head]));
  }

  remove(head: SeriesHead): void {
    this.clear(head);
    head.removed = true;
    const { series, device } = head.identity;
    this.#byNumber[series] = undefined;
    const siblings = this.#byDevice.get(device);
    siblings?.delete(head);
    if (siblings?.size === 0) this.#byDevice.delete(device);
    this.#gone += 1;
    if (this.#gone * 2 > this.#list.length) {
      this.#list = this.all();
      this.#gone = 0;
      this.#sweepAt = 0;
    }
  }

  /** Gives a committed batch's readings to their heads; those of unknown series are left out. */
  push(columns: Columns, commit: number): void {
    const { length, series, times, values, strings } = columns;
    // Columns bring the readings of one series side by side.
    for (let from = 0, to = 0; from < length; from = to) {
      const number = series[from] as number;
      to = from + 1;
      while (to < length && series[to] === number) to++;
      const head = this.#byNumber[number];
      if (head === undefined) continue;
      if (to - from < fewRows) {
        for (let index = from; index < to; index++)
          this.#pushOne(head, times[index] as number, values[index] as number, strings, commit);
      } else this.#pushRun(head, columns, from, to, commit);
    }
  }

  /** As `push`, for a commit of the journal: readings that are sealed already are left out. */
  replay(columns: Columns, commit: number): void {
    const { length, series, times, values, strings } = columns;
    for (let index = 0; index < length; index++) {
      const head = this.#byNumber[series[index] as number];
      if (head === undefined || commit <= head.sealed.throughCommit) continue;
      if (head.sealed.lastMs !== null && (times[index] as number) <= head.sealed.lastMs) head.metAgain += 1;
      this.#pushOne(head, times[index] as number, values[index] as number, strings, commit);
    }
  }

  #pushOne(head: SeriesHead, timeMs: number, cell: number, strings: readonly string[], commit: number): void {
    if (head.length === 0) this.#order.push({ head, commit });
    if (timeMs < this.#openFromMs) this.#tellOpenFrom(timeMs);
    this.#bytes += head.push(timeMs, cell, strings, commit);
    this.#queueIfFull(head);
  }

  #pushRun(head: SeriesHead, columns: Columns, from: number, to: number, commit: number): void {
    if (head.length === 0) this.#order.push({ head, commit });
    let firstMs = columns.times[from] as number;
    for (let index = from + 1; index < to; index++) firstMs = Math.min(firstMs, columns.times[index] as number);
    if (firstMs < this.#openFromMs) this.#tellOpenFrom(firstMs);
    this.#bytes += head.pushRun(columns, from, to, commit);
    this.#queueIfFull(head);
  }

  #queueIfFull(head: SeriesHead): void {
    if (head.length < head.fullAt || head.queued) return;
    head.queued = true;
    this.#full.push(head);
  }

  /** The newest reading of a series, sealed or not. */
  newest(head: SeriesHead): NewestReading | undefined {
    const row = head.newestRow();
    if (row === undefined || (head.sealedNewest && head.sealedNewest.timeMs > row.timeMs)) return head.sealedNewest;
    return { timeMs: row.timeMs, value: row.value, receivedMs: this.#arrivals.receivedMs(row.commit) };
  }

  /** When the newest of the head's rows arrived, ms. */
  lastReceivedMs(head: SeriesHead): number {
    return this.#arrivals.receivedMs(head.lastCommit);
  }

  /** Moves the sweep on: `share` is the part of a budget that a commit used up, and a whole one makes a whole round. */
  advanceSweep(share: number): void {
    this.#sweepDue += this.#list.length * share;
  }

  /** Lets the sweep go on by at least so many heads. */
  makeDue(count: number): void {
    this.#sweepDue = Math.max(this.#sweepDue, count);
  }

  /** Heads that wait in queues, passed ones included: bounded by the heads that are open. */
  get queued(): number {
    return this.#order.length + this.#full.length;
  }

  /** The next head to seal, or undefined where none is due; `queued` where it was only found full. */
  next(): SeriesHead | undefined {
    const head = this.#nextFull() ?? this.#nextSwept();
    if (head) head.sealing = true;
    return head;
  }

  #nextFull(): SeriesHead | undefined {
    while (this.#fullAt < this.#full.length) {
      const head = this.#full[this.#fullAt++] as SeriesHead;
      if (this.#fullAt * 2 > this.#full.length) {
        this.#full = this.#full.slice(this.#fullAt);
        this.#fullAt = 0;
      }
      if (head.queued && isSealable(head)) return head;
    }
    return undefined;
  }

  #nextSwept(): SeriesHead | undefined {
    while (this.#sweepDue >= 1 && this.#list.length > 0) {
      const head = this.#list[this.#sweepAt] as SeriesHead;
      // It may have been looked at in this slice and left as it is; passed over now, it would hold the journal for another round.
      if (head.sealing) return undefined;
      this.#sweepDue -= 1;
      this.#sweepAt = (this.#sweepAt + 1) % this.#list.length;
      if (!isSealable(head)) continue;
      // What the sweep comes to is sealed whole, full or not: it holds the journal.
      head.queued = false;
      return head;
    }
    this.#sweepDue = Math.min(this.#sweepDue, 1);
    return undefined;
  }

  /** Takes up a head again whose seal was undone. */
  putBack(head: SeriesHead): void {
    if (head.removed || head.length === 0) return;
    head.sealing = false;
    head.queued = true;
    this.#full.push(head);
  }

  /** The oldest commit whose readings are not all sealed; Infinity where all are. */
  oldestCommit(): number {
    return this.#oldest()?.firstCommit ?? Number.POSITIVE_INFINITY;
  }

  /** The head that keeps the journal from being trimmed further. */
  #oldest(): SeriesHead | undefined {
    for (; this.#orderAt < this.#order.length; this.#orderAt++) {
      const { head, commit } = this.#order[this.#orderAt] as { head: SeriesHead; commit: number };
      if (head.length > 0 && head.firstCommit === commit) {
        // Under a steady flow there is always an open head, and what lies before it would pile up.
        if (this.#orderAt * 2 > this.#order.length) {
          this.#order = this.#order.slice(this.#orderAt);
          this.#orderAt = 0;
        }
        return head;
      }
    }
    this.#order = [];
    this.#orderAt = 0;
    return undefined;
  }

  /** After a restart the sweep goes on with the head that holds the journal's oldest commit. */
  resumeSweep(): void {
    const oldest = this.#oldest();
    if (oldest) this.#sweepAt = Math.max(0, this.#list.indexOf(oldest));
  }

  /** Takes the rows before `start` out of a head; the others wait for the next seal. */
  clearBefore(head: SeriesHead, start: number): void {
    if (start === 0) {
      head.queued = false;
      head.sealing = false;
      return;
    }
    this.#bytes -= head.bytes;
    head.clearBefore(start);
    this.#bytes += head.bytes;
    const commit = head.firstCommit;
    let place = this.#order.length;
    this.#raise();
    // The commits of what is left are among the newest: the place is near the end.
    while (place > this.#orderAt && (this.#order[place - 1] as { commit: number }).commit > commit) place -= 1;
    this.#order.splice(place, 0, { head, commit });
  }

  /** Empties a head. */
  clear(head: SeriesHead): void {
    this.#bytes -= head.bytes;
    head.clear();
    this.#raise();
  }

  /** After a head let rows go, which are sealed or gone. Looking at all heads is put off until about as many did. */
  #raise(): void {
    this.#cleared += 1;
    if (this.#bytes > 0 && this.#cleared < this.count) return;
    this.#cleared = 0;
    let openFromMs = Number.POSITIVE_INFINITY;
    if (this.#bytes > 0) for (const head of this.#list) openFromMs = Math.min(openFromMs, head.firstMs());
    if (openFromMs > this.#openFromMs) this.#tellOpenFrom(openFromMs);
  }

  #tellOpenFrom(ms: number): void {
    this.#openFromMs = ms;
    this.#openFrom.ms = ms;
  }
}

function isSealable(head: SeriesHead): boolean {
  return head.length > 0 && !head.removed && !head.sealing;
}
