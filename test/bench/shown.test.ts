import { describe, expect, it } from "vitest";
import { printedSeed } from "../support/seed.ts";
import { deviceName, encodeStreams, framesOf, gatewayShape, type Stream } from "./frames.ts";
import { chosen, everything, some } from "./shown.ts";
import { textOf } from "./wire.ts";

describe("what a viewer of the load waits for", () => {
  it("is, frame by frame, what the frames of the gateway hold of the devices that it chose", () => {
    const seed = printedSeed("devices of a viewer");
    const shape = gatewayShape(7, 30);
    const gateway = deviceName(0);
    const devices = chosen(5, shape.metrics, String(seed));
    const route = { over: "websocket", acks: true } as const;
    const [stream] = encodeStreams(shape, route, 1, 40, String(seed), Date.UTC(2026, 0, 1));
    const shown = some(gateway, devices, shape);
    let [ofIts, ofAll] = [0, 0];
    const wanted = new Set(shown.selection.devices);
    for (const [frame, bytes] of framesOf(stream as Stream).entries()) {
      const { readings } = JSON.parse(textOf(bytes)) as { readings: { device: string }[] };
      ofIts += readings.filter(({ device }) => wanted.has(device)).length;
      ofAll += readings.length;
      expect(shown.after(frame + 1), `frame ${frame}`).toBe(ofIts);
      expect(everything(gateway, shape).after(frame + 1)).toBe(ofAll);
    }
    expect(ofIts).toBeGreaterThan(0);
  });

  it("chooses different ones, the same for the same seed", () => {
    const seed = String(printedSeed("devices by chance"));
    const found = chosen(20, 25, seed);
    expect(new Set(found).size).toBe(20);
    expect(Math.max(...found)).toBeLessThan(25);
    expect(chosen(20, 25, seed)).toEqual(found);
    expect(() => chosen(3, 2, seed)).toThrow("3 of 2");
  });
});
