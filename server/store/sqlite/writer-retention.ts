/** The writer's side of what is kept how long. */
import type { Policy } from "../../protocol/keep.ts";
import type { BudgetSetting } from "../retention.ts";
import { type AgedSeries, agedSeries } from "./aged-preview.ts";
import type { WriterParts } from "./parts.ts";

/** As the main thread calls it. */
export interface RetentionCalls {
  policies(): readonly Policy[];
  setPolicies(policies: readonly Policy[]): void;
  thinByAge(nowMs: number): void;
  setBudget(budget: BudgetSetting): void;
  agedSeries(policies: readonly Policy[]): AgedSeries;
}

/** `write` does what may fail, and `wake` lets the work beside the commits begin. */
export function writerRetention(
  parts: WriterParts,
  write: (work: () => void) => void,
  wake: () => void,
): RetentionCalls {
  const { budget, policies } = parts;
  return {
    policies: () => policies.all,
    setPolicies: (all) => write(() => policies.replace(all)),
    thinByAge(nowMs) {
      policies.orderedMs = nowMs;
      wake();
    },
    setBudget(setting) {
      write(() => budget.set(setting));
      wake();
    },
    agedSeries: (all) => agedSeries(parts, all),
  };
}
