import { describe, expect, it } from "vitest";
import { ClockSkew } from "../../../server/hub/devices/skew.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest } from "../../support/start-hub.ts";

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;

/** The skew after pings that were on their way for so long each, ms. */
function skewAfter(skewMs: number, delaysMs: readonly number[], skew = new ClockSkew()): number | undefined {
  for (const [index, delayMs] of delaysMs.entries()) {
    const hubMs = now + index * 15_000;
    skew.add(hubMs - delayMs + skewMs, hubMs);
  }
  return skew.ms;
}

describe("skew", () => {
  it("[P119] is what the fastest of the last pings tells: a delay makes a clock look slow, never fast", () => {
    expect(skewAfter(3 * hour, [40])).toBe(3 * hour - 40);
    expect(skewAfter(3 * hour, [9_000, 40, 8_000, 12, 30_000])).toBe(3 * hour - 12);
    expect(skewAfter(-3 * hour, [9_000, 40, 8_000])).toBe(-3 * hour - 40);
    expect(skewAfter(0, [900, 3, 4_000])).toBe(-3);
  });

  it("[P119] one slow ping makes no clock slow, and a clock that was set is noticed after three pings", () => {
    expect(skewAfter(0, [9_000])).toBeUndefined();
    expect(skewAfter(0, [9_000, 9_000])).toBeUndefined();
    expect(skewAfter(0, [9_000, 9_000, 20])).toBe(-20);
    const skew = new ClockSkew();
    skewAfter(3 * hour, Array(16).fill(20), skew);
    expect(skewAfter(0, [20, 20], skew)).toBe(3 * hour - 20);
    expect(skewAfter(0, [20], skew)).toBe(-20);
    expect(skewAfter(hour, [20], skew)).toBe(hour - 20);
    // A clock that runs slow is followed, too.
    for (let ping = 0; ping < 32; ping++) skewAfter(hour - ping * 100, [20], skew);
    expect(skew.ms).toBe(hour - 16 * 100 - 20);
  });

  it("[P119] what counts from a boot, or is no date, is no clock", () => {
    const skew = new ClockSkew();
    for (const time of [0, 5, 1e10, 8.65e15, -1e300]) skew.add(time, now);
    expect(skew.ms).toBeUndefined();
  });
});

describe("skew of a device", () => {
  const open = hubsOfTest();

  it("[P119] stands in its entry, and viewers hear of a clock that is wrong, and of one that is right again", async () => {
    const clock = new FakeClock(now);
    const hub = await open({ clock });
    const device = await hub.welcomed("oven");
    const ping = async (time: number) => {
      device.send({ type: "ping", id: 7, time });
      await device.next("pong");
      return (await hub.http("GET", "devices/oven")).body.skew;
    };
    expect(await ping(5)).toBeUndefined();
    expect(await ping(now + 3 * hour)).toBe(3 * hour);
    // What the network adds is no change.
    expect(await ping(now + 3 * hour + 100)).toBe(3 * hour);
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1, devices: ["oven"] });
    expect(await viewer.next("devices")).toMatchObject({ devices: [{ device: "oven", skew: 3 * hour }] });
    for (let sent = 0; sent < 3; sent++) await ping(now);
    clock.advance(1_000);
    expect(await viewer.next("devices")).toMatchObject({ devices: [{ device: "oven", skew: 0 }] });
  });
});
