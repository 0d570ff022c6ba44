import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkMetric, checkRow, RowRefusal, Warnings } from "../../server/protocol/check.ts";
import { errorCodes } from "../../server/protocol/codes.ts";
import { decodeDevice, decodeDeviceId, decodeFirst, decodePosted, decodeViewer } from "../../server/protocol/decode.ts";
import { maxMessageBytes, Refusal, shortMessage } from "../../server/protocol/errors.ts";
import { defaultLimits as limits } from "../../server/protocol/limits.ts";
import { printedSeed } from "../support/seed.ts";

const decoders = [decodeDevice, decodeViewer, decodeFirst, decodePosted];
const bytes = (text: string) => new TextEncoder().encode(text).length;

/** Most that one frame may cost in this test, ms of CPU; many times what it does, for slow machines. */
const boundedMs = 2_000;

function timed<T>(work: () => T): { answer: T; ms: number } {
  const before = process.cpuUsage();
  const answer = work();
  const { user, system } = process.cpuUsage(before);
  return { answer, ms: (user + system) / 1_000 };
}

describe("hostile frames", () => {
  it.each([
    '{"type":"hello","device":"a","__proto__":{"x":1}}',
    '{"type":"hello","device":"__proto__"}',
    '{"type":"hello","device":"a","metrics":{"__proto__":{"unit":"x"}}}',
    '{"type":"hello","device":"a","metrics":{"t":{"__proto__":{"unit":"x"}}}}',
    '{"type":"hello","device":"a","labels":{"\\u005f_proto__":"x"}}',
    '{"type":"describe","device":"a","commands":{"c":{"args":{"__proto__":{"type":"number"}}}}}',
    '{"type":"samples","times":[1],"values":{"__proto__":[1]}}',
    '{"type":"reading","device":"a","metric":"__proto__","value":1}',
  ])("[P8] refuses __proto__ by name: %s", (text) => {
    const refusal = decodeDevice(text, limits) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.code).toBe("invalid_name");
    expect(refusal.message).toContain("__proto__");
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(({} as Record<string, unknown>).unit).toBeUndefined();
  });

  it("[P8] refuses __proto__ in a row by name, and stores its neighbours", () => {
    const rows = JSON.parse('[{"metric":"t","value":1,"__proto__":{"x":1}},{"metric":"t","value":2}]') as unknown[];
    const [bad, good] = rows.map((row) => checkRow(row, new Warnings()));
    expect(bad).toMatchObject({ code: "invalid_name", metric: "t" });
    expect(good).toEqual({ metric: "t", value: 2 });
  });

  it("[P8] takes constructor, prototype and toString for names like any other", () => {
    for (const name of ["constructor", "prototype", "toString", "hasOwnProperty"]) {
      const hello = decodeDevice(
        JSON.stringify({ type: "hello", device: name, metrics: { [name]: { unit: "x" } } }),
        limits,
      );
      expect(hello).toMatchObject({ device: name });
      expect(Object.keys((hello as { metrics: object }).metrics)).toEqual([name]);
      expect(checkRow({ metric: name, value: 1 }, new Warnings())).toEqual({ metric: name, value: 1 });
    }
  });

  it("[P10] [P39] refuses a name of very many marks without putting them in order, which would take minutes", () => {
    const name = `a${"\u0301\u0316".repeat(120_000)}`;
    const row = { metric: name, value: 1 };
    const frames = [
      { type: "reading", device: name, ...row },
      { type: "hello", device: "a", metrics: { [name]: {} } },
    ];
    const { answer, ms } = timed(() => [
      checkRow(row, new Warnings()),
      checkMetric(name),
      decodeDevice(JSON.stringify(frames[0]), limits),
      decodeDevice(JSON.stringify(frames[1]), limits),
      decodeViewer(JSON.stringify({ type: "subscribe", id: 1, devices: [name] }), limits),
      decodeDeviceId(name),
    ]);
    expect(answer.map((one) => (one as { code?: string }).code)).toEqual(Array(6).fill("invalid_name"));
    expect(ms).toBeLessThan(boundedMs);
  });

  it("[P10] brings the longest names there are into NFC", () => {
    const longest = "\u{16126}".repeat(128);
    expect(longest.normalize("NFD")).toHaveLength(6 * 128);
    expect(checkMetric(longest.normalize("NFD"))).toBe(longest);
  });

  it("[P6] counts a posted entry without readings as one: each costs a look-up", () => {
    const body = JSON.stringify(Array.from({ length: 5_001 }, () => ({ device: "a", readings: [] })));
    expect(decodePosted(body, limits)).toMatchObject({ code: "too_many_readings" });
  });

  it("[P8] refuses a body that is only a constructor cleanly", () => {
    for (const decode of decoders) {
      for (const text of ['{"constructor":"x"}', '{"type":"hello","constructor":"x"}', '{"toString":1,"valueOf":2}']) {
        const refusal = decode(text, limits) as Refusal;
        expect(refusal).toBeInstanceOf(Refusal);
        expect(bytes(refusal.toMessage().message)).toBeLessThanOrEqual(maxMessageBytes);
      }
    }
  });

  it("[P12] refuses lone surrogates and NUL, as text and as names", () => {
    for (const bad of ['"\\ud800"', '"a\\udc00b"', '"a\\u0000b"']) {
      const text = JSON.parse(bad) as string;
      expect(checkRow({ metric: "t", value: text }, new Warnings())).toMatchObject({ code: "invalid_value" });
      expect(checkRow({ metric: text, value: 1 }, new Warnings())).toMatchObject({ code: "invalid_name" });
      expect(decodeDevice(`{"type":"hello","device":"a","name":${bad}}`, limits)).toMatchObject({
        code: "invalid_message",
      });
      const refusal = decodeDevice(`{"type":${bad}}`, limits) as Refusal;
      expect(refusal.message.isWellFormed()).toBe(true);
    }
  });

  it("[P39] refuses 5,000 bad rows one by one in bounded time", () => {
    const kinds: unknown[] = [
      { metric: "temp erature", value: null },
      { metric: "t", value: { deep: [1] } },
      "row",
      { metric: "x".repeat(5_000), value: "y".repeat(300), time: 1e300, device: [] },
      {},
    ];
    const rows = Array.from({ length: 5_000 }, (_, index) => kinds[index % kinds.length]);
    const { answer, ms } = timed(() => rows.map((row) => checkRow(row, new Warnings())));
    expect(ms).toBeLessThan(boundedMs);
    expect(answer.every((one) => one instanceof RowRefusal)).toBe(true);
    for (const one of answer.slice(0, 10))
      expect(bytes((one as RowRefusal).message)).toBeLessThanOrEqual(maxMessageBytes);
  });

  const many = (count: number, of: (index: number) => [string, unknown]) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => of(index)));
  it.each<[string, unknown]>([
    ["unknown fields", { type: "hello", device: "a", ...many(40_000, (n) => [`k${n}`, 1]) }],
    ["bad metric names", { type: "hello", device: "a", metrics: many(1_000, (n) => [`k ${n}`, { nounit: 1 }]) }],
    ["metrics", { type: "hello", device: "a", metrics: many(30_000, (n) => [`k ${n}`, 1]) }],
    ["labels", { type: "hello", device: "a", labels: many(30_000, (n) => [`k${n}`, 1]) }],
    ["commands", { type: "hello", device: "a", commands: many(30_000, (n) => [`k ${n}`, 1]) }],
    ["arguments", { type: "hello", device: "a", commands: { go: { args: many(30_000, (n) => [`k ${n}`, 1]) } } }],
    ["zones", { type: "hello", device: "a", metrics: { t: { zones: Array(150_000).fill(1) } } }],
    ["columns that are none", { type: "samples", times: [], values: many(4_999, (n) => [`k${n}`, 1]) }],
    ["columns", { type: "samples", times: [], values: many(40_000, (n) => [`k${n}`, []]) }],
    ["selectors", { type: "subscribe", id: 1, devices: Array(100_000).fill(1) }],
    ["a long name", { type: "hello", device: "é".repeat(200_000) }],
    ["a long type", { type: "x".repeat(400_000) }],
    ["a long field", { type: "hello", device: "a", ["ü".repeat(200_000)]: 1 }],
    ["a long metric", { type: "hello", device: "a", metrics: { ["ü ".repeat(100_000)]: { ["ä".repeat(90_000)]: 1 } } }],
  ])("[P39] refuses a frame full of %s in bounded time and at most 1 kB", (_, frame) => {
    const text = JSON.stringify(frame);
    const { answer, ms } = timed(() => decodeFirst(text, limits));
    expect(answer).toBeInstanceOf(Refusal);
    expect(ms).toBeLessThan(boundedMs);
    const { message } = (answer as Refusal).toMessage();
    expect(bytes(message)).toBeLessThanOrEqual(maxMessageBytes);
    expect(message.isWellFormed()).toBe(true);
  });

  it("[P39] cuts a message between two characters at 1 kB of UTF-8", () => {
    for (const character of ["x", "é", "日", "𝒳"]) {
      const short = shortMessage(character.repeat(2_000));
      expect(bytes(short)).toBeLessThanOrEqual(maxMessageBytes);
      expect(bytes(short)).toBeGreaterThan(maxMessageBytes - 8);
      expect(short.isWellFormed()).toBe(true);
      expect(short.endsWith("…")).toBe(true);
    }
    expect(shortMessage("x".repeat(1_000))).toBe("x".repeat(1_000));
  });

  it("[P39] answers anything at all with a message or a short refusal, and never throws", () => {
    const seed = printedSeed("hostile frames");
    const types = ["hello", "describe", "readings", "samples", "reading", "ping", "subscribe", "unsubscribe"];
    const keys = [
      "device",
      "metric",
      "value",
      "time",
      "metrics",
      "labels",
      "values",
      "times",
      "readings",
      "viewer",
      "id",
    ];
    const structured = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 4 })), fc.jsonValue(), {
      maxKeys: 6,
    });
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.json(),
      fc.tuple(fc.constantFrom(...types), structured).map(([type, fields]) => JSON.stringify({ type, ...fields })),
      fc
        .tuple(fc.constantFrom(...types), structured, fc.nat(), fc.string({ unit: "binary", maxLength: 2 }))
        .map(([type, fields, at, cut]) => {
          const text = JSON.stringify({ type, ...fields });
          return `${text.slice(0, at % text.length)}${cut}${text.slice((at % text.length) + 1)}`;
        }),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...decoders), (text, decode) => {
        const answer = decode(text, limits);
        if (!(answer instanceof Refusal)) return;
        expect(errorCodes).toContain(answer.code);
        const wire = JSON.stringify(answer.toMessage());
        expect(bytes(answer.toMessage().message)).toBeLessThanOrEqual(maxMessageBytes);
        expect(JSON.parse(wire)).toMatchObject({ type: "error", code: answer.code });
      }),
      { seed, numRuns: 5_000 },
    );
  });
});
