/** Gaps of series that are merged, where a part of them was thinned away: they are those of both at once. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HoleCause } from "../../../server/store/ledger.ts";
import { beginMerge, stepMerge } from "../../../server/store/sqlite/absorb.ts";
import { type Hole, type Silences, sharedHoles } from "../../../server/store/sqlite/holes-join.ts";
import { thin } from "../../../server/store/sqlite/thin.ts";
import { amount } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import { Rolling } from "./rolling.ts";

const [a, b] = [1, 2];
const commit = 1_000;
/** Whatever else the machine does, all is looked at. */
const wholeLookMs = 60_000;
const graceMs = 25;
const shape = { widthsMs: [20, 100, 400], frameBuckets: 8, leastReadings: 1 };
const causes: readonly HoleCause[] = ["offline", "silent", "hub_down"];

/** Gaps between these times, as a look at readings finds them; no two that follow each other have the same cause. */
function holesOf(times: readonly number[]): Hole[] {
  const found: Hole[] = [];
  for (const [index, toMs] of times.entries()) {
    const fromMs = times[index - 1] ?? toMs;
    if (toMs - fromMs > graceMs) found.push({ fromMs, toMs, cause: causes[found.length % 3] as HoleCause });
  }
  return found;
}

const silencesOf = (times: readonly number[]): Silences => ({
  ...{ fromMs: times[0] as number, toMs: times.at(-1) as number },
  holes: holesOf(times),
});

const sorted = (times: Iterable<number>) => [...new Set(times)].sort((one, other) => one - other);
const spans = (holes: readonly { fromMs: number; toMs: number }[]) => holes.map(({ fromMs, toMs }) => [fromMs, toMs]);

describe("the gaps of a merged series", () => {
  it("[TR24] are those that a look at the readings of both would find", () => {
    const times = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 40 }).map(sorted);
    const property = fc.property(times, times, (one, other) => {
      const found = sharedHoles(silencesOf(one), silencesOf(other), graceMs);
      deepStrictEqual(spans(found), spans(holesOf(sorted([...one, ...other]))));
      for (const { fromMs, toMs, cause } of found) {
        const reached = [one, other].flatMap((some) => {
          const hole = holesOf(some).find((each) => each.fromMs <= fromMs && each.toMs >= toMs);
          return hole ? [hole.cause] : [];
        });
        deepStrictEqual(cause, reached[0] ?? "unknown");
      }
    });
    fc.assert(property, { seed: printedSeed("shared gaps"), numRuns: 300 });
  });

  it("[TR24] stand where its readings are gone, whichever of the two they are of, also where the merge was stopped and begun again", () => {
    const runs = fc.record({
      /** Bursts of readings: when, how many. */
      bursts: fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }), fc.boolean()), {
        minLength: 4,
        maxLength: 12,
      }),
      thinnedTo: fc.tuple(fc.integer({ min: -1, max: 5_000 }), fc.integer({ min: -1, max: 5_000 })),
      stopAfter: fc.nat(6),
      killed: fc.boolean(),
    });
    const seen = { merged: 0, stopped: 0, gaps: 0 };
    const property = fc.property(runs, ({ bursts, thinnedTo, stopAfter, killed }) => {
      const rolling = new Rolling(shape, 60);
      const { db, parts } = rolling;
      const times = new Map<number, Set<number>>([a, b].map((series) => [series, new Set([20_000 + series])]));
      // Of each burst the buckets are its own: what was told in turn is no merge.
      for (const [place, count, isFirst] of bursts) {
        for (let at = 0; at < count; at++) times.get((place % 2 === 0) === isFirst ? a : b)?.add(place * 100 + at * 3);
      }
      for (const [series, own] of times)
        rolling.append(
          sorted(own).map((ms) => [ms, ms % 13]),
          series,
        );
      rolling.seal();
      rolling.rollAll();
      const note = db.prepare("INSERT INTO holes VALUES (?, ?, ?, ?)");
      for (const [series, own] of times) {
        for (const { fromMs, toMs, cause } of holesOf(sorted(own))) note.run(series, fromMs, toMs, cause);
        db.prepare("INSERT INTO looked VALUES (?, ?, ?)").run(series, 30_000, graceMs);
      }
      for (const [index, toMs] of thinnedTo.entries()) {
        const head = parts.heads.get(index + 1);
        const gone = head && toMs >= 0 ? thin(parts, head, head.sealed, Number.NEGATIVE_INFINITY, toMs - 1) : undefined;
        if (!head || !gone || gone.readings === 0) continue;
        head.sealed = gone.state;
        db.prepare("UPDATE rolled SET raw_from_ms = ? WHERE series = ?").run(toMs, index + 1);
      }
      const read = (series: number) =>
        db
          .prepare("SELECT from_ms AS fromMs, to_ms AS toMs FROM holes WHERE series = ? ORDER BY from_ms")
          .all(series) as {
          fromMs: number;
          toMs: number;
        }[];
      const rawMs = () => (db.prepare("SELECT max(raw_from_ms) FROM rolled").pluck().get() as number | null) ?? -1;
      const before = rawMs();
      if (typeof beginMerge(parts, a, b, commit, wholeLookMs) === "string") return;
      for (let step = 0; ; step++) {
        if (step === stopAfter) {
          const mask = rolling.parts.masks.add({ series: b, fromMs: 20_001, toMs: 20_002, atMs: 0, note: "" });
          deepStrictEqual(stepMerge(rolling.parts, a, commit, 0), "hidden");
          rolling.parts.masks.remove(mask.id);
          seen.stopped += 1;
          beginMerge(rolling.parts, a, b, commit, wholeLookMs);
        }
        const merge = stepMerge(rolling.parts, a, commit, 0);
        if (typeof merge === "string" || !merge) throw new Error(`the merge ended: ${merge}`);
        if (!merge.open) break;
        if (killed) rolling.restart();
      }
      deepStrictEqual(read(a), []);
      const both = holesOf(sorted([...(times.get(a) ?? []), ...(times.get(b) ?? [])]));
      const isGone = ({ fromMs }: { fromMs: number }) => fromMs < before;
      deepStrictEqual(spans(read(b).filter(isGone)), spans(both.filter(isGone)));
      seen.merged += 1;
      seen.gaps += both.filter(isGone).length;
    });
    fc.assert(property, {
      ...{ seed: printedSeed("merged gaps"), numRuns: Number(process.env.HUB_TEST_RUNS ?? amount(20, 10)) },
    });
    expect(Math.min(seen.merged, seen.stopped, seen.gaps)).toBeGreaterThan(0);
  });
});
