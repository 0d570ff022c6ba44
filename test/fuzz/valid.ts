/** Valid messages of every type that a device or a viewer may send: what the fuzzer breaks. */
import fc from "fast-check";
import type { DeviceMessage } from "../../server/protocol/device.ts";
import { aggregateNames } from "../../server/protocol/past.ts";
import type { ViewerMessage } from "../../server/protocol/viewer.ts";

/** Few, so that connections meet each other: take-overs, types that clash, metadata that changes. */
const devices = ["fuzz/1", "fuzz/2", "fuzz/3", "fuzz-ö", "장치"];
const metrics = ["temperature", "motor.current", "état", "door", "a", "b"];

const device = fc.constantFrom(...devices);
const metric = fc.constantFrom(...metrics);
const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("°C", "<b>", "=1+1", "x".repeat(256)));
const storable = text.map((one) => one.toWellFormed().replaceAll("\0", ""));
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const value = fc.oneof(number, fc.boolean(), storable);
const time = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2026, 10) }),
  fc.double({ noNaN: true, min: -8.64e15, max: 8.64e15 }),
);
const id = fc.integer({ min: 1, max: 1_000 });
const optional = { requiredKeys: [] } as { requiredKeys: [] };

const zones = fc.array(
  fc.record(
    { from: number, to: number, level: fc.constantFrom("ok", "warn", "alarm"), label: storable },
    { requiredKeys: ["level"] },
  ),
  { maxLength: 3 },
);
const metricMeta = fc.record(
  {
    ...{ unit: storable, label: storable, kind: fc.constantFrom("gauge", "counter", "state") },
    ...{ min: number, max: number, decimals: fc.integer({ min: 0, max: 15 }), zones },
    ...{ role: fc.constantFrom("price", "volume", "lat", "lon", "battery"), reportInterval: fc.nat() },
  },
  optional,
);
const argument = fc.record(
  {
    ...{ type: fc.constantFrom("number", "boolean", "string"), min: number, max: number },
    ...{ options: fc.array(value, { maxLength: 3 }), label: storable },
  },
  { requiredKeys: ["type"] },
);
const named = <T>(one: fc.Arbitrary<T>) => fc.dictionary(metric, one, { maxKeys: 3 });
const metadata = {
  ...{ name: storable, kind: storable, reportInterval: fc.nat({ max: 600_000 }), historic: fc.boolean() },
  metrics: named(metricMeta),
  commands: named(fc.record({ label: storable, args: named(argument) }, optional)),
  // The one name that is refused wherever it stands; a generator of texts likes it.
  labels: fc.dictionary(
    storable.filter((name) => name !== "__proto__"),
    storable,
    { maxKeys: 3 },
  ),
};

/** A message whose `required` fields are always there. */
function message<T extends string>(type: T, required: Fields, more: Fields = {}): fc.Arbitrary<object> {
  const model: Fields = { type: fc.constant(type), ...required, ...more };
  return fc.record(model, { requiredKeys: ["type", ...Object.keys(required)], noNullPrototype: true });
}
type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const selector = fc.constantFrom("*", "fuzz/*", "temperature", "m*", "장치");
const selectors = fc.array(selector, { minLength: 1, maxLength: 3 });
const cut = fc.oneof(
  fc.record({ points: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ every: fc.constantFrom(86_400_000, 604_800_000) }),
);
const history = fc
  .tuple(fc.integer({ min: Date.UTC(2026, 9), max: Date.UTC(2026, 10) }), cut, fc.subarray([...aggregateNames]))
  .map(([from, width, aggregates]) => ({ from, ...width, ...(aggregates.length > 0 ? { aggregates } : {}) }));

const row = fc.record({ metric, value, time, device }, { requiredKeys: ["metric", "value"], noNullPrototype: true });
const samples = fc
  .tuple(fc.array(time, { maxLength: 6 }), fc.uniqueArray(metric, { maxLength: 3 }), fc.boolean())
  .map(([times, names, whole]) => {
    const values = Object.fromEntries(names.map((name) => [name, times.map((_, at) => (whole ? at : null))]));
    return { times, values };
  });

/** Every type of the contract; the compiler names one that is forgotten. */
export const validMessages: Readonly<Record<DeviceMessage["type"] | ViewerMessage["type"], fc.Arbitrary<object>>> = {
  hello: fc.oneof(
    message("hello", { device }, { session: fc.constantFrom("s", "t"), protocol: fc.constant(1), ...metadata }),
    fc.constant({ type: "hello", viewer: true }),
  ),
  describe: message("describe", { device }, { id, ...metadata }),
  readings: message("readings", { readings: fc.array(row, { maxLength: 8 }) }, { id, seq: id, device }),
  samples: fc
    .tuple(samples, fc.record({ id, seq: id, device }, { requiredKeys: [], noNullPrototype: true }))
    .map(([columns, envelope]) => ({ type: "samples", ...envelope, ...columns })),
  reading: message("reading", { device, metric, value }, { id, time, token: fc.constant("not-a-token") }),
  ping: message("ping", { id, time: number }),
  subscribe: message("subscribe", { id }, { devices: selectors, metrics: selectors, interval: fc.nat(5_000), history }),
  unsubscribe: message("unsubscribe", { id }),
};

export const anyValid: fc.Arbitrary<object> = fc.oneof(...Object.values(validMessages));
