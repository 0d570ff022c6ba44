/** Merges of series of which a part was thinned away: each tier of the one that is left is what both told. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cells } from "../../../server/store/codec/cells.ts";
import { beginMerge, checkMerge, stepMerge } from "../../../server/store/sqlite/absorb.ts";
import { bucketFloor, type TierShape } from "../../../server/store/sqlite/plan.ts";
import { noRows } from "../../../server/store/sqlite/rows.ts";
import { SegmentReader } from "../../../server/store/sqlite/segments.ts";
import { thin } from "../../../server/store/sqlite/thin.ts";
import { TierReader } from "../../../server/store/sqlite/tier-reader.ts";
import { amount } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import type { Row } from "../world.ts";
import { Rolling, tinyTiers } from "./rolling.ts";

const [a, b] = [1, 2];
const commit = 1_000;
/** Whatever else the machine does, all is looked at. */
const wholeLookMs = 60_000;
const all = { fromMs: -1e6, toMs: 1e6 };

function stream(fromMs: number, count: number, stepMs: number): Row[] {
  return Array.from({ length: count }, (_, index) => [fromMs + index * stepMs, ((fromMs + index) * 7919) % 101]);
}

/** As a budget or an age does: the readings go, and what tiers tell of them stays. */
function thinTo(rolling: Rolling, series: number, toMs: number): void {
  const { parts } = rolling;
  const head = parts.heads.get(series);
  if (!head || (head.sealed.lastMs ?? toMs) <= toMs) return;
  const gone = thin(parts, head, head.sealed, Number.NEGATIVE_INFINITY, toMs - 1);
  if (!gone || gone.readings === 0) return;
  head.sealed = gone.state;
  rolling.db.prepare("UPDATE rolled SET raw_from_ms = ? WHERE series = ?").run(toMs, series);
}

/** What a series has as readings. */
function rawOf(rolling: Rolling, series: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const segment of new SegmentReader(rolling.db).read({ series, ...all }, noRows("number"), () => false)) {
    if (!("rows" in segment)) continue;
    for (const [index, timeMs] of segment.rows.times.entries()) found.set(timeMs, segment.rows.values[index] as number);
  }
  return found;
}

function cellsOf(rolling: Rolling, shape: TierShape, series: number, widthMs: number): Cells {
  const reader = new TierReader(rolling.db, new SegmentReader(rolling.db), shape);
  const most = Number.POSITIVE_INFINITY;
  return reader.cells({ series, ...all }, { everyMs: widthMs, originMs: 0 }, most, noRows("number"), most);
}

interface Bucket {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

function bucketsOf(cells: Cells): Map<number, Bucket> {
  const found = new Map<number, Bucket>();
  for (const [index, timeMs] of cells.times.entries()) {
    const at = (name: keyof Bucket) => cells[name][index] as number;
    found.set(timeMs, {
      ...{ count: at("count"), min: at("min"), max: at("max"), sum: Math.round(at("sum")) },
      ...{ first: at("first"), last: at("last"), firstMs: at("firstMs"), lastMs: at("lastMs") },
    });
  }
  return found;
}

function bucketOf(rows: readonly (readonly [number, number])[]): Bucket {
  const values = rows.map(([, value]) => value);
  const [[firstMs, first], [lastMs, last]] = [rows[0], rows.at(-1)] as [[number, number], [number, number]];
  const ends = { first, last, firstMs, lastMs };
  const sum = values.reduce((total, value) => total + value, 0);
  return { count: rows.length, min: Math.min(...values), max: Math.max(...values), sum, ...ends };
}

type Pairs = (readonly [number, number])[];
type Grouped = ReadonlyMap<number, Pairs>;

function byBucket(rows: Iterable<readonly [number, number]>, width: number): Grouped {
  const found = new Map<number, Pairs>();
  for (const row of rows) {
    const startMs = bucketFloor(row[0], width);
    const known = found.get(startMs);
    if (known) known.push(row);
    else found.set(startMs, [row]);
  }
  return found;
}

interface Known {
  readonly raw: Map<number, number>;
  readonly tiers: ReadonlyMap<number, Map<number, Bucket>>;
}

function knownOf(rolling: Rolling, shape: TierShape, series: number, widths: readonly number[]): Known {
  const tiers = widths.map((width) => [width, bucketsOf(cellsOf(rolling, shape, series, width))] as const);
  return { raw: rawOf(rolling, series), tiers: new Map(tiers) };
}

/** Each reading is of one of the two. */
function requireEach(rolling: Rolling, from: Known, to: Known): void {
  const [left, moved] = [rawOf(rolling, a), rawOf(rolling, b)];
  const dropped = [...from.raw.keys()].filter((timeMs) => to.raw.has(timeMs) && !left.has(timeMs));
  deepStrictEqual(left.size + moved.size + dropped.length, from.raw.size + to.raw.size);
  const gone = [...from.raw.keys(), ...to.raw.keys()].find((timeMs) => !left.has(timeMs) && !moved.has(timeMs));
  deepStrictEqual(gone, undefined);
}

/** The one that is left has what both had; where both have a reading of a millisecond, that of the other stands. */
function requireBoth(found: Known, from: Known, to: Known, widths: readonly number[]): void {
  const raw = new Map([...from.raw, ...to.raw]);
  const sorted = [...raw].sort(([one], [other]) => one - other);
  deepStrictEqual(
    [...found.raw].sort(([one], [other]) => one - other),
    sorted,
  );
  for (const width of widths) {
    const [one, other] = [from, to].map(({ tiers }) => tiers.get(width)) as [Map<number, Bucket>, Map<number, Bucket>];
    const [ofFrom, ofTo, ofBoth] = [from.raw, to.raw, sorted].map((rows) => byBucket(rows, width)) as [
      ...[Grouped, Grouped, Grouped],
    ];
    const expected = new Map<number, Bucket>();
    for (const startMs of [...new Set([...one.keys(), ...other.keys()])].sort((x, y) => x - y)) {
      const [mine, theirs] = [one.get(startMs), other.get(startMs)];
      const counts = [ofFrom, ofTo].map((rows) => rows.get(startMs)?.length ?? 0);
      if (counts[0] === (mine?.count ?? 0) && counts[1] === (theirs?.count ?? 0)) {
        expected.set(startMs, bucketOf(ofBoth.get(startMs) as Pairs));
        continue;
      }
      if (!mine || !theirs) {
        expected.set(startMs, (mine ?? theirs) as Bucket);
        continue;
      }
      const shared = (ofFrom.get(startMs) ?? []).filter(([timeMs]) => to.raw.has(timeMs));
      const [early, late] = mine.firstMs < theirs.firstMs ? [mine, theirs] : [theirs, mine];
      const end = mine.lastMs > theirs.lastMs ? mine : theirs;
      expected.set(startMs, {
        count: mine.count + theirs.count - shared.length,
        ...{ min: Math.min(mine.min, theirs.min), max: Math.max(mine.max, theirs.max) },
        sum: mine.sum + theirs.sum - shared.reduce((total, [, value]) => total + value, 0),
        ...{ first: mine.firstMs === theirs.firstMs ? theirs.first : early.first, firstMs: early.firstMs },
        ...{ last: mine.lastMs === theirs.lastMs ? theirs.last : end.last, lastMs: Math.max(end.lastMs, late.lastMs) },
      });
      // Of what was dropped nobody knows whether it was an extreme.
      const extremes = found.tiers.get(width)?.get(startMs);
      if (shared.length > 0 && extremes) {
        const { min, max } = extremes;
        expected.set(startMs, { ...(expected.get(startMs) as Bucket), min, max });
      }
    }
    deepStrictEqual([width, found.tiers.get(width)], [width, expected]);
  }
}

describe("a merge of thinned series", () => {
  it("[TR19] makes each tier what both told, in whatever they were thinned, wherever a kill cuts it, or refuses it and changes nothing", () => {
    const time = fc.integer({ min: -1_000, max: 5_000 });
    const flow = fc.record({
      series: fc.constantFrom(a, b),
      fromMs: time,
      count: fc.integer({ min: 1, max: 250 }),
      stepMs: fc.constantFrom(1, 7, 20, 90),
    });
    const side = fc.record({ thinnedTo: fc.constantFrom(0, 1), atMs: time });
    const lives = fc.record({
      flows: fc.array(flow, { minLength: 2, maxLength: 6 }),
      /** The other begins where the one ends, or they are told as it comes. */
      follows: fc.constantFrom(true, true, false),
      thinned: fc.tuple(side, side),
      late: fc.array(flow, { maxLength: 1 }),
      openMs: fc.option(time),
      rolledSteps: fc.constantFrom(0, 3, 1_000, 1_000),
      frameBuckets: fc.constantFrom(4, 16, 64),
      widthsMs: fc.constantFrom([20, 100, 400], [5, 20, 100, 400, 2_000], [20, 400]),
      leastReadings: fc.constantFrom(1, 2, 6),
      killed: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
    });
    const seen = { merged: 0, refused: 0, thinned: 0, kills: 0, steps: 0 };
    const live = (life: typeof lives extends fc.Arbitrary<infer L> ? L : never) => {
      const { frameBuckets, widthsMs, leastReadings } = life;
      const shape = { ...tinyTiers, frameBuckets, widthsMs, leastReadings };
      const rolling = new Rolling(shape, 120);
      const shiftMs = life.follows ? 6_000 : 0;
      const put = ({ series, fromMs, count, stepMs }: (typeof life.flows)[number]) =>
        rolling.append(stream(fromMs + (series === b ? shiftMs : 0), count, stepMs), series);
      rolling.append(stream(0, 300, 3), a);
      rolling.append(stream(shiftMs + 1, 200, 3), b);
      for (const one of life.flows) put(one);
      rolling.seal();
      rolling.rollAll();
      for (const [index, { thinnedTo, atMs }] of life.thinned.entries()) {
        if (thinnedTo === 1) thinTo(rolling, index + 1, atMs + (index === 1 ? shiftMs : 0));
      }
      for (const one of life.late) put(one);
      rolling.seal();
      for (let left = life.rolledSteps; left > 0 && rolling.step(); left--);
      if (life.openMs !== null) rolling.append([[life.openMs, 55]], b);
      const widths = [...widthsMs, 2 * (widthsMs.at(-1) as number), 40];
      const both = () => [a, b].map((series) => knownOf(rolling, shape, series, widths)) as [Known, Known];
      const met = checkMerge(rolling.parts, a, b, Number.NEGATIVE_INFINITY, commit, wholeLookMs);
      const [from, to] = both();
      seen.thinned += Number(
        rolling.db.prepare("SELECT count(*) FROM rolled WHERE raw_from_ms IS NOT NULL").pluck().get(),
      );
      const begun = beginMerge(rolling.parts, a, b, commit, wholeLookMs);
      if (met) {
        deepStrictEqual(begun, "thinned");
        rolling.rollAll();
        rolling.seal();
        seen.refused += 1;
        return;
      }
      rolling.seal();
      const [fromThen, toThen] = life.openMs === null ? [from, to] : both();
      for (let step = 0; ; step++) {
        const merge = stepMerge(rolling.parts, a, commit, 0);
        seen.steps += 1;
        if (typeof merge === "string" || !merge) throw new Error(`the merge ended: ${merge}`);
        if (step % 4 === 0) requireEach(rolling, fromThen, toThen);
        if (!merge.open) break;
        rolling.step();
        if (life.killed[step % life.killed.length] !== 0) continue;
        rolling.restart();
        seen.kills += 1;
      }
      seen.merged += 1;
      const check = () => requireBoth(knownOf(rolling, shape, b, widths), fromThen, toThen, widths);
      check();
      rolling.rollAll();
      deepStrictEqual(rolling.count("stale"), 0);
      check();
      deepStrictEqual(rolling.db.prepare("SELECT key FROM meta WHERE key LIKE 'merged%'").all(), []);
    };
    const settings = { seed: printedSeed("merged tiers"), numRuns: Number(process.env.HUB_TEST_RUNS ?? amount(8, 4)) };
    fc.assert(fc.property(lives, live), settings);
    expect(seen.merged).toBeGreaterThan(0);
  });
});
