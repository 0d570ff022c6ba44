/** Frames that are read from their bytes say what `JSON.parse` and the schemas make of them, or are left to those. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDevice } from "../../../server/protocol/decode.ts";
import { defaultLimits } from "../../../server/protocol/limits.ts";
import { FrameScanner, type ScannedFrame } from "../../../server/protocol/scan/frame-scanner.ts";
import { printedSeed } from "../../support/seed.ts";
import { judged as judgedWithin, said } from "./said.ts";

const seed = printedSeed("scan");
const most = 8;
const limits = { ...defaultLimits, readingsPerFrame: most };
const scanner = new FrameScanner();
const judged = (text: string) => judgedWithin(text, limits);

const scan = (text: string | Buffer) => scanner.scan(typeof text === "string" ? Buffer.from(text) : text, most);

const space = fc.constantFrom("", "", "", " ", "\n\t", "\r\n  ");
const oddNumbers = [
  "-0",
  "0",
  "00",
  "01",
  "1.",
  ".5",
  "-",
  "+1",
  "1e5",
  "1E-7",
  "1e999",
  "-1.5e+3",
  "0.1000",
  "1e",
  "1.0",
];
const longNumbers = [
  "21.299999237060547",
  "123456789012345678",
  "9007199254740993",
  "9007199254740991",
  "0.30000000000000004",
];
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(6))
    .map(([value, digits]) => (value / 10 ** digits).toFixed(digits)),
  fc.constantFrom(...oddNumbers, ...longNumbers),
);
const time = fc.oneof(
  fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }).map(String),
  fc.constantFrom("0", "-0", "-5", "1.5", "1700000000000.0", "1e12", "8640000000000001", "999999999999999", '"now"'),
);
const name = fc.constantFrom(
  "m",
  "temperature",
  "a.b-c:d",
  "m-1",
  "__proto__",
  "",
  "ä",
  "a\\u0041",
  "a b",
  "x".repeat(129),
  "d/1",
  "..",
);
const value = fc.oneof(number, number, fc.constantFrom("true", "false", "null", "tru", '"on"', "[1]", "{}"));
const quoted = (text: string) => `"${text}"`;

/** An object of the fields that are there, in any order, with any white space. */
function objectOf(fields: Record<string, fc.Arbitrary<string>>, odd: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  const pairs = Object.entries(fields).map(([key, content]) =>
    fc.tuple(fc.integer({ min: 0, max: 9 }), content, space, space).map(([chance, text, before, behind]) => ({
      isThere: chance > 0,
      text: `${before}${quoted(key)}${behind}:${before}${text}${behind}`,
    })),
  );
  return fc
    .tuple(fc.tuple(...pairs), odd, fc.nat(5))
    .chain(([made, more]) =>
      fc.shuffledSubarray([...made.filter((pair) => pair.isThere).map((pair) => pair.text), ...more], {
        minLength: made.filter((pair) => pair.isThere).length,
      }),
    )
    .map((parts) => `{${parts.join(",")}}`);
}

const seldom = (text: fc.Arbitrary<string>) =>
  fc.tuple(fc.integer({ min: 0, max: 9 }), text).map(([chance, one]) => (chance === 0 ? [one] : []));

const row = objectOf(
  { metric: name.map(quoted), value, time },
  seldom(fc.constantFrom('"device":"d/1"', '"device":"d/2"', '"device":".."', '"unit":"C"', '"value":1', '"valu":1')),
);
const frame = fc.array(row, { maxLength: most + 1 }).chain((rows) =>
  objectOf(
    {
      type: fc.constantFrom('"readings"', '"readings"', '"readings"', '"samples"'),
      readings: space.map((between) => `[${between}${rows.join(`,${between}`)}]`),
    },
    fc
      .tuple(
        seldom(fc.constantFrom('"seq":7', '"seq":0', '"seq":1.0', '"seq":-1')),
        seldom(fc.constantFrom('"id":3', '"id":"3"', '"device":"d/1"', '"x":1')),
      )
      .map(([one, other]) => [...one, ...other]),
  ),
);

const cell = fc.oneof(value, number, fc.constantFrom("null", "1", "2.5"));
const usualName = fc.constantFrom("m", "temperature", "a.b-c:d", "m-1", "1", "m");
const column = (length: number) => fc.array(cell, { minLength: length, maxLength: length });
const sampleFrame = fc.nat(3).chain((length) =>
  fc
    .tuple(
      fc.array(fc.oneof(time, fc.constantFrom("1700000000000", "1700000000001")), {
        minLength: length,
        maxLength: length,
      }),
      fc.array(
        fc.tuple(
          fc.oneof(usualName, usualName, usualName, name),
          fc.oneof(column(length), column(length), column(length), fc.array(cell, { maxLength: 3 })),
        ),
        { maxLength: 3 },
      ),
      space,
    )
    .chain(([times, columns, between]) =>
      objectOf(
        {
          type: fc.constantFrom('"samples"', '"samples"', '"samples"', '"readings"'),
          times: fc.constant(`[${between}${times.join(`,${between}`)}${between}]`),
          values: fc.constant(
            `{${between}${columns.map(([metric, cells]) => `${quoted(metric)}${between}:[${between}${cells.join(`${between},`)}]`).join(`,${between}`)}}`,
          ),
        },
        fc
          .tuple(
            seldom(fc.constantFrom('"seq":7', '"seq":0', '"times":[]', '"values":{}', '"readings":[]')),
            seldom(fc.constantFrom('"id":3', '"device":"d/1"', '"x":1')),
          )
          .map(([one, other]) => [...one, ...other]),
      ),
    ),
);

describe("a frame that is read from its bytes", () => {
  it.each([
    ["readings", frame, 0.6],
    ["samples", sampleFrame, 0.6],
  ] as const)("of %s says what the schemas make of it, whatever stands where", (_, frames, most) => {
    let [taken, right] = [0, 0];
    fc.assert(
      fc.property(frames, space, (text, around) => {
        const whole = `${around}${text}${around}`;
        const rows = scan(whole);
        const wanted = judged(whole);
        if (wanted) right += 1;
        if (!rows) return;
        taken += 1;
        expect(said(rows)).toStrictEqual(wanted);
      }),
      { seed, numRuns: 20_000 },
    );
    expect(taken, "frames that were read here").toBeGreaterThan(1_000);
    // Of those that are right nearly all are: the others have names or times that are rare.
    expect(taken / right).toBeGreaterThan(most);
  });

  it.each([
    {
      type: "readings",
      seq: 12,
      readings: [
        { metric: "temperature", value: -21.25, time: 1_700_000_000_000 },
        { metric: "on", value: true, device: "d/1" },
      ],
    },
    {
      type: "samples",
      seq: 12,
      times: [1_700_000_000_000, 1_700_000_000_001],
      values: { temperature: [-21.25, null], on: [true, false], n: [0, 15] },
    },
  ])("says what the schemas make of it with any byte of it changed, taken out or added: $type", (message) => {
    const whole = Buffer.from(JSON.stringify(message));
    const bytes = [...'"\\,:{}[]+-.eE0123456789 tfn\n\0\u007f', "\xff"].map((letter) => letter.charCodeAt(0));
    let taken = 0;
    for (let at = 0; at <= whole.length; at++) {
      for (const byte of bytes) {
        for (const cut of [0, 1]) {
          for (const added of [[], [byte]]) {
            const changed = Buffer.concat([whole.subarray(0, at), Buffer.from(added), whole.subarray(at + cut)]);
            const rows = scan(changed);
            if (!rows) continue;
            taken += 1;
            expect(said(rows), changed.toString()).toStrictEqual(judged(changed.toString()));
          }
        }
      }
    }
    expect(taken).toBeGreaterThan(100);
  });

  it("is what senders send: as JSON of JavaScript and of Python, with a number or an id, with whole and broken numbers", () => {
    for (const text of [
      '{"type":"readings","seq":1,"readings":[{"metric":"m","value":21.5,"time":1700000000000}]}',
      '{"type": "readings", "readings": [{"metric": "m", "value": 1e-05, "time": 1700000000000}], "id": 4}',
      '{"type":"readings","device":"d/1","readings":[{"metric":"m","value":21.299999237060547},{"metric":"on","value":false}]}',
      '{"type":"readings","readings":[]}',
      '{"seq":1,"values":{"m":[1,null,true],"on":[1.5,2,-3]},"type":"samples","times":[1,2,3]}',
      '{"type": "samples", "times": [], "values": {}}',
      '{"type":"samples","times":[],"values":{"m":[]}}',
    ])
      expect(scan(text) && said(scan(text) as ScannedFrame), text).toStrictEqual(judged(text));
  });

  it("is left to the schemas where a name stands twice", () => {
    for (const text of [
      '{"type":"readings","seq":1,"readings":[{"metric":"m","value":1}],"readings":[]}',
      '{"type":"readings","readings":[],"readings":[{"metric":"m","value":1,"value":2,"metric":"n"}],"seq":1,"seq":2}',
      '{"type":"samples","times":[1],"values":{"m":[1]},"times":[2],"values":{"n":[3]},"device":"d/1","device":"d/2"}',
      '{"type":"samples","times":[1],"values":{"m":[1]},"type":"samples"}',
      '{"type":"readings","id":1,"device":"d/1","readings":[{"metric":"m","value":1,"time":5,"device":"a","time":6,"device":"b"}],"device":"d/2","id":3}',
    ])
      expect(scan(text), text).toBeUndefined();
  });

  it("is read right with more rows than there was room for", () => {
    const readings = Array.from({ length: 600 }, (_, index) => ({
      metric: `m-${index % 7}`,
      value: index % 3 === 0 ? index % 2 === 0 : index / 4,
      time: 1_700_000_000_000 + index,
    }));
    const rows = new FrameScanner().scan(Buffer.from(JSON.stringify({ type: "readings", readings })), 1_000);
    expect(rows && said(rows).readings?.map(({ metric, value, time }) => ({ metric, value, time }))).toEqual(readings);
    const times = readings.map(({ time }) => time);
    const values = { mixed: readings.map(({ value }) => value), n: times.map((time) => time % 100) };
    const columns = new FrameScanner().scan(Buffer.from(JSON.stringify({ type: "samples", times, values })), 1_200);
    expect(columns && said(columns)).toMatchObject({
      times,
      columns: Object.entries(values).map(([metric, cells]) => ({ metric, cells })),
    });
  });

  it("is left to the schemas where two columns have one name, where one is shorter than the times, or where times are none of samples", () => {
    for (const text of [
      '{"type":"samples","times":[1],"values":{"m":[1],"m":[2]}}',
      '{"type":"samples","times":[1,2],"values":{"m":[1,2],"n":[1]}}',
      '{"type":"samples","times":[1,2],"values":{"m":[1],"n":[1,2,3]}}',
      '{"type":"samples","values":{"m":[1]}}',
      '{"type":"samples","times":[1],"readings":[]}',
      '{"type":"readings","times":[1],"values":{"m":[1]}}',
      '{"type":"readings","readings":[],"times":[1],"values":{"m":[1]}}',
      '{"type":"samples","readings":[],"times":[1],"values":{"m":[1]}}',
    ])
      expect(scan(text), text).toBeUndefined();
  });

  it("is left to the schemas where it has more rows than are allowed", () => {
    const of = (count: number) =>
      JSON.stringify({ type: "readings", readings: Array.from({ length: count }, () => ({ metric: "m", value: 1 })) });
    expect(scan(of(most))?.length).toBe(most);
    expect(scan(of(most + 1))).toBeUndefined();
    const times = Array.from({ length: most / 2 }, (_, index) => index);
    const samples = (metrics: readonly string[]) =>
      JSON.stringify({ type: "samples", times, values: Object.fromEntries(metrics.map((metric) => [metric, times])) });
    expect(scan(samples(["a", "b"]))?.length).toBe(most / 2);
    expect(scan(samples(["a", "b", "c"]))).toBeUndefined();
    const empty = (count: number) =>
      `{"type":"samples","times":[],"values":{${Array.from({ length: count }, (_, index) => `"m${index}":[]`).join()}}}`;
    expect(scan(empty(most))?.type).toBe("scannedSamples");
    expect(scan(empty(most + 1))).toBeUndefined();
    expect(decodeDevice(empty(most + 1), limits)).toMatchObject({ code: "too_many_readings" });
  });

  it("is read right also behind more names than are remembered", () => {
    for (let index = 0; index < 10_000; index++) {
      const rows = scan(
        `{"type":"readings","readings":[{"metric":"m${index}","value":${index}},{"metric":"m","value":1}]}`,
      );
      expect(rows && said(rows)).toMatchObject({ readings: [{ metric: `m${index}`, value: index }, { metric: "m" }] });
    }
  });
});
