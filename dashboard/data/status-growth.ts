/** How fast the data grows, and when the disk is full at that rate. */
import type { StatusAnswer } from "../../server/protocol/index.ts";
import type { NumberTrace } from "./number-trace.ts";

/** Of less than this nothing is said, ms: files grow in steps. */
export const growthLeastMs = 5 * 60_000;

/** Nobody plans further ahead than this, ms. */
export const growthMostMs = 10 * 365.25 * 86_400_000;

export interface Growth {
  readonly bytesPerDay: number;
  /** How long it was watched, ms. */
  readonly spanMs: number;
}

type Rows = Pick<NumberTrace, "length" | "time" | "value">;

/** The straight line that lies nearest to all rows of `bytes`; undefined where they span too little. */
export function growthOf(bytes: Rows): Growth | undefined {
  const { length } = bytes;
  if (length < 2) return undefined;
  const firstMs = bytes.time(0);
  const spanMs = bytes.time(length - 1) - firstMs;
  if (spanMs < growthLeastMs) return undefined;
  let meanTime = 0;
  let meanBytes = 0;
  for (let row = 0; row < length; row++) {
    meanTime += (bytes.time(row) - firstMs) / length;
    meanBytes += bytes.value(row) / length;
  }
  let together = 0;
  let spread = 0;
  for (let row = 0; row < length; row++) {
    const ms = bytes.time(row) - firstMs - meanTime;
    together += ms * (bytes.value(row) - meanBytes);
    spread += ms * ms;
  }
  return { bytesPerDay: (together / spread) * 86_400_000, spanMs };
}

/** A journal that holds less of its budget than this still fills: what is compressed lies in it too, and the data grows faster than it will. */
const filledShare = 0.9;

/** True while the journal has not reached its budget. */
export function journalFills({ store, limits }: Pick<StatusAnswer, "store" | "limits">): boolean {
  return store.journalBytes < (limits.journalBudgetBytes ?? 0) * filledShare;
}

/** In how many ms the data reaches its budget, from where on its oldest raw readings go; undefined without one, or where the data does not grow. */
export function budgetInMs({ bytesPerDay }: Growth, { store }: Pick<StatusAnswer, "store">): number | undefined {
  const { budgetBytes, usedBytes } = store;
  if (budgetBytes === null || bytesPerDay <= 0) return undefined;
  return (Math.max(0, budgetBytes - usedBytes) / bytesPerDay) * 86_400_000;
}

/** In how many ms the hub stops taking readings for want of room; undefined where the data does not grow. */
export function fullInMs(
  growth: Growth,
  { store, limits }: Pick<StatusAnswer, "store" | "limits">,
): number | undefined {
  if (growth.bytesPerDay <= 0) return undefined;
  const room = Math.max(0, store.diskFreeBytes - (limits.minFreeBytes ?? 0));
  return (room / growth.bytesPerDay) * 86_400_000;
}
