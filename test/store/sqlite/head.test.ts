/** The open end of one series takes readings one by one or many at once, and is the same afterwards. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Columns } from "../../../server/store/columns.ts";
import { SeriesHead } from "../../../server/store/sqlite/head.ts";
import { Heads } from "../../../server/store/sqlite/heads.ts";
import { printedSeed } from "../../support/seed.ts";

const seed = printedSeed("heads");
const types = ["number", "string", "boolean"] as const;

function headsOf() {
  const heads = new Heads({ receivedMs: (commit) => commit * 10 });
  for (const [series, type] of types.entries())
    heads.add(new SeriesHead({ series, device: "d", metric: `m${series}`, type }));
  return heads;
}

const steps = fc.oneof(fc.constant(1), fc.integer({ min: -5, max: 40 }));
const run = fc.record({
  series: fc.nat(types.length - 1),
  steps: fc.array(steps, { minLength: 1, maxLength: 90, size: "max" }),
});
const batches = fc.array(fc.array(run, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });

/** A batch of runs whose times go on from those of its series, mostly upwards. */
function batchOf(runs: readonly { series: number; steps: readonly number[] }[], clocks: number[]): Columns {
  const rows = runs.flatMap((one) =>
    one.steps.map((step) => {
      clocks[one.series] = (clocks[one.series] ?? 1_000) + step;
      return { series: one.series, timeMs: clocks[one.series] as number };
    }),
  );
  return {
    length: rows.length,
    series: Uint32Array.from(rows, ({ series }) => series),
    times: Float64Array.from(rows, ({ timeMs }) => timeMs),
    values: Float64Array.from(rows, ({ series }, index) => (types[series] === "number" ? index / 4 : index % 2)),
    strings: ["off", "on"],
  };
}

/** The same readings in batches of one. */
function* onesOf({ length, series, times, values, strings }: Columns): Generator<Columns> {
  for (let index = 0; index < length; index++) {
    const [from, to] = [index, index + 1];
    yield {
      length: 1,
      series: series.slice(from, to),
      times: times.slice(from, to),
      values: values.slice(from, to),
      strings,
    };
  }
}

function stateOf(heads: Heads) {
  const state = heads.all().map((head) => ({
    ...{ length: head.length, isRising: head.isRising, firstCommit: head.firstCommit, lastCommit: head.lastCommit },
    marks: head.isRising ? Array.from({ length: Math.ceil(head.length / 64) }, (_, at) => head.commitAt(at * 64)) : [],
    ...{ newest: heads.newest(head), newestRow: head.newestRow(), queued: head.queued },
  }));
  const { overwritten } = heads.tally;
  return {
    state,
    overwritten,
    due: heads.due,
    oldest: heads.oldestCommit(),
    rows: heads.all().map((head) => head.rows()),
  };
}

it("takes a batch as it takes its readings one by one", () => {
  let largest = 0;
  fc.assert(
    fc.property(batches, (all) => {
      const [whole, single] = [headsOf(), headsOf()];
      for (const head of [...whole.all(), ...single.all()]) head.fullAt = 50;
      const clocks: number[] = [];
      for (const [index, runs] of all.entries()) {
        const batch = batchOf(runs, clocks);
        whole.push(batch, index + 1);
        for (const one of onesOf(batch)) single.push(one, index + 1);
        // Now and then rows leave, as for a chunk: all of a head, or the first ones.
        for (const heads of [whole, single]) {
          const head = heads.get(index % types.length) as SeriesHead;
          if (index % 3 === 2) heads.clear(head);
          else if (index % 3 === 1 && head.isRising && head.length > 1) heads.clearBefore(head, head.length >> 1);
        }
        largest = Math.max(largest, batch.length);
      }
      expect(stateOf(whole)).toEqual(stateOf(single));
      for (const heads of [whole, single])
        expect(heads.bytes).toBe(heads.all().reduce((sum, head) => sum + head.bytes, 0));
    }),
    { seed, numRuns: 1_000 },
  );
  expect(largest).toBeGreaterThan(100);
});
