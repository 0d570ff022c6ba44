import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  checkMetric,
  checkRow,
  checkTime,
  checkValue,
  hotMessages,
  mayBeRounded,
  RowRefusal,
  Warnings,
} from "../../server/protocol/check.ts";
import { reading, readings, row, rowFields, samples } from "../../server/protocol/device.ts";
import { judge } from "../../server/protocol/problems.ts";
import { metricName, time, value } from "../../server/protocol/values.ts";
import { printedSeed } from "../support/seed.ts";

const seed = printedSeed("check");
const runs = { seed, numRuns: 3_000 };

const goodNames = [
  "temperature",
  "a.b-c_d:e",
  "温度",
  "größe",
  "gro\u0308ße",
  "e\u0301",
  "\u212b",
  "१२",
  "x".repeat(128),
];
const badNames = [
  "",
  " ",
  "a b",
  "a/b",
  "a//b",
  ".",
  "..",
  "a/../b",
  "__proto__",
  "constructor",
  "x".repeat(129),
  "\ud800",
];
const longNames = ["𝒳".repeat(128), "𝒳".repeat(129), "e\u0301".repeat(100), "e\u0301".repeat(129)];
const oddTimes = [-0.4, 0.5, 1.5, 2.5, -1.5, 8.64e15, 8.64e15 + 2, -8.64e15, 1e300, 1_795_561_952_928.25];
const oddTexts = ["x".repeat(256), "x".repeat(257), "𝒳".repeat(256), "a\0b", "\udfff"];
const oddValues: unknown[] = [null, undefined, -0, 2 ** 53 + 2, [], {}, [1], { value: 1 }];

/** Names that are right, names in need of NFC, and names that are wrong. */
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...goodNames) },
  fc.constantFrom(...badNames),
  fc.constantFrom(...longNames),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const anyTime = fc.oneof(
  { weight: 3, arbitrary: fc.integer() },
  fc.double({ min: -1e12, max: 1e12 }),
  fc.double(),
  fc.constantFrom(...oddTimes),
);
const anyValue = fc.oneof(
  { weight: 3, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }) },
  fc.double(),
  fc.boolean(),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom<unknown>(...oddTexts, ...oddValues),
);
/** A field that is there, there with something else, or not there at all. */
const field = (right: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 20, arbitrary: right },
    { weight: 1, arbitrary: anyValue },
    { weight: 2, arbitrary: fc.constant(absent) },
  );
const absent = Symbol("absent");

function record(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const extra = fc.oneof(
    { weight: 6, arbitrary: fc.constant([] as [string, unknown][]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(fc.constantFrom("tiem", "constructor", "quality", "toString"), anyValue), {
        maxLength: 2,
      }),
    },
  );
  return fc.tuple(fc.record(fields), extra).map(([made, more]) => {
    const present = Object.entries(made).filter(([, content]) => content !== absent);
    return Object.fromEntries([...present, ...more]);
  });
}

const anyRow = fc.oneof(
  {
    weight: 9,
    arbitrary: record({ metric: field(name), value: field(anyValue), time: field(anyTime), device: field(name) }),
  },
  { weight: 1, arbitrary: anyValue },
);

/** Equal as values, -0 and 0 apart, and also where a field is called `constructor`. */
function expectSame(found: unknown, wanted: unknown): void {
  assert.deepStrictEqual(found, wanted);
}

describe("the compiled check", () => {
  it.each([
    ["readings", hotMessages.readings, readings, { readings: field(fc.array(anyValue, { maxLength: 3 })) }],
    [
      "samples",
      hotMessages.samples,
      samples,
      {
        times: field(fc.array(anyTime, { maxLength: 3 })),
        values: field(fc.dictionary(name, fc.oneof(fc.array(anyValue, { maxLength: 3 }), anyValue), { maxKeys: 3 })),
      },
    ],
    [
      "reading",
      hotMessages.reading,
      reading,
      { metric: field(name), value: field(anyValue), time: field(anyTime), token: field(fc.string()) },
    ],
  ] as const)("accepts and makes of %s what zod's own parser does", (type, compiled, schema, fields) => {
    const number = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1 }) }, fc.integer(), fc.double());
    const numbers = { id: field(number), ...(type === "reading" ? {} : { seq: field(number) }), device: field(name) };
    const message = record({ type: fc.constant(type), ...numbers, ...fields });
    let accepted = 0;
    fc.assert(
      fc.property(message, (input) => {
        const [found, wanted] = [compiled.safeParse(input), schema.safeParse(input)];
        expect(found.success).toBe(wanted.success);
        expectSame(found.data, wanted.data);
        expectSame(found.error?.issues, wanted.error?.issues);
        if (found.success) accepted++;
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(200);
  });

  it("[P17] accepts and makes of a row what zod's own parser does, with the same words for a refusal", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyRow, (input) => {
        const wanted = row.safeParse(input);
        const found = checkRow(input, new Warnings());
        expect(found instanceof RowRefusal).toBe(!wanted.success);
        if (found instanceof RowRefusal) {
          expect(found.message.length).toBeGreaterThan(10);
          expect(found.code).toMatch(/^invalid_(name|value|message)$/);
        } else {
          expectSame(found, wanted.data);
          accepted++;
        }
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(300);
  });

  it("[P24] accepts and makes of names, times and cells what zod's own parser does", () => {
    fc.assert(
      fc.property(name, anyTime, anyValue, (metric, at, cell) => {
        for (const [found, schema, input] of [
          [checkMetric(metric), metricName, metric],
          [checkTime(at), time, at],
          [checkTime(cell), time, cell],
          [checkValue(cell, "m", new Warnings()), value, cell],
        ] as [unknown, z.ZodType, unknown][]) {
          const wanted = schema.safeParse(input);
          expect(found instanceof RowRefusal).toBe(!wanted.success);
          if (!(found instanceof RowRefusal)) expectSame(found, wanted.data);
        }
      }),
      runs,
    );
  });

  it("is used again after a refusal", () => {
    let asked = 0;
    const schema = z.compile(z.strictObject({ metric: z.string().refine((text) => ++asked > 0 && text === "a") }), {
      strict: true,
    });
    expect(judge(schema, { metric: "b" }).ok).toBe(false);
    expect(asked).toBe(2);
    // zod marks the context of a refusal, and with that mark it would go through its slower parser here.
    expect(judge(schema, { metric: "a" }).ok).toBe(true);
    expect(asked).toBe(3);
  });
});

describe("rows", () => {
  it("[P7] stores a row with an unknown field and warns once of each", () => {
    const warnings = new Warnings();
    for (const input of [
      { metric: "t", value: 1, tiem: 5 },
      { metric: "u", value: 2, tiem: 6 },
      { metric: "u", value: 2, quality: "good" },
    ])
      expect(checkRow(input, warnings)).toMatchObject({ metric: input.metric, value: input.value });
    expect(warnings.take()).toEqual([
      'unknown field "tiem" in a row was ignored: did you mean time?',
      `unknown field "quality" in a row was ignored: a row has ${rowFields.join(", ")}`,
    ]);
    expect(warnings.take()).toBeUndefined();
    checkRow({ metric: "t", value: 1, tiem: 5 }, warnings);
    expect(warnings.take()).toBeUndefined();
  });

  it("[P7] keeps no more than 100 warnings of a sender that makes up field names", () => {
    const warnings = new Warnings();
    for (let index = 0; index < 1_000; index++) checkRow({ metric: "t", value: 1, [`field${index}`]: 1 }, warnings);
    expect(warnings.take()).toHaveLength(100);
    checkRow({ metric: "t", value: 1, another: 1 }, warnings);
    expect(warnings.take()).toBeUndefined();
  });

  it("[P11] rounds a time and knows one zero", () => {
    for (const [given, wanted] of [
      [1.4, 1],
      [1.5, 2],
      [-1.5, -1],
      [-0.2, 0],
      [-377_711_769_600_000, -377_711_769_600_000],
    ] as const) {
      expectSame(checkTime(given), wanted);
      expectSame((checkRow({ metric: "t", value: 1, time: given }, new Warnings()) as { time: number }).time, wanted);
    }
  });

  it("[P13] keeps -0 and every finite double, and refuses what JSON made infinite", () => {
    const kept = (text: string) => checkRow({ metric: "t", value: JSON.parse(text) }, new Warnings());
    expect(kept("-0")).toMatchObject({ value: -0 });
    expect(kept("5e-324")).toMatchObject({ value: 5e-324 });
    expect(kept("1.7976931348623157e308")).toMatchObject({ value: Number.MAX_VALUE });
    const refused = kept("1e999");
    expect(refused).toMatchObject({ code: "invalid_value", metric: "t" });
    expect((refused as RowRefusal).message).toContain("Infinity");
  });

  it("[P13] warns once of each metric with integers that JSON may have rounded", () => {
    expect([2 ** 53 - 1, -(2 ** 53 - 1), 1e300, 1.5, "9007199254740993", true].map(mayBeRounded)).toEqual(
      Array(6).fill(false),
    );
    expect([2 ** 53, -(2 ** 60), 2 ** 64].map(mayBeRounded)).toEqual([true, true, true]);
    const warnings = new Warnings();
    for (let index = 0; index < 3; index++) {
      expect(checkRow({ metric: "serial", value: 2 ** 60 + index * 256 }, warnings)).toMatchObject({
        metric: "serial",
      });
      expect(checkValue(2 ** 60, "counter", warnings)).toBe(2 ** 60);
    }
    const said = warnings.take();
    expect(said).toHaveLength(2);
    expect(said?.[0]).toMatch(/^serial: .*2\^53.*as text/);
  });

  it("[P17] names a refused row as far as it can be read", () => {
    const warnings = new Warnings();
    expect(checkRow({ metric: "t", value: null, device: "d" }, warnings)).toMatchObject({ metric: "t", device: "d" });
    expect(checkRow({ metric: `\ud800${"x".repeat(500)}`, value: 1 }, warnings)).toMatchObject({
      metric: `\ufffd${"x".repeat(127)}`,
      device: undefined,
    });
    expect(checkRow({ metric: 5, value: 1 }, warnings)).toMatchObject({ metric: "" });
    expect(checkRow("row", warnings)).toMatchObject({ metric: "", code: "invalid_message" });
  });
});
