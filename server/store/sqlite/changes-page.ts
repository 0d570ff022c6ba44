/** A page of changes of one series. */
import type { ChangesPage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Range } from "../store.ts";
import { ChangesPageBuilder } from "./raw-page.ts";
import type { SegmentReader, WholeIsEnough } from "./segments.ts";

/** `head`: as a `SegmentReader` takes it. */
export function changesPage(
  segments: SegmentReader,
  range: Range,
  limit: number,
  silenceMs: number,
  head: ChunkColumns,
): ChangesPage {
  const builder = new ChangesPageBuilder(head.type, limit, silenceMs);
  // A chunk that never changes and has no silence is its ends, whatever its length: it is not decoded.
  const isSteady: WholeIsEnough = ({ min, max }, firstMs, lastMs, longestMs) =>
    Object.is(min, max) && (lastMs - firstMs <= silenceMs || longestMs() <= silenceMs);
  for (const segment of segments.read(range, head, isSteady)) {
    const goesOn =
      "rows" in segment
        ? builder.add(segment.rows)
        : builder.addSteady(segment.firstMs, segment.lastMs, segment.summary.first);
    if (!goesOn) break;
  }
  return builder.page();
}
