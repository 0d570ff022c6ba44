/** Takes readings away for good, chunk by chunk, in one transaction. */
import type { Deletion, Range } from "../store.ts";
import type { ChunkInfo, Chunks } from "./chunks.ts";
import { clusters } from "./clusters.ts";
import { transact } from "./driver.ts";
import type { NewestReading, SealedState, SeriesHead } from "./head.ts";
import type { WriterParts } from "./parts.ts";
import { mergeRows, sliceRows } from "./rows.ts";

/** Deletes ranges, each of another series; `commit` is the newest one. */
export function deleteRanges(parts: WriterParts, ranges: readonly Range[], commit: number): Deletion[] {
  // Heads change only once the transaction is through, and a second range of a series would not see the first.
  if (new Set(ranges.map(({ series }) => series)).size < ranges.length) throw new Error("a series stands in it twice");
  const done = transact(parts.db, () => {
    parts.meta.set("whole_after", String(commit + 1));
    return ranges.map((range) => deleteRange(parts, range, commit));
  });
  return done.map((one) => (one === undefined ? { removed: 0, seriesRemoved: false } : settle(parts, one)));
}

/** What is left of a series. */
interface Left {
  readonly head: SeriesHead;
  readonly removed: number;
  readonly state: SealedState;
  readonly newest: NewestReading | undefined;
}

/** Undefined where there is no such series. */
function deleteRange(parts: WriterParts, { series, fromMs, toMs }: Range, commit: number): Left | undefined {
  const { chunks, heads, masks, records, sealer, stale } = parts;
  const head = heads.get(series);
  if (!head) return undefined;
  // What is in chunks with its commit on record can't come back from the journal.
  const known = heads.newest(head);
  const before = head.length > 0 ? sealer.seal(head, commit).state : head.sealed;
  const doomed = chunks.overlapping(series, fromMs, toMs).filter((chunk) => chunk.firstMs < toMs);
  const removed = countReadings(parts, head, doomed, fromMs, toMs);
  for (const chunk of doomed) cut(chunks, head, chunk, fromMs, toMs);
  stale.changed(series, fromMs, toMs);
  masks.removeWithin(series, { fromMs, toMs });
  const count = before.count - removed;
  if (removed > 0 && count === 0) records.removeSeries(series);
  const newest = isWithin(known, fromMs, toMs) ? newestOf(chunks, series) : known;
  const firstMs = count === 0 ? null : chunks.firstMs(series);
  const state: SealedState = { ...before, count, firstMs, lastMs: newest?.timeMs ?? null };
  if (count > 0) sealer.save(series, state, newest);
  return { head, removed, state, newest };
}

function settle({ heads }: WriterParts, { head, removed, state, newest }: Left): Deletion {
  heads.clear(head);
  head.sealed = state;
  head.sealedNewest = newest;
  const seriesRemoved = removed > 0 && state.count === 0;
  if (seriesRemoved) heads.remove(head);
  return { removed, seriesRemoved };
}

/** Deletes a device. Its chunks are out of sight at once and taken away in slices afterwards. */
export function deleteDevice(
  { db, heads, marks, meta, presence, records }: WriterParts,
  device: string,
  commit: number,
): void {
  const doomed = heads.ofDevice(device);
  transact(db, () => {
    for (const head of doomed) records.removeSeries(head.identity.series);
    records.removeDevice(device);
    marks.removeStored(device, commit);
    meta.set("whole_after", String(commit + 1));
    presence.removeDevice(device);
  });
  for (const head of doomed) heads.remove(head);
  marks.removeKnown(device);
  presence.removeKnown(device);
}

function isWithin(newest: NewestReading | undefined, fromMs: number, toMs: number): boolean {
  return newest !== undefined && newest.timeMs >= fromMs && newest.timeMs < toMs;
}

function isInside(chunk: ChunkInfo, fromMs: number, toMs: number): boolean {
  return chunk.firstMs >= fromMs && chunk.lastMs < toMs;
}

/** Readings of these chunks within the range; chunks that overlap may hold the same millisecond twice. */
export function countReadings(
  { chunks }: WriterParts,
  head: SeriesHead,
  found: readonly ChunkInfo[],
  fromMs: number,
  toMs: number,
): number {
  let count = 0;
  for (const cluster of clusters(found)) {
    const [only] = cluster;
    if (cluster.length === 1 && only !== undefined && isInside(only, fromMs, toMs)) count += only.count;
    else {
      const rows = mergeRows(
        head.identity.type,
        cluster.map(({ id }) => chunks.read(id)),
      );
      count += sliceRows(rows, fromMs, toMs).times.length;
    }
  }
  return count;
}

/** Takes the readings of a range out of a chunk. */
export function cut(chunks: Chunks, head: SeriesHead, chunk: ChunkInfo, fromMs: number, toMs: number): void {
  if (isInside(chunk, fromMs, toMs)) {
    chunks.remove(chunk.id);
    return;
  }
  const rows = chunks.read(chunk.id);
  const kept = mergeRows(head.identity.type, [
    sliceRows(rows, Number.NEGATIVE_INFINITY, fromMs),
    sliceRows(rows, toMs, Number.POSITIVE_INFINITY),
  ]);
  if (kept.times.length === 0) chunks.remove(chunk.id);
  else if (kept.times.length < rows.times.length) chunks.replace(chunk.id, kept);
}

/** The newest reading in the chunks of a series; its arrival is not known closer than that of its chunk's newest commit. */
export function newestOf(chunks: Chunks, series: number): NewestReading | undefined {
  const last = chunks.last(series);
  if (last === undefined) return undefined;
  const { type, times, values, strings, receivedMs } = chunks.read(last);
  const cell = values.at(-1) as number;
  const value = type === "number" ? cell : type === "boolean" ? cell !== 0 : (strings[cell] as string);
  return { timeMs: times.at(-1) as number, value, receivedMs };
}
