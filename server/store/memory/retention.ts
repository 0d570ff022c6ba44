/** What is kept how long in the memory engine. It has no tiers: what goes is what no tier would be kept of either. */
import type { Ages, Policy } from "../../protocol/keep.ts";
import { readingBytes } from "../columns.ts";
import {
  type Aged,
  ageCuts,
  type BudgetSetting,
  nothingAged,
  placeFinder,
  type RetentionStore,
  togetherAged,
} from "../retention.ts";

interface Series {
  readonly device: string;
  readonly metric: string;
  readonly readings: Map<number, unknown>;
}

/** What survives a restart. */
export class RetentionData {
  policies: readonly Policy[] = [];
  budget: BudgetSetting = "off";
  aged: Aged | null = null;
}

export function memoryRetention(
  kept: RetentionData,
  all: ReadonlyMap<number, Series>,
  otherwise: Ages,
): RetentionStore {
  /** Times that go of each series, and the place of its policy. */
  function* doomed(policies: readonly Policy[], last: Ages, nowMs: number): Generator<[Series, number, number[]]> {
    const cuts = [...policies.map(({ ages }) => ages), last].map((ages) => ageCuts(ages, nowMs));
    const placeOf = placeFinder(policies);
    for (const series of all.values()) {
      const place = placeOf(series.device, series.metric);
      const { lostMs } = cuts[place] as (typeof cuts)[number];
      const times = [...series.readings.keys()].sort((a, b) => a - b).slice(0, -1);
      yield [series, place, times.filter((timeMs) => timeMs < lostMs)];
    }
  }
  return {
    policies: async () => kept.policies,
    async setPolicies(policies) {
      kept.policies = [...policies];
    },
    async thinByAge(nowMs) {
      for (const [series, , times] of doomed(kept.policies, otherwise, nowMs)) {
        for (const timeMs of times) series.readings.delete(timeMs);
        if (times.length > 0) kept.aged = togetherAged(kept.aged ?? nothingAged, agedOf(times));
      }
    },
    async previewAges(policies, last, nowMs) {
      const found: Aged[] = [...policies, last].map(() => nothingAged);
      for (const [, place, times] of doomed(policies, last, nowMs))
        if (times.length > 0) found[place] = togetherAged(found[place] as Aged, agedOf(times));
      return found;
    },
    async setBudget(budget) {
      kept.budget = budget;
    },
  };
}

/** Of times in rising order. */
function agedOf(times: readonly number[]): Aged {
  const { length } = times;
  const ends = { firstMs: times[0] as number, lastMs: times.at(-1) as number };
  return { ...ends, series: 1, readings: length, lost: length, bytes: length * readingBytes };
}

/** The part of `stats` that is about it. */
export function roomOf({ budget, aged }: RetentionData) {
  const budgetBytes = typeof budget === "number" ? budget : null;
  return { budget, budgetBytes, journalMostBytes: Number.POSITIVE_INFINITY, aged };
}
