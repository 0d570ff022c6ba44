import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import { decimalsOf, HubView } from "../../dashboard/client/hub-view.ts";
import { readMessage } from "../../dashboard/client/messages.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

const deviceEntry = (device: string) => ({
  device,
  state: "online",
  reason: "connected",
  since: 0,
  lastSeen: 0,
  reportInterval: 1_000,
  seriesCount: 1,
});

const seriesEntry = (series: number, device: string, more: object = {}) => ({
  series,
  device,
  metric: "temperature",
  type: "number",
  reportInterval: 1_000,
  firstTime: 10,
  lastTime: 20,
  count: 2,
  value: 1.5,
  time: 20,
  ...more,
});

describe("the view of the hub", () => {
  let clock: FakeClock;
  let sockets: FakeSocket[];
  let client: HubClient;
  let view: HubView;
  const last = () => sockets.at(-1) as FakeSocket;
  const subscribed = (id: unknown, set: number, epoch = "e1") =>
    last().say({
      type: "subscribed",
      id,
      set,
      epoch,
      offset: 0,
      resumed: false,
      hubTime: clock.now(),
      heartbeat: 5_000,
    });

  beforeEach(() => {
    clock = new FakeClock();
    sockets = [];
    client = new HubClient({
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      timers: clock,
      random: () => 0,
    });
    view = new HubView(client);
    view.start();
    client.start();
    last().accept();
  });

  function tell(set: number, devices: string[], epoch?: string): void {
    const [request] = last().of("subscribe");
    subscribed(request?.id, set, epoch);
    last().say({ type: "devices", set, devices: devices.map(deviceEntry) });
    last().say({ type: "series", set, series: devices.map((device, index) => seriesEntry(index + 1, device)) });
    last().say({ type: "ready", id: request?.id, offset: 0 });
  }

  it("asks again where the hub could not tell just now, and not where it will not", () => {
    const asked = () => last().of("subscribe");
    const error = { type: "error", code: "store_unavailable", message: "The store is busy." };
    last().say({ ...error, id: asked().at(-1)?.id, retryable: true });
    clock.advance(4_000);
    expect(asked()).toHaveLength(1);
    last().say({ type: "pong", id: 99, time: 0, hubTime: clock.now() });
    clock.advance(1_000);
    expect(asked()).toHaveLength(2);
    last().say({ ...error, code: "invalid_query", id: asked().at(-1)?.id, retryable: false });
    last().say({ type: "pong", id: 99, time: 0, hubTime: clock.now() });
    clock.advance(6_000);
    expect(asked()).toHaveLength(2);
  });

  it("asks for everything once, at most one value a second and series", () => {
    expect(last().of("subscribe")).toEqual([{ type: "subscribe", id: 1, interval: 1_000 }]);
  });

  it("is complete with `ready`, and then follows the updates", () => {
    tell(7, ["a", "b"]);
    expect(view.complete).toBe(true);
    last().say({ type: "update", set: 7, offset: 1, series: [2], times: [30], values: [2.25] });
    const series = view.devices.get("b")?.series.get(2);
    expect(series).toMatchObject({ value: 2.25, timeMs: 30, firstMs: 10, decimals: 2 });
  });

  it("[P47] goes on after a cut where the hub can: from the offset it has reached, with all it knows", () => {
    tell(7, ["a", "b"]);
    last().say({ type: "update", set: 7, offset: 4, series: [], times: [], values: [] });
    last().end(1006);
    clock.advance(1_000);
    last().accept();
    const [request] = last().of("subscribe");
    expect(request).toMatchObject({ interval: 1_000, resume: { epoch: "e1", offset: 4 } });
    const about = { epoch: "e1", offset: 6, hubTime: clock.now(), heartbeat: 5_000 };
    last().say({ type: "subscribed", id: request?.id, set: 2, resumed: true, ...about });
    last().say({ type: "devices", set: 2, devices: [{ device: "b", removed: true }, deviceEntry("c")] });
    last().say({ type: "series", set: 2, series: [seriesEntry(3, "c")] });
    last().say({ type: "update", set: 2, offset: 5, series: [1], times: [40], values: [4] });
    last().say({ type: "ready", id: request?.id, offset: 6 });
    expect([...view.devices.keys()]).toEqual(["a", "c"]);
    expect(view.devices.get("a")?.series.get(1)).toMatchObject({ value: 4, timeMs: 40 });
    last().end(1006);
    clock.advance(1_000);
    last().accept();
    expect(last().of("subscribe")[0]?.resume).toEqual({ epoch: "e1", offset: 6 });
    // What is sent anew and cut before it is whole is nothing to go on from.
    subscribed(last().of("subscribe")[0]?.id, 9, "e1");
    last().end(1006);
    clock.advance(1_000);
    last().accept();
    expect(last().of("subscribe")[0]).not.toHaveProperty("resume");
  });

  it("keeps the newest value by device time, whatever arrives late", () => {
    tell(7, ["a"]);
    last().say({ type: "update", set: 7, offset: 1, series: [1, 1], times: [30, 5], values: [3, 9] });
    expect(view.devices.get("a")?.series.get(1)).toMatchObject({ value: 3, timeMs: 30, firstMs: 5 });
  });

  it("shows the newest of what is left where readings were removed, not what is gone", () => {
    tell(7, ["a"]);
    last().say({ type: "update", set: 7, offset: 1, series: [1], times: [30], values: [1e6] });
    last().say({ type: "series", set: 7, series: [seriesEntry(1, "a", { firstTime: 15 })] });
    expect(view.devices.get("a")?.series.get(1)).toMatchObject({ value: 1.5, timeMs: 20, firstMs: 15 });
  });

  it("calls nothing unknown before a hub with other data told all of it", () => {
    tell(7, ["a"]);
    last().end(1006);
    clock.advance(1_000);
    last().accept();
    subscribed(last().of("subscribe")[0]?.id, 7, "e2");
    expect(view.complete).toBe(false);
    tell(7, ["b"], "e2");
    expect(view.complete).toBe(true);
  });

  it("does not count updates of another subscription of its set before its own seam", () => {
    const [request] = last().of("subscribe");
    subscribed(request?.id, 7);
    last().say({ type: "devices", set: 7, devices: [deviceEntry("a")] });
    last().say({ type: "series", set: 7, series: [seriesEntry(1, "a")] });
    last().say({ type: "update", set: 7, offset: 1, series: [1], times: [30], values: [3] });
    expect(view.devices.get("a")?.series.get(1)?.value).toBe(1.5);
  });

  it("takes changes and removals while it is live", () => {
    tell(7, ["a", "b"]);
    last().say({
      type: "devices",
      set: 7,
      devices: [
        { ...deviceEntry("a"), state: "silent" },
        { device: "b", removed: true },
      ],
    });
    expect(view.counts()).toEqual({ devices: 1, online: 0, silent: 1, offline: 0, series: 1 });
  });

  it("subscribes again after a cut, keeps what it shows meanwhile, and drops what is gone by then", () => {
    tell(7, ["a", "b"]);
    last().end(1006);
    expect(view.devices.size).toBe(2);
    clock.advance(100);
    last().accept();
    expect(view.devices.size).toBe(2);
    tell(3, ["a"]);
    expect([...view.devices.keys()]).toEqual(["a"]);
    expect(view.counts().series).toBe(1);
  });

  it("starts anew where the hub's data were replaced: series numbers mean nothing across epochs", () => {
    tell(7, ["a"]);
    last().end(1012);
    clock.advance(100);
    last().accept();
    subscribed(last().of("subscribe")[0]?.id, 1, "e2");
    expect(view.devices.size).toBe(0);
  });

  it("tells the hub's time, whatever this machine's clock says", () => {
    const [request] = last().of("subscribe");
    last().say({
      type: "subscribed",
      id: request?.id,
      set: 1,
      epoch: "e",
      offset: 0,
      resumed: false,
      hubTime: clock.now() + 90_000,
      heartbeat: 5_000,
    });
    clock.advance(10);
    expect(client.now()).toBe(clock.now() + 90_000);
  });

  it("[P35] asks for the hub's time once a minute, for a clock is set while readings come without a pause", () => {
    tell(7, ["a"]);
    const second = () => {
      clock.advance(1_000);
      last().say({ type: "update", set: 7, offset: 1, series: [1], times: [30], values: [1] });
    };
    for (let count = 0; count < 59; count++) second();
    expect(last().of("ping")).toEqual([]);
    second();
    expect(last().of("ping")).toHaveLength(1);
    // A board without a clock of its own has learned the time meanwhile.
    const hourMs = 3_600_000;
    last().say({ type: "pong", id: last().of("ping")[0]?.id, time: 0, hubTime: clock.now() + 2 * hourMs });
    expect(client.now()).toBe(clock.now() + 2 * hourMs);
    for (let count = 0; count < 59; count++) second();
    expect(last().of("ping")).toHaveLength(1);
  });

  it("says when a device came, changed or went, and nothing of the kind with readings", () => {
    tell(7, ["a", "b"]);
    const versions = [view.devicesVersion];
    const changed = () => {
      const is = view.devicesVersion !== versions.at(-1);
      versions.push(view.devicesVersion);
      return is;
    };
    last().say({ type: "update", set: 7, offset: 1, series: [2], times: [30], values: [2.25] });
    expect(changed()).toBe(false);
    last().say({ type: "devices", set: 7, devices: [{ ...deviceEntry("a"), state: "silent" }] });
    expect(changed()).toBe(true);
    last().say({ type: "devices", set: 7, devices: [{ device: "b", removed: true }] });
    expect(changed()).toBe(true);
    last().end(1012);
    clock.advance(100);
    last().accept();
    subscribed(last().of("subscribe")[0]?.id, 1, "e2");
    expect(changed()).toBe(true);
  });

  it("ends its subscription by number", () => {
    tell(7, ["a"]);
    view.stop();
    expect(last().of("unsubscribe")).toEqual([{ type: "unsubscribe", id: 1 }]);
  });
});

describe("reading messages", () => {
  it("passes over what is no message of the hub", () => {
    for (const text of ["<html>", "null", "7", "[]", '{"type":7}', '{"type":"toString"}', '{"type":"alert"}']) {
      expect(readMessage(text), text).toBeUndefined();
    }
    expect(readMessage('{"type":"pong","id":1}')).toEqual({ type: "pong", id: 1 });
  });
});

describe("decimal places", () => {
  it("shows as many as a value has, fewer for large ones", () => {
    expect([21, 21.4, 21.45, 0.5123, 0.1 + 0.2, 1013.25, 20_000.5].map(decimalsOf)).toEqual([0, 1, 2, 3, 1, 1, 0]);
  });
});
