/** Hides ranges and shows them again: a row comes or goes, in a transaction with what has to know of it. */
import type { Mask, NewMask } from "../masks.ts";
import { transact } from "./driver.ts";
import type { WriterParts } from "./parts.ts";

/** Hides a range; null where there is no such series. `commit` is the newest one: what it has and those before it goes to no viewer that comes back. */
export function addMask({ db, heads, masks, meta, stale }: WriterParts, mask: NewMask, commit: number): Mask | null {
  if (!heads.get(mask.series)) return null;
  return transact(db, () => {
    meta.set("whole_after", String(commit + 1));
    stale.masked(mask.series, mask.fromMs, mask.toMs);
    return masks.add(mask);
  });
}

/** Shows a range again; null where there is no such mask. */
export function removeMask({ db, masks, meta, stale }: WriterParts, id: number, commit: number): Mask | null {
  const mask = masks.find(id);
  if (mask === undefined) return null;
  transact(db, () => {
    meta.set("whole_after", String(commit + 1));
    stale.masked(mask.series, mask.fromMs, mask.toMs);
    masks.remove(id);
  });
  return mask;
}
