/** What questions about many series want of the heads: of the first few, so that no commit waits long for the copies. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Range } from "../store.ts";
import type { Writer } from "./writer.ts";

/** Rows copied for one call, and heads looked at, before a commit may pass. */
const rowsAtOnce = 60_000;
const headsAtOnce = 500;

/** Rows of the first ranges that are not in chunks yet; null where a series is not known. */
export function manyHeadRows(writer: Writer, ranges: readonly Range[]): (ChunkColumns | null)[] {
  const heads: (ChunkColumns | null)[] = [];
  let rows = 0;
  for (const range of ranges.slice(0, headsAtOnce)) {
    const head = writer.headRows(range);
    heads.push(head);
    rows += (head?.times.buffer.byteLength ?? 0) / Float64Array.BYTES_PER_ELEMENT;
    if (rows >= rowsAtOnce) break;
  }
  return heads;
}

/** Of the first series the last row up to `atMs` that is not in a chunk yet; null where a series is not known. */
export function headsAt(writer: Writer, series: readonly number[], atMs: number): (ChunkColumns | null)[] {
  return series.slice(0, headsAtOnce).map((number) => writer.headRowAt(number, atMs));
}
