/** Gaps with their causes. */
import type { HoleCause, Holes } from "../../store/ledger.ts";
import type { Series } from "../catalog.ts";
import type { Caused, Causes, Stretch } from "./cause.ts";

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
      const whole = before && holeAcross(before, fromMs, toMs);
      if (whole) found = await causes.kept(found, whole, series, graceMs);
    }
    cause.push(found);
  }
  return { ...gaps, cause };
}

/** The first of these that reaches into a range. */
function holeAcross(holes: Holes, fromMs: number, toMs: number): (Stretch & Caused) | undefined {
  const row = holes.fromMs.findIndex((one, index) => one < toMs && (holes.toMs[index] as number) > fromMs);
  if (row < 0) return undefined;
  return { fromMs: holes.fromMs[row] as number, toMs: holes.toMs[row] as number, cause: holes.cause[row] as HoleCause };
}
