/** Where a chart has nothing to show: the silences of its lines, and those that all of them have. */
import type { Line } from "./line.ts";
import type { TimeSpan } from "./ranges.ts";

/** Stretches of time in rising order, from and to by turns, ms. One is filled anew in each frame, so that none is made for it. */
export type Stretches = number[];

/** What is expected of a series. */
export interface Expected {
  /** The longest time without a row that is no silence, ms; Infinity where nothing is ever expected. */
  readonly joinMs: number;
  /** Of the first reading of all, ms: before it nothing was expected. */
  readonly firstMs: number | undefined;
}

/**
 * The silences of a line with those at its ends. `known`: what the hub was asked for, up to now; undefined while it has not told
 * all, so that nobody knows what is missing at the ends.
 */
export function lineSilences(
  into: Stretches,
  { times, gaps }: Pick<Line, "times" | "gaps">,
  { joinMs, firstMs }: Expected,
  known?: TimeSpan,
): void {
  const [first, last] = [times[0], times.at(-1)];
  if (known && firstMs !== undefined) {
    const fromMs = Math.max(known.fromMs, firstMs);
    const toMs = Math.min(known.toMs, first ?? known.toMs);
    if (toMs - fromMs > joinMs) into.push(fromMs, toMs);
  }
  for (const [fromMs, toMs] of gaps) into.push(fromMs, toMs);
  // It grows while nothing comes.
  if (known && last !== undefined && known.toMs - last > joinMs) into.push(last, known.toMs);
}

/** Of bars and strips: what lies between one and the next. `firstMs` undefined: what is before the first one is not known. */
export function barSilences(
  into: Stretches,
  bars: Iterable<TimeSpan>,
  { joinMs, firstMs }: Expected,
  known?: TimeSpan,
): void {
  let endMs = known && firstMs !== undefined ? Math.max(known.fromMs, firstMs) : undefined;
  for (const { fromMs, toMs } of bars) {
    if (endMs !== undefined && fromMs - endMs > joinMs) into.push(endMs, fromMs);
    endMs = Math.max(toMs, endMs ?? toMs);
  }
  if (known && endMs !== undefined && known.toMs - endMs > joinMs) into.push(endMs, known.toMs);
}

/** Buckets that have something, and what is expected of their series. */
export interface SilentBuckets {
  /** Starts and ends, ms. */
  readonly times: readonly number[];
  readonly ends: readonly number[];
  readonly silentMs: number;
  readonly firstMs: number | undefined;
}

/** Of what was counted in buckets. `isLine`: it is drawn from middle to middle, and broken there. */
export function bucketSilences(
  into: Stretches,
  { times, ends, silentMs, firstMs }: SilentBuckets,
  isLine: boolean,
  known?: TimeSpan,
): void {
  const inset = (row: number) => (isLine ? ((ends[row] as number) - (times[row] as number)) / 2 : 0);
  let endMs = known && firstMs !== undefined ? Math.max(known.fromMs, firstMs) : undefined;
  let lastInset = 0;
  for (let row = 0; row < times.length; row++) {
    const startMs = times[row] as number;
    const rowInset = inset(row);
    // Of the first bucket a part may be from before the first reading: what is counted of it may begin with the next one.
    const longestMs = row === 0 ? Math.max(silentMs, (ends[row] as number) - startMs) : silentMs;
    if (endMs !== undefined && startMs - endMs > longestMs) into.push(endMs - lastInset, startMs + rowInset);
    lastInset = rowInset;
    endMs = ends[row] as number;
  }
  if (known && endMs !== undefined && known.toMs - endMs > silentMs) into.push(endMs - lastInset, known.toMs);
}

/** The silences of the lines of one chart, and what is left where no line has a value. */
export class SharedSilences {
  readonly #lines: Stretches[] = [];
  #count = 0;
  #shared: Stretches = [];
  #spare: Stretches = [];

  begin(): void {
    this.#count = 0;
  }

  /** For the silences of one more line, empty. */
  line(): Stretches {
    const line = this.#lines[this.#count] ?? [];
    this.#lines[this.#count++] = line;
    line.length = 0;
    return line;
  }

  /** All lines were told. */
  end({ fromMs, toMs }: TimeSpan): void {
    this.#shared.length = 0;
    if (this.#count > 0) this.#shared.push(fromMs, toMs);
    for (let at = 0; at < this.#count; at++) {
      const common = this.#spare;
      common.length = 0;
      intersect(common, this.#shared, this.#lines[at] as Stretches);
      this.#spare = this.#shared;
      this.#shared = common;
    }
  }

  /** Where no line has a value, within the window. */
  get shared(): Readonly<Stretches> {
    return this.#shared;
  }

  /** Whether any line has a silence. */
  get any(): boolean {
    for (let at = 0; at < this.#count; at++) if ((this.#lines[at] as Stretches).length > 0) return true;
    return false;
  }

  /** Calls with each silence of each line. */
  each(call: (fromMs: number, toMs: number) => void): void {
    for (let at = 0; at < this.#count; at++) {
      const line = this.#lines[at] as Stretches;
      for (let end = 1; end < line.length; end += 2) call(line[end - 1] as number, line[end] as number);
    }
  }
}

function intersect(into: Stretches, some: Readonly<Stretches>, others: Readonly<Stretches>): void {
  for (let one = 0, other = 0; one + 1 < some.length && other + 1 < others.length; ) {
    const [oneTo, otherTo] = [some[one + 1] as number, others[other + 1] as number];
    const fromMs = Math.max(some[one] as number, others[other] as number);
    const toMs = Math.min(oneTo, otherTo);
    if (toMs > fromMs) into.push(fromMs, toMs);
    if (oneTo < otherTo) one += 2;
    else other += 2;
  }
}

/** Calls with each part of these, in the rising order of their begins, that lies within stretches: both are walked once, since there may be thousands. */
export function eachWithin<Part extends TimeSpan>(
  parts: readonly Part[],
  stretches: Readonly<Stretches>,
  call: (part: Part, fromMs: number, toMs: number) => void,
): void {
  let first = 1;
  for (const part of parts) {
    while (first < stretches.length && (stretches[first] as number) <= part.fromMs) first += 2;
    for (let end = first; end < stretches.length && (stretches[end - 1] as number) < part.toMs; end += 2) {
      call(part, Math.max(part.fromMs, stretches[end - 1] as number), Math.min(part.toMs, stretches[end] as number));
    }
  }
}

/** How long they last in all, ms. */
export function lengthOf(stretches: Readonly<Stretches>): number {
  let sumMs = 0;
  for (let end = 1; end < stretches.length; end += 2)
    sumMs += (stretches[end] as number) - (stretches[end - 1] as number);
  return sumMs;
}
