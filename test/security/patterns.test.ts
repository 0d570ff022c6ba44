/** Patterns that a stranger's text is held against: none may take a time that grows faster than the text. */

import { fileURLToPath } from "node:url";
import { createContext, Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { devicePattern, metricPattern } from "../../server/protocol/values.ts";
import { amount } from "../support/amount.ts";
import { patternsOf, readTree } from "../support/architecture/source.ts";

const tree = readTree(fileURLToPath(new URL("../..", import.meta.url)));
/** What strangers' text comes to. */
const places = [
  "server/protocol/",
  "server/transport/",
  "server/hub/",
  "server/formats/",
  "server/main/log.ts",
  "server/loopback.ts",
];

const patterns = new Map<string, string>();
for (const { path, text } of tree.sources.values()) {
  if (!places.some((place) => path.startsWith(place))) continue;
  for (const literal of patternsOf(text)) patterns.set(literal, path);
}
for (const pattern of [devicePattern, metricPattern]) patterns.set(String(pattern), "server/protocol/values.ts");

/** Patterns that grow too fast with what cannot come to them, each with the reason. */
const sheltered: Readonly<Record<string, string>> = {
  "server/hub/access/passwords.ts /=+$/": "held against the hub's own digest, of 43 letters",
  "server/transport/proxies.ts /%.*$/": "grows with letters before a line break, which no header has",
};

const size = 64 * 1024;
/** Letters that the pattern speaks of, alone and in pairs, and at the end something that it does not take. */
function adversaries(pattern: string, length: number): string[] {
  const own = [...new Set(pattern.replace(/\\[a-zA-Z]|\{[^}]*\}/g, ""))].slice(0, 12);
  const units = [...own, "a", "0", " ", "a ", "a/", "/.", "--", "aa0", ", ", "\t", "\n", "é", "가"];
  return units.flatMap((unit) => {
    const run = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    return [run, `${run}!`, `${run}\0`, `a${run}\n!`];
  });
}

const context = createContext({ text: "" });
/** A pattern that is not through with a text by then is one of those that are looked for, ms. */
const patienceMs = 300;

/** ms that a pattern takes for a text; Infinity where it is not through with it. */
function msOf(script: Script, text: string): number {
  context.text = text;
  const before = process.cpuUsage();
  const startMs = performance.now();
  try {
    script.runInContext(context, { timeout: patienceMs });
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - startMs, (user + system) / 1_000);
}

const scriptOf = (literal: string) => new Script(`${literal}.test(text); text.replace(${literal}, "");`);

/** How many times longer it takes for a text than for its first quarter: 4 where it grows with it, 16 with its square. */
function growth(literal: string, text: string): number {
  const script = scriptOf(literal);
  const best = (one: string) => Math.min(...Array.from({ length: 12 }, () => msOf(script, one)));
  return best(text) / best(text.slice(0, text.length / 4) + text.slice(-1));
}

/** Texts of full length, those that take longest when they are short: what grows too fast is among them. */
const mostLong = amount(Number.POSITIVE_INFINITY, 16);

/** The adversary that takes longest, and how long, ms; where it seems to be too long, of the best of some trials. */
function worst(literal: string): { text: string; ms: number } {
  const script = scriptOf(literal);
  let found = { text: "", ms: 0 };
  const shortMs = new Map<number, number>();
  // Short ones first: what grows without measure is known by them, and the long ones are left out.
  for (const length of [100, 4_000, size]) {
    const slowest = [...shortMs].sort(([, one], [, other]) => other - one).slice(0, mostLong);
    for (const [index, text] of adversaries(literal, length).entries()) {
      if (length === size && !slowest.some(([kept]) => kept === index)) continue;
      let ms = msOf(script, text);
      for (let trial = 0; trial < 8 && ms > mostMs; trial++) ms = Math.min(ms, msOf(script, text));
      if (ms > found.ms) found = { text, ms };
      if (found.ms > 10 * mostMs) return found;
      shortMs.set(index, ms);
    }
  }
  return found;
}

/** ms for 64 Ki letters. Where others use this machine, the same pattern is asked again. */
const mostMs = 5;
const mostGrowth = 8;

describe("a pattern that strangers' text is held against", () => {
  it("is found where it stands", () => {
    expect(patternsOf('const a = /^x+$/u;\nf(/[/"]/g); // /no/\nconst b = 4 / 2 / 1; const c = "/no/";')).toEqual([
      "/^x+$/u",
      '/[/"]/g',
    ]);
    expect(patterns.size).toBeGreaterThan(40);
    for (const path of ["server/protocol/values.ts", "server/formats/csv.ts", "server/transport/entrance.ts"])
      expect([...patterns.values()]).toContain(path);
  });

  it.each(["/^(a+)+$/", "/^(?:a|aa)*$/", "/a*b/", "/a*a*a*b/"])("[S17] is found to be slow where it is: %s", (slow) => {
    const { text, ms } = worst(slow);
    expect(ms).toBeGreaterThan(mostMs);
    // A machine that is busy while the short text is timed makes the growth look small.
    const grows = () => [1, 2, 3, 4].some(() => growth(slow, text) > mostGrowth);
    expect(ms === Number.POSITIVE_INFINITY || grows()).toBe(true);
  });

  it(`[S17] takes at most ${mostMs} ms for ${size} letters, whichever they are, or no longer than grows with their number`, () => {
    const slow: string[] = [];
    for (const [literal, path] of patterns) {
      if (`${path} ${literal}` in sheltered) continue;
      const { text, ms } = worst(literal);
      // Where others use this machine all takes longer, and grows no faster for that.
      if (ms === Number.POSITIVE_INFINITY || (ms > mostMs && growth(literal, text) > mostGrowth))
        slow.push(`${path} ${literal}: ${ms.toFixed(1)} ms at ${JSON.stringify(text.slice(0, 8))}…`);
    }
    expect(slow).toEqual([]);
  });

  it("[S17] is the hub's own: none is made of what somebody sent", () => {
    const made = [...tree.sources.values()].filter(
      ({ path, code }) => places.some((place) => path.startsWith(place)) && /\bRegExp\s*\(/.test(code),
    );
    expect(made.map(({ path }) => path).sort()).toEqual(["server/protocol/values.ts"]);
  });
});
