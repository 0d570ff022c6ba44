/** Changes of a series that seldom changes: chunks whose outline tells all of them, or that tell one value and how far apart its readings are at most, are not decoded. */
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChangesPage } from "../../../server/store/answers.ts";
import { encodeChunk, longestStepOf } from "../../../server/store/codec/chunk.ts";
import type { Value } from "../../../server/store/columns.ts";
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

const names = ["a", "ö", ""];

function columnsOf(rows: readonly (readonly [number, Value])[]) {
  const times = Float64Array.from(rows, ([timeMs]) => timeMs);
  const isText = typeof rows[0]?.[1] === "string";
  const values = Float64Array.from(rows, ([, value]) => (isText ? names.indexOf(value as string) : Number(value)));
  return isText
    ? { type: "string" as const, times, values, strings: names }
    : { type: "boolean" as const, times, values, strings: [] };
}

/** A page with its values as they are told. */
function toldBy(page: ChangesPage, isText: boolean) {
  return { ...page, strings: [], values: Array.from(page.values, (value) => (isText ? page.strings[value] : value)) };
}

/** Chunks one behind the other, each with a clock, a jitter and steps left out of its own; most have one value. */
const chunk = fc.record({
  stepMs: fc.constantFrom(1, 10, 1_000, 10_000),
  jitterMs: fc.constantFrom(0, 1, 40, 700),
  apartMs: fc.constantFrom(1, 5_000, 40_000, 3_600_000),
  pauses: fc.array(fc.tuple(fc.nat(200), fc.constantFrom(3, 500)), { maxLength: 1 }),
  flips: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(200), { maxLength: 3 })),
  length: fc.integer({ min: 1, max: 200 }),
  value: fc.boolean(),
  /** An older hub wrote no outlines, and a newer one may write others. */
  writtenBy: fc.constantFrom("this", "this", "this", "this", "older", "newer"),
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

/** Puts another outline into the newest summary, or none; answers how long it was. */
function outlineOfNewest(db: Db, isText: boolean, change: (outline: Buffer) => Buffer): number {
  const newest = db.prepare("SELECT id, count, summary FROM chunks ORDER BY id DESC LIMIT 1").get();
  const { id, count, summary } = newest as { id: number; count: number; summary: Buffer | null };
  if (summary === null) return 0;
  const numbers = isText ? 0 : 40;
  const outline = summary.subarray(numbers, -4);
  const told = Buffer.concat([summary.subarray(0, numbers), change(outline), Buffer.alloc(4)]);
  const end = told.length - 4;
  told.writeUInt32LE(crc32(told.subarray(0, end), (isText ? ~count : count) >>> 0), end);
  db.prepare("UPDATE chunks SET summary = ? WHERE id = ?").run(end === 0 ? null : told, id);
  return outline.length;
}

describe("changes of what seldom changes", () => {
  it("[SQ38] are those of the readings, whether a chunk is decoded for them or not", () => {
    const silence = fc.constantFrom(1, 25, 1_100, 25_000, 4_000_000, Number.POSITIVE_INFINITY);
    let notDecoded = 0;
    const outlined = { boolean: 0, string: 0 };
    fc.assert(
      fc.property(
        fc.array(chunk, { minLength: 1, maxLength: 6 }),
        silence,
        fc.constantFrom(4, 1_000),
        fc.boolean(),
        (chunks, silenceMs, limit, isText) => {
          const db: Db = new Database(":memory:");
          makeTables(db);
          const put = new Chunks(db);
          const all: [number, Value][] = [];
          let [state, stood] = [0, false];
          const valueAt = (value: boolean) => {
            if (value !== stood) state = (state + 1) % 3;
            stood = value;
            return isText ? (names[state] as string) : value;
          };
          for (const one of chunks) {
            const clock = rowsOf(one, (all.at(-1)?.[0] ?? -1e6) + one.apartMs);
            const rows = Array.from(clock, ([timeMs, value]): [number, Value] => [timeMs, valueAt(value)]);
            const columns = columnsOf(rows);
            const bound = longestStepOf(encodeChunk(columns));
            const steps = rows.slice(1).map(([timeMs], index) => timeMs - (rows[index]?.[0] as number));
            expect(bound).toBeGreaterThanOrEqual(Math.max(0, ...steps));
            const isSteady = rows.every(([, value]) => value === rows[0]?.[1]);
            if (isSteady && bound <= silenceMs && (rows.at(-1)?.[0] as number) - (rows[0]?.[0] as number) > silenceMs)
              notDecoded += 1;
            put.insert(series, columns, 1);
            const changed = {
              this: (same: Buffer) => same,
              older: () => Buffer.alloc(0),
              newer: () => Buffer.of(2, 1),
            };
            const bytes = outlineOfNewest(db, isText, changed[one.writtenBy]);
            if (bytes > 0 && one.writtenBy === "this" && !isSteady) outlined[columns.type] += 1;
            all.push(...rows);
          }
          const segments = new SegmentReader(db);
          let from = Number.NEGATIVE_INFINITY;
          for (;;) {
            const range = { series, fromMs: from, toMs: Number.POSITIVE_INFINITY };
            const page = changesPage(segments, range, limit, silenceMs, noRows(isText ? "string" : "boolean"));
            const rest = all.filter(([timeMs]) => timeMs >= from);
            expect(toldBy(page, isText)).toEqual(toldBy(packChanges(rest, limit, silenceMs), isText));
            if (page.nextFromMs === null) break;
            from = page.nextFromMs;
          }
          db.close();
        },
      ),
      { seed: printedSeed("steady chunks"), numRuns: 80 },
    );
    console.log(
      `${notDecoded} chunks were longer than the silence, and not decoded; of those that change ${JSON.stringify(outlined)} have an outline`,
    );
    expect(notDecoded).toBeGreaterThan(0);
    expect(Math.min(outlined.boolean, outlined.string)).toBeGreaterThan(0);
  });

  it("[SQ39] are told by the outlines of chunks, which take a sixteenth of their room or a 32nd of a byte a reading at most, and nothing is decoded but at the ends of a question", () => {
    const random = new Random(printedSeed("outlines"));
    const db: Db = new Database(":memory:");
    makeTables(db);
    const put = new Chunks(db);
    const all: [number, boolean][] = [];
    // A door that is told each 10 s, moves 29 times a day and is not heard of for a minute now and then.
    for (let at = 0, open = false; at < 8 * 6_000; at++) {
      if (random.uniform() < 29 / 8_640) open = !open;
      if (random.uniform() < 1 / 1_000) at += 6;
      all.push([at * 10_000 + Math.floor(random.uniform() * 41), open]);
    }
    for (let from = 0; from < all.length; from += 6_000)
      put.insert(series, columnsOf(all.slice(from, from + 6_000)), 1);
    const sizes = "SELECT bytes, length(summary) - 44 AS outline FROM chunks";
    for (const { bytes, outline } of db.prepare(sizes).all() as { bytes: number; outline: number }[]) {
      expect(outline).toBeGreaterThan(1);
      expect(outline).toBeLessThanOrEqual(bytes / 16 + 1);
    }
    const [fromMs, toMs] = [all[100]?.[0] as number, all.at(-100)?.[0] as number];
    const ask = (silenceMs: number) => {
      return changesPage(new SegmentReader(db), { series, fromMs, toMs }, 10_000, silenceMs, noRows("boolean"));
    };
    // Whoever decodes one of these hears of damage.
    db.exec(
      "UPDATE chunks SET readings = x'00' WHERE first_ms > (SELECT min(first_ms) FROM chunks) AND last_ms < (SELECT max(last_ms) FROM chunks)",
    );
    const asked = all.filter(([timeMs]) => timeMs >= fromMs && timeMs < toMs);
    for (const silenceMs of [25_000, 90_000, Number.POSITIVE_INFINITY]) {
      expect(ask(silenceMs)).toEqual(packChanges(asked, 10_000, silenceMs));
    }
    expect(ask(25_000).times.length).toBeGreaterThan(ask(90_000).times.length);
    expect(() => ask(9_000)).toThrow("damaged");
  });

  it("[SQ39] are told by no outline where it would be as long as what it is of", () => {
    const random = new Random(3);
    const outlineOf = (values: readonly boolean[]) => {
      return outlineBytes(values.map((value, at) => [at * 10_000 + Math.floor(random.uniform() * 41), value] as const));
    };
    const outlineBytes = (rows: readonly (readonly [number, boolean])[]) => {
      const db: Db = new Database(":memory:");
      makeTables(db);
      new Chunks(db).insert(series, columnsOf(rows), 1);
      return (db.prepare("SELECT length(summary) FROM chunks").pluck().get() as number) - 44;
    };
    const everyOther = Array.from({ length: 3_000 }, (_, at) => at % 2 === 0);
    expect(outlineOf(everyOther)).toBe(0);
    expect(outlineOf(everyOther.map((_, at) => at % 600 < 300))).toBeGreaterThan(0);
    // Of a clock that is never late the readings take some bytes in all, and an outline a 32nd of one each.
    expect(outlineBytes(everyOther.map((_, at) => [at * 10_000, at % 200 < 100] as const))).toBe(0);
    const seldom = outlineBytes(everyOther.map((_, at) => [at * 10_000, at % 600 < 300] as const));
    expect(seldom).toBeGreaterThan(16);
    expect(seldom).toBeLessThanOrEqual(3_000 / 32 + 1);
    expect(outlineBytes(everyOther.map((_, at) => [at * 10_000, true] as const))).toBeGreaterThan(0);
    expect(outlineBytes([[2 ** 53 - 2, true]])).toBe(0);
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
