/** Frames that are sent again and again are other readings each time, and a minute is told from the first. */
import { describe, expect, it } from "vitest";
import { encodeStreams, rowsShape, type Shape } from "../frames.ts";
import { firstSeq, RollingFrames } from "./rolling-frames.ts";
import { figuresOf } from "./steady.ts";

const websocket = { over: "websocket", acks: true } as const;
const samples: Shape = { name: "samples", form: "samples", readings: 60, metrics: 20 };

interface Frame {
  readonly seq: number;
  readonly readings?: readonly { readonly time: number; readonly value: number }[];
  readonly times?: readonly number[];
}

function textOf(frame: Buffer): string {
  const payload = Buffer.from(frame.subarray(8));
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] as number) ^ (frame[4 + (at & 3)] as number);
  return payload.toString();
}

describe("frames without end", () => {
  it.each([rowsShape(40), samples])("of $name bear numbers that go on and times that only grow", (shape) => {
    const count = 4;
    const [stream] = encodeStreams(shape, websocket, 1, count, "test", 1_700_000_000_000);
    if (!stream) throw new Error("no stream");
    const frames = new RollingFrames(stream, 1_000);
    // Bytes stand until the ring comes round: they are read as they are taken.
    const taken = Array.from({ length: 3 * count }, () => JSON.parse(textOf(frames.take(1)[0] as Buffer)) as Frame);
    expect(taken.map(({ seq }) => seq)).toEqual(taken.map((_, index) => firstSeq + index));
    const times = taken.flatMap((frame) => frame.times ?? frame.readings?.map(({ time }) => time) ?? []);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const lastOf = (round: number) => times[(round * times.length) / 3 - 1] as number;
    // The rounds join as steps do: a second apart, give or take some ms.
    for (const round of [1, 2]) {
      const gapMs = (times[(round * times.length) / 3] as number) - lastOf(round);
      expect(Math.abs(gapMs - 1_000)).toBeLessThan(10);
    }
    const values = taken.map(({ seq, times: _, readings, ...rest }) => readings?.map(({ value }) => value) ?? rest);
    expect(values.slice(count, 2 * count)).toEqual(values.slice(0, count));
  });

  it("are refused where they can't be told apart: without times", () => {
    const empty = { bytes: Buffer.alloc(0), ends: new Float64Array() };
    expect(() => new RollingFrames(empty, 1_000)).toThrow("without times");
  });
});

describe("ten minutes", () => {
  const look = (readings: number, bytes: number) => ({
    readings,
    ...{ ms: 500, busy: 0.5, residentBytes: bytes, diskBytes: 2 * bytes, walBytes: 0 },
  });

  it("tell the last and the slowest minute by the first, and what lay there at both ends", () => {
    expect(figuresOf([look(100, 1e6), look(80, 2e6), look(90, 3e6)], 270)).toMatchObject({
      "first readings/s": 200,
      "last readings/s": 180,
      "last / first": 0.9,
      "least / first": 0.8,
      "first RSS MB": 1,
      "last RSS MB": 3,
      "last disk MB": 6,
      "last WAL MB": undefined,
    });
    expect(() => figuresOf([], 0)).toThrow("no minute");
  });
});
