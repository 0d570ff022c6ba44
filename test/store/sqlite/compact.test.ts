import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChunkColumns } from "../../../server/store/codec/chunk.ts";
import { Chunks } from "../../../server/store/sqlite/chunks.ts";
import { Compactor, compactSlice } from "../../../server/store/sqlite/compact.ts";
import { createDatabase } from "../../../server/store/sqlite/creation.ts";
import { type Db, openForWriting } from "../../../server/store/sqlite/driver.ts";
import { fileBytes } from "../../../server/store/sqlite/fit.ts";
import { databasePath } from "../../../server/store/sqlite/options.ts";
import { risingRows } from "../../../server/store/sqlite/rows.ts";
import type { Workplace } from "../../../server/store/sqlite/slices/job.ts";
import { printedSeed } from "../../support/seed.ts";
import { newFolder } from "./engine.ts";

const chunkBytes = 4_640;
/** More steps than any walk here can take that ends. */
const manySteps = 5_000;

let folder: string;
let db: Db;
let chunks: Chunks;

beforeEach(() => {
  folder = newFolder();
  createDatabase(databasePath(folder));
  db = openForWriting(databasePath(folder), 0);
  chunks = new Chunks(db);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Stored {
  readonly id: number;
  readonly series: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly bytes: number;
}

const stored = (series: number) =>
  db
    .prepare("SELECT id, series, first_ms, last_ms, bytes FROM chunks WHERE series = ? ORDER BY id")
    .all(series) as Stored[];

/** What stands, as a reader finds it: the later chunk over the one before. */
function standing(series: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const { id } of stored(series)) {
    const { times, values } = chunks.read(id);
    for (const [index, timeMs] of times.entries()) found.set(timeMs, values[index] as number);
  }
  return new Map([...found].sort((a, b) => a[0] - b[0]));
}

function put(series: number, times: number[], value: (timeMs: number) => number): void {
  const rows = Float64Array.from(times);
  const columns = risingRows(rows, Float64Array.from(times, value), rows.length);
  chunks.insert(series, { type: "number", strings: [], ...columns } satisfies ChunkColumns, 0);
}

/** Walks over a series to its end; answers how often something was written. */
function walk(compactor: Compactor, series: number, isResting = true): number {
  let written = 0;
  for (let steps = 0; steps < manySteps; steps++) {
    const step = compactor.step(series, "number", isResting);
    if (step === undefined) return written;
    if (step === "written") written += 1;
  }
  return expect.unreachable("the walk does not end");
}

/** Numbers from 0 to 1, always the same for one seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const noise = (timeMs: number) => (Math.imul(timeMs ^ (timeMs >>> 7), 0x2c1b3c6d) >>> 20) / 10;
const spaced = (count: number, firstMs: number, stepMs = 10) =>
  Array.from({ length: count }, (_, index) => firstMs + index * stepMs);

describe("compaction", () => {
  it("[SQ36] makes chunks that fill their pages of small ones in the middle of a series", () => {
    for (let turn = 0; turn < 60; turn++) put(1, spaced(200, turn * 10_000), noise);
    const before = standing(1);
    const room = stored(1).reduce((sum, { bytes }) => sum + fileBytes(bytes), 0);
    walk(new Compactor(db, chunks, chunkBytes), 1);
    expect(standing(1)).toEqual(before);
    const after = stored(1);
    expect(after.length).toBeLessThan(8);
    expect(after.reduce((sum, { bytes }) => sum + fileBytes(bytes), 0)).toBeLessThan(0.9 * room);
    // A second walk finds nothing to do.
    expect(walk(new Compactor(db, chunks, chunkBytes), 1)).toBe(0);
  });

  it("[SQ36] leaves the newest chunks of a series to the next seal where there is no rest", () => {
    for (let turn = 0; turn < 6; turn++) put(1, spaced(200, turn * 10_000), noise);
    const before = stored(1);
    expect(walk(new Compactor(db, chunks, chunkBytes), 1, false)).toBe(0);
    expect(stored(1)).toEqual(before);
  });

  it("[SQ36] looks at rest only at series of which something was sealed since, and at all once an hour", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const heads = [1, 2, 3].map((series) => ({
      identity: { series, type: "number" },
      sealed: { throughCommit: 1 },
      length: 0,
    }));
    for (const { identity } of heads) put(identity.series, spaced(200, 0), noise);
    const looks = vi.spyOn(chunks, "endingAfter");
    const place = {
      parts: {
        ...{ db, chunks, journal: { newestFrom: () => 0, newestMs: 0 } },
        heads: { all: () => heads, get: (series: number) => heads[series - 1] },
      },
      settings: { chunkBytes, sliceMs: 4 },
      rest: { untilRestMs: () => 0, isLight: () => true, pauseMs: () => 0 },
      commit: 1,
    };
    const slice = compactSlice(place as unknown as Workplace);
    /** Series that the next walk looks at. */
    const walked = (): number[] => {
      looks.mockClear();
      while (slice());
      return [...new Set(looks.mock.calls.map(([series]) => series))];
    };
    try {
      expect(walked()).toEqual([1, 2, 3]);
      expect(walked()).toEqual([]);
      place.commit = 2;
      (heads[1] as (typeof heads)[number]).sealed = { throughCommit: 2 };
      expect(walked()).toEqual([2]);
      place.commit = 3;
      expect(walked()).toEqual([]);
      vi.advanceTimersByTime(3_600_000);
      place.commit = 4;
      expect(walked()).toEqual([1, 2, 3]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("[SQ36] takes fewer readings together where there is no rest: commits wait for them", () => {
    for (const firstMs of [0, 160_000]) put(1, spaced(16_000, firstMs), () => 1);
    put(1, [5, 319_995], () => 2);
    put(1, spaced(5_000, 2, 60), () => 3);
    expect(walk(new Compactor(db, chunks, chunkBytes), 1, false)).toBe(0);
    expect(walk(new Compactor(db, chunks, chunkBytes), 1)).toBeGreaterThan(0);
  });

  it("[SQ37] takes late readings into the chunks that they lie across, the later arrival standing", () => {
    for (let turn = 0; turn < 20; turn++) put(1, spaced(1_000, turn * 20_000, 20), noise);
    put(1, spaced(400, 5, 1_000), () => -1);
    put(1, [20_000, 120_000, 120_005, 250_000], () => -2);
    const before = standing(1);
    expect(before.get(120_005)).toBe(-2);
    walk(new Compactor(db, chunks, chunkBytes), 1);
    expect(standing(1)).toEqual(before);
    const after = stored(1).sort((a, b) => a.first_ms - b.first_ms);
    for (const [index, { last_ms }] of after.entries())
      expect(after[index + 1]?.first_ms ?? Number.POSITIVE_INFINITY).toBeGreaterThan(last_ms);
  });

  it("[SQ37] changes no reading, whatever lies across what, and in the end nothing does", () => {
    const random = randomOf(printedSeed("compact"));
    for (let life = 1; life <= 10; life++) {
      for (let turn = 0; turn < 1 + random() * 40; turn++) {
        const count = Math.ceil(random() ** 3 * 3_000);
        const firstMs = Math.round((random() < 0.6 ? turn : random() * 40) * 3_000);
        const stepMs = Math.ceil(random() * (random() < 0.2 ? 60 : 3));
        put(life, spaced(count, firstMs, stepMs), (timeMs) => noise(timeMs + turn));
      }
      const before = standing(life);
      const compactor = new Compactor(db, chunks, random() < 0.5 ? chunkBytes : 200);
      for (let walks = 0; walk(compactor, life) > 0; walks++) expect(walks).toBeLessThan(20);
      expect(standing(life)).toEqual(before);
      const after = stored(life).sort((a, b) => a.first_ms - b.first_ms);
      for (const [index, { last_ms }] of after.entries())
        expect(after[index + 1]?.first_ms ?? Number.POSITIVE_INFINITY).toBeGreaterThan(last_ms);
    }
  });

  it("[SQ37] steps over a damaged chunk, and leaves it and what it meets as they are", () => {
    for (let turn = 0; turn < 30; turn++) put(1, spaced(200, turn * 10_000), noise);
    const { id } = stored(1)[10] as Stored;
    db.prepare("UPDATE chunks SET readings = zeroblob(bytes) WHERE id = ?").run(id);
    walk(new Compactor(db, chunks, chunkBytes), 1);
    expect(stored(1).map((chunk) => chunk.id)).toContain(id);
    expect(stored(1).length).toBeLessThan(20);
  });
});
