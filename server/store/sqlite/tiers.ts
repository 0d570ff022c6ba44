/**
 * The table of tiers: frames of packed buckets. A row tells what it covers: all that is sealed from `frame_ms` to
 * `through_ms` is in its buckets, but for what is stale. Rows of one width never overlap, and none crosses a frame's end.
 */
import { CodecError } from "../codec/bytes.ts";
import { type CellRoom, type Cells, encodeCells, type OpenCells, openCells } from "../codec/cells.ts";
import type { Db } from "./driver.ts";
import { joinCells, sliceCells } from "./fold.ts";
import { bucketFloor, type Frame, type Interval, leastReadingsOf, type TierShape } from "./plan.ts";

/** A row takes in those beside it in its frame that reach so many times as far as itself: each bucket is written anew a few times, not with every stride. */
const takenIn = 2;
/** A row is cut no more often; what is behind the last cut then knows no steps. */
const mostChanges = 4;

interface StoredFrame {
  readonly series: number;
  readonly widthMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly cells: Buffer;
}

export class Tiers {
  readonly #shape: TierShape;
  readonly #list;
  readonly #read;
  readonly #insert;
  readonly #remove;

  constructor(db: Db, shape: TierShape) {
    this.#shape = shape;
    this.#list = db.prepare(
      `SELECT id, frame_ms AS fromMs, through_ms AS toMs FROM tiers
       WHERE series = ? AND width_ms = ? AND frame_ms >= ? AND frame_ms < ? AND through_ms > ? ORDER BY frame_ms`,
    );
    this.#read = db.prepare(
      "SELECT series, width_ms AS widthMs, frame_ms AS fromMs, through_ms AS toMs, cells FROM tiers WHERE id = ?",
    );
    this.#insert = db.prepare(
      "INSERT INTO tiers (series, width_ms, frame_ms, through_ms, buckets, bytes, cells) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM tiers WHERE id = ?");
  }

  /** Frames that have anything between two times, in rising time. */
  frames(series: number, widthMs: number, fromMs: number, toMs: number): Frame[] {
    const sinceMs = bucketFloor(fromMs, widthMs * this.#shape.frameBuckets);
    return this.#list.all(series, widthMs, sinceMs, toMs, fromMs) as Frame[];
  }

  /** The buckets of a frame; undefined for a damaged one: then the readings have to be asked. */
  cells(series: number, widthMs: number, frame: Frame, withSteps = true): Cells | undefined {
    return whereSound(() => this.open(series, widthMs, frame)?.all(withSteps));
  }

  /** The same, of which what is asked for is decoded, into `room`. */
  open(series: number, widthMs: number, { id, fromMs, toMs }: Frame, room?: CellRoom): OpenCells | undefined {
    const stored = this.#read.get(id) as StoredFrame | undefined;
    // The index led here: damage to one of the two shows beside the other.
    if (stored?.series !== series || stored.widthMs !== widthMs) return undefined;
    if (stored.fromMs !== fromMs || stored.toMs !== toMs) return undefined;
    return whereSound(() => openCells(stored.cells, widthMs, fromMs, room));
  }

  /**
   * Puts `cells` in the place of all that the tier has of `span`, whose ends are bucket starts. What it has nothing of becomes
   * a part of it only where that pays, or where it `mustStay`. `asOne`: a frame becomes one row, however long it is; otherwise
   * once it is full.
   */
  write(series: number, widthMs: number, span: Interval, cells: Cells, asOne: boolean, mustStay = false): void {
    const frameMs = widthMs * this.#shape.frameBuckets;
    for (let fromMs = span.fromMs; fromMs < span.toMs; ) {
      const frameEndMs = bucketFloor(fromMs, frameMs) + frameMs;
      const part = { fromMs, toMs: Math.min(span.toMs, frameEndMs) };
      this.#writePart(series, widthMs, part, sliceCells(cells, part.fromMs, part.toMs), asOne, mustStay);
      // Years without a reading have no frames, and are not worth a look each.
      const next = cells.times.find((timeMs) => timeMs >= frameEndMs);
      const heldMs = this.frames(series, widthMs, frameEndMs, span.toMs)[0]?.fromMs;
      const nextMs = Math.min(next ?? span.toMs, heldMs ?? span.toMs, span.toMs);
      fromMs = Math.max(bucketFloor(nextMs, frameMs), frameEndMs);
    }
  }

  #writePart(series: number, widthMs: number, part: Interval, fresh: Cells, asOne: boolean, mustStay: boolean): void {
    const frameMs = widthMs * this.#shape.frameBuckets;
    const frameFromMs = bucketFloor(part.fromMs, frameMs);
    const rows = this.frames(series, widthMs, frameFromMs, frameFromMs + frameMs);
    const overlaps = rows.some(({ fromMs, toMs }) => fromMs < part.toMs && toMs > part.fromMs);
    const goesOn = rows.some(({ fromMs, toMs }) => fromMs <= part.toMs && toMs >= part.fromMs);
    if (!overlaps && !mustStay && !this.#pays(widthMs, fresh, goesOn)) return;
    // A stretch without a reading is no row of its own.
    const anyLength = asOne || part.toMs === frameFromMs + frameMs || fresh.times.length === 0;
    const taken = takenInto(part, rows, anyLength);
    // A damaged one goes with all that it had: the readings are still there.
    const known = taken.flatMap((frame) => {
      if (frame.fromMs >= part.fromMs && frame.toMs <= part.toMs) return [];
      const cells = this.cells(series, widthMs, frame);
      return cells ? [{ frame, cells }] : [];
    });
    for (const { id } of taken) this.#remove.run(id);
    const spliced = joinCells([
      ...known.map(({ cells }) => sliceCells(cells, Number.NEGATIVE_INFINITY, part.fromMs)),
      fresh,
      ...known.map(({ cells }) => sliceCells(cells, part.toMs, Number.POSITIVE_INFINITY)),
    ]);
    const fromMs = Math.min(part.fromMs, ...known.map(({ frame }) => frame.fromMs));
    const toMs = Math.max(part.toMs, ...known.map(({ frame }) => frame.toMs));
    // A row knows the steps of all its buckets or of none: what an older hub made stays as it is beside what is new.
    const bounds = [fromMs, ...changesIn(spliced).slice(0, mostChanges), toMs];
    for (const [index, startMs] of bounds.slice(0, -1).entries()) {
      const endMs = bounds[index + 1] as number;
      const cells = sliceCells(spliced, startMs, endMs);
      const buckets = cells.times.length;
      if (buckets === 0) continue;
      const blob = encodeCells(cells, widthMs, startMs);
      this.#insert.run(series, widthMs, startMs, endMs, buckets, blob.length, blob);
    }
  }

  /** Whether buckets are worth their bytes; those that go on with a frame may hold half as much, so that frames do not fall to pieces. */
  #pays(widthMs: number, { count }: Cells, goesOn: boolean): boolean {
    if (count.length === 0) return goesOn;
    const readings = count.reduce((total, one) => total + one, 0);
    return readings / count.length >= leastReadingsOf(this.#shape, widthMs) / (goesOn ? 2 : 1);
  }
}

/** What is decoded; undefined where it is damaged. */
export function whereSound<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Where buckets begin or cease to know their steps. */
function changesIn({ times, longestMs }: Cells): number[] {
  const knows = (index: number) => !Number.isNaN(longestMs[index] as number);
  return [...times].filter((_, index) => index > 0 && knows(index) !== knows(index - 1));
}

/** The rows of a frame that a part of it overlaps, and those that go on from there and are not too long to be written anew with it. */
function takenInto(part: Interval, rows: readonly Frame[], anyLength: boolean): Frame[] {
  const taken = rows.filter(({ fromMs, toMs }) => fromMs < part.toMs && toMs > part.fromMs);
  let fromMs = Math.min(part.fromMs, ...taken.map((row) => row.fromMs));
  let toMs = Math.max(part.toMs, ...taken.map((row) => row.toMs));
  const isShort = (row: Frame) => anyLength || row.toMs - row.fromMs <= takenIn * (toMs - fromMs);
  for (const row of rows.toReversed()) {
    if (row.toMs !== fromMs || !isShort(row)) continue;
    taken.unshift(row);
    fromMs = row.fromMs;
  }
  for (const row of rows) {
    if (row.fromMs !== toMs || !isShort(row)) continue;
    taken.push(row);
    toMs = row.toMs;
  }
  return taken;
}
