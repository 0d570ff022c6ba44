/** What the fuzzer sends as text frames: valid messages, the same broken field by field, and with bytes changed. */
import fc from "fast-check";
import { anyValid } from "./valid.ts";

/** Values that have hurt programs before. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      "",
      " ",
      0,
      -0,
      -1,
      1.5,
      1e308,
      2 ** 53,
      1e-320,
      "\0",
      "\ud800",
      "e\u0301",
      "__proto__",
      "constructor",
    ],
    ...[
      "*",
      "a/../b",
      "../../etc/passwd",
      "x".repeat(300),
      "'; DROP TABLE series; --",
      "=cmd()",
      "<img src=x onerror=1>",
    ],
    ...[
      "\r\n\u001b[31m",
      "\u202e",
      [],
      {},
      [[[[[[]]]]]],
      { toString: 1 },
      { length: -1 },
      { length: { toString: 1, valueOf: 1 } },
      [null],
      { "": "" },
    ],
  ),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
);
const nastyKey = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "then", "", "device", "type", "seq", "\0", "é"),
  fc.string(),
);

type Holder = Record<string, unknown>;

/** Every place of a message: the object or list that holds it, and its key. */
function placesOf(one: unknown, places: [Holder, string][] = []): [Holder, string][] {
  if (typeof one !== "object" || one === null) return places;
  for (const key of Object.keys(one)) {
    const holder = one as Holder;
    places.push([holder, key]);
    placesOf(holder[key], places);
  }
  return places;
}

/** Sets what may be called `__proto__`, as JSON would; a copy, since what is put in may be broken itself. */
function put(holder: Holder, key: string, given: unknown): void {
  const value: unknown = structuredClone(given);
  if (Array.isArray(holder) && !/^\d{1,6}$/.test(key)) holder.push(value);
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

const harms = ["replace", "remove", "add", "rename", "wrap", "double"] as const;
const harm = fc.record({ at: fc.nat(), how: fc.constantFrom(...harms), value: nasty, key: nastyKey });

function inflict(message: object, { at, how, value, key }: { at: number; how: string; value: unknown; key: string }) {
  const places = placesOf(message);
  const [holder, own] = places[at % places.length] ?? [];
  if (!holder || own === undefined) return;
  const before = holder[own];
  if (how === "replace") put(holder, own, value);
  else if (how === "remove") delete holder[own];
  else if (how === "add") put(holder, key, value);
  else if (how === "wrap") put(holder, own, [before]);
  else if (how === "double") put(holder, own, [before, before]);
  else {
    delete holder[own];
    put(holder, key, before);
  }
}

const broken = fc.tuple(anyValid, fc.array(harm, { minLength: 1, maxLength: 3 })).map(([message, all]) => {
  const copy = structuredClone(message);
  for (const one of all) inflict(copy, one);
  return textOf(copy);
});

/** The same field twice, with another value. */
const twice = fc.tuple(anyValid, nastyKey, nasty, fc.nat()).map(([message, key, value, at]) => {
  const text = textOf(message);
  const keys = Object.keys(message);
  const field = `${JSON.stringify(keys[at % keys.length] ?? key)}:${textOf(value)},`;
  return at % 2 === 0 ? text.replace("{", () => `{${field}`) : text.replace(/\}$/, () => `,${field.slice(0, -1)}}`);
});

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

const edit = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("flip", "set", "insert", "cut", "copy", "truncate"),
  byte: fc.nat({ max: 255 }),
  length: fc.nat({ max: 12 }),
});

/**
 * Valid frames in which bytes were changed: most are no JSON any more. One in ten may be no UTF-8, which ends its connection:
 * another one for each would be most of the work.
 */
const mutated = fc
  .tuple(anyValid, fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat({ max: 9 }))
  .map(([message, edits, whole]) => {
    let bytes: Buffer = Buffer.from(textOf(message));
    for (const one of edits) bytes = mutate(bytes, one);
    return whole > 0 ? Buffer.from(bytes.toString()) : bytes;
  });

/** One change of bytes. */
export function mutate(
  bytes: Buffer,
  { at, how, byte, length }: { at: number; how: string; byte: number; length: number },
) {
  const place = at % (bytes.length + 1);
  const [head, rest] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (how === "flip") return Buffer.concat([head, Buffer.from([(rest[0] ?? 0) ^ (1 << (byte % 8))]), rest.subarray(1)]);
  if (how === "set") return Buffer.concat([head, Buffer.from([byte]), rest.subarray(1)]);
  if (how === "insert") return Buffer.concat([head, Buffer.alloc(length, byte), rest]);
  if (how === "cut") return Buffer.concat([head, rest.subarray(length)]);
  if (how === "copy") return Buffer.concat([head, rest.subarray(0, length), rest]);
  return head;
}

/** Few and large: what costs most must stay bounded, too. */
const large = fc.oneof(
  fc.nat({ max: 40_000 }).map((depth) => `{"type":"readings","readings":${"[".repeat(depth)}${"]".repeat(depth)}}`),
  fc.nat({ max: 8_000 }).map((count) => {
    const fields = Array.from({ length: count }, (_, index) => `"k ${index}":{"u":1}`);
    return `{"type":"hello","device":"fuzz/1","metrics":{${fields.join(",")}}}`;
  }),
  fc.tuple(fc.integer({ min: 1, max: 5_000 }), nasty).map(([count, value]) => {
    return textOf({ type: "readings", readings: Array(count).fill({ metric: "temperature", value }) });
  }),
  fc
    .nat({ max: 60_000 })
    .map((length) => textOf({ type: "reading", device: "é".repeat(length), metric: "m", value: 1 })),
);

/** One text frame, as bytes. */
export const anyFrame: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 300, arbitrary: anyValid.map(textOf) },
    { weight: 900, arbitrary: broken },
    { weight: 100, arbitrary: twice },
    { weight: 600, arbitrary: mutated },
    { weight: 50, arbitrary: fc.oneof(fc.json(), fc.string({ unit: "binary", maxLength: 60 })) },
    { weight: 1, arbitrary: large },
  )
  .map((one) => (typeof one === "string" ? Buffer.from(one) : one));

/** So many frames of a seed; the same seed gives the same ones. */
export function framesOf(seed: number, count: number): Buffer[] {
  return fc.sample(anyFrame, { seed, numRuns: count });
}
