import { cpSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { createDatabase } from "../../../server/store/sqlite/creation.ts";
import { cutToFit, isShort } from "../../../server/store/sqlite/fit.ts";
import { databasePath, settingsOf } from "../../../server/store/sqlite/options.ts";
import { Writer } from "../../../server/store/sqlite/writer.ts";
import { printedSeed } from "../../support/seed.ts";
import { batchOf } from "../world.ts";
import { inspect, newFolder } from "./engine.ts";

const wantedBytes = 4_640;
const mostRows = 16_384;
const least = 4_500;
const most = 4_805;

/** Numbers from 0 to 1, always the same for one seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("readings that are cut into chunks", () => {
  it("[SQ34] fill 4,500 to 4,805 bytes each but for what is left at the end, with two more tries at most", () => {
    const random = randomOf(printedSeed("fit"));
    for (let life = 0; life < 50; life++) {
      const count = Math.round(random() * 60_000);
      const sums = new Float64Array(count + 1);
      const rowBytes = 0.3 + random() * 6;
      for (let row = 0; row < count; row++) sums[row + 1] = (sums[row] as number) + rowBytes * (0.7 + 0.6 * random());
      let encoded = 0;
      // A head has 64 readings at least when it is sealed.
      const pieces = cutToFit(count, 64 + random() * 20_000, wantedBytes, mostRows, (start, end) => {
        encoded += 1;
        expect(end - start).toBeLessThanOrEqual(mostRows);
        return Buffer.alloc(60 + Math.round((sums[end] as number) - (sums[start] as number)));
      });
      expect(encoded).toBeLessThanOrEqual(pieces.length * 3);
      expect(pieces.map(({ start }) => start)).toEqual([0, ...pieces.map(({ end }) => end)].slice(0, pieces.length));
      expect(pieces.at(-1)?.end ?? 0).toBe(count);
      for (const piece of pieces.slice(0, -1)) {
        expect(piece.blob.length).toBeGreaterThan(least);
        expect(piece.blob.length).toBeLessThan(most);
        expect(isShort(piece, wantedBytes, mostRows)).toBe(false);
      }
    }
  });

  it("[SQ34] are left out behind the last whole one where they may be and fill none, and are not encoded then", () => {
    const cut = (count: number, mayLeaveFrom: number) => {
      const encoded: number[] = [];
      const pieces = cutToFit(
        count,
        4_640,
        wantedBytes,
        mostRows,
        (start, end) => {
          encoded.push(end);
          return Buffer.alloc(end - start);
        },
        mayLeaveFrom,
      );
      return { encoded, ends: pieces.map(({ end }) => end) };
    };
    expect(cut(6_000, 1)).toEqual({ encoded: [4_640], ends: [4_640] });
    expect(cut(6_000, 4_641)).toEqual({ encoded: [4_640, 6_000], ends: [4_640, 6_000] });
    expect(cut(9_200, 1)).toEqual({ encoded: [4_640, 9_200], ends: [4_640, 9_200] });
    expect(cut(3_000, 1)).toEqual({ encoded: [3_000], ends: [3_000] });
  });

  it("[SQ34] are cut where a chunk would have more than 16,384 of them, however few bytes those take", () => {
    const pieces = cutToFit(40_000, 1_000, wantedBytes, mostRows, () => Buffer.alloc(50));
    expect(pieces.map(({ end }) => end)).toEqual([16_384, 32_768, 40_000]);
    expect(pieces.map((piece) => isShort(piece, wantedBytes, mostRows))).toEqual([false, false, true]);
  });
});

describe("a full head", () => {
  const folders: string[] = [];
  let folder: string;
  let writer: Writer;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance"] });
    folder = newFolder();
    folders.push(folder);
    createDatabase(databasePath(folder));
    writer = open(folder);
  });
  afterEach(() => {
    writer.close();
    vi.useRealTimers();
    for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
  });

  function open(of: string): Writer {
    const fail = (message: string): never => expect.unreachable(message);
    return new Writer(settingsOf({ folder: of, minFreeBytes: 0 }, false), fail, fail);
  }

  const series = [1, 2, 3];
  /** Commits of thirty readings of each series; answers how many there are of each. */
  function fill(commits: number): number {
    const random = randomOf(printedSeed("fill"));
    const newSeries = series.map((number) => ({
      ...{ series: number, device: "d", metric: `m${number}`, type: "number" as const },
    }));
    for (let commit = 1; commit <= commits; commit++) {
      const builder = new ColumnsBuilder();
      for (let row = 0; row < 30; row++)
        for (const number of series) builder.push(number, commit * 1_000 + row * 30, Math.round(random() * 4_000) / 10);
      writer.append(batchOf({ newSeries, columns: builder.take(), receivedMs: commit }), 0);
      vi.advanceTimersByTime(200);
    }
    return commits * 30;
  }

  const chunksIn = (of: string) =>
    inspect(of, (db) => db.prepare("SELECT series, first_ms, last_ms, count, bytes FROM chunks ORDER BY id").all()) as {
      readonly series: number;
      readonly first_ms: number;
      readonly last_ms: number;
      readonly count: number;
      readonly bytes: number;
    }[];

  it("[SQ35] is sealed in chunks that fill their pages, and keeps what fills none", () => {
    const count = fill(400);
    const chunks = chunksIn(folder);
    expect(chunks.length).toBeGreaterThanOrEqual(9);
    const fitting = chunks.filter(({ bytes }) => bytes > least && bytes < most);
    // How long a chunk gets is not proportional to its readings: a try may miss by a little.
    expect(fitting.length / chunks.length).toBeGreaterThan(0.6);
    expect(Math.min(...chunks.map(({ bytes }) => bytes))).toBeGreaterThan(0.9 * wantedBytes);
    expect(Math.max(...chunks.map(({ bytes }) => bytes))).toBeLessThan(1.1 * wantedBytes);
    const sealed = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    expect(sealed).toBeLessThan(3 * count);
    expect(writer.seriesState(series).map((state) => state.count)).toEqual([count, count, count]);
    for (const [index, chunk] of chunks.entries()) {
      const after = chunks.slice(index + 1).find(({ series: other }) => other === chunk.series);
      expect(after?.first_ms ?? Number.POSITIVE_INFINITY).toBeGreaterThan(chunk.last_ms);
    }
  });

  it("[SQ35] is found by a restart after a kill with each reading once, and meets again only what changes nothing", () => {
    const count = fill(400);
    const copy = newFolder();
    folders.push(copy);
    cpSync(folder, copy, { recursive: true });
    const found = open(copy);
    expect(found.state.series.map((state) => state.count)).toEqual([count, count, count]);
    expect(found.latest(series)).toEqual(writer.latest(series));
    // A rest seals what makes a chunk that is worth its row, and ten minutes of it whatever is left: a few readings at times.
    vi.advanceTimersByTime(700_000);
    expect(found.seriesState(series).map((state) => state.count)).toEqual([count, count, count]);
    const chunks = chunksIn(copy);
    expect(chunks.reduce((sum, chunk) => sum + chunk.count, 0)).toBe(3 * count);
    expect(found.stats().overwritten).toBe(0);
    found.close();
  });
});
