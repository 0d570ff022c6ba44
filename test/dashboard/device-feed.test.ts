import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import type { DeviceView } from "../../dashboard/client/hub-view.ts";
import { DeviceFeed } from "../../dashboard/data/device-feed.ts";
import type { LiveSeriesEntry } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

const minute = 60_000;

describe("the feed of a device", () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let feed: DeviceFeed;
  let startMs: number;
  const requests = () => socket.of("subscribe");
  const entry = (count: number, timeMs: number): LiveSeriesEntry => ({
    series: 1,
    device: "a",
    metric: "level",
    type: "number",
    reportInterval: 1_000,
    firstTime: startMs,
    lastTime: timeMs,
    count,
    value: count,
    time: timeMs,
  });

  beforeEach(() => {
    clock = new FakeClock();
    startMs = clock.now() - minute;
    socket = new FakeSocket();
    const client = new HubClient({ open: () => socket, timers: clock, random: () => 0 });
    const device: DeviceView = {
      entry: {
        device: "a",
        state: "online",
        reason: "connected",
        since: 0,
        lastSeen: 0,
        reportInterval: 1_000,
        seriesCount: 1,
      },
      series: new Map(),
    };
    device.series.set(1, {
      entry: entry(2, startMs + 2),
      value: 2,
      timeMs: startMs + 2,
      firstMs: startMs,
      decimals: 0,
    });
    client.start();
    socket.accept();
    feed = new DeviceFeed(client, device, "5m");
    feed.open();
  });

  /** Answers the newest request with readings 1, 2, … `times.length`. */
  function answer(times: number[]): void {
    const id = requests().at(-1)?.id;
    const about = { epoch: "e", offset: 0, resumed: false, hubTime: clock.now(), heartbeat: 5_000 };
    socket.say({ type: "subscribed", id, set: 7, ...about });
    socket.say({ type: "series", set: 7, series: [entry(times.length, times.at(-1) ?? 0)] });
    const values = times.map((_, index) => index + 1);
    socket.say({ type: "history", id, series: 1, every: null, times, values, done: true });
    socket.say({ type: "ready", id, offset: 0 });
  }
  const update = (more: object = {}) =>
    socket.say({ type: "update", set: 7, offset: 1, series: [1], times: [startMs + 3], values: [3], ...more });
  /** Time passes, with the empty updates by which a quiet set shows that it lives. */
  function beats(count: number): void {
    for (let beat = 0; beat < count; beat++) {
      clock.advance(3_000);
      update({ series: [], times: [], values: [] });
    }
  }

  it("asks for the past again where readings that it shows were removed, the newest or others", () => {
    answer([startMs, startMs + 1, startMs + 2]);
    socket.say({ type: "series", set: 7, series: [entry(2, startMs + 1)] });
    expect(requests()).toHaveLength(2);
    answer([startMs, startMs + 1]);
    expect(feed.trace(1)?.length).toBe(2);
    update();
    socket.say({ type: "series", set: 7, series: [entry(2, startMs + 1)] });
    expect(requests()).toHaveLength(3);
  });

  it("does not ask again where only words about a series changed", () => {
    answer([startMs, startMs + 1]);
    update();
    socket.say({ type: "series", set: 7, series: [{ ...entry(3, startMs + 3), unit: "m" }] });
    expect(requests()).toHaveLength(1);
  });

  it("[P48] fetches what was left out for a slow page, once the storm is over", () => {
    answer([startMs, startMs + 1]);
    update({ merged: 40 });
    expect(feed.trace(1)?.length).toBe(3);
    expect(requests()).toHaveLength(1);
    beats(9);
    expect(requests()).toHaveLength(1);
    beats(1);
    expect(requests()).toHaveLength(2);
    answer([startMs, startMs + 1, startMs + 2]);
    beats(20);
    expect(requests()).toHaveLength(2);
  });
});
