/** What of a series is older than its policy says: runs of chunks, and frames of tiers. The writer takes it away, the reader says how much it is. */
import { type TierName, tierNames } from "../../protocol/tiers.ts";
import { type Interval, joined, without } from "../intervals.ts";
import type { AgeCuts } from "../retention.ts";
import type { Db } from "./driver.ts";
import { bucketFloor, type TierShape } from "./plan.ts";

/** Readings of a series that go together: `fromMs` included, `toMs` excluded. */
export interface AgedRun extends Interval {
  /** Of the chunks that it is made of. */
  readonly readings: number;
  readonly bytes: number;
  /** The first reading; `fromMs` may be -Infinity. */
  readonly firstMs: number;
  /** No tier is kept so long either. */
  readonly lost: boolean;
}

/** The runs of a part of a series, and after which end of a chunk to go on; null at its end. */
interface AgedPage {
  readonly runs: AgedRun[];
  readonly nextAfterMs: number | null;
}

interface Chunk {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly bytes: number;
}

/** A tier of whose buckets raw readings may go: nothing finer has to be kept. */
const holding: TierName = "hour";

export class AgedFinder {
  readonly #holdingMs: number | undefined;
  readonly #widths: readonly (readonly [TierName, number])[];
  readonly #pageChunks: number;
  readonly #chunks;
  readonly #newest;
  readonly #left;
  readonly #frames;
  readonly #stale;
  readonly #aged;

  /** `pageChunks`: of one series so many are looked at in one go. */
  constructor(db: Db, { widthsMs }: TierShape, pageChunks: number) {
    this.#widths = widthsMs.map((widthMs, at) => [tierNames[at + 1] as TierName, widthMs]);
    this.#holdingMs = this.#widths.find(([name]) => name === holding)?.[1];
    this.#pageChunks = pageChunks;
    this.#chunks = db.prepare(
      `SELECT first_ms AS firstMs, last_ms AS lastMs, count, bytes FROM chunks
       WHERE series = ? AND last_ms > ? AND last_ms < ? ORDER BY last_ms LIMIT ?`,
    );
    this.#newest = db.prepare("SELECT max(last_ms) FROM chunks WHERE series = ?").pluck();
    this.#left = db.prepare(
      "SELECT min(first_ms) AS firstMs, sum(count) AS count, sum(bytes) AS bytes FROM chunks WHERE series = ? AND last_ms >= ?",
    );
    this.#frames = db.prepare(
      `SELECT frame_ms AS fromMs, through_ms AS toMs FROM tiers
       WHERE series = ? AND width_ms = ? AND frame_ms <= ? AND through_ms > ? ORDER BY frame_ms`,
    );
    this.#stale = db.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM stale WHERE series = ? AND from_ms <= ? AND to_ms > ? ORDER BY from_ms",
    );
    this.#aged = db.prepare(
      "SELECT id, bytes FROM tiers WHERE series = ? AND width_ms = ? AND frame_ms < ? AND through_ms <= ? LIMIT ?",
    );
  }

  /** What goes of the chunks that end after `afterMs`. The newest reading of all never does. */
  page(series: number, afterMs: number, cuts: AgeCuts): AgedPage {
    if (cuts.rawMs === Number.NEGATIVE_INFINITY) return { runs: [], nextAfterMs: null };
    const newestMs = this.#newest.get(series) as number | null;
    if (newestMs === null) return { runs: [], nextAfterMs: null };
    const beforeMs = Math.min(cuts.rawMs, newestMs);
    const found = this.#chunks.all(series, afterMs, beforeMs, this.#pageChunks) as Chunk[];
    const runs = agedRuns(found, this.#held(series, found), cuts.lostMs);
    if (found.length === this.#pageChunks) return { runs, nextAfterMs: (found.at(-1) as Chunk).lastMs };
    if (newestMs < cuts.lostMs) runs.push(...this.#lastOf(series, newestMs));
    return { runs, nextAfterMs: null };
  }

  /** Of a series that is silent for so long: all but its newest reading. */
  #lastOf(series: number, newestMs: number): AgedRun[] {
    const { firstMs, count, bytes } = this.#left.get(series, newestMs) as Omit<Chunk, "lastMs">;
    if (count <= 1) return [];
    return [{ fromMs: Number.NEGATIVE_INFINITY, toMs: newestMs, firstMs, readings: count - 1, bytes, lost: true }];
  }

  /** Where a tier has the hours of all readings, and none of them has to be rolled up anew from what would go. */
  #held(series: number, chunks: readonly Chunk[]): Interval[] {
    if (chunks.length === 0 || this.#holdingMs === undefined) return [];
    const fromMs = Math.min(...chunks.map((chunk) => chunk.firstMs));
    const toMs = (chunks.at(-1) as Chunk).lastMs;
    const frames = joined(this.#frames.all(series, this.#holdingMs, toMs, fromMs) as Interval[]);
    const stale = this.#stale.all(series, toMs, fromMs) as Interval[];
    return frames.flatMap((frame) => [...without(frame, stale)]);
  }

  /** Frames of tiers that are old as a whole, at most `limit` of each. */
  frames(series: number, { full, nowMs }: AgeCuts, limit: number): { readonly id: number; readonly bytes: number }[] {
    return this.#widths.flatMap(([name, widthMs]) => {
      const beforeMs = nowMs - full[name];
      if (beforeMs === Number.NEGATIVE_INFINITY) return [];
      return this.#aged.all(series, widthMs, beforeMs, bucketFloor(beforeMs, widthMs), limit) as [];
    });
  }
}

/**
 * What goes of chunks, which are in the order of their ends: all that end before `lostMs`, and those that lie whole in one of
 * the stretches that are `held`. Pure.
 */
export function agedRuns(chunks: readonly Chunk[], held: readonly Interval[], lostMs: number): AgedRun[] {
  const runs: AgedRun[] = [];
  let stretch: Interval | undefined;
  for (const { firstMs, lastMs, count, bytes } of chunks) {
    const lost = lastMs < lostMs;
    const before = runs.at(-1);
    // A run never reaches over what stays: it is taken away by its ends, whatever else lies between them.
    const goesOn = before && stretch && before.lost === lost && firstMs >= stretch.fromMs && lastMs < stretch.toMs;
    const here = { fromMs: lost ? Number.NEGATIVE_INFINITY : firstMs, toMs: lastMs + 1, firstMs, lost };
    if (goesOn) {
      const first = Math.min(before.firstMs, firstMs);
      const sums = { readings: before.readings + count, bytes: before.bytes + bytes };
      runs[runs.length - 1] = { ...here, ...sums, fromMs: Math.min(before.fromMs, here.fromMs), firstMs: first };
      continue;
    }
    stretch = lost
      ? { fromMs: Number.NEGATIVE_INFINITY, toMs: lostMs }
      : held.find(({ fromMs, toMs }) => firstMs >= fromMs && lastMs < toMs);
    if (stretch) runs.push({ ...here, readings: count, bytes });
  }
  return runs;
}
