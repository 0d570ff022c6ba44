import { describe, expect, it } from "vitest";
import { encodeStreams, framesOf, rowsShape, type Shape, type Stream } from "./frames.ts";
import { textOf } from "./wire.ts";

const nowMs = Date.UTC(2026, 0, 1);
const samples: Shape = { name: "samples", form: "samples", readings: 40, metrics: 20 };

/** `metric time value`, in the order of the text; a masked frame of a client. */
function readingsInFrame(frame: Buffer): string[] {
  const message = JSON.parse(textOf(frame)) as {
    readings?: { metric: string; time: number; value: number }[];
    times?: number[];
    values?: Record<string, number[]>;
  };
  const rows = (message.readings ?? []).map(({ metric, time, value }) => `${metric} ${time} ${value}`);
  const columns = Object.entries(message.values ?? {}).flatMap(([metric, column]) =>
    column.map((value, at) => `${metric} ${message.times?.[at]} ${value}`),
  );
  return [...rows, ...columns];
}

function readingsInPost(request: Buffer): string[] {
  const [head = "", body = ""] = request.toString().split("\r\n\r\n");
  expect(head).toMatch(/^POST \/write HTTP\/1\.1\r\n/);
  expect(head).toContain(`Content-Length: ${body.length}`);
  return body
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [, fields = "", time] = line.split(" ");
      expect(line).toMatch(/^readings,device=sensor-0\d /);
      return fields.split(",").map((field) => `${field.split("=")[0]} ${time} ${field.split("=")[1]}`);
    });
}

describe("what the load sends", () => {
  it.each([rowsShape(1), rowsShape(10), rowsShape(100), samples])("is the same on every route: $name", (shape) => {
    const encode = (route: Parameters<typeof encodeStreams>[1]) => encodeStreams(shape, route, 2, 6, "seed", nowMs);
    const sockets = encode({ over: "websocket", acks: true });
    const posts = encode({ over: "http", path: "/write", body: "line protocol" });
    for (const [device, stream] of sockets.entries()) {
      const [own, theirs] = [framesOf(stream), framesOf(posts[device] as Stream)];
      const readings = own.map(readingsInFrame);
      expect(theirs.map((request) => readingsInPost(request).sort())).toEqual(readings.map((each) => each.sort()));
      expect(readings.map(({ length }) => length)).toEqual(Array.from({ length: 6 }, () => shape.readings));
      // One value per series and millisecond: nothing is overwritten, and what is counted is what was sent.
      const keys = readings.flat().map((reading) => reading.slice(0, reading.lastIndexOf(" ")));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
