/** What each series takes on the disk: one look over the index of the chunks, shared out over what the file holds. */
import type { SeriesSizes } from "../sizes.ts";
import type { Db } from "./driver.ts";
import type { WriterParts } from "./parts.ts";

/** The reader answers other questions after so long, ms. */
const turnMs = 15;

/**
 * Compressed readings are counted with their share of half-filled pages and of the index, but not beyond this: of a young
 * hub most of the file are tables that do not grow with its readings.
 */
const mostPageShare = 1.5;
/** What a reading takes in the journal at most, bytes: most of what stands there may be compressed by now and wait to be trimmed. */
const mostInJournal = 8;

/** What is not in chunks yet, a row a series in order of number; all arrays are parallel. */
export interface OpenSizes {
  readonly series: Float64Array;
  /** Readings in chunks, and those in memory and in the journal alone. */
  readonly sealed: Float64Array;
  readonly open: Float64Array;
  /** Device times of the first and the newest of the open ones, ms. */
  readonly openFirstMs: Float64Array;
  readonly openLastMs: Float64Array;
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  readonly journalBytes: number;
  /** What the database holds, the journal with it, without its free pages. */
  readonly usedBytes: number;
}

/** What is in chunks and tiers, of as many series as one turn looks at; all arrays are parallel. */
export interface SealedSizes {
  readonly series: Float64Array;
  /** As encoded. */
  readonly bytes: Float64Array;
  readonly readings: Float64Array;
  /** Readings within the range, a chunk across one of its ends by the part of its time. */
  readonly within: Float64Array;
  /** Series above this number are still to be asked for; null where there are none. */
  readonly nextAfter: number | null;
}

/** What the writer knows of every series. */
export function openSizes({ budget, heads, journal }: WriterParts): OpenSizes {
  const all = heads.all().filter((head) => head.length > 0 || head.sealed.count > 0);
  const column = () => new Float64Array(all.length);
  const [series, sealed, open, openFirstMs] = [column(), column(), column(), column()];
  const [openLastMs, firstMs, lastMs] = [column(), column(), column()];
  // In one pass: with 50,000 heads each look at one is a miss of the cache.
  for (const [at, head] of all.entries()) {
    const openMs = head.firstMs();
    series[at] = head.identity.series;
    sealed[at] = head.sealed.count;
    open[at] = head.length;
    openFirstMs[at] = openMs;
    openLastMs[at] = head.newestRow()?.timeMs ?? Number.NEGATIVE_INFINITY;
    firstMs[at] = Math.min(head.sealed.firstMs ?? Number.POSITIVE_INFINITY, openMs);
    lastMs[at] = heads.newest(head)?.timeMs ?? Number.NaN;
  }
  const columns = { series, sealed, open, openFirstMs, openLastMs, firstMs, lastMs };
  return { ...columns, journalBytes: journal.bytes, usedBytes: budget.usedBytes };
}

type Row = [series: number, bytes: number, readings: number, within: number];

/** The reader's part. */
export class SealedSizesReader {
  readonly #chunks;
  readonly #tiers;

  constructor(db: Db) {
    // All of it is in the index by time: no chunk is read.
    this.#chunks = db
      .prepare(
        `SELECT series, sum(bytes), sum(count), sum(CASE
           WHEN first_ms >= @fromMs AND last_ms < @toMs THEN count
           WHEN last_ms < @fromMs OR first_ms >= @toMs THEN 0
           ELSE 1.0 * count * (min(last_ms, @toMs) - max(first_ms, @fromMs)) / max(1, last_ms - first_ms) END)
         FROM chunks WHERE series > @after GROUP BY series ORDER BY series`,
      )
      .raw();
    this.#tiers = db.prepare("SELECT sum(bytes) FROM tiers WHERE series = ?").pluck();
  }

  /** Of series above the number `after`, as many as one turn has time for. */
  read(after: number, fromMs: number, toMs: number): SealedSizes {
    const endMs = performance.now() + turnMs;
    const found: Row[] = [];
    let nextAfter: number | null = null;
    for (const row of this.#chunks.iterate({ after, fromMs, toMs }) as IterableIterator<Row>) {
      found.push(row);
      if (performance.now() < endMs) continue;
      nextAfter = row[0];
      break;
    }
    for (const row of found) row[1] += (this.#tiers.get(row[0]) as number | null) ?? 0;
    const column = (at: number) => Float64Array.from(found, (row) => row[at] as number);
    return { series: column(0), bytes: column(1), readings: column(2), within: column(3), nextAfter };
  }
}

/** Puts both parts together. */
export function mergeSizes(open: OpenSizes, sealed: readonly SealedSizes[], range: Times): SeriesSizes {
  const { series, firstMs, lastMs } = open;
  const { length } = series;
  const chunks = chunksOf(sealed);
  let encoded = 0;
  for (const { bytes } of chunks.values()) encoded += bytes;
  const openAll = open.open.reduce((sum, rows) => sum + rows, 0);
  const pageShare = Math.min(mostPageShare, Math.max(1, (open.usedBytes - open.journalBytes) / Math.max(1, encoded)));
  const made = () => new Float64Array(length);
  const [bytes, readings, within, bytesPerReading] = [made(), made(), made(), made()];
  for (let at = 0; at < length; at++) {
    const known = chunks.get(series[at] as number);
    const rows = open.open[at] as number;
    const openSpan = { fromMs: open.openFirstMs[at] as number, toMs: open.openLastMs[at] as number };
    const inJournal = rows === 0 ? 0 : Math.min(mostInJournal, open.journalBytes / openAll) * rows;
    bytes[at] = Math.round((known?.bytes ?? 0) * pageShare + inJournal);
    readings[at] = (open.sealed[at] as number) + rows;
    within[at] = (known?.within ?? 0) + (rows === 0 ? 0 : rows * shareWithin(openSpan, range));
    bytesPerReading[at] = known && known.readings > 0 ? (known.bytes * pageShare) / known.readings : Number.NaN;
  }
  return { series, bytes, readings, firstMs, lastMs, within, bytesPerReading };
}

interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The part of `span` (its end included) that lies in `range`: the same rule as the question about chunks has. */
function shareWithin(span: Times, range: Times): number {
  if (span.fromMs >= range.fromMs && span.toMs < range.toMs) return 1;
  if (span.toMs < range.fromMs || span.fromMs >= range.toMs) return 0;
  const insideMs = Math.min(span.toMs, range.toMs) - Math.max(span.fromMs, range.fromMs);
  return insideMs / Math.max(1, span.toMs - span.fromMs);
}

function chunksOf(pages: readonly SealedSizes[]) {
  const found = new Map<number, { bytes: number; readings: number; within: number }>();
  for (const { series, bytes, readings, within } of pages) {
    for (let at = 0; at < series.length; at++) {
      found.set(series[at] as number, {
        ...{ bytes: bytes[at] as number, readings: readings[at] as number, within: within[at] as number },
      });
    }
  }
  return found;
}
