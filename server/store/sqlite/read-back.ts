/** Reads a whole database, as nobody does in everyday work: what a copy is worth is known only then. */
import { CodecError, NewerVersionError } from "../codec/bytes.ts";
import { decodeCells } from "../codec/cells.ts";
import { StoreOpenError } from "../store.ts";
import { problemIn } from "./checker.ts";
import { Chunks, decodeStored, type StoredChunk, storedColumns } from "./chunks.ts";
import { type Db, isDamage, openForReading, openPlain } from "./driver.ts";
import { Heads } from "./heads.ts";
import { JournalLog } from "./journal-log.ts";
import { Marks } from "./marks.ts";
import { Records } from "./records.ts";
import { recover } from "./recovery.ts";
import { lowerBound, mergeRows } from "./rows.ts";
import { checkSchema } from "./schema.ts";

/** What was found: so much, or what is wrong with it in one sentence. */
export type ReadBack = { readonly readings: number; readonly series: number } | { readonly damage: string };

/**
 * Makes the database at `path`, which nobody else has open, one plain file without a log, and reads all of it: every page,
 * every chunk, every tier, every entry of the journal, and whether the readings are as many as the tables say.
 */
export function readBack(path: string): ReadBack {
  try {
    openPlain(path).close();
    const db = openForReading(path, 0);
    try {
      checkSchema(db, path);
      const problem = problemIn(db);
      return problem === null ? readAll(db) : { damage: problem };
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof StoreOpenError || error instanceof CodecError || error instanceof NewerVersionError)
      return { damage: error.message };
    if (isDamage(error)) return { damage: (error as Error).message };
    throw error;
  }
}

function readAll(db: Db): ReadBack {
  const journal = new JournalLog(db);
  const heads = new Heads(journal);
  const chunks = new Chunks(db);
  recover({ journal, heads, records: new Records(db), marks: new Marks(db) });
  const sealed = readChunks(db);
  readTiers(db);
  let readings = 0;
  for (const head of heads.all()) {
    const { identity } = head;
    const found = sealed.get(identity.series) ?? [];
    const count = countOf(found, chunks);
    if (count !== head.sealed.count) {
      const name = `${identity.device} ${identity.metric}`;
      return { damage: `${name} has ${count} sealed readings, and its row says ${head.sealed.count}` };
    }
    readings += count + (head.length === 0 ? 0 : countOpen(head.rows().times, found, chunks));
  }
  return { readings, series: heads.all().length };
}

interface Found {
  readonly id: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/** Decodes every chunk in the order in which they lie in the file; answers by series what they hold. */
function readChunks(db: Db): Map<number, Found[]> {
  const bySeries = new Map<number, Found[]>();
  const rows = db.prepare(`SELECT id, ${storedColumns} FROM chunks`).iterate();
  for (const row of rows as IterableIterator<StoredChunk & { readonly id: number }>) {
    decodeStored(row);
    const { id, series, firstMs, lastMs, count } = row;
    const found = { id, firstMs, lastMs, count };
    const before = bySeries.get(series);
    if (before) before.push(found);
    else bySeries.set(series, [found]);
  }
  return bySeries;
}

/** Decodes every row of the tiers; data of an older schema has none. */
function readTiers(db: Db): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tiers'").get() === undefined) return;
  const rows = db.prepare("SELECT width_ms AS widthMs, frame_ms AS frameMs, buckets, cells FROM tiers").iterate();
  for (const { widthMs, frameMs, buckets, cells } of rows as IterableIterator<StoredTier>) {
    const { times } = decodeCells(cells, widthMs, frameMs);
    if (times.length !== buckets) throw new CodecError(`${times.length} buckets of a tier where ${buckets} should be`);
  }
}

interface StoredTier {
  readonly widthMs: number;
  readonly frameMs: number;
  readonly buckets: number;
  readonly cells: Buffer;
}

/** How many readings the chunks of a series hold together: those that overlap may have the same times. */
function countOf(found: Found[], chunks: Chunks): number {
  found.sort((a, b) => a.firstMs - b.firstMs);
  let count = 0;
  for (let from = 0; from < found.length; ) {
    let to = from;
    let lastMs = Number.NEGATIVE_INFINITY;
    do lastMs = Math.max(lastMs, (found[to++] as Found).lastMs);
    while (to < found.length && (found[to] as Found).firstMs <= lastMs);
    const overlapping = found.slice(from, to);
    count += overlapping.length === 1 ? (overlapping[0] as Found).count : distinct(overlapping, chunks);
    from = to;
  }
  return count;
}

function distinct(overlapping: readonly Found[], chunks: Chunks): number {
  const rows = overlapping.map(({ id }) => chunks.read(id));
  return mergeRows((rows[0] as (typeof rows)[number]).type, rows).times.length;
}

/** How many of these times, which are not sealed yet, no chunk has. */
function countOpen(times: Float64Array, found: readonly Found[], chunks: Chunks): number {
  const seen = new Uint8Array(times.length);
  for (const { id, firstMs, lastMs } of found) {
    const [start, end] = [lowerBound(times, firstMs), lowerBound(times, lastMs + 1)];
    if (start === end) continue;
    const old = chunks.read(id).times;
    for (let index = start; index < end; index++) {
      const time = times[index] as number;
      if (old[lowerBound(old, time)] === time) seen[index] = 1;
    }
  }
  return times.length - seen.reduce((sum, one) => sum + one, 0);
}
