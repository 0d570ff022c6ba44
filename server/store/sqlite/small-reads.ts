/**
 * Small questions about raw readings, answered on the main thread from a read-only connection of its own: to wake a thread and be
 * woken by it costs more than such an answer takes.
 */
import type { RawPage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";
import type { RawRange } from "../store.ts";
import { type Db, openForReading } from "./driver.ts";
import { maskReader } from "./masks.ts";
import { RawPageBuilder } from "./raw-page.ts";
import { noRows } from "./rows.ts";
import { SegmentReader } from "./segments.ts";

/** Readings decoded for one answer at most: 0.3 to 2 ms of this thread. */
const maxReadings = 8_192;
/** Lines of a log take four times as long each. */
const maxTexts = 2_048;
/** Chunks read for one answer at most: each is a look into the table. */
const maxChunks = 6;
/** Entries of the index looked at: those of a series that end after the range began. Older ranges are not small. */
const maxEntries = 256;
/** An answer that took longer found its pages cold, or the machine busy, ms. */
const slowMs = 5;
/** After a slow one the workers answer for so many times as long: slow ones take a tenth of this thread's time at most. */
const restTimes = 10;

/** Of the chunks of a range: entries of the index behind its begin, chunks in it, their readings; and the type of the series. */
type Size = [entries: number, chunks: number, readings: number, type: ValueType | null];

export class SmallReads {
  readonly #db: Db;
  readonly #segments: SegmentReader;
  /** Those that masks hide, too. */
  readonly #allSegments: SegmentReader;
  readonly #type;
  readonly #size;
  #restUntilMs = 0;

  private constructor(db: Db) {
    this.#db = db;
    this.#segments = new SegmentReader(db, maskReader(db));
    this.#allSegments = new SegmentReader(db);
    this.#type = db.prepare("SELECT type FROM series WHERE series = ?").pluck();
    this.#size = db
      .prepare(
        `SELECT count(*), count(*) FILTER (WHERE first_ms < @toMs), total(count) FILTER (WHERE first_ms < @toMs),
        (SELECT type FROM series WHERE series = @series)
        FROM (SELECT first_ms, count FROM chunks WHERE series = @series AND last_ms >= @fromMs ORDER BY last_ms LIMIT ${maxEntries})`,
      )
      .raw();
  }

  /** The writer has opened the database before. Undefined where it cannot be opened: the workers answer, or tell why not. */
  static open(path: string): SmallReads | undefined {
    let db: Db | undefined;
    try {
      // It waits for nobody's locks.
      db = openForReading(path, 0);
      return new SmallReads(db);
    } catch {
      db?.close();
      return undefined;
    }
  }

  /** Whether an answer about a range takes little time. */
  takes({ series, fromMs, toMs }: RawRange): boolean {
    if (performance.now() < this.#restUntilMs) return false;
    const restUntilMs = this.#restUntilMs;
    const found = this.#timed(() => this.#size.get({ series, fromMs, toMs }) as Size);
    // Cold pages of the index are followed by cold ones of the table.
    if (found === undefined || this.#restUntilMs > restUntilMs) return false;
    const [entries, chunks, readings, type] = found;
    const most = type === "string" ? maxTexts : maxReadings;
    return entries < maxEntries && chunks <= maxChunks && readings <= most;
  }

  /**
   * Readings of a range that `takes` took; `head` holds those that are not sealed, or were not a moment ago, and is left out where
   * there are none. Null where the series is not known; undefined where the workers are to be asked: they tell what is wrong.
   */
  read(range: RawRange, limit: number, head?: ChunkColumns): RawPage | null | undefined {
    return this.#timed(() => {
      // All of it sees the same state.
      this.#db.exec("BEGIN");
      try {
        return this.#page(range, limit, head);
      } finally {
        this.#db.exec("COMMIT");
      }
    });
  }

  #page(range: RawRange, limit: number, head: ChunkColumns | undefined): RawPage | null {
    const type = head?.type ?? (this.#type.get(range.series) as ValueType | undefined);
    if (type === undefined) return null;
    const segments = range.withHidden ? this.#allSegments : this.#segments;
    const builder = new RawPageBuilder(type, limit);
    for (const segment of segments.read(range, head ?? noRows(type), () => false)) {
      if ("rows" in segment && !builder.add(segment.rows)) break;
    }
    return builder.page();
  }

  close(): void {
    this.#db.close();
  }

  /** Undefined where the database or a chunk cannot be read now. */
  #timed<T>(read: () => T): T | undefined {
    const startMs = performance.now();
    try {
      return read();
    } catch {
      return undefined;
    } finally {
      const endMs = performance.now();
      if (endMs - startMs > slowMs) this.#restUntilMs = endMs + (endMs - startMs) * restTimes;
    }
  }
}
