/** What else goes on while two series are merged: nothing is thinned away, and no tier is made of what was gathered before. */
import { describe, expect, it } from "vitest";
import { tierNames } from "../../../server/protocol/tiers.ts";
import { beginMerge, stepMerge } from "../../../server/store/sqlite/absorb.ts";
import type { Budget } from "../../../server/store/sqlite/budget.ts";
import { settingsOf } from "../../../server/store/sqlite/options.ts";
import type { WriterParts } from "../../../server/store/sqlite/parts.ts";
import type { Policies } from "../../../server/store/sqlite/policies.ts";
import { ageSlice } from "../../../server/store/sqlite/slices/age.ts";
import type { Workplace } from "../../../server/store/sqlite/slices/job.ts";
import { purgeSlice } from "../../../server/store/sqlite/slices/purge.ts";
import { thin, thinSlice } from "../../../server/store/sqlite/thin.ts";
import type { Row } from "../world.ts";
import { Rolling } from "./rolling.ts";

const [a, b] = [1, 2];
const commit = 1_000;
/** The fourth is that of hours, as raw readings need it to go. */
const shape = { widthsMs: [20, 100, 400, 800], frameBuckets: 4, leastReadings: 1 };

function stream(fromMs: number, count: number, stepMs: number): Row[] {
  return Array.from({ length: count }, (_, index) => [fromMs + index * stepMs, ((index * index * 7919) % 1_009) / 7]);
}

const countOf = ({ parts }: Rolling, series: number) => parts.heads.get(series)?.sealed.count;

/** What a series tells, in readings and in tiers. */
function toldBy(rolling: Rolling, series: number, widthMs = 20): number {
  const page = rolling.page({ series, fromMs: -1e6, toMs: 1e6 }, { everyMs: widthMs, originMs: 0 });
  return page.count.reduce((total, one) => total + one, 0);
}

/** Lets all go that is older than `rawMs` by its age, or as much as may for a budget. */
function thinnersOf(rolling: Rolling, rawMs: number): Record<"age" | "budget", () => void> {
  const ages = Object.fromEntries(tierNames.map((name) => [name, name === "raw" ? 0 : Number.POSITIVE_INFINITY]));
  const policies = { all: [{ device: "*", metric: "*", ages }], otherwise: ages, orderedMs: rawMs, went: () => {} };
  const budget = { surplus: () => ({ bytes: 1e9, which: "any" }), usedBytes: 0, took: () => {} };
  const parts: WriterParts = {
    ...rolling.parts,
    policies: policies as unknown as Policies,
    budget: budget as unknown as Budget,
  };
  const settings = { ...settingsOf({ folder: "", tiers: shape }, false), sliceMs: 0 };
  const place: Partial<Workplace> = { parts, settings, commit };
  return {
    age: () => {
      policies.orderedMs = rawMs;
      for (const slice = ageSlice(place as Workplace); slice(); );
    },
    budget: () => {
      for (const slice = purgeSlice(place as Workplace); slice(); );
      for (const slice = thinSlice(place as Workplace); slice(); );
    },
  };
}

/** As a budget or an age does. */
function thinTo({ db, parts }: Rolling, series: number, toMs: number): void {
  const head = parts.heads.get(series);
  const gone = head && thin(parts, head, head.sealed, Number.NEGATIVE_INFINITY, toMs - 1);
  if (!head || !gone) throw new Error(`nothing of series ${series} goes`);
  head.sealed = gone.state;
  db.prepare("UPDATE rolled SET raw_from_ms = ? WHERE series = ?").run(toMs, series);
}

function mergeWhole(rolling: Rolling): unknown {
  for (;;) {
    const merge = stepMerge(rolling.parts, a, commit, 0);
    if (typeof merge === "string" || !merge?.open) return merge;
  }
}

describe("while a merge lasts", () => {
  it.each(["age", "budget"] as const)(
    "[TR22] nothing of the two goes by its %s, which would stop it halfway, and goes once it is over",
    (kind) => {
      const rolling = new Rolling(shape, 120);
      rolling.append(stream(0, 200, 6), a);
      rolling.append(stream(3, 200, 6), b);
      rolling.seal();
      rolling.rollAll();
      expect(beginMerge(rolling.parts, a, b, commit)).toMatchObject({ open: true });
      expect(stepMerge(rolling.parts, a, commit, 0)).toMatchObject({ open: true });
      const before = [a, b].map((series) => countOf(rolling, series));
      const thinAll = thinnersOf(rolling, 800)[kind];
      thinAll();
      expect([a, b].map((series) => countOf(rolling, series))).toEqual(before);
      expect(mergeWhole(rolling)).toMatchObject({ moved: 200, dropped: 0, open: false });
      rolling.rollAll();
      expect(toldBy(rolling, b)).toBe(400);
      thinAll();
      expect(countOf(rolling, b)).toBeLessThan(350);
    },
  );

  it("[TR22] what the roller had gathered of either before it began is written to no tier", () => {
    for (const [gathered, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const rolling = new Rolling(shape, 120);
      rolling.append(stream(0, 400, 6), a);
      rolling.append(stream(2_400, 400, 6), b);
      rolling.seal();
      rolling.rollAll();
      // Both have thinned parts, so that tiers alone tell of these.
      thinTo(rolling, a, 1_200);
      thinTo(rolling, b, 3_600);
      // Late readings where all readings are: their buckets are to be made anew, and the work is begun.
      rolling.append([[gathered === a ? 1_601 : 4_001, 50]], gathered);
      rolling.seal();
      const written = rolling.changes;
      rolling.step();
      expect(rolling.changes).toBe(written);
      expect(rolling.count("stale")).toBe(1);
      expect([toldBy(rolling, gathered), toldBy(rolling, other)]).toEqual([401, 400]);
      expect(beginMerge(rolling.parts, a, b, commit)).toMatchObject({ open: true });
      for (let merge = stepMerge(rolling.parts, a, commit, 0); ; merge = stepMerge(rolling.parts, a, commit, 0)) {
        if (typeof merge === "string" || !merge) throw new Error(`the merge ended: ${merge}`);
        if (!merge.open) break;
        rolling.step();
      }
      rolling.rollAll();
      expect(rolling.count("stale")).toBe(0);
      expect(toldBy(rolling, b)).toBe(801);
      const tiers = rolling.db.prepare("SELECT count(*) FROM tiers WHERE series = ?").pluck();
      expect([tiers.get(a), (tiers.get(b) as number) > 0]).toEqual([0, true]);
      for (const widthMs of shape.widthsMs) expect(toldBy(rolling, b, widthMs)).toBe(801);
    }
  });

  it("[TR23] one that stops at any step leaves each reading told by one of the two, and goes on when it is asked again", () => {
    let stopped = 0;
    for (let steps = 0, isDone = false; !isDone; steps++) {
      const rolling = new Rolling(shape, 120);
      // In days of which a part is thinned one ended before the other began; in those behind they told things in turn.
      rolling.append(stream(0, 100, 6), a);
      rolling.append(stream(800, 60, 6), a);
      rolling.append(stream(1_200, 60, 6), b);
      rolling.append(stream(1_600, 60, 6), a);
      rolling.append(stream(1_603, 60, 6), b);
      rolling.append([[6_000, 1]], b);
      rolling.append([[5_000, 1]], a);
      rolling.seal();
      rolling.rollAll();
      thinTo(rolling, a, 950);
      thinTo(rolling, b, 1_300);
      const told = () => shape.widthsMs.map((width) => toldBy(rolling, a, width) + toldBy(rolling, b, width));
      const all = shape.widthsMs.map(() => 342);
      expect(told()).toEqual(all);
      expect(beginMerge(rolling.parts, a, b, commit)).toMatchObject({ open: true });
      for (let left = steps; left > 0 && !isDone; left--) {
        const merge = stepMerge(rolling.parts, a, commit, 0);
        if (typeof merge === "string" || !merge) throw new Error(`the merge ended: ${merge}`);
        isDone = !merge.open;
        rolling.step();
      }
      if (isDone) break;
      const { masks } = rolling.parts;
      const mask = masks.add({ series: b, fromMs: 5_000, toMs: 5_001, atMs: 0, note: "" });
      expect(stepMerge(rolling.parts, a, commit, 0)).toBe("hidden");
      masks.remove(mask.id);
      stopped += 1;
      expect(told()).toEqual(all);
      rolling.rollAll();
      expect(told()).toEqual(all);
      rolling.restart();
      expect(beginMerge(rolling.parts, a, b, commit)).toMatchObject({ open: true });
      expect(mergeWhole(rolling)).toMatchObject({ open: false });
      rolling.rollAll();
      expect(shape.widthsMs.map((width) => toldBy(rolling, b, width))).toEqual(all);
    }
    expect(stopped).toBeGreaterThan(3);
  });
});
