/** The reader: answers queries from sealed chunks and the head's rows that came with the question. */
import type { Ages } from "../../protocol/keep.ts";
import type { AccessState, AuditRecord } from "../access.ts";
import type { BucketPage, ChangesPage, HolesPage, HolesSince, HolesSincePage, RawPage, Standing } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Cuts } from "../cuts.ts";
import type { Holes, LedgerStore } from "../ledger.ts";
import type { Quarantined, QuarantinePage } from "../quarantine.ts";
import { type BucketRange, type PresenceChange, type Range, type RawRange, StoreError } from "../store.ts";
import { loadAccess, readAudit } from "./access.ts";
import { type AgedAnswer, type AgedSeries, type AgedTurn, agedTurn } from "./aged-preview.ts";
import { changesPage } from "./changes-page.ts";
import { type Db, faultOf, isDamage, openForReading } from "./driver.ts";
import { suspect } from "./files.ts";
import { holesPage, holesSince } from "./holes-page.ts";
import { ledgerReader } from "./ledger.ts";
import { maskReader } from "./masks.ts";
import { databasePath, type StoreSettings } from "./options.ts";
import { noBuckets } from "./pages.ts";
import { presenceReader } from "./presence-table.ts";
import { type QuarantineReader, quarantineReader } from "./quarantine.ts";
import { RawPageBuilder } from "./raw-page.ts";
import { SegmentReader, UnreadableChunk } from "./segments.ts";
import { type SealedSizes, SealedSizesReader } from "./series-bytes.ts";
import { standingIn } from "./standing.ts";
import { TierReader } from "./tier-reader.ts";

/** After so long a question about many series is answered as far as it got: others wait meanwhile. */
const sliceMs = 25;

export class Reader {
  readonly #path: string;
  readonly #db: Db;
  readonly #segments: SegmentReader;
  /** Those that masks hide, too. */
  readonly #allSegments: SegmentReader;
  readonly #tiers: TierReader;
  readonly #presence: (device: string) => PresenceChange[];
  readonly #quarantine: QuarantineReader;
  readonly #ledger: ReturnType<typeof ledgerReader>;
  readonly #sizes: SealedSizesReader;
  readonly #shape: StoreSettings["tiers"];
  readonly #onFatal: (message: string) => void;
  readonly #onTrouble: (message: string) => void;

  /** The writer has opened the database before. `onFatal` hears of a file that cannot be read, `onTrouble` of damaged readings. */
  constructor(settings: StoreSettings, onFatal: (message: string) => void, onTrouble: (message: string) => void) {
    this.#path = databasePath(settings.folder);
    this.#db = openForReading(this.#path, settings.busyTimeoutMs);
    this.#segments = new SegmentReader(this.#db, maskReader(this.#db));
    this.#allSegments = new SegmentReader(this.#db);
    this.#tiers = new TierReader(this.#db, this.#segments, settings.tiers);
    this.#presence = presenceReader(this.#db);
    this.#quarantine = quarantineReader(this.#db);
    this.#ledger = ledgerReader(this.#db);
    this.#sizes = new SealedSizesReader(this.#db);
    this.#shape = settings.tiers;
    this.#onFatal = onFatal;
    this.#onTrouble = onTrouble;
  }

  readRaw(range: RawRange, limit: number, head: ChunkColumns): RawPage {
    const segments = range.withHidden ? this.#allSegments : this.#segments;
    return this.#inSnapshot(() => {
      const builder = new RawPageBuilder(head.type, limit);
      for (const segment of segments.read(range, head, () => false)) {
        if ("rows" in segment && !builder.add(segment.rows)) break;
      }
      return builder.page();
    });
  }

  readChanges(range: Range, limit: number, silenceMs: number, head: ChunkColumns): ChangesPage {
    return this.#inSnapshot(() => changesPage(this.#segments, range, limit, silenceMs, head));
  }

  /** `heads`: of the first ranges, null where a series is not known. */
  readManyBuckets(ranges: readonly BucketRange[], cuts: Cuts, limit: number, heads: readonly Head[]): BucketPage[] {
    return this.#untilSlice(heads, (head, index) => {
      return head ? this.#buckets(ranges[index] as BucketRange, cuts, limit, head) : noBuckets();
    });
  }

  #buckets(range: BucketRange, cuts: Cuts, limit: number, head: ChunkColumns): BucketPage {
    return this.#tiers.page(range, cuts, limit, head);
  }

  /** `heads`: of the first series the last row up to `atMs` that is not sealed, null where the series is not known. */
  readAt(series: readonly number[], atMs: number, heads: readonly Head[]): (Standing | null)[] {
    return this.#untilSlice(heads, (head, index) => {
      return head ? standingIn(this.#segments, series[index] as number, atMs, head) : null;
    });
  }

  readHoles(range: Range, graceMs: number, limit: number, head: ChunkColumns): HolesPage {
    return this.#inSnapshot(() => holesPage(this.#segments, range, graceMs, limit, head));
  }

  /** `heads`: all that is not sealed of the first series, null where one is not known. */
  readManyHoles(asked: readonly HolesSince[], limit: number, heads: readonly Head[]): HolesSincePage[] {
    return this.#untilSlice(heads, (head, index) => {
      return holesSince(this.#segments, asked[index] as HolesSince, limit, head);
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

  listQuarantine(...asked: Parameters<QuarantineReader["list"]>): QuarantinePage {
    return this.#inSnapshot(() => this.#quarantine.list(...asked));
  }

  findQuarantine(...asked: Parameters<QuarantineReader["find"]>): Quarantined[] {
    return this.#inSnapshot(() => this.#quarantine.find(...asked));
  }

  readLedger(...asked: Parameters<LedgerStore["read"]>): Holes[] {
    return this.#inSnapshot(() => this.#ledger(...asked));
  }

  loadAccess(): AccessState {
    return this.#inSnapshot(() => loadAccess(this.#db));
  }

  readAudit(beforeNumber: number | undefined, limit: number): AuditRecord[] {
    return this.#inSnapshot(() => readAudit(this.#db, beforeNumber, limit));
  }

  agedTurn(of: AgedSeries, ages: readonly Ages[], nowMs: number, turn: AgedTurn): AgedAnswer {
    return this.#inSnapshot(() => agedTurn(this.#db, this.#shape, of, ages, nowMs, turn));
  }

  sealedSizes(after: number, fromMs: number, toMs: number): SealedSizes {
    return this.#inSnapshot(() => this.#sizes.read(after, fromMs, toMs));
  }

  close(): void {
    this.#db.close();
  }

  /** Answers of as many of the first heads as take little time, at least one; what cannot be read is refused where it is the first. */
  #untilSlice<T>(heads: readonly Head[], answerOf: (head: Head, index: number) => T): T[] {
    return this.#inSnapshot(() => {
      const untilMs = performance.now() + sliceMs;
      const answers: T[] = [];
      for (const [index, head] of heads.entries()) {
        try {
          answers.push(answerOf(head, index));
        } catch (error) {
          if (index === 0 || !(error instanceof UnreadableChunk)) throw error;
          break;
        }
        if (performance.now() > untilMs) break;
      }
      return answers;
    });
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

/** What is not sealed of a series, or was not a moment ago; null where the series is not known. */
type Head = ChunkColumns | null;
