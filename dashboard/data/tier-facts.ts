/** From what the hub made an answer: readings, or what it summed up of them before. */
import type { ReadingsAnswer } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";
import { formatInterval } from "./format.ts";

export type Tier = ReadingsAnswer["tier"];

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Width of a tier's buckets, ms, by its name: `minute`, `15m`; 0 for readings. */
function tierMs(tier: Tier): number {
  const [, count = "1", unit = ""] = /^(\d*)([smhd])/.exec(tier) ?? [];
  return tier === "raw" ? 0 : Number(count || 1) * (unitMs[unit] ?? 0);
}

/** The coarsest of those that were used, in words: `drawn from 15 min`; empty where none is known. */
export function drawnFrom(tiers: readonly (Tier | undefined)[]): string {
  const used = tiers.filter((tier) => tier !== undefined).map(tierMs);
  if (used.length === 0) return "";
  const coarsest = Math.max(...used);
  return texts.chart.drawnFrom(coarsest === 0 ? texts.chart.readings : formatInterval(coarsest));
}

/** The same with the width of the buckets that are drawn, ms. */
export function bucketFacts(everyMs: number, tiers: readonly (Tier | undefined)[]): string {
  const from = drawnFrom(tiers);
  const each = texts.chart.each(formatInterval(everyMs));
  return from === "" ? each : `${each}, ${from}`;
}
