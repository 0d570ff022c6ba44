/** Rows of tiers taken out of a series, or given to another one, as they are but for those that an end cuts. */

import { CodecError } from "../codec/bytes.ts";
import { decodeCells, encodeCells } from "../codec/cells.ts";
import type { Db } from "./driver.ts";
import { sliceCells } from "./fold.ts";
import type { Interval } from "./plan.ts";

interface Row extends Interval {
  readonly id: number;
}

export class TierMover {
  readonly #meeting;
  readonly #cells;
  readonly #give;
  readonly #remove;
  readonly #insert;
  readonly #size;
  readonly #first;

  constructor(db: Db) {
    const meeting = "series = ? AND width_ms = ? AND frame_ms < ? AND through_ms > ?";
    this.#meeting = db.prepare(`SELECT id, frame_ms AS fromMs, through_ms AS toMs FROM tiers WHERE ${meeting}`);
    this.#cells = db.prepare("SELECT cells FROM tiers WHERE id = ?").pluck();
    this.#give = db.prepare("UPDATE tiers SET series = ? WHERE id = ?");
    this.#remove = db.prepare("DELETE FROM tiers WHERE id = ?");
    this.#insert = db.prepare(
      "INSERT INTO tiers (series, width_ms, frame_ms, through_ms, buckets, bytes, cells) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#size = db.prepare(
      `SELECT count(*) AS rows, coalesce(sum(buckets), 0) AS buckets FROM tiers
       WHERE series = ? AND frame_ms < ? AND through_ms > ?`,
    );
    this.#first = db
      .prepare(
        "SELECT frame_ms FROM tiers WHERE series = ? AND width_ms = ? AND through_ms > ? ORDER BY frame_ms LIMIT 1",
      )
      .pluck();
  }

  /** Takes what a tier tells of a span out of a series; the rest of rows that it cuts stays. */
  cut(series: number, widthMs: number, span: Interval): void {
    for (const row of this.#rows(series, widthMs, span)) {
      this.#put(series, widthMs, row, { fromMs: row.fromMs, toMs: Math.min(row.toMs, span.fromMs) });
      this.#put(series, widthMs, row, { fromMs: Math.max(row.fromMs, span.toMs), toMs: row.toMs });
      this.#remove.run(row.id);
    }
  }

  /** The same, and gives it to another one, which has nothing in that span. */
  give(series: number, into: number, widthMs: number, span: Interval): void {
    for (const row of this.#rows(series, widthMs, span)) {
      if (row.fromMs >= span.fromMs && row.toMs <= span.toMs) {
        this.#give.run(into, row.id);
        continue;
      }
      this.#put(into, widthMs, row, {
        fromMs: Math.max(row.fromMs, span.fromMs),
        toMs: Math.min(row.toMs, span.toMs),
      });
    }
    this.cut(series, widthMs, span);
  }

  /** How much the tiers of these have that meets a span. */
  sizeOf(series: readonly number[], { fromMs, toMs }: Interval): { readonly rows: number; readonly buckets: number } {
    const sizes = series.map((one) => this.#size.get(one, toMs, fromMs) as { rows: number; buckets: number });
    const sum = (of: (size: (typeof sizes)[number]) => number) => sizes.reduce((total, size) => total + of(size), 0);
    return { rows: sum(({ rows }) => rows), buckets: sum(({ buckets }) => buckets) };
  }

  /** Where the first row of a series begins that ends behind `sinceMs`; Infinity where none does. */
  firstMs(series: number, widthsMs: readonly number[], sinceMs: number): number {
    const firsts = widthsMs.map((widthMs) => this.#first.get(series, widthMs, sinceMs) as number | undefined);
    return Math.min(...firsts.map((fromMs) => fromMs ?? Number.POSITIVE_INFINITY));
  }

  #rows(series: number, widthMs: number, { fromMs, toMs }: Interval): Row[] {
    return this.#meeting.all(series, widthMs, toMs, fromMs) as Row[];
  }

  /** Puts a part of a row in as one of its own; of a damaged one nothing is left. */
  #put(series: number, widthMs: number, row: Row, { fromMs, toMs }: Interval): void {
    if (fromMs >= toMs) return;
    try {
      const cells = decodeCells(this.#cells.get(row.id) as Buffer, widthMs, row.fromMs);
      const part = sliceCells(cells, fromMs, toMs);
      const buckets = part.times.length;
      if (buckets === 0) return;
      const blob = encodeCells(part, widthMs, fromMs);
      this.#insert.run(series, widthMs, fromMs, toMs, buckets, blob.length, blob);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  }
}
