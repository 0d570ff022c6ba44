/** What stood at a moment, in chunks and in what is not sealed. */
import type { Standing } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { SegmentReader } from "./segments.ts";

/** The last reading of a series up to `atMs`; `head` holds the last row up to there that is not sealed, or none. Null where there is none. */
export function standingIn(segments: SegmentReader, series: number, atMs: number, head: ChunkColumns): Standing | null {
  const headMs = head.times[0] ?? Number.NEGATIVE_INFINITY;
  const timeMs = Math.max(headMs, segments.timeBefore(series, atMs + 1));
  if (timeMs === Number.NEGATIVE_INFINITY) return null;
  for (const segment of segments.read({ series, fromMs: timeMs, toMs: timeMs + 1 }, head, () => false)) {
    if ("rows" in segment) return firstOf(segment.rows);
  }
  return null;
}

function firstOf({ type, times, values, strings }: ChunkColumns): Standing {
  const [timeMs, cell] = [times[0] as number, values[0] as number];
  if (type === "number") return { timeMs, value: cell };
  return { timeMs, value: type === "boolean" ? cell !== 0 : (strings[cell] as string) };
}
