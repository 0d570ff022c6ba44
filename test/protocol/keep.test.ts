/** [P100]: how long what is kept, as people write it. */
import { describe, expect, it } from "vitest";
import { fullAges, keepsAll, keepText, parseKeep, policyFinder } from "../../server/protocol/keep.ts";
import { tierNames } from "../../server/protocol/tiers.ts";

const dayMs = 86_400_000;
const read = (text: string) => {
  const ages = parseKeep(text);
  if (typeof ages === "string") throw new Error(ages);
  return ages;
};

describe("ages in words", () => {
  it("[P100] are a tier and its age each, and are told as they are read", () => {
    expect(read("raw 30d, minute 1y, hour forever")).toEqual({ raw: 30 * dayMs, minute: 365 * dayMs, hour: null });
    expect(read(" RAW 2 weeks ,hour 1.5 years")).toEqual({ raw: 14 * dayMs, hour: 547.5 * dayMs });
    expect(read("forever")).toEqual({});
    for (const text of ["raw 30d, minute 1y, hour forever", "all 2w", "raw 36h", "forever"])
      expect(keepText(read(text))).toBe(text);
    for (const text of ["raw 1.333333d", "raw 0.777777y", "all 1.000001y"])
      expect(read(keepText(read(text)))).toEqual(read(text));
    expect(keepsAll(read("raw forever"))).toBe(true);
    expect(keepsAll(read("all 1d"))).toBe(false);
  });

  it("[P100] of what is not named is that of the next coarser one that is; raw readings go only where they are named", () => {
    const full = fullAges(read("raw 1d, minute 2d, hour 1w"));
    expect(full).toMatchObject({ raw: dayMs, minute: 2 * dayMs, "15m": 7 * dayMs, hour: 7 * dayMs });
    expect(full.day).toBe(Number.POSITIVE_INFINITY);
    expect(fullAges({}).raw).toBe(Number.POSITIVE_INFINITY);
    const all = fullAges(read("all 1w, day forever"));
    expect(tierNames.filter((name) => all[name] === 7 * dayMs)).toEqual(tierNames.filter((name) => name !== "day"));
    for (const [at, name] of tierNames.entries())
      if (at > 0) expect(full[name]).toBeGreaterThanOrEqual(full[tierNames[at - 1] ?? "raw"]);
  });

  it.each([
    ["raw", /"raw" is no tier and its age/],
    ["", undefined],
    ["week 1d", /"week 1d" is no tier/],
    ["raw 1d, raw 2d", /raw stands in it twice/],
    ["raw 5m", /"5m" is no age: at least 1h/],
    ["raw 0d", /"0d" is no age/],
    ["raw -1d", /"-1d" is no age/],
    ["raw 99999y", /at most 10000y/],
    ["raw 30", /"30" is no age/],
    ["hour 1y", /hour is kept for 1y and 15m, which is finer, for|minute|raw/],
    ["raw 1y, hour 30d", /raw.*for 1y: what is coarser is kept at least as long/],
    ["__proto__ 1d", /no tier/],
  ])("[P100] refuses %j by name", (text, why) => {
    if (why === undefined) expect(parseKeep(text)).toEqual({});
    else expect(parseKeep(text)).toMatch(why);
  });

  it("[P101] of several policies the first that matches a series counts", () => {
    const find = policyFinder([
      { device: "oven/*", metric: "temperature", ages: {} },
      { device: "*", metric: "vib*", ages: {} },
    ]);
    expect(find("oven/1", "temperature")).toBe(0);
    expect(find("oven/1", "vibration")).toBe(1);
    expect(find("shed", "temperature")).toBeUndefined();
    expect(find("oven/2", "temperature")).toBe(0);
    expect(find("shed", "vibration")).toBe(1);
  });
});
