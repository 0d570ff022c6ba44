/** A gap that the hub's own absence cuts into parts. Pure. */
import { firstEndingAfter } from "../../store/intervals.ts";
import type { HoleCause } from "../../store/ledger.ts";

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** After a start of the hub its absence is the reason for so long, ms: devices wait before they try again. */
export const returnMs = 120_000;

/** Whether a gap may have more than one part. `down`: when no hub ran, in rising order, none overlaps another. */
export function mayBeCut({ fromMs, toMs }: Stretch, down: readonly Stretch[], graceMs: number): boolean {
  for (let at = firstEndingAfter(down, fromMs - returnMs); at < down.length; at++) {
    const one = down[at] as Stretch;
    if (one.fromMs >= toMs) return false;
    if (one.fromMs - fromMs > graceMs || toMs - one.toMs > graceMs) return true;
  }
  return false;
}

/**
 * The parts of a gap: one for each time of more than the grace without a hub, and those beside them that are longer than it;
 * what is shorter belongs to its neighbour. `down` in rising order; they may overlap.
 */
export function cutAt(gap: Stretch, down: readonly Stretch[], graceMs: number): Stretch[] {
  const parts: Stretch[] = [];
  for (const one of down) {
    const fromMs = Math.max(one.fromMs, gap.fromMs);
    const toMs = Math.min(one.toMs, gap.toMs);
    if (toMs - fromMs <= graceMs) continue;
    const doneMs = parts.at(-1)?.toMs ?? gap.fromMs;
    if (fromMs - doneMs > graceMs) parts.push({ fromMs: doneMs, toMs: fromMs }, { fromMs, toMs });
    else {
      const last = parts.pop();
      parts.push({ fromMs: last?.fromMs ?? gap.fromMs, toMs: Math.max(toMs, last?.toMs ?? toMs) });
    }
  }
  const last = parts.at(-1);
  if (!last) return [gap];
  if (gap.toMs - last.toMs > graceMs) return [...parts, { fromMs: last.toMs, toMs: gap.toMs }];
  return [...parts.slice(0, -1), { fromMs: last.fromMs, toMs: gap.toMs }];
}

/** The cause of a gap or a part of it; where nobody knows any more, the one that was kept. Refusals are forgotten sooner than whether the device was there. */
export function keptCause(found: HoleCause, kept: HoleCause | undefined): HoleCause {
  if (!kept || (found !== "unknown" && found !== "silent")) return found;
  return kept === "refused" || (found === "unknown" && kept !== "masked") ? kept : found;
}
