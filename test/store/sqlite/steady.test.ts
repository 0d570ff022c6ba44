/** Changes of a series that seldom changes: chunks that tell one value, and how far apart its readings are at most, are not decoded. */
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeChunk, longestStepOf } from "../../../server/store/codec/chunk.ts";
import { packChanges } from "../../../server/store/memory/questions.ts";
import { changesPage } from "../../../server/store/sqlite/changes-page.ts";
import { Chunks } from "../../../server/store/sqlite/chunks.ts";
import type { Db } from "../../../server/store/sqlite/driver.ts";
import { noRows } from "../../../server/store/sqlite/rows.ts";
import { makeTables } from "../../../server/store/sqlite/schema.ts";
import { SegmentReader } from "../../../server/store/sqlite/segments.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";

const series = 1;

function columnsOf(rows: readonly (readonly [number, boolean])[]) {
  const times = Float64Array.from(rows, ([timeMs]) => timeMs);
  const values = Float64Array.from(rows, ([, value]) => Number(value));
  return { type: "boolean" as const, times, values, strings: [] };
}

/** Chunks one behind the other, each with a clock, a jitter and steps left out of its own; most have one value. */
const chunk = fc.record({
  stepMs: fc.constantFrom(1, 10, 1_000, 10_000),
  jitterMs: fc.constantFrom(0, 1, 40, 700),
  apartMs: fc.constantFrom(1, 5_000, 40_000, 3_600_000),
  pauses: fc.array(fc.tuple(fc.nat(200), fc.constantFrom(3, 500)), { maxLength: 1 }),
  flips: fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([]) }, fc.array(fc.nat(200), { maxLength: 3 })),
  length: fc.integer({ min: 1, max: 200 }),
  value: fc.boolean(),
  seed: fc.nat(),
});

type Chunk = typeof chunk extends fc.Arbitrary<infer Of> ? Of : never;

function* rowsOf({ stepMs, jitterMs, pauses, flips, length, value, seed }: Chunk, fromMs: number) {
  const random = new Random(seed);
  let atMs = fromMs;
  let lastMs = fromMs - 1;
  let now = value;
  for (let index = 0; index < length; index++) {
    atMs += stepMs * (pauses.find(([place]) => place === index)?.[1] ?? 1);
    if (flips.includes(index)) now = !now;
    lastMs = Math.max(lastMs + 1, atMs + Math.floor(random.uniform() * (jitterMs + 1)));
    yield [lastMs, now] as [number, boolean];
  }
}

describe("changes of what seldom changes", () => {
  it("[SQ38] are those of the readings, whether a chunk is decoded for them or not", () => {
    const silence = fc.constantFrom(1, 25, 1_100, 25_000, 4_000_000, Number.POSITIVE_INFINITY);
    let notDecoded = 0;
    fc.assert(
      fc.property(
        fc.array(chunk, { minLength: 1, maxLength: 6 }),
        silence,
        fc.constantFrom(4, 1_000),
        (chunks, silenceMs, limit) => {
          const db: Db = new Database(":memory:");
          makeTables(db);
          const put = new Chunks(db);
          const all: [number, boolean][] = [];
          for (const one of chunks) {
            const rows = [...rowsOf(one, (all.at(-1)?.[0] ?? -1e6) + one.apartMs)];
            const columns = columnsOf(rows);
            const bound = longestStepOf(encodeChunk(columns));
            const steps = rows.slice(1).map(([timeMs], index) => timeMs - (rows[index]?.[0] as number));
            expect(bound).toBeGreaterThanOrEqual(Math.max(0, ...steps));
            const isSteady = rows.every(([, value]) => value === rows[0]?.[1]);
            if (isSteady && bound <= silenceMs && (rows.at(-1)?.[0] as number) - (rows[0]?.[0] as number) > silenceMs)
              notDecoded += 1;
            put.insert(series, columns, 1);
            all.push(...rows);
          }
          const segments = new SegmentReader(db);
          let from = Number.NEGATIVE_INFINITY;
          for (;;) {
            const range = { series, fromMs: from, toMs: Number.POSITIVE_INFINITY };
            const page = changesPage(segments, range, limit, silenceMs, noRows("boolean"));
            const rest = all.filter(([timeMs]) => timeMs >= from);
            expect(page).toEqual(packChanges(rest, limit, silenceMs));
            if (page.nextFromMs === null) break;
            from = page.nextFromMs;
          }
          db.close();
        },
      ),
      { seed: printedSeed("steady chunks"), numRuns: 60 },
    );
    console.log(`${notDecoded} chunks were longer than the silence, and not decoded`);
    expect(notDecoded).toBeGreaterThan(0);
  });

  it("[SQ38] know of a clock of 10 s that no step is as long as a lost reading makes", () => {
    const random = new Random(1);
    const times = Float64Array.from(
      { length: 3_000 },
      (_, index) => index * 10_000 + Math.floor(random.uniform() * 41),
    );
    const steady = { type: "boolean" as const, times, values: new Float64Array(3_000), strings: [] };
    expect(longestStepOf(encodeChunk(steady))).toBeLessThan(20_000);
    expect(
      longestStepOf(encodeChunk({ ...steady, times: times.map((timeMs, at) => timeMs + (at > 999 ? 5e6 : 0)) })),
    ).toBeGreaterThan(5e6);
  });
});
