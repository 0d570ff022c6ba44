/** What an answer may be made from, the finest first: readings, or what was summed up of them before. All names come from here. */
export const tierNames = ["raw", "10s", "minute", "15m", "hour", "3h", "6h", "day"] as const;
export type TierName = (typeof tierNames)[number];
