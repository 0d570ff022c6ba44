/**
 * The default engine: SQLite in two worker threads, a writer and a reader. This is the main thread's side; it brings a
 * lost worker back and decides when the store can promise nothing any more.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BucketPage, ChangesPage, HolesPage, HolesSince, HolesSincePage, RawPage, Standing } from "../answers.ts";
import type { Backup, BackupOrder } from "../backups.ts";
import type { Cuts } from "../cuts.ts";
import type { Mask, NewMask } from "../masks.ts";
import type { SeriesSizes } from "../sizes.ts";
import type {
  Batch,
  BucketRange,
  Commit,
  Deletion,
  Latest,
  PresenceChange,
  Range,
  RawRange,
  RecentCommits,
  Refusal,
  SeriesState,
  StoreEvents,
  StoreState,
  StoreStats,
  TelemetryStore,
} from "../store.ts";
import { StoreError, StoreOpenError } from "../store.ts";
import { accessOf } from "./access-link.ts";
import { Appends } from "./appends.ts";
import { Backups } from "./backup.ts";
import { isUnchecked } from "./files.ts";
import { makeFolder } from "./folder.ts";
import { inParts } from "./in-parts.ts";
import { ledgerOf } from "./ledger-calls.ts";
import { lockFolder } from "./lock.ts";
import { LookThrough } from "./look-through.ts";
import { mergesOf } from "./merges.ts";
import { namesOf } from "./names.ts";
import { openOrBeginAnew } from "./opening.ts";
import { databasePath, type SqliteStoreOptions } from "./options.ts";
import { noChanges, noHoles, noReadings } from "./pages.ts";
import { quarantineOf } from "./quarantine-link.ts";
import { sqliteRetention } from "./retention.ts";
import { toOpenError } from "./schema.ts";
import { mergeSizes, type SealedSizes } from "./series-bytes.ts";
import { verifyAside } from "./verify.ts";
import { WorkerPair } from "./worker-pair.ts";

/** So many lost workers within `crashWindowMs` are no accident. */
const maxCrashes = 3;
const crashWindowMs = 60_000;
/** What a close takes at most where nobody says, ms. */
const closePatienceMs = 6_000;
const closed = new StoreError("store_unavailable", "The store is closed.");

/** The default engine on a folder, not yet open. `onFatal` hears, at most once, of a store that can promise nothing any more. */
export function createSqliteStore(options: SqliteStoreOptions & StoreEvents): TelemetryStore {
  return new SqliteStore(options, options);
}

export class SqliteStore implements TelemetryStore {
  readonly access = accessOf(() => this.#pair);
  readonly ledger = ledgerOf(() => this.#pair);
  readonly retention = sqliteRetention(() => this.#pair);
  readonly names = namesOf(() => this.#pair);
  readonly quarantine = quarantineOf(() => this.#pair);
  readonly merges = mergesOf(() => this.#pair);
  readonly #options: SqliteStoreOptions;
  readonly #events: StoreEvents;
  #pair: Promise<WorkerPair> = Promise.reject(closed);
  #unlock: () => void = () => {};
  #closing: Promise<void> | undefined;
  #failed = false;
  readonly #look: LookThrough;
  readonly #appends = new Appends();
  readonly #backups = new Backups();
  /** When workers were lost, ms. */
  #crashes: number[] = [];

  constructor(options: SqliteStoreOptions, events: StoreEvents) {
    this.#options = options;
    this.#events = events;
    this.#look = new LookThrough(options, {
      onDamage: (error) => this.#fail(error),
      onTrouble: (message) => events.onTrouble?.(message),
    });
    // Nobody has asked yet.
    this.#pair.catch(() => {});
  }

  async open(): Promise<StoreState> {
    const { folder } = this.#options;
    const lock = join(folder, "hub.lock");
    const isKnown = existsSync(lock);
    try {
      makeFolder(folder);
      this.#unlock = lockFolder(lock, folder);
    } catch (error) {
      throw toOpenError(error, folder);
    }
    try {
      const path = databasePath(folder);
      const { onCorrupt = "rename" } = this.#options;
      const { pair, state } = await openOrBeginAnew(path, isKnown, onCorrupt, this.#events, {
        open: () => this.#start(true),
        check: () => this.#look.check(),
      });
      this.#appends.opened(state.commit);
      this.#pair = Promise.resolve(pair);
      if (state.recovered || isUnchecked(path)) this.#look.begin();
      return state;
    } catch (error) {
      this.#unlock();
      // A folder of someone else must not be taken for ours the next time.
      const isForeign = error instanceof StoreOpenError && error.reason === "not_a_store";
      if (isForeign && !isKnown) rmSync(lock, { force: true });
      throw error;
    }
  }

  append(batch: Batch): Promise<Commit> {
    return this.#appends.send(this.#pair, batch);
  }

  async recent(limitBytes: number, fromMs: number): Promise<RecentCommits> {
    return (await this.#pair).writer.call("recent", [limitBytes, fromMs]);
  }

  async lastSeq(device: string, session: string): Promise<number> {
    return (await this.#pair).writer.call("lastSeq", [device, session]);
  }

  async readRaw(range: RawRange, limit: number): Promise<RawPage> {
    const pair = await this.#pair;
    const page = await pair.readSmall(range, limit);
    if (page !== undefined) return page ?? noReadings();
    return (await pair.ask("headRows", [range], "readRaw", [range, limit])) ?? noReadings();
  }

  async readChanges(range: Range, limit: number, silenceMs: number): Promise<ChangesPage> {
    const pair = await this.#pair;
    return (await pair.ask("headRows", [range], "readChanges", [range, limit, silenceMs])) ?? noChanges();
  }

  async timeBefore(series: number, beforeMs: number): Promise<number | null> {
    const { writer, reader } = await this.#pair;
    const headMs = await writer.call("headTimeBefore", [series, beforeMs]);
    return headMs === null ? null : reader.call("timeBefore", [series, beforeMs, headMs]);
  }

  async readBuckets(range: BucketRange, cuts: Cuts, limit: number): Promise<BucketPage> {
    const [page] = await this.readManyBuckets([range], cuts, limit);
    return page as BucketPage;
  }

  async readManyBuckets(ranges: readonly BucketRange[], cuts: Cuts, limit: number): Promise<BucketPage[]> {
    const pair = await this.#pair;
    if (ranges.length === 1) return pair.ask("manyHeadRows", [ranges], "readManyBuckets", [ranges, cuts, limit]);
    const { writer, reader } = pair;
    // An unknown series has no chunks in sight either: the reader would find those of one just deleted.
    const heads = await writer.call("manyHeadRows", [ranges]);
    return inSlices(heads, (rest, next) => reader.call("readManyBuckets", [ranges.slice(next), cuts, limit, rest]));
  }

  async readAt(series: readonly number[], atMs: number): Promise<(Standing | null)[]> {
    const { writer, reader } = await this.#pair;
    const heads = await writer.call("headsAt", [series, atMs]);
    return inSlices(heads, (rest, next) => reader.call("readAt", [series.slice(next), atMs, rest]));
  }

  async readHoles(range: Range, graceMs: number, limit: number): Promise<HolesPage> {
    const pair = await this.#pair;
    return (await pair.ask("headRows", [range], "readHoles", [range, graceMs, limit])) ?? noHoles();
  }

  async readManyHoles(asked: readonly HolesSince[], limit: number): Promise<HolesSincePage[]> {
    const { writer, reader } = await this.#pair;
    // Whole heads: the reading before is mostly in them, too.
    const ends = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    const ranges = asked.map(({ series }) => ({ series, ...ends }));
    const heads = await writer.call("manyHeadRows", [ranges]);
    return inSlices(heads, (rest, next) => reader.call("readManyHoles", [asked.slice(next), limit, rest]));
  }

  async seriesState(series: readonly number[]): Promise<SeriesState[]> {
    return inParts(series, async (part) => (await this.#pair).writer.call("seriesState", [part]));
  }

  async latest(series: readonly number[]): Promise<Latest[]> {
    return (await this.#pair).writer.call("latest", [series]);
  }

  async refusals(device: string): Promise<Refusal[]> {
    return (await this.#pair).writer.call("refusals", [device]);
  }

  async appendPresence(changes: readonly PresenceChange[], atMs: number): Promise<void> {
    return (await this.#pair).writer.call("appendPresence", [changes, atMs]);
  }

  async readPresence(device: string): Promise<PresenceChange[]> {
    return (await this.#pair).reader.call("readPresence", [device]);
  }

  async deleteReadings(ranges: readonly Range[]): Promise<Deletion[]> {
    return (await this.#pair).writer.call("deleteReadings", [ranges]);
  }

  async deleteDevice(device: string): Promise<void> {
    return (await this.#pair).writer.call("deleteDevice", [device]);
  }

  async addMask(mask: NewMask): Promise<Mask | null> {
    return (await this.#pair).writer.call("addMask", [mask]);
  }

  async removeMask(id: number): Promise<Mask | null> {
    return (await this.#pair).writer.call("removeMask", [id]);
  }

  async masks(series: readonly number[]): Promise<Mask[]> {
    return (await this.#pair).writer.call("masks", [series]);
  }

  /** Seals every head and empties the journal, as before a copy of the data or in a test of sealed readings. */
  async sealAll(): Promise<void> {
    return (await this.#pair).writer.call("sealAll", []);
  }

  async sizes(fromMs: number, toMs: number): Promise<SeriesSizes> {
    const { writer, reader } = await this.#pair;
    const open = await writer.call("openSizes", []);
    const sealed: SealedSizes[] = [];
    // A turn at a time: other questions come between.
    for (let after: number | null = 0; after !== null; after = sealed.at(-1)?.nextAfter ?? null) {
      sealed.push(await reader.call("sealedSizes", [after, fromMs, toMs]));
    }
    return mergeSizes(open, sealed, { fromMs, toMs });
  }

  backup(order: BackupOrder): Promise<Backup> {
    const { folder, verifierUrl, minFreeBytes = 0 } = this.#options;
    return this.#backups.make(order, {
      ...{ folder, minFreeBytes },
      copy: async (path) => (await this.#pair).writer.call("copyInto", [path]),
      verify: (path) => verifyAside(verifierUrl, path, this.#look.signal),
    });
  }

  async stats(): Promise<StoreStats> {
    return (await this.#pair).writer.call("stats", []);
  }

  close(patienceMs = closePatienceMs): Promise<void> {
    this.#closing ??= this.#close(patienceMs);
    return this.#closing;
  }

  async #close(patienceMs: number): Promise<void> {
    // Its process holds the log, which the close is to cut.
    const ended = this.#look.end();
    const pair = await this.#pair.catch(() => undefined);
    this.#pair = Promise.reject(closed);
    this.#pair.catch(() => {});
    await ended;
    await pair?.close(patienceMs);
    this.#unlock();
  }

  async #start(isFirst: boolean): Promise<{ pair: WorkerPair; state: StoreState }> {
    const pair = new WorkerPair(this.#options, isFirst, {
      onTrouble: (message) => this.#events.onTrouble?.(message),
      onFatal: (message) => this.#fail(new Error(message)),
      onLost: (reason) => this.#restart(reason),
    });
    try {
      return { pair, state: await pair.open() };
    } catch (error) {
      await pair.end();
      throw error;
    }
  }

  /** Brings the threads back; what is asked meanwhile waits for them. */
  #restart(reason: Error): void {
    if (this.#closing || this.#failed) {
      this.#appends.abandon();
      return;
    }
    const nowMs = performance.now();
    this.#crashes = [...this.#crashes.filter((atMs) => nowMs - atMs < crashWindowMs), nowMs];
    if (this.#crashes.length >= maxCrashes) {
      this.#fail(
        new Error(`The store's worker was lost ${maxCrashes} times within a minute, last because: ${reason.message}`),
      );
      return;
    }
    this.#pair = this.#start(false).then(async ({ pair, state }) => {
      await this.#appends.recovered(state.commit, pair.writer);
      return pair;
    });
    this.#pair.then(
      () => this.#events.onRestart?.(this.#crashes.length),
      (error) => this.#fail(error),
    );
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#appends.abandon();
    this.#events.onFatal(error);
  }
}

/**
 * Asks the reader until it has answered for all `heads`, a slice at a time: other questions come between, and the writer, which
 * commits may hold up, is not asked again. What cannot be read is thrown where it is the first.
 */
async function inSlices<Head, T>(
  heads: readonly Head[],
  ask: (rest: readonly Head[], next: number) => Promise<T[]>,
): Promise<T[]> {
  const answers: T[] = [];
  while (answers.length < heads.length) {
    try {
      answers.push(...(await ask(heads.slice(answers.length), answers.length)));
    } catch (error) {
      if (answers.length === 0) throw error;
      break;
    }
  }
  return answers;
}
