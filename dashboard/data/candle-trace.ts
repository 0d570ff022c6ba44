import { bucketStart, type HistoryMessage } from "../../server/protocol/index.ts";
import { TimeColumns } from "./time-columns.ts";

/** What a bucket of readings is told by. Of no readings the count is 0 and nothing else means anything. */
export interface Candle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly sum: number;
  readonly count: number;
}

/** The aggregates of a bucket that make a candle. */
export const candleAggregates = ["first", "min", "max", "last", "sum", "count"] as const;

/** Buckets as the hub tells them. */
export type CandleColumns = Pick<HistoryMessage, "times" | (typeof candleAggregates)[number]>;

export interface CandleTraceOptions {
  /** Width of the buckets, ms. */
  readonly everyMs: number;
  /** Candles kept; the oldest go first. */
  readonly mostCandles: number;
  /** Readings kept one by one; more are settled, the oldest first. */
  readonly mostFresh: number;
}

const open = 0;
const high = 1;
const low = 2;
const close = 3;
const sum = 4;
const count = 5;
const cells = 6;

/**
 * Past and present of one series as candles, in typed arrays. The newest readings are known one by one, so that one that
 * is told twice counts once, one that is overwritten counts with its new value, and one that comes late opens or closes a
 * candle only where its time does. What lies before them is settled: of that only the hub can tell what a late one changes.
 */
export class CandleTrace {
  readonly everyMs: number;
  readonly #rows: TimeColumns;
  readonly #fresh: TimeColumns;
  readonly #mostFresh: number;
  /** Readings from here on are known one by one, ms. */
  #freshFromMs = Number.NEGATIVE_INFINITY;
  /** The part of the candle at `freshFromMs` that lies before it. */
  readonly #base = new Float64Array(cells);
  /** Changes with each reading, so that a chart knows whether to draw anew. */
  version = 0;

  constructor({ everyMs, mostCandles, mostFresh }: CandleTraceOptions) {
    this.everyMs = everyMs;
    this.#rows = new TimeColumns(mostCandles, cells);
    this.#fresh = new TimeColumns(mostFresh, 1);
    this.#mostFresh = mostFresh;
  }

  /** Rows, each a bucket in rising time. One whose readings were all removed has a count of 0. */
  get length(): number {
    return this.#rows.length;
  }

  get freshFromMs(): number {
    return this.#freshFromMs;
  }

  /** The newest reading known one by one, ms. */
  get newestMs(): number | undefined {
    const { length } = this.#fresh;
    return length === 0 ? undefined : this.#fresh.time(length - 1);
  }

  /** Start of the bucket, ms. */
  time(index: number): number {
    return this.#rows.time(index);
  }

  /** Its first reading. */
  open(index: number): number {
    return this.#rows.get(open, index);
  }

  high(index: number): number {
    return this.#rows.get(high, index);
  }

  low(index: number): number {
    return this.#rows.get(low, index);
  }

  /** Its last reading. */
  close(index: number): number {
    return this.#rows.get(close, index);
  }

  sum(index: number): number {
    return this.#rows.get(sum, index);
  }

  count(index: number): number {
    return this.#rows.get(count, index);
  }

  indexAtOrAfter(timeMs: number): number {
    return this.#rows.indexAtOrAfter(timeMs);
  }

  /** The row of exactly this bucket; -1 where there is none. */
  indexOf(bucketMs: number): number {
    const index = this.#rows.indexAtOrAfter(bucketMs);
    return index < this.length && this.time(index) === bucketMs && this.count(index) > 0 ? index : -1;
  }

  /** The start of the bucket that holds `timeMs`, UTC. */
  bucketOf(timeMs: number): number {
    return bucketStart(timeMs, this.everyMs);
  }

  /** Forgets everything. What is loaded next lies before `freshFromMs`, what is added next not. */
  begin(freshFromMs: number): void {
    this.#rows.clear();
    this.#fresh.clear();
    this.#base.fill(0);
    this.#freshFromMs = freshFromMs;
    this.version += 1;
  }

  /** Takes buckets of what lies before `freshFromMs`; the last of them may end there. */
  load({ times, first, min, max, last, sum, count }: CandleColumns): void {
    for (let index = 0; index < times.length; index++) {
      this.#settle(times[index] as number, {
        open: first?.[index] ?? 0,
        high: max?.[index] ?? 0,
        low: min?.[index] ?? 0,
        close: last?.[index] ?? 0,
        sum: sum?.[index] ?? 0,
        count: count?.[index] ?? 0,
      });
    }
  }

  /** Takes one reading. False where it lies in what is settled: the hub has to be asked for its bucket. */
  add(timeMs: number, value: number): boolean {
    if (this.#fresh.length === this.#mostFresh) this.#advance();
    if (timeMs < this.#freshFromMs) return false;
    this.version += 1;
    const newest = this.#fresh.length === 0 || timeMs > this.#fresh.time(this.#fresh.length - 1);
    this.#fresh.set(0, this.#fresh.place(timeMs), value);
    if (!newest) this.#remake(this.bucketOf(timeMs));
    else {
      const row = this.#rows.place(this.bucketOf(timeMs));
      if (row >= 0) this.#join(row, value);
    }
    return true;
  }

  /**
   * Takes what the hub says of the settled part of a bucket, up to `untilMs`; undefined: it is empty. False where more was
   * settled since it was asked.
   */
  correct(bucketMs: number, candle: Candle | undefined, untilMs: number): boolean {
    if (untilMs < Math.min(bucketMs + this.everyMs, this.#freshFromMs)) return false;
    this.#settle(bucketMs, candle ?? { open: 0, high: 0, low: 0, close: 0, sum: 0, count: 0 });
    return true;
  }

  #settle(bucketMs: number, candle: Candle): void {
    this.version += 1;
    if (bucketMs === this.bucketOf(this.#freshFromMs)) {
      for (const [column, cell] of cellsOf(candle).entries()) this.#base[column] = cell;
      this.#remake(bucketMs);
      return;
    }
    const row = this.#rows.place(bucketMs);
    if (row >= 0) for (const [column, cell] of cellsOf(candle).entries()) this.#rows.set(column, row, cell);
  }

  /** A candle from its parts: what is settled of it, and the readings known one by one. */
  #remake(bucketMs: number): void {
    const row = this.#rows.place(bucketMs);
    if (row < 0) return;
    const isBase = bucketMs === this.bucketOf(this.#freshFromMs);
    for (let column = 0; column < cells; column++)
      this.#rows.set(column, row, isBase ? (this.#base[column] as number) : 0);
    const end = this.#fresh.indexAtOrAfter(bucketMs + this.everyMs);
    for (let index = this.#fresh.indexAtOrAfter(bucketMs); index < end; index++)
      this.#join(row, this.#fresh.get(0, index));
  }

  /** Adds a reading that is the last of its candle. */
  #join(row: number, value: number): void {
    for (let column = 0; column < cells; column++) scratch[column] = this.#rows.get(column, row);
    fold(scratch, value);
    for (let column = 0; column < cells; column++) this.#rows.set(column, row, scratch[column] as number);
  }

  /** Settles the older half of what is known one by one. */
  #advance(): void {
    const fresh = this.#fresh;
    const untilMs = fresh.time(fresh.length >> 1);
    const bucketMs = this.bucketOf(untilMs);
    if (bucketMs !== this.bucketOf(this.#freshFromMs)) this.#base.fill(0);
    const end = fresh.indexAtOrAfter(untilMs);
    for (let index = fresh.indexAtOrAfter(bucketMs); index < end; index++) fold(this.#base, fresh.get(0, index));
    fresh.dropBefore(untilMs);
    this.#freshFromMs = untilMs;
  }
}

const scratch = new Float64Array(cells);

/** Adds a reading that is the last of its candle. */
function fold(candle: Float64Array, value: number): void {
  const isFirst = candle[count] === 0;
  if (isFirst) candle[open] = value;
  candle[high] = isFirst ? value : Math.max(candle[high] as number, value);
  candle[low] = isFirst ? value : Math.min(candle[low] as number, value);
  candle[close] = value;
  candle[sum] = (candle[sum] as number) + value;
  candle[count] = (candle[count] as number) + 1;
}

function cellsOf(candle: Candle): readonly number[] {
  return [candle.open, candle.high, candle.low, candle.close, candle.sum, candle.count];
}
