/** What a hub does once nothing arrives any more, or little: seals, trims, and gives free pages back. */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { createDatabase } from "../../../server/store/sqlite/creation.ts";
import { databasePath, settingsOf } from "../../../server/store/sqlite/options.ts";
import { Rest } from "../../../server/store/sqlite/rest.ts";
import type { Workplace } from "../../../server/store/sqlite/slices/job.ts";
import { restSlice } from "../../../server/store/sqlite/slices/rest.ts";
import { Writer } from "../../../server/store/sqlite/writer.ts";
import { batchOf } from "../world.ts";
import { inspect, newFolder } from "./engine.ts";

const second = 1_000;
const minute = 60 * second;
const kib = 1_024;

describe("a hub without commits", () => {
  it("[SQ31] rests after 10 s, but not in pauses that it usually makes", () => {
    const rest = new Rest(10 * second, 0);
    expect(rest.untilRestMs(4 * second)).toBe(6 * second);
    expect(rest.untilRestMs(10 * second)).toBe(0);
    rest.took(15 * second, 1);
    rest.took(30 * second, 1);
    for (let atMs = 45 * second; atMs <= 10 * minute; atMs += 15 * second) {
      expect(rest.untilRestMs(atMs - 1)).toBeGreaterThan(0);
      rest.took(atMs, 1);
    }
    expect(rest.untilRestMs(10 * minute + 29 * second)).toBe(second);
    expect(rest.untilRestMs(10 * minute + 30 * second)).toBe(0);
  });

  it("[SQ31] takes a pause that came once, or two with ten minutes of commits between them, for no habit", () => {
    const rest = new Rest(10 * second, 0);
    rest.took(60 * minute, 1);
    expect(rest.untilRestMs(60 * minute + 10 * second)).toBe(0);
    let atMs = 60 * minute;
    for (; atMs <= 71 * minute; atMs += second) rest.took(atMs, 1);
    rest.took(131 * minute, 1);
    expect(rest.untilRestMs(131 * minute + 10 * second)).toBe(0);
    // The second in a row is one.
    rest.took(191 * minute, 1);
    expect(rest.untilRestMs(191 * minute + 10 * second)).toBeGreaterThan(119 * minute);
    for (atMs = 191 * minute; atMs <= 202 * minute; atMs += second) rest.took(atMs, 1);
    expect(rest.untilRestMs(202 * minute + 10 * second)).toBe(0);
  });

  it("[SQ32] has a light load once commits took at most 1 % of the time for a minute", () => {
    const rest = new Rest(10 * second, 0);
    let atMs = 0;
    const commitsFor = (forMs: number, commitMs: number) => {
      for (const endMs = atMs + forMs; atMs < endMs; atMs += 100) rest.took(atMs, commitMs);
    };
    commitsFor(10 * minute, 1.5);
    expect(rest.isLight(atMs)).toBe(false);
    commitsFor(50 * second, 0);
    expect(rest.isLight(atMs)).toBe(false);
    commitsFor(20 * second, 0.1);
    expect(rest.isLight(atMs)).toBe(true);
    commitsFor(10 * minute, 0.9);
    expect(rest.isLight(atMs)).toBe(true);
    commitsFor(5 * minute, 1.5);
    expect(rest.isLight(atMs)).toBe(false);
  });
});

describe("sealing at rest", () => {
  it("[SQ31] looks at all series once, and every ten seconds, not with each slice of other work", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const all = vi.fn(() => []);
      const journal = { newestFrom: () => 0, newestMs: 0, receivedMs: () => 0 };
      const rest = { untilRestMs: () => 0, pauseMs: () => minute };
      const place = { parts: { heads: { all }, journal }, rest, settings: { sliceMs: 4 }, commit: 1 };
      const slice = restSlice(place as unknown as Workplace);
      for (let turn = 0; turn < 1_000; turn++) expect(slice()).toBe(false);
      expect(all).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(10 * second);
      slice();
      expect(all).toHaveBeenCalledTimes(2);
      place.commit = 2;
      slice();
      expect(all).toHaveBeenCalledTimes(3);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a writer", () => {
  let folder: string;
  let writer: Writer;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance", "Date"],
    });
    folder = newFolder();
    createDatabase(databasePath(folder));
    open();
  });
  afterEach(() => {
    writer.close();
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): void {
    const fail = (message: string): never => expect.unreachable(message);
    writer = new Writer(settingsOf({ folder, minFreeBytes: 0 }, false), fail, fail);
  }

  /** Declares series 1 to `count`. */
  function declare(count: number): void {
    const newSeries = Array.from({ length: count }, (_, index) => ({
      ...{ series: index + 1, device: "d", metric: `m${index}`, type: "number" as const },
    }));
    writer.append(batchOf({ newSeries, receivedMs: Date.now() }), 0);
  }

  /** `rows` readings of each series from `first` to `last`, in one commit. */
  function put(first: number, last: number, rows: number): void {
    const builder = new ColumnsBuilder();
    for (let row = 0; row < rows; row++) {
      for (let series = first; series <= last; series++)
        builder.push(series, Date.now() + row, Math.sqrt(row + series));
    }
    writer.append(batchOf({ columns: builder.take(), receivedMs: Date.now() }), 0);
  }

  const chunksOf = (series: number) =>
    inspect(folder, (db) => db.prepare("SELECT count(*) FROM chunks WHERE series = ?").pluck().get(series));
  const pages = () =>
    inspect(folder, (db) => {
      db.pragma("wal_checkpoint(PASSIVE)");
      return {
        all: db.pragma("page_count", { simple: true }) as number,
        free: db.pragma("freelist_count", { simple: true }) as number,
      };
    });

  it("[SQ31] seals at rest the heads with 64 rows and more, and after ten minutes the others", () => {
    declare(3);
    put(1, 1, 64);
    put(2, 2, 63);
    vi.advanceTimersByTime(9 * second);
    expect([1, 2, 3].map(chunksOf)).toEqual([0, 0, 0]);
    vi.advanceTimersByTime(2 * second);
    expect([1, 2, 3].map(chunksOf)).toEqual([1, 0, 0]);
    vi.advanceTimersByTime(11 * minute);
    expect([1, 2, 3].map(chunksOf)).toEqual([1, 1, 0]);
    expect(writer.seriesState([1, 2]).map(({ count }) => count)).toEqual([64, 63]);
  });

  it("[SQ31] keeps at rest the journal below 1 MiB, of it what arrived within two minutes to 256 KiB, and no more after that", () => {
    declare(1_000);
    for (let turn = 0; turn < 20; turn++) {
      put(1, 1_000, 6);
      vi.advanceTimersByTime(second);
    }
    expect(writer.stats().journalBytes).toBeGreaterThan(1_024 * kib);
    vi.advanceTimersByTime(15 * second);
    expect(writer.stats().journalBytes).toBeLessThan(256 * kib);
    expect(writer.stats().journalBytes).toBeGreaterThan(64 * kib);
    expect(writer.recent(2 ** 30, 0).commits.length).toBeGreaterThan(0);
    put(7, 7, 10);
    vi.advanceTimersByTime(3 * minute);
    // Ten readings are no chunk yet.
    expect(writer.recent(2 ** 30, 0).commits.length).toBe(1);
    expect(writer.stats().journalBytes).toBeLessThan(kib);
  });

  it("[SQ31] makes no chunks in the pauses of a device that reports every 15 s", () => {
    declare(1);
    for (let turn = 0; turn < 200; turn++) {
      put(1, 1, 2);
      vi.advanceTimersByTime(15 * second);
    }
    expect(chunksOf(1)).toBeLessThanOrEqual(1);
  });

  it("[SQ32] keeps the journal of a light load below 2 MiB, and nothing of it is lost", () => {
    declare(100);
    vi.advanceTimersByTime(61 * second);
    let longest = 0;
    for (let turn = 0; turn < 200; turn++) {
      put(1, 100, 20);
      vi.advanceTimersByTime(second);
      longest = Math.max(longest, writer.stats().journalBytes);
    }
    expect(longest).toBeGreaterThan(700 * kib);
    expect(longest).toBeLessThan(2_200 * kib);
    writer.close();
    open();
    expect(new Set(writer.state.series.map(({ count }) => count))).toEqual(new Set([4_000]));
  });

  it("[SQ37] takes late readings into older chunks at each rest", () => {
    declare(1);
    const startMs = Date.now();
    const times = new Set<number>();
    for (let turn = 1; turn <= 3; turn++) {
      for (let row = 0; row < 1_000; row++) times.add(Date.now() + row);
      put(1, 1, 1_000);
      vi.advanceTimersByTime(minute);
      const builder = new ColumnsBuilder();
      for (let row = 0; row < 100; row++) {
        times.add(startMs + row * 600 * turn + 7);
        builder.push(1, startMs + row * 600 * turn + 7, row);
      }
      writer.append(batchOf({ columns: builder.take(), receivedMs: Date.now() }), 0);
      vi.advanceTimersByTime(10 * minute);
      const spans = inspect(folder, (db) =>
        db.prepare("SELECT first_ms, last_ms FROM chunks ORDER BY first_ms").raw().all(),
      ) as [number, number][];
      for (const [index, [, lastMs]] of spans.entries())
        expect(spans[index + 1]?.[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(lastMs);
    }
    expect(writer.seriesState([1])).toMatchObject([{ count: times.size }]);
  });

  it("[SQ33] gives free pages back at rest but for 1 % of the file", () => {
    declare(100);
    for (let turn = 0; turn < 30; turn++) put(1, 100, 100);
    const before = pages();
    vi.advanceTimersByTime(3 * minute);
    const after = pages();
    expect(after.all).toBeLessThan(before.all / 2);
    expect(after.free).toBeLessThanOrEqual(Math.ceil(after.all / 100));
  });

  it("[S35] [SQ33] moves the log into the database while it gives pages back, and lets it grow by no more than a few slices", () => {
    declare(2);
    // What stays lies behind what goes: every page of it has to move.
    for (const series of [1, 2]) {
      for (let turn = 0; turn < 30; turn++) {
        put(series, series, 50_000);
        vi.advanceTimersByTime(50 * second);
      }
      vi.advanceTimersByTime(3 * minute);
    }
    const before = pages().all;
    writer.deleteReadings([{ series: 1, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }]);
    let longest = 0;
    const log = () =>
      inspect(folder, (db) => db.prepare("PRAGMA wal_checkpoint(NOOP)").raw().get()) as [number, number, number];
    for (let turn = 0; turn < 200; turn++) {
      vi.advanceTimersToNextTimer();
      const [, frames, moved] = log();
      longest = Math.max(longest, frames - moved);
    }
    vi.advanceTimersByTime(3 * minute);
    expect(pages().all).toBeLessThan(before * 0.6);
    expect(longest * 4 * kib).toBeLessThan(5 * 1_024 * kib);
  });

  it("[SQ33] leaves a file at a close as at rest, and what a restart needs of the last two minutes", () => {
    declare(100);
    for (let turn = 0; turn < 30; turn++) put(1, 100, 100);
    writer.close();
    const { all, free } = pages();
    expect(free).toBeLessThanOrEqual(Math.ceil(all / 100));
    open();
    expect(writer.stats().journalBytes).toBeLessThan(256 * kib);
    expect(writer.recent(2 ** 30, 0).commits.length).toBeGreaterThan(0);
  });
});
