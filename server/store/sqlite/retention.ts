/** The main thread's side of what is kept how long. */
import type { Ages, Policy } from "../../protocol/keep.ts";
import { type Aged, type BudgetSetting, nothingAged, type RetentionStore, togetherAged } from "../retention.ts";
import { type AgedTurn, agedOpen } from "./aged-preview.ts";
import type { WorkerPair } from "./worker-pair.ts";

/** `pair` answers the two threads, or rejects where the store is closed. */
export function sqliteRetention(pair: () => Promise<WorkerPair>): RetentionStore {
  return {
    async policies() {
      return (await pair()).writer.call("policies", []);
    },
    async setPolicies(policies: readonly Policy[]) {
      return (await pair()).writer.call("setPolicies", [policies]);
    },
    async thinByAge(nowMs: number) {
      return (await pair()).writer.call("thinByAge", [nowMs]);
    },
    async setBudget(budget: BudgetSetting) {
      return (await pair()).writer.call("setBudget", [budget]);
    },
    async previewAges(policies: readonly Policy[], otherwise: Ages, nowMs: number) {
      const { writer, reader } = await pair();
      const series = await writer.call("agedSeries", [policies]);
      const ages = [...policies.map((policy) => policy.ages), otherwise];
      const found: Aged[] = ages.map(() => nothingAged);
      const add = (place: number, aged: Aged) => {
        found[place] = togetherAged(found[place] as Aged, aged);
      };
      // A turn at a time: other questions come between.
      let turn: AgedTurn | null = { row: 0, afterMs: Number.NEGATIVE_INFINITY, found: nothingAged };
      while (turn !== null) {
        const { places, next }: Awaited<ReturnType<typeof reader.call<"agedTurn">>> = await reader.call("agedTurn", [
          ...([series, ages, nowMs, turn] as const),
        ]);
        for (const [place, aged] of places) add(place, aged);
        turn = next;
      }
      for (const [place, aged] of agedOpen(series, ages, nowMs)) add(place, aged);
      return found;
    },
  };
}
