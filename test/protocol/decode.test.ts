import { describe, expect, it } from "vitest";
import { unreadableCodes } from "../../server/protocol/codes.ts";
import { decodeDevice, decodeFirst, decodePosted, decodeViewer, firstFrame } from "../../server/protocol/decode.ts";
import { Refusal } from "../../server/protocol/errors.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";

const limits = defaultLimits;

/** The refusal of a device's frame, as it goes over the wire. */
function refused(frame: unknown, changed: Partial<typeof limits> = {}) {
  const text = typeof frame === "string" ? frame : JSON.stringify(frame);
  const decoded = decodeDevice(text, { ...limits, ...changed });
  if (!(decoded instanceof Refusal)) throw new Error(`accepted: ${text.slice(0, 200)}`);
  return decoded.toMessage();
}

const hello = { type: "hello", device: "boiler-1" };

describe("frames that cannot be read", () => {
  it("[P2] answers plain text with a first valid frame", () => {
    const answer = refused("Hello Server");
    expect(answer).toMatchObject({ type: "error", code: "invalid_json", retryable: false });
    expect(answer.message).toContain(firstFrame);
    expect(decodeDevice(firstFrame, limits)).toEqual(JSON.parse(firstFrame));
  });

  it.each(["3", '"text"', "null", "true", "[]"])("[P1] takes %s for no message", (text) => {
    expect(refused(text)).toMatchObject({ code: "invalid_message" });
    expect(refused(text).message).toContain(firstFrame);
  });

  it("[P2] lists the types that are allowed, and guesses the one that was meant", () => {
    const answer = refused({ type: "redings", id: 7, seq: 8 });
    expect(answer).toMatchObject({ code: "unknown_type", id: 7, seq: 8 });
    expect(answer.message).toContain("did you mean readings?");
    expect(answer.message).toContain("hello, describe, readings, samples, reading, ping");
    expect(refused({ device: "a" })).toMatchObject({ code: "unknown_type" });
    expect(refused({ type: 5 }).message).toContain("type 5 is not known");
    expect(refused({ type: "constructor" })).toMatchObject({ code: "unknown_type" });
  });

  it("[P5] refuses what nests deeper than allowed, and says how deep is allowed", () => {
    const nested = (depth: number) => `{"type":"hello","device":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    expect(refused(nested(17))).toMatchObject({ code: "too_deep" });
    expect(refused(nested(17)).message).toContain("16");
    expect(refused(nested(17)).message).toContain("--limit-depth");
    expect(refused(nested(16))).toMatchObject({ code: "invalid_name" });
    expect(refused(nested(5), { depth: 4 })).toMatchObject({ code: "too_deep" });
    expect(refused("[".repeat(200_000) + "]".repeat(200_000))).toMatchObject({ code: "too_deep" });
    expect(refused(nested(200_000))).toMatchObject({ code: "too_deep" });
  });

  it("[P5] does not count brackets inside text as nesting", () => {
    expect(decodeDevice(JSON.stringify({ ...hello, name: `${"[{".repeat(60)}"\\` }), limits)).toMatchObject(hello);
  });

  it("[P5] leaves rows to be checked one by one, however deep they nest", () => {
    const text = `{"type":"readings","readings":[{"metric":"t","value":${"[".repeat(200_000)}${"]".repeat(200_000)}}]}`;
    expect(decodeDevice(text, limits)).toMatchObject({ type: "readings" });
  });

  it("[P3] counts as unreadable what the contract counts", () => {
    expect([...unreadableCodes].sort()).toEqual(["invalid_json", "invalid_message", "too_deep", "unknown_type"]);
  });
});

describe("messages that are wrong", () => {
  it("[P7] refuses an unknown field with the nearest known name", () => {
    const misspelt = refused({ type: "hello", devcie: "a" });
    expect(misspelt).toMatchObject({ code: "unknown_field" });
    expect(misspelt.message).toMatch(/^unknown field "devcie": did you mean device\?; device is missing/);
    expect(refused({ ...hello, report_interval: 5 }).message).toContain("did you mean reportInterval?");
    expect(refused({ ...hello, metrics: { t: { units: "°C" } } }).message).toBe(
      'unknown field "units" in metrics.t: did you mean unit?',
    );
    expect(refused({ type: "readings", readings: [], zzz: 1 }).message).toBe(
      'unknown field "zzz": allowed are type, id, seq, device, readings',
    );
    expect(refused({ type: "samples", times: [], values: {}, sequence: 1 })).toMatchObject({ code: "unknown_field" });
  });

  it.each([
    [{ ...hello, device: "a b" }, "invalid_name", 'device "a b" is not a device id'],
    [{ ...hello, device: "a/../b" }, "invalid_name", "device"],
    [{ ...hello, device: 5 }, "invalid_name", "device 5"],
    [{ type: "hello" }, "invalid_name", "device is missing"],
    [{ ...hello, metrics: { "a b": {} } }, "invalid_name", "metrics.a b is not a metric name"],
    [{ ...hello, reportInterval: -1 }, "invalid_message", "reportInterval -1 is not a duration"],
    [{ ...hello, historic: "yes" }, "invalid_message", 'historic must be a boolean, not "yes"'],
    [{ ...hello, metrics: [] }, "invalid_message", "metrics must be an object, not a list"],
    [{ ...hello, metrics: { t: { kind: "guage" } } }, "invalid_message", '"gauge" or "counter" or "state"'],
    [{ ...hello, name: "x".repeat(257) }, "invalid_message", "at most 256 characters"],
    [
      { ...hello, metrics: { t: { decimals: 99 } } },
      "invalid_message",
      "metrics.t.decimals 99 is too large: at most 15 is allowed",
    ],
    [
      { ...hello, metrics: { t: { decimals: -1 } } },
      "invalid_message",
      "metrics.t.decimals -1 is too small: at least 0 is allowed",
    ],
    [{ ...hello, session: "" }, "invalid_message", 'session "" is not text of 1 to 256 characters'],
    [{ ...hello, token: "x".repeat(513) }, "invalid_message", "token has 513 characters: at most 512 are allowed"],
    [
      { ...hello, metrics: { t: { zones: Array(33).fill({ level: "ok" }) } } },
      "invalid_message",
      "metrics.t.zones has 33 entries: at most 32 are allowed",
    ],
    [{ type: "reading", device: "a", metric: "t", value: null }, "invalid_value", "value null is not a value"],
    [{ type: "reading", device: "a", metric: "t" }, "invalid_value", "value is missing"],
    [{ type: "reading", device: "a", metric: "t", value: 1, time: "now" }, "invalid_value", 'time "now" is not a time'],
    [{ type: "readings", readings: {} }, "invalid_message", "readings must be a list"],
    [{ type: "readings", readings: [], seq: 0 }, "invalid_message", "seq 0 is not a positive integer"],
    [{ type: "ping", time: 1 }, "invalid_message", "id is missing"],
  ])("[P38] says what is wrong and what is allowed: %j", (frame, code, words) => {
    const answer = refused(frame);
    expect(answer).toMatchObject({ type: "error", code });
    expect(answer.message).toContain(words);
  });

  it("[P39] spells three problems out and counts the rest", () => {
    const answer = refused({ ...hello, name: 1, kind: 2, historic: 3, protocol: "x", reportInterval: "y" });
    expect(answer.message.split("; ")).toHaveLength(4);
    expect(answer.message).toMatch(/; and 2 more problems$/);
  });

  it("[P9] carries id and seq where they can be read", () => {
    expect(refused({ type: "readings", id: 3, seq: 4, readings: 1 })).toMatchObject({ id: 3, seq: 4 });
    for (const unreadable of [-1, 0, 1.5, "3", 2 ** 60, null, {}]) {
      const answer = refused({ type: "readings", id: unreadable, seq: unreadable, readings: 1 });
      expect(answer).not.toHaveProperty("id");
      expect(answer).not.toHaveProperty("seq");
    }
  });

  it("[P6] refuses too many readings with the limit, its value and its setting", () => {
    const rows = (count: number) => ({
      type: "readings",
      seq: 9,
      readings: Array(count).fill({ metric: "t", value: 1 }),
    });
    expect(decodeDevice(JSON.stringify(rows(5_000)), limits)).toMatchObject({ type: "readings" });
    const answer = refused(rows(5_001));
    expect(answer).toMatchObject({ code: "too_many_readings", seq: 9 });
    for (const words of ["5001", "5000", "readingsPerFrame", "--limit-readings-per-frame"])
      expect(answer.message).toContain(words);
  });

  it("[P6] counts the cells of samples, null apart", () => {
    const samples = (columns: number, cell: (index: number) => number | null) => ({
      type: "samples",
      times: Array.from({ length: 1_000 }, (_, index) => index),
      values: Object.fromEntries(
        Array.from({ length: columns }, (_, column) => [
          `m${column}`,
          Array.from({ length: 1_000 }, (_, index) => cell(index)),
        ]),
      ),
    });
    expect(decodeDevice(JSON.stringify(samples(5, () => 1)), limits)).toMatchObject({ type: "samples" });
    expect(refused(samples(6, () => 1))).toMatchObject({ code: "too_many_readings" });
    expect(decodeDevice(JSON.stringify(samples(6, (index) => (index % 2 ? 1 : null))), limits)).toMatchObject({
      type: "samples",
    });
  });

  it("[P24] refuses samples whose columns are not as long as times", () => {
    const answer = refused({ type: "samples", id: 2, times: [1, 2, 3], values: { t: [1, 2, 3], u: [1, 2] } });
    expect(answer).toMatchObject({ code: "invalid_message", id: 2 });
    expect(answer.message).toContain("values.u has 2 entries and times has 3");
  });

  it("[P10] brings names into NFC", () => {
    expect(decodeDevice(JSON.stringify({ ...hello, device: "gro\u0308ße" }), limits)).toMatchObject({
      device: "größe",
    });
  });

  it("[P25] refuses more metrics than a device may have", () => {
    const metrics = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, {}]));
    expect(refused({ ...hello, metrics }).message).toContain("limit metricsPerDevice is 1000");
  });

  it("[P39] refuses more labels, commands and arguments than anybody needs before it looks at them", () => {
    const entries = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k ${index}`, 1]));
    expect(refused({ ...hello, labels: entries(257) }).message).toBe("labels has 257 entries: at most 256 are allowed");
    expect(refused({ ...hello, commands: entries(101) }).message).toContain("at most 100 are allowed");
    expect(refused({ ...hello, commands: { go: { args: entries(33) } } }).message).toContain("at most 32 are allowed");
  });
});

describe("whose a connection is", () => {
  it.each([
    [hello, "device"],
    [{ type: "readings", readings: [] }, "device"],
    [{ type: "describe", device: "a" }, "device"],
    [{ type: "hello", viewer: true }, "viewer"],
    [{ type: "subscribe", id: 1 }, "viewer"],
    [{ type: "unsubscribe", id: 1 }, "viewer"],
    [{ type: "ping", id: 1, time: 5 }, "either"],
  ])("[P1] is settled by the first message: %j", (message, side) => {
    expect(decodeFirst(JSON.stringify(message), limits)).toEqual({ side, message });
  });

  it("[P1] takes a hello that mixes both for a viewer's, and refuses it", () => {
    const mixed = decodeFirst(JSON.stringify({ ...hello, viewer: true }), limits);
    expect((mixed as Refusal).toMessage()).toMatchObject({ code: "unknown_field" });
    expect(decodeFirst('{"type":"hello","viewer":false}', limits)).toBeInstanceOf(Refusal);
  });

  it("[P1] refuses a message of the other side with the reason", () => {
    const frame = JSON.stringify({ type: "subscribe", id: 4 });
    expect((decodeDevice(frame, limits) as Refusal).toMessage()).toMatchObject({ code: "invalid_message", id: 4 });
    expect((decodeDevice(frame, limits) as Refusal).message).toContain("subscribe is a viewer's message");
    expect((decodeViewer('{"type":"readings","readings":[]}', limits) as Refusal).message).toContain(
      "a device's message",
    );
  });

  it("[P2] lists the messages of both sides where neither is known", () => {
    const { message } = decodeFirst('{"type":"subscrbe","id":1}', limits) as Refusal;
    expect(message).toContain("did you mean subscribe?");
    expect(message).toContain("hello, describe, readings, samples, reading, ping, subscribe, unsubscribe");
  });

  it("[P49] refuses points and every together", () => {
    const history = { from: 0, points: 5, every: 5 };
    const refusal = decodeViewer(JSON.stringify({ type: "subscribe", id: 1, history }), limits) as Refusal;
    expect(refusal.message).toContain("give points or every, not both");
  });
});

describe("posted readings", () => {
  it("[P60] takes one object or a list of them", () => {
    const one = { device: "a", session: "s", seq: 1, readings: [{ metric: "t", value: 1 }] };
    expect(decodePosted(JSON.stringify(one), limits)).toEqual([one]);
    expect(decodePosted(JSON.stringify([one, { device: "b", readings: [] }]), limits)).toHaveLength(2);
  });

  it("[P60] names the entry that is wrong, and counts the readings of all", () => {
    const part = (count: number) => ({ device: "a", readings: Array(count).fill({ metric: "t", value: 1 }) });
    const wrong = decodePosted(JSON.stringify([part(1), { devise: "b", readings: [] }]), limits) as Refusal;
    expect(wrong.code).toBe("unknown_field");
    expect(wrong.message).toMatch(/^entry 1: unknown field "devise": did you mean device\?/);
    expect(decodePosted(JSON.stringify([part(3_000), part(3_000)]), limits)).toMatchObject({
      code: "too_many_readings",
    });
    expect(decodePosted("hello", limits)).toMatchObject({ code: "invalid_json" });
    expect(decodePosted("5", limits)).toMatchObject({ code: "invalid_message" });
  });
});
