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
export function storeStatus({ overwritten: _, aged: _1, budget: _2, journalMostBytes: _3, ...told }: StoreStats) {
  return { ...told, thinned: thinnedOf(told.thinned) } satisfies StatusAnswer["store"];
}

/** The limits of the store as they are now: its budget bounds the journal, too. */
export function limitsNow<T extends Pick<StatusAnswer["limits"], "journalBudgetBytes">>(
  limits: T | undefined,
  { journalMostBytes }: StoreStats,
) {
  const { journalBudgetBytes } = limits ?? {};
  if (journalBudgetBytes === undefined) return limits;
  return { ...limits, journalBudgetBytes: Math.min(journalBudgetBytes, journalMostBytes) };
}
