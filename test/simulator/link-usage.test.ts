/** How programs use a link, rightly and wrongly. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Link, systemPorts } from "../../simulator/link.ts";
import { underTest } from "./links.ts";

const { hub, start, open } = underTest();

afterEach(() => {
  vi.useRealTimers();
});

describe("link: used by its own listeners", () => {
  it('[L1] is there already when it says its first "connecting"', async () => {
    const first = await new Promise((resolve) => {
      const link = new Link(hub().url, {
        device: "oven-1",
        WebSocket,
        onState: ({ state }) => {
          resolve({ state, sent: link.stats.sent });
          link.close();
        },
      });
      link.send("temperature", 1);
    });
    expect(first).toEqual({ state: "connecting", sent: 1 });
  });

  it('[L8] does not say "connecting" any more where it was closed at once', async () => {
    const test = start();
    test.link.close();
    await Promise.resolve();
    expect(test.states).toEqual([{ state: "stopped", reason: "closed" }]);
  });

  it("[L6] is closed while it tells a refusal: what the ack decided is counted, and was waited for", async () => {
    const { test, link, connection } = await open({ onRejected: () => link.close() });
    for (const value of [1, 2, 3]) link.send("temperature", value);
    test.clock.advance(100);
    await connection.frame();
    const flushed = link.flush();
    const rejected = [{ index: 1, metric: "temperature", code: "invalid_value", message: "no" } as const];
    connection.say({ type: "ack", seq: 1, stored: 2, rejected, rejectedCount: 1 });
    await flushed;
    expect(link.state.state).toBe("stopped");
    expect(link.stats).toMatchObject({ sent: 3, stored: 2, rejected: 1, pending: 0 });
  });

  it("[L6] is closed while it tells a frame that was refused whole: that one is counted, and was waited for", async () => {
    const { test, link, connection } = await open({ onRejected: () => link.close() });
    for (const value of [1, 2]) link.send("temperature", value);
    test.clock.advance(100);
    await connection.frame();
    const flushed = link.flush();
    connection.refuse(1, "too_many_readings");
    await flushed;
    expect(link.stats).toMatchObject({ sent: 2, rejected: 2, pending: 0 });
  });
});

describe("link: what no program in TypeScript gives it", () => {
  it.each(["batchReadings", "bufferReadings", "window"])("[L4] throws where %s is no number from 1 on", (option) => {
    for (const value of [0, -1, Number.NaN, 0.5, "5"])
      expect(() => start({ [option]: value })).toThrow(
        new RangeError(`${option} must be a number from 1 on, not ${value}`),
      );
    expect(() => start({ [option]: Number.POSITIVE_INFINITY })).not.toThrow();
  });

  it("[L4] throws where batchDelayMs is no time", () => {
    for (const value of [-1, Number.NaN, "5"])
      expect(() => start({ batchDelayMs: value as number })).toThrow(/^batchDelayMs must be a number from 0 on, not /);
  });

  it("[L4] waits for as long as it was told, also where that is longer than a timer can be set for", () => {
    vi.useFakeTimers();
    let calls = 0;
    const day = 86_400_000;
    for (const delayMs of [0, 20, 30 * day, 100 * day, Number.POSITIVE_INFINITY])
      systemPorts.after(delayMs, () => calls++);
    const cancel = systemPorts.after(60 * day, () => calls++);
    vi.advanceTimersByTime(20);
    expect(calls).toBe(2);
    vi.advanceTimersByTime(29 * day);
    expect(calls).toBe(2);
    cancel();
    vi.advanceTimersByTime(70 * day);
    expect(calls).toBe(3);
    vi.advanceTimersByTime(day);
    expect(calls).toBe(4);
  });

  it("[L6] refuses at once names that are no texts, and counts them", async () => {
    const codes: string[] = [];
    const { link } = start({ onRejected: ({ code }) => codes.push(code) });
    expect(link.send(undefined as unknown as string, 1)).toBe(false);
    expect(link.send("temperature", 1, undefined, null as unknown as string)).toBe(false);
    expect(link.sendSamples([1], { temperature: [1] }, null as unknown as string)).toBe(false);
    expect(codes).toEqual(["invalid_name", "invalid_name", "invalid_name"]);
    expect(link.stats).toMatchObject({ sent: 3, rejected: 3, pending: 0 });
  });
});
