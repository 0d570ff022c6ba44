/**
 * What happens from reading to reading, bucket by bucket, so that it adds up over any buckets and any ranges that follow each
 * other: how far a counter rose, and the area under a line.
 */
import type { BucketPage, BucketSteps } from "../../store/answers.ts";
import { bucketAt, type Cuts } from "../../store/cuts.ts";
import { riseOf } from "../../store/steps.ts";
import { finite, type StepColumns } from "./columns.ts";

const hourMs = 3_600_000;

interface Reading {
  readonly timeMs: number;
  readonly value: number;
}

export interface StepRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cuts: Cuts;
  readonly maxStepMs: number;
}

/** What lies outside of the range, and belongs to the steps at its ends. */
export interface StepEnds {
  /** The last reading before the range. */
  readonly before: Reading | undefined;
  /** The first one at its end or behind it. */
  after(): Promise<Reading | undefined>;
}

/** `pages` with their steps, each page once the next one is known: what lies between two buckets belongs to both. */
export async function* withSteps(
  pages: AsyncIterable<BucketPage>,
  range: StepRange,
  ends: StepEnds,
): AsyncGenerator<{ readonly page: BucketPage; readonly columns: StepColumns }> {
  const sums = new Steps(range, ends.before);
  let held: { page: BucketPage; columns: StepColumns } | undefined;
  for await (const page of pages) {
    const columns = sums.add(page, held?.columns);
    if (held) yield held;
    held = { page, columns };
  }
  if (!held) return;
  const after = await ends.after();
  if (after) sums.end(after, held.columns);
  yield held;
}

class Steps {
  readonly #range: StepRange;
  #last: Reading | undefined;
  /** Up to here the area behind the last reading belongs to its own bucket; behind it to the next one with a reading. */
  #endMs: number;

  constructor(range: StepRange, before: Reading | undefined) {
    this.#range = range;
    this.#last = before;
    this.#endMs = range.fromMs;
  }

  /** `before`: the columns of the page before, whose last bucket gets its part of the step to this page. */
  add(page: BucketPage, before: StepColumns | undefined): StepColumns {
    const columns: StepColumns = { increase: [], rate: [], integral: [] };
    const steps = page.steps as BucketSteps;
    for (const [index, startMs] of page.times.entries()) {
      const first = { timeMs: steps.firstMs[index] as number, value: page.first[index] as number };
      const last = { timeMs: steps.lastMs[index] as number, value: page.last[index] as number };
      const since = this.#last;
      const rise = (steps.rise[index] as number) + (since ? riseOf(since.value, first.value) : 0);
      const ownArea = (steps.area[index] as number) + this.#split(first, index > 0 ? columns : before);
      const seconds = (last.timeMs - (since ?? first).timeMs) / 1_000;
      columns.increase.push(finite(rise));
      columns.rate.push(seconds > 0 ? finite(rise / seconds) : 0);
      columns.integral.push(finite(ownArea / hourMs));
      this.#last = last;
      this.#endMs = bucketAt(this.#range.cuts, startMs).endMs;
    }
    return columns;
  }

  /** Gives the last bucket its part of the step to the first reading behind the range. */
  end(after: Reading, columns: StepColumns): void {
    this.#endMs = this.#range.toMs;
    this.#split(after, columns);
  }

  /** The area of the step to `next`: that up to the end of the last bucket is added to it, the rest is answered. */
  #split(next: Reading, before: StepColumns | undefined): number {
    const last = this.#last;
    if (!last || next.timeMs - last.timeMs > this.#range.maxStepMs) return 0;
    const atMs = Math.min(next.timeMs, Math.max(last.timeMs, this.#endMs));
    const earlier = areaOf(last, next, last.timeMs, atMs) / hourMs;
    const place = (before?.integral.length ?? 0) - 1;
    if (before && place >= 0) before.integral[place] = finite((before.integral[place] as number) + earlier);
    return areaOf(last, next, atMs, next.timeMs);
  }
}

/** The area under the line from `one` to `next` between two moments, value × ms. */
function areaOf(one: Reading, next: Reading, fromMs: number, toMs: number): number {
  const valueAt = (timeMs: number) =>
    one.value + (next.value - one.value) * ((timeMs - one.timeMs) / (next.timeMs - one.timeMs));
  return fromMs < toMs ? (toMs - fromMs) * (valueAt(fromMs) / 2 + valueAt(toMs) / 2) : 0;
}
