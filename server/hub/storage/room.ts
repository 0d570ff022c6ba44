/** How the store's figures of its room are told on the wire. */
import type { StatusAnswer } from "../../protocol/http.ts";
import type { Thinned } from "../../store/sizes.ts";
import type { StoreStats } from "../../store/store.ts";

/** Null where nothing went. */
export function thinnedOf(thinned: Thinned | null) {
  if (thinned === null) return null;
  const { readings, bytes, lastMs: through, lost } = thinned;
  return { readings, bytes, through, lost };
}

/** The part `store` of the status. */
export function storeStatus({ overwritten: _, thinned, ...sizes }: StoreStats): StatusAnswer["store"] {
  return { ...sizes, thinned: thinnedOf(thinned) };
}
