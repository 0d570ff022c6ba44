import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SmallReads } from "../../../server/store/sqlite/small-reads.ts";
import type { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import type { RawRange } from "../../../server/store/store.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, type Row, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

const hour: RawRange = { series: 1, fromMs: 0, toMs: 3_600_000 };

function rowsFrom(fromMs: number, count: number, value: number): Row[] {
  return Array.from({ length: count }, (_, at): Row => [fromMs + at * 10, value + at]);
}

describe("a small question about raw readings", () => {
  let engine: SqliteEngine;
  let world: World;
  const read = vi.spyOn(SmallReads.prototype, "read");
  /** How many questions this thread answered since it was asked last. */
  const answeredHere = (): number => read.mock.results.splice(0).filter(({ value }) => value).length;

  beforeEach(async () => {
    engine = sqliteEngine();
    world = new World(engine);
    await world.open();
    await world.make(1);
    vi.clearAllMocks();
    // However slow the machine is: what a slow answer does is another rule.
    vi.spyOn(performance, "now").mockReturnValue(1);
  });
  afterEach(async () => {
    vi.mocked(performance.now).mockRestore();
    await world.end();
  });
  const seal = () => (world.store as SqliteStore).sealAll();

  it("[SQ86] is answered without a thread where all is sealed, with one where some is not, and both alike", async () => {
    const rows = rowsFrom(0, 200, 1);
    await world.put(1, rows);
    expect(await world.raw(hour)).toEqual(rows);
    await seal();
    const asked = vi.spyOn(Object.getPrototypeOf(world.store), "readRaw");
    expect(await world.raw(hour)).toEqual(rows);
    expect(await world.raw({ ...hour, fromMs: 500, toMs: 700 }, 7)).toEqual(rows.slice(50, 70));
    expect(asked).toHaveBeenCalledTimes(4);
    expect(answeredHere()).toBe(5);
    const late: Row = [55, 9];
    await world.put(1, [late]);
    expect(await world.raw({ ...hour, toMs: 60 })).toEqual([...rows.slice(0, 6), late]);
    expect(await world.raw({ ...everything(2) })).toEqual([]);
  });

  it("[SQ86] meets those that came late, were sealed, and came anew, at once, across restarts", async () => {
    const rows = new Map<number, Row>();
    const put = async (fromMs: number, value: number) => {
      const come = rowsFrom(fromMs, 40, value);
      for (const row of come) rows.set(row[0], row);
      await world.put(1, come);
    };
    const sorted = () => [...rows.values()].sort((a, b) => a[0] - b[0]);
    for (let round = 0; round < 12; round++) {
      await put(10_000 * round, round);
      expect(await world.raw(hour)).toEqual(sorted());
      if (round % 3 === 1) await seal();
      expect(await world.raw(hour)).toEqual(sorted());
      if (round % 4 === 2) await put(5, round);
      expect(await world.raw(hour)).toEqual(sorted());
      if (round === 7) await world.reopen();
    }
    expect(answeredHere()).toBeGreaterThan(30);
  });

  it("[SQ87] waits for what was sent before it: a batch that is not acknowledged yet, a delete, a mask that comes and goes", async () => {
    let state = printedSeed("small reads");
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const rows = new Map<number, Row>();
    const sorted = () => [...rows.values()].sort((a, b) => a[0] - b[0]);
    for (let round = 0; round < 40; round++) {
      const fromMs = random(200) * 10;
      const done: Promise<unknown>[] = [];
      const come = rowsFrom(fromMs, 20, round);
      for (const row of come) rows.set(row[0], row);
      done.push(world.put(1, come));
      expect(await world.raw(hour)).toEqual(sorted());
      if (random(2) === 0) done.push(seal());
      const gone = { series: 1, fromMs: fromMs + 30, toMs: fromMs + 80 };
      done.push(world.store.deleteReadings([gone]));
      for (const timeMs of [...rows.keys()]) if (timeMs >= gone.fromMs && timeMs < gone.toMs) rows.delete(timeMs);
      expect(await world.raw(hour)).toEqual(sorted());
      await Promise.all(done);
      const hidden = { series: 1, fromMs: fromMs + 100, toMs: fromMs + 150 };
      const mask = await world.store.addMask({ ...hidden, atMs: 1, note: "" });
      expect(await world.raw(hour)).toEqual(sorted().filter(([at]) => at < hidden.fromMs || at >= hidden.toMs));
      expect(await world.raw({ ...hour, withHidden: true })).toEqual(sorted());
      const shown = world.store.removeMask(mask?.id as number);
      expect(await world.raw(hour)).toEqual(sorted());
      await shown;
    }
    expect(answeredHere()).toBeGreaterThan(40);
  });

  it("[SQ88] is the reader's where it is not small, where this thread was slow, and where it cannot be read: it alone tells why", async () => {
    await world.put(1, rowsFrom(0, 9_000, 0));
    await seal();
    expect(await world.raw(hour, 10_000)).toHaveLength(9_000);
    expect(answeredHere()).toBe(0);
    await world.make(2);
    await world.put(2, rowsFrom(0, 100, 0));
    await seal();
    const end = { ...hour, series: 2 };
    expect(await world.raw(end)).toHaveLength(100);
    expect(answeredHere()).toBe(1);
    // Each look at the clock is 100 ms after the one before.
    let nowMs = 0;
    vi.mocked(performance.now).mockImplementation(() => (nowMs += 100));
    expect(await world.raw(end)).toHaveLength(100);
    vi.mocked(performance.now).mockReturnValue(nowMs);
    expect(answeredHere()).toBe(0);
    expect(await world.raw(end)).toHaveLength(100);
    expect(answeredHere()).toBe(0);
    vi.mocked(performance.now).mockReturnValue(nowMs + 10_000);
    expect(await world.raw(end)).toHaveLength(100);
    expect(answeredHere()).toBe(1);
    inspect(engine.folder, (db) => db.exec("UPDATE chunks SET readings = zeroblob(100) WHERE series = 2"));
    await expect(world.raw(end)).rejects.toThrow(/damaged/);
  });
});
