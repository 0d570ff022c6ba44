/** Gaps with their causes. */
import type { HoleCause, Holes } from "../../store/ledger.ts";
import type { Series } from "../catalog.ts";
import type { Causes } from "./cause.ts";
import { keptCause } from "./parts.ts";

/**
 * The causes of gaps; where nobody knows any more, the one that was kept of a gap that reached into it. `kept`: what the
 * ledger has of this time; without it none reached into any.
 */
export async function judged(
  series: Series,
  gaps: Pick<Holes, "fromMs" | "toMs">,
  graceMs: number,
  causes: Causes,
  kept?: () => Promise<Holes | undefined>,
): Promise<Holes> {
  const cause: HoleCause[] = [];
  let before: Holes | undefined;
  for (const [index, fromMs] of gaps.fromMs.entries()) {
    const toMs = gaps.toMs[index] as number;
    let found = await causes.of(series, { fromMs, toMs }, graceMs);
    if ((found === "unknown" || found === "silent") && kept) {
      before ??= await kept();
      const known = before?.fromMs.findIndex((one, row) => one < toMs && (before?.toMs[row] as number) > fromMs) ?? -1;
      found = keptCause(found, before?.cause[known]);
    }
    cause.push(found);
  }
  return { ...gaps, cause };
}
