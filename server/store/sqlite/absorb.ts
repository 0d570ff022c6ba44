/**
 * Moves the readings of one series to another one, chunk by chunk from the earliest end on, and before them what tiers tell of
 * readings that were thinned away (`absorb-tiers.ts`). A chunk that meets nothing of the
 * other gets its number; of others what the other has no reading of is written anew. No two chunks tell the same millisecond
 * then, so that which of them has the higher rank does not matter.
 */

import { hiddenAlone, type Merge, type MergeCheck, type MergeObstacle, masksFor } from "../merges.ts";
import { endTiers, ifReadable, Slice } from "./absorb-slice.ts";
import { TierAbsorber } from "./absorb-tiers.ts";
import { putAlias } from "./aliases.ts";
import { transact } from "./driver.ts";
import type { SeriesHead } from "./head.ts";
import type { WriterParts } from "./parts.ts";
import { sealSome } from "./slices/seal.ts";

/** So long a merge is looked at before it begins, in one go: whoever orders one has asked before, slice by slice. */
const lookMs = 20;

export function findMerge({ db }: WriterParts, series: number): Merge | null {
  const row = db
    .prepare("SELECT series, into_series AS 'into', moved, dropped, open FROM absorbed WHERE series = ?")
    .get(series) as (Omit<Merge, "open"> & { readonly open: number }) | undefined;
  return row ? { ...row, open: row.open === 1 } : null;
}

/** Those under way, for the next start. */
export function openMerges({ db }: Pick<WriterParts, "db">): Pick<Merge, "series" | "into">[] {
  return db.prepare("SELECT series, into_series AS 'into' FROM absorbed WHERE open = 1 ORDER BY series").all() as Pick<
    Merge,
    "series" | "into"
  >[];
}

/** `withinMs`: so long it is looked for what is in the way. */
export function beginMerge(
  parts: WriterParts,
  series: number,
  into: number,
  commit: number,
  withinMs = lookMs,
): Merge | MergeObstacle | null {
  const { db, heads, masks, meta, stale } = parts;
  const known = findMerge(parts, series);
  if (known?.open) return known;
  const from = heads.get(series);
  const to = heads.get(into);
  if (!from || !to || from === to || from.identity.type !== to.identity.type) return null;
  // What is not looked at in time ends a merge that is under way.
  const met = obstacleTo(parts, from, to, commit, Number.NEGATIVE_INFINITY, withinMs);
  if (met && "obstacle" in met) return met.obstacle;
  transact(db, () => {
    db.prepare("INSERT OR REPLACE INTO absorbed VALUES (?, ?, 0, 0, 1)").run(series, into);
    meta.set("whole_after", String(commit + 1));
    const { device, metric } = from.identity;
    putAlias(db, { device, metric, toDevice: to.identity.device, toMetric: to.identity.metric });
    for (const mask of masksFor(into, masks.of(series), masks.of(into))) {
      stale.masked(into, mask.fromMs, mask.toMs);
      masks.add(mask);
    }
  });
  stale.mergesChanged();
  return findMerge(parts, series);
}

/** For one slice, from `sinceMs` on: null where nothing is in the way of a merge, or where to go on. */
export function checkMerge(
  parts: WriterParts,
  series: number,
  into: number,
  sinceMs: number,
  commit: number,
  sliceMs: number,
): MergeCheck | { readonly nextMs: number } | null {
  const from = parts.heads.get(series);
  const to = parts.heads.get(into);
  if (!from || !to || from === to || from.identity.type !== to.identity.type) return null;
  return obstacleTo(parts, from, to, commit, sinceMs, sliceMs) ?? null;
}

export function stepMerge(
  parts: WriterParts,
  series: number,
  commit: number,
  sliceMs: number,
): Merge | MergeObstacle | null {
  const { db, heads, stale } = parts;
  const merge = findMerge(parts, series);
  if (!merge?.open) return merge;
  const from = heads.get(series);
  const to = heads.get(merge.into);
  const obstacle = from && to && hidingOf(parts, from, to, from);
  if (!from || !to || obstacle) {
    transact(db, () => {
      db.prepare("UPDATE absorbed SET open = 0 WHERE series = ?").run(series);
      endTiers(parts, series, merge.into, false);
    });
    stale.mergesChanged();
    return obstacle ?? findMerge(parts, series);
  }
  const tiers = new TierAbsorber(parts, from, to);
  sealUpTo(parts, [to], tiers.untilMs, commit);
  const slice = new Slice(parts, from, to, tiers, commit);
  const outcome = transact(db, () => slice.run(performance.now() + sliceMs));
  slice.settle();
  stale.mergesChanged();
  return outcome === "moved" ? findMerge(parts, series) : outcome;
}

/** Tiers that are moved know what is sealed, and nothing else of that time. */
function sealUpTo(parts: WriterParts, heads: readonly SeriesHead[], untilMs: number, commit: number): void {
  const open = heads.filter((head) => head.length > 0 && head.firstMs() < untilMs);
  if (open.length > 0) sealSome({ parts, commit }, open, Number.POSITIVE_INFINITY);
}

function obstacleTo(
  parts: WriterParts,
  from: SeriesHead,
  to: SeriesHead,
  commit: number,
  sinceMs: number,
  sliceMs: number,
): MergeCheck | { readonly nextMs: number } | undefined {
  const tiers = new TierAbsorber(parts, from, to);
  sealUpTo(parts, [from, to], tiers.untilMs, commit);
  const endMs = performance.now() + sliceMs;
  const hiding = hidingOf(parts, from, to, to);
  if (hiding) return { obstacle: hiding, at: null };
  return ifReadable(
    (): MergeCheck | { readonly nextMs: number } | undefined => {
      const { masks } = parts;
      const [own, others] = [masks.of(from.identity.series), masks.of(to.identity.series)];
      if (tiers.tellsAnyIn(to, hiddenAlone(own, others)) || tiers.tellsAnyIn(from, hiddenAlone(others, own)))
        return { obstacle: "hidden", at: null };
      const found = tiers.findUnclear(sinceMs, endMs);
      return found && "unclear" in found ? { obstacle: "thinned", at: found.unclear } : found;
    },
    { obstacle: "damaged", at: null },
  );
}

/** `shown`: whose readings what is hidden of the first alone must not meet; of the other's before they have its masks, of its own from then on. */
function hidingOf(
  { masks }: WriterParts,
  from: SeriesHead,
  to: SeriesHead,
  shown: SeriesHead,
): MergeObstacle | undefined {
  const [own, others] = [masks.of(from.identity.series), masks.of(to.identity.series)];
  return ifReadable<MergeObstacle | undefined>(() => {
    const meets = masks.hasAnyIn(shown, hiddenAlone(own, others)) || masks.hasAnyIn(from, hiddenAlone(others, own));
    return meets ? "hidden" : undefined;
  }, "damaged");
}
