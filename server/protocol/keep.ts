/**
 * How long what is kept, as people write it: `raw 30d, minute 1y, hour forever`. Without zod: the page and the threads of the
 * store read it, too.
 */
import { compileSelectors } from "./selector.ts";
import { type TierName, tierNames } from "./tiers.ts";

/** How old what may become, ms since the time of a reading; null: for ever. `all`: whatever is not named. */
export type Ages = Readonly<Partial<Record<TierName | "all", number | null>>>;

/** What is kept how long of the series whose device and metric match these selectors. */
export interface Policy {
  readonly device: string;
  readonly metric: string;
  readonly ages: Ages;
}

/** One age for each tier, ms; Infinity: for ever. Each is at least as long as those of what is finer. */
export type FullAges = Readonly<Record<TierName, number>>;

const hourMs = 3_600_000;
/** The shortest age: what is younger is still being compressed. */
const leastMs = hourMs;
/** The longest; who means more means for ever. */
const mostMs = 10_000 * 365 * 24 * hourMs;

/** Ages are whole hundredths of an hour: as they are told they are read again. */
const grainMs = 36_000;

/** The largest first. */
const units: readonly (readonly [unit: string, words: RegExp, ms: number])[] = [
  ["y", /^y(?:ears?)?$/, 365 * 24 * hourMs],
  ["w", /^w(?:eeks?)?$/, 7 * 24 * hourMs],
  ["d", /^d(?:ays?)?$/, 24 * hourMs],
  ["h", /^h(?:ours?)?$/, hourMs],
];

/** What a refusal says is allowed. */
export const keepAllowed = `ages such as "raw 30d, minute 1y, hour forever": ${tierNames.join(", ")} or all (whatever is not named), each with a number of h, d, w or y, or forever`;

/** Reads ages as people write them; a text says what is wrong, without the end of its sentence. */
export function parseKeep(text: string): Ages | string {
  const ages: Partial<Record<TierName | "all", number | null>> = {};
  const parts = text.split(",").map((part) => part.trim().toLowerCase());
  if (parts.length === 1 && (parts[0] === "" || parts[0] === "forever")) return {};
  for (const part of parts) {
    const [, name = "", age = ""] = /^(\S+)\s+(.+)$/.exec(part) ?? [];
    const known = [...tierNames, "all" as const].find((one) => one === name);
    if (known === undefined) return `${JSON.stringify(part.slice(0, 40))} is no tier and its age`;
    if (known in ages) return `${known} stands in it twice`;
    const ms = ageOf(age);
    if (ms === undefined)
      return `${JSON.stringify(age.slice(0, 40))} is no age: at least 1h, at most 10000y, or forever`;
    ages[known] = ms;
  }
  return disorderOf(ages) ?? ages;
}

function ageOf(text: string): number | null | undefined {
  if (text === "forever") return null;
  const [, count, word = ""] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)$/.exec(text) ?? [];
  const unit = units.find(([, words]) => words.test(word));
  if (unit === undefined) return undefined;
  const ms = Math.round((Number(count) * unit[2]) / grainMs) * grainMs;
  return ms >= leastMs && ms <= mostMs ? ms : undefined;
}

/** What is coarser is kept at least as long: it stands for what went. Undefined where that is so. */
function disorderOf(ages: Ages): string | undefined {
  const full = fullAges(ages);
  for (const [at, name] of tierNames.entries()) {
    const finer = tierNames[at - 1];
    if (finer === undefined || full[finer] <= full[name]) continue;
    return `${name} is kept for ${ageText(full[name])} and ${finer}, which is finer, for ${ageText(full[finer])}: what is coarser is kept at least as long, and raw readings go only where they are named`;
  }
  return undefined;
}

/** Of each tier: a tier that is not named is kept as long as the next coarser one that is; raw readings, and what is coarser than all named, for ever. */
export function fullAges(ages: Ages): FullAges {
  let coarserMs = Number.POSITIVE_INFINITY;
  const found = {} as Record<TierName, number>;
  for (const name of [...tierNames].reverse()) {
    const said = ages[name] === undefined ? ages.all : ages[name];
    if (said === null) coarserMs = Number.POSITIVE_INFINITY;
    else if (said !== undefined) coarserMs = said;
    else if (name === "raw") coarserMs = Number.POSITIVE_INFINITY;
    found[name] = coarserMs;
  }
  return found;
}

/** True where nothing ever goes. */
export function keepsAll(ages: Ages): boolean {
  return Object.values(ages).every((ms) => ms === null);
}

/** As `parseKeep` reads it; `forever` where nothing ever goes. */
export function keepText(ages: Ages): string {
  if (keepsAll(ages)) return "forever";
  const names = [...tierNames, "all" as const].filter((name) => ages[name] !== undefined);
  return names.map((name) => `${name} ${ageText(ages[name] ?? Number.POSITIVE_INFINITY)}`).join(", ");
}

/** `30d`, `1y`; the largest unit that divides it. */
export function ageText(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "forever";
  const [unit, , unitMs] = units.find(([, , each]) => ms % each === 0) ?? (units.at(-1) as (typeof units)[number]);
  return `${ms / unitMs}${unit}`;
}

/** Finds which of these policies counts for a series: the first that matches; undefined for none. */
export function policyFinder(policies: readonly Policy[]): (device: string, metric: string) => number | undefined {
  const tests = policies.map(({ device, metric }) => [compileSelectors([device]), compileSelectors([metric])] as const);
  // Asked for device by device: its name is held against each policy once.
  let last: string | undefined;
  let matching: number[] = [];
  return (device, metric) => {
    if (device !== last) {
      last = device;
      matching = [...tests.keys()].filter((at) => tests[at]?.[0](device));
    }
    return matching.find((at) => tests[at]?.[1](metric));
  };
}
