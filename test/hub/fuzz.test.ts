/** Frames that nobody would send on purpose: no fault of the hub, and an honest device beside them is served. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Hub } from "../../server/hub/hub.ts";
import { silentLog } from "../../server/ports.ts";
import { errorCodes } from "../../server/protocol/codes.ts";
import { hubToDevice } from "../../server/protocol/device.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { openAccess } from "../support/access.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakePeer } from "../support/fake-peer.ts";
import { printedSeed } from "../support/seed.ts";

const frames = 8_000;
const time = Date.UTC(2026, 10, 24, 11);

/** Values that have hurt programs before. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, "", " ", 0, -0, 1e308, -1, 2 ** 53, 1e-320, "\u0000", "\ud800", "é", "e\u0301", "__proto__"],
    ...["constructor", "*", "a/../b", "x".repeat(300), [], {}, [[[[[[]]]]]], { toString: 1 }, { __proto__: null }],
  ),
  fc.double(),
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
);
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("a", "b", "c/d", "temperature") }, nasty);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.double(), fc.boolean(), fc.string({ maxLength: 9 })) },
  nasty,
);
const when = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: time, max: time + 1_000 }) }, nasty);
const number = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) }, nasty);

function part(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.record(fields, { requiredKeys: [] });
}

const row = part({ metric: name, value, time: when, device: name, extra: nasty });
const metrics = fc.oneof(
  nasty,
  fc.dictionary(fc.string(), part({ unit: name, min: nasty, zones: nasty, kind: nasty })),
);
const envelope = { id: number, seq: number, device: name };
const message = fc.oneof(
  fc.record({ type: fc.constant("readings"), readings: fc.array(row, { maxLength: 8 }) }, { noNullPrototype: true }),
  part({ type: fc.constant("readings"), ...envelope, readings: fc.oneof(nasty, fc.array(fc.oneof(row, nasty))) }),
  part({
    ...{ type: fc.constant("samples"), ...envelope, times: fc.oneof(nasty, fc.array(when, { maxLength: 4 })) },
    values: fc.oneof(nasty, fc.dictionary(fc.string(), fc.array(value, { maxLength: 4 }))),
  }),
  part({ type: fc.constant("reading"), ...envelope, metric: name, value, time: when, token: nasty }),
  part({
    type: fc.constant("hello"),
    device: name,
    session: name,
    metrics,
    labels: nasty,
    commands: nasty,
    viewer: nasty,
  }),
  part({ type: fc.constant("describe"), ...envelope, metrics, historic: nasty, reportInterval: nasty, name }),
  part({ type: fc.constant("ping"), id: number, time: when }),
  part({ type: nasty, ...envelope }),
);
const text = fc.oneof(
  { weight: 8, arbitrary: message.map((one) => JSON.stringify(one) ?? "") },
  fc.tuple(message, fc.nat(), fc.string({ maxLength: 3 })).map(([one, at, noise]) => {
    const whole = JSON.stringify(one) ?? "";
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + noise + whole.slice(place + noise.length);
  }),
  fc.nat({ max: 40_000 }).map((depth) => `{"type":"readings","readings":[${"[".repeat(depth)}${"]".repeat(depth)}]}`),
);

describe("strange frames", () => {
  it(`[P2] [S15] [F18] ${frames} of them neither stop the hub nor confuse an honest device`, async () => {
    const seed = printedSeed("strange frames");
    const store = new MemoryStore();
    const fatal: unknown[] = [];
    const hub = new Hub({
      ...{
        store,
        state: await store.open(),
        version: "0.0.0",
        loopDelayMs: () => 0,
        access: openAccess(new FakeClock()),
      },
      config: { commitDelayMs: 0, limits: { ...defaultLimits, series: 2_000 } },
      ports: { clock: new FakeClock(time + 3_600_000), log: silentLog },
      onFatal: (error) => fatal.push(error),
    });
    const honest = new FakePeer();
    const session = hub.accept(honest);
    session.receive(JSON.stringify({ type: "hello", device: "honest", session: "s" }));
    await honest.untilOf("welcome");
    let seq = 0;
    let strange = new FakePeer();
    let stranger = hub.accept(strange);
    for (const frame of fc.sample(text, { numRuns: frames, seed })) {
      stranger.receive(frame);
      if (strange.closed || strange.texts.length > 500) {
        for (const answer of strange.messages) {
          if (answer.viewer || answer.type === "subscribed") continue;
          hubToDevice.parse(answer);
          if (answer.type === "error") {
            expect(errorCodes).toContain(answer.code);
            expect(Buffer.byteLength(answer.message as string)).toBeLessThanOrEqual(1_000);
          }
        }
        stranger.closed({ reason: "closed", clean: true });
        strange = new FakePeer();
        stranger = hub.accept(strange);
        session.receive(
          JSON.stringify({ type: "readings", seq: ++seq, readings: [{ metric: "m", value: seq, time: time + seq }] }),
        );
        await honest.untilOf("ack", seq);
      }
    }
    expect(fatal).toEqual([]);
    expect(seq).toBeGreaterThan(5);
    expect(honest.of("ack").map((ack) => ack.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
    expect(Object.keys(Object.prototype)).toEqual([]);
    await hub.stop();
  });
});
