/** How long what is kept, and how much room it may take: what the hub tells a store, and what would go. */
import { type Ages, type FullAges, fullAges, type Policy, policyFinder } from "../protocol/keep.ts";

/** What the data may take: bytes, `off` for as much as the disk has, or `auto`: chosen at the first start and kept. */
export type BudgetSetting = "auto" | "off" | number;

/** What went by its age, or would go. */
export interface Aged {
  /** Series of which anything goes. */
  readonly series: number;
  /** Raw readings; of each of them its hour stays, but for those that are `lost`. */
  readonly readings: number;
  /** Those of which nothing stays: no tier is kept so long either. */
  readonly lost: number;
  /** As compressed: readings, and tiers that go too. */
  readonly bytes: number;
  /** Device times of the first and last of these readings, ms; where none go Infinity and -Infinity. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export const nothingAged: Aged = {
  ...{ series: 0, readings: 0, lost: 0, bytes: 0 },
  ...{ firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY },
};

/** Both as one. */
export function togetherAged(a: Aged, b: Aged): Aged {
  return {
    series: a.series + b.series,
    readings: a.readings + b.readings,
    lost: a.lost + b.lost,
    bytes: a.bytes + b.bytes,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
  };
}

/** The part of a store that forgets: by age where a person says so, and never by itself. */
export interface RetentionStore {
  /** What `setPolicies` kept, in order: the first that matches a series counts for it, the ages that the store was opened with where none does. */
  policies(): Promise<readonly Policy[]>;

  /** Replaces them all; resolves once durable. Nothing goes before `thinByAge`. */
  setPolicies(policies: readonly Policy[]): Promise<void>;

  /**
   * What is older at `nowMs` than its policy says goes, in slices beside the commits; without this call nothing ever does.
   * Raw readings go only where the tier of hours holds them, or where no tier is kept so long either. By device time, and of
   * each series the newest reading stays. Resolves once it is under way.
   */
  thinByAge(nowMs: number): Promise<void>;

  /** About what would go at `nowMs` by each of these policies, and by `otherwise` where none matches: one more entry, the last. */
  previewAges(policies: readonly Policy[], otherwise: Ages, nowMs: number): Promise<Aged[]>;

  /** Keeps what the data may take, where the store was opened with the budget `said`. Resolves once durable. */
  setBudget(budget: BudgetSetting): Promise<void>;
}

/** Before which time of a reading what may go, ms; -Infinity for nothing. */
export interface AgeCuts {
  readonly full: FullAges;
  readonly nowMs: number;
  /** Raw readings before it go where their hours stay; those before the other one whether they do or not. */
  readonly rawMs: number;
  readonly lostMs: number;
}

export function ageCuts(ages: Ages, nowMs: number): AgeCuts {
  const full = fullAges(ages);
  return { full, nowMs, rawMs: nowMs - full.raw, lostMs: nowMs - Math.max(...Object.values(full)) };
}

/** Finds the place of the policy that counts for a series; that behind the last one where none matches. */
export function placeFinder(policies: readonly Policy[]): (device: string, metric: string) => number {
  const find = policyFinder(policies);
  return (device, metric) => find(device, metric) ?? policies.length;
}
