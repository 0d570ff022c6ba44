/** What the hub notes of a commit is the same whether readings of one series stand side by side in it or come one by one. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Catalog, type Series } from "../../server/hub/catalog.ts";
import { CommitNotes } from "../../server/hub/commit-notes.ts";
import { noteMasks } from "../../server/hub/hidden.ts";
import type { Columns } from "../../server/store/columns.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { printedSeed } from "../support/seed.ts";

const seed = printedSeed("commit notes");
const metrics = 4;
/** Hidden of the second series. */
const hidden = { fromMs: 1_020, toMs: 1_060 };
/** Readings of it are of the past. */
const past = 3;
/** No series has this number: it was removed. */
const gone = metrics + 1;

async function world() {
  const catalog = new Catalog(await new MemoryStore().open());
  const device = catalog.device("d", 0);
  const all = Array.from({ length: metrics }, (_, index) => catalog.addSeries(device, `m${index}`, "number"));
  noteMasks(all, [{ id: 1, series: (all[1] as Series).number, note: "", atMs: 0, ...hidden } as never]);
  const calls: unknown[] = [];
  const state = ({ number, latestTimeMs, latestValue, latestReceivedMs, heardIn, device }: Series) => ({
    number,
    latestTimeMs,
    latestValue,
    latestReceivedMs,
    heardIn,
    lastSeenMs: device.lastSeenMs,
  });
  const notes = new CommitNotes({
    catalog,
    gaps: { arrived: ({ number, latestTimeMs }, timeMs) => calls.push(["arrived", number, latestTimeMs, timeMs]) },
    presence: { reported: (series, timeMs, atMs) => calls.push(["reported", state(series), timeMs, atMs]) },
    live: { seriesAppeared: ({ number }) => calls.push(["appeared", number]) },
  });
  const batch = { isPast: ({ number }: Series) => number === past };
  return { all, calls, notes, batch, states: () => all.map(state) };
}

const run = fc.record({
  series: fc.integer({ min: 1, max: gone }),
  times: fc.array(fc.integer({ min: 1_000, max: 1_100 }), { minLength: 1, maxLength: 12 }),
});
const commits = fc.array(fc.array(run, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

function columnsOf(rows: readonly { series: number; timeMs: number; value: number }[]): Columns {
  return {
    length: rows.length,
    series: Uint32Array.from(rows, ({ series }) => series),
    times: Float64Array.from(rows, ({ timeMs }) => timeMs),
    values: Float64Array.from(rows, ({ value }) => value),
    strings: [],
  };
}

it("notes a commit as it notes its readings one by one", async () => {
  let reported = 0;
  await fc.assert(
    fc.asyncProperty(commits, async (all) => {
      const [whole, single] = [await world(), await world()];
      let value = 0;
      for (const [index, runs] of all.entries()) {
        const rows = runs.flatMap(({ series, times }) => times.map((timeMs) => ({ series, timeMs, value: value++ })));
        const stamp = { commit: index + 1, receivedMs: 5_000 + index, atMs: index };
        whole.notes.note(columnsOf(rows), whole.batch, stamp);
        for (const row of rows) single.notes.note(columnsOf([row]), single.batch, stamp);
      }
      expect(whole.states()).toEqual(single.states());
      expect(whole.calls).toEqual(single.calls);
      const told = whole.calls.flatMap((call) => {
        const [what, { number, heardIn }] = call as [string, { number: number; heardIn: number }];
        return what === "reported" ? [`${number} in ${heardIn}`] : [];
      });
      reported += told.length;
      expect(new Set(told).size, "of a series once a commit").toBe(told.length);
      expect(told.some((one) => one.startsWith(`${past} `))).toBe(false);
    }),
    { seed, numRuns: 500 },
  );
  expect(reported).toBeGreaterThan(500);
});
