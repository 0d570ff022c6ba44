/** The reader: answers queries from sealed chunks and the head's rows that came with the question. */
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketStart } from "../pages.ts";
import {
  type BucketPage,
  type ChangesPage,
  type PresenceChange,
  type Range,
  type RawPage,
  StoreError,
} from "../store.ts";
import { BucketPageBuilder } from "./bucket-page.ts";
import type { Summary } from "./chunks.ts";
import { type Db, faultOf, isDamage, openForReading } from "./driver.ts";
import { suspect } from "./files.ts";
import { databasePath, type StoreSettings } from "./options.ts";
import { presenceReader } from "./presence-table.ts";
import { ChangesPageBuilder, RawPageBuilder } from "./raw-page.ts";
import { SegmentReader, UnreadableChunk, type WholeChunk } from "./segments.ts";
import { type SealedSizes, SealedSizesReader } from "./series-bytes.ts";

export class Reader {
  readonly #path: string;
  readonly #db: Db;
  readonly #segments: SegmentReader;
  readonly #presence: (device: string) => PresenceChange[];
  readonly #sizes: SealedSizesReader;
  readonly #onFatal: (message: string) => void;
  readonly #onTrouble: (message: string) => void;

  /** The writer has opened the database before. `onFatal` hears of a file that cannot be read, `onTrouble` of damaged readings. */
  constructor(settings: StoreSettings, onFatal: (message: string) => void, onTrouble: (message: string) => void) {
    this.#path = databasePath(settings.folder);
    this.#db = openForReading(this.#path, settings.busyTimeoutMs);
    this.#segments = new SegmentReader(this.#db);
    this.#presence = presenceReader(this.#db);
    this.#sizes = new SealedSizesReader(this.#db);
    this.#onFatal = onFatal;
    this.#onTrouble = onTrouble;
  }

  readRaw(range: Range, limit: number, head: ChunkColumns): RawPage {
    return this.#inSnapshot(() => {
      const builder = new RawPageBuilder(head.type, limit);
      for (const segment of this.#segments.read(range, head, () => false)) {
        if ("rows" in segment && !builder.add(segment.rows)) break;
      }
      return builder.page();
    });
  }

  readChanges(range: Range, limit: number, silenceMs: number, head: ChunkColumns): ChangesPage {
    return this.#inSnapshot(() => {
      const builder = new ChangesPageBuilder(head.type, limit, silenceMs);
      // A chunk that never changes, and has no room for a silence, is its ends, whatever its length.
      const isSteady = ({ min, max }: Summary, firstMs: number, lastMs: number) =>
        Object.is(min, max) && lastMs - firstMs <= silenceMs;
      for (const segment of this.#segments.read(range, head, isSteady)) {
        if (!builder.add("rows" in segment ? segment.rows : endsOf(segment, head))) break;
      }
      return builder.page();
    });
  }

  readBuckets(range: Range, everyMs: number, originMs: number, limit: number, head: ChunkColumns): BucketPage {
    return this.#inSnapshot(() => {
      const builder = new BucketPageBuilder(everyMs, originMs, limit);
      const startOf = (timeMs: number) => bucketStart(timeMs, everyMs, originMs);
      const isInOne = (_: unknown, firstMs: number, lastMs: number) => startOf(firstMs) === startOf(lastMs);
      for (const segment of this.#segments.read(range, head, isInOne)) {
        const goOn = "rows" in segment ? builder.addRows(segment.rows) : builder.addWhole(segment);
        if (!goOn) break;
      }
      return builder.page();
    });
  }

  /** `headMs`: the last time before `beforeMs` of what is not sealed, or was not a moment ago; -Infinity for none. */
  timeBefore(series: number, beforeMs: number, headMs: number): number | null {
    return this.#inSnapshot(() => {
      const foundMs = Math.max(headMs, this.#segments.timeBefore(series, beforeMs));
      return foundMs === Number.NEGATIVE_INFINITY ? null : foundMs;
    });
  }

  /** All of it is in the table at once: no head holds any back. */
  readPresence(device: string): PresenceChange[] {
    return this.#inSnapshot(() => this.#presence(device));
  }

  sealedSizes(after: number, fromMs: number, toMs: number): SealedSizes {
    return this.#inSnapshot(() => this.#sizes.read(after, fromMs, toMs));
  }

  close(): void {
    this.#db.close();
  }

  /** All reads of one page see the same state, whatever is sealed or merged meanwhile; the log is held for one page only. */
  #inSnapshot<T>(read: () => T): T {
    try {
      this.#db.exec("BEGIN");
      try {
        return read();
      } finally {
        this.#db.exec("COMMIT");
      }
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): unknown {
    if (error instanceof UnreadableChunk) {
      this.#onTrouble(error.message);
      return new StoreError("internal", error.message, false);
    }
    const fault = faultOf(error);
    if (fault === undefined) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (fault !== "fatal") return new StoreError("store_unavailable", `The database cannot be read now (${text}).`);
    const message = `The database is damaged or cannot be read (${text}).`;
    if (isDamage(error)) suspect(this.#path, text);
    this.#onFatal(message);
    return new StoreError("internal", message, false);
  }
}

/** The first and the last row of a chunk whose rows are all alike. */
function endsOf({ firstMs, lastMs, summary }: WholeChunk, { type }: ChunkColumns): ChunkColumns {
  return {
    type,
    times: Float64Array.of(firstMs, lastMs),
    values: Float64Array.of(summary.first, summary.first),
    strings: [],
  };
}
