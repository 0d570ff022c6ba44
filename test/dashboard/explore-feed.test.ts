/** Series of several devices in one window: what is asked of the hub, what stays drawn meanwhile, what is counted. */
import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import type { DeviceView } from "../../dashboard/client/hub-view.ts";
import { ExploreFeed } from "../../dashboard/data/explore-feed.ts";
import type { HistoryRequest } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

const hour = 3_600_000;

describe("the feed of linked charts", () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let feed: ExploreFeed;
  const devices = new Map<string, DeviceView>();
  const name = (device: string, metric = "level") => ({ device, metric });
  const asked = () =>
    socket.of("subscribe").filter(({ history }) => (history as HistoryRequest | undefined)?.points) as {
      id: number;
      devices: string[];
      metrics: string[];
      history: HistoryRequest;
    }[];
  const seams = () =>
    socket.of("subscribe").filter(({ history }) => history && !(history as HistoryRequest).points) as { id: number }[];

  function addDevice(device: string, number: number, firstMs: number, timeMs: number): void {
    const known = devices.get(device) ?? { entry: { device }, series: new Map() };
    for (const [at, metric] of ["level", "flow"].entries()) {
      const series = number + at;
      const entry = { ...{ series, device, metric, type: "number", reportInterval: 1_000 }, count: 2 };
      known.series.set(series, { entry, value: 1, timeMs, firstMs, decimals: 0 } as never);
    }
    devices.set(device, known as DeviceView);
  }

  beforeEach(() => {
    clock = new FakeClock();
    socket = new FakeSocket();
    const client = new HubClient({ open: () => socket, timers: clock, random: () => 0 });
    devices.clear();
    addDevice("a", 1, clock.now() - hour, clock.now());
    addDevice("b", 11, clock.now() - 3 * hour, clock.now() - 2 * hour);
    client.start();
    socket.accept();
    feed = new ExploreFeed({ client, view: { devices }, widthPx: 1_000 });
  });

  const about = () => ({ epoch: "e", offset: 0, resumed: false, hubTime: clock.now(), heartbeat: 5_000 });

  /** Answers a request with one reading of `series`, and the seam that belongs to it with none. */
  function answer(id: number, set: number, series: number, timeMs: number, value: number): void {
    socket.say({ type: "subscribed", id, set, ...about() });
    socket.say({ type: "history", id, series, every: null, times: [timeMs], values: [value], done: true });
    socket.say({ type: "ready", id, offset: 0 });
    for (const seam of seams()) {
      socket.say({ type: "subscribed", id: seam.id, set, ...about() });
      socket.say({ type: "ready", id: seam.id, offset: 0 });
    }
  }

  const shownOf = (device: string) => {
    const series = feed.series.find((one) => one.device.entry.device === device);
    const trace = series && feed.trace(series);
    return trace && "value" in trace && trace.length > 0 ? trace.value(trace.length - 1) : undefined;
  };

  it("asks each device for what is looked at alone, all in one window, a bucket a pixel", () => {
    feed.follow([name("a"), name("b"), name("a", "flow"), name("gone")], "6h");
    expect(asked().map((request) => [request.devices, request.metrics])).toEqual([
      [["a"], ["level", "flow"]],
      [["b"], ["level"]],
    ]);
    const [one, other] = asked().map(({ history }) => history);
    expect(one?.from).toBe(other?.from);
    expect(one?.to).toBe(other?.to);
    expect(one?.points).toBe(1_000);
    expect(feed.window().toMs).toBe(clock.now());
    expect(feed.series.map(({ key }) => key)).toEqual(["a/level", "b/level", "a/flow"]);
  });

  it("asks nothing again while nothing changes, nor for a chart that is a little wider", () => {
    feed.follow([name("a")], "1h");
    feed.follow([name("a")], "1h");
    feed.widthPx = 1_100;
    expect(asked()).toHaveLength(1);
    feed.widthPx = 1_600;
    expect(asked()).toHaveLength(2);
    expect(asked().at(-1)?.history.points).toBe(1_600);
  });

  it("keeps what is drawn until the finer past has come, when zoomed in and when a series comes along", () => {
    feed.follow([name("a")], "1h");
    answer(asked()[0]?.id ?? 0, 7, 1, clock.now() - 60_000, 5);
    expect([feed.ready, shownOf("a")]).toEqual([true, 5]);
    const zoomed = { fromMs: clock.now() - 120_000, toMs: clock.now() - 30_000 };
    feed.follow([name("a")], zoomed);
    expect([feed.ready, shownOf("a")]).toEqual([false, 5]);
    answer(asked().at(-1)?.id ?? 0, 8, 1, clock.now() - 60_000, 6);
    expect([feed.ready, shownOf("a")]).toEqual([true, 6]);
    feed.follow([name("a"), name("a", "flow")], zoomed);
    expect([feed.ready, shownOf("a")]).toEqual([false, 6]);
    expect(asked().at(-1)?.metrics).toEqual(["level", "flow"]);
  });

  it("counts what comes while the window stands, and forgets the count when it moves again", () => {
    feed.follow([name("a")], { fromMs: clock.now() - hour, toMs: clock.now() - 60_000 });
    const asking = asked().at(-1)?.id ?? 0;
    const now = clock.now();
    const come = (...times: number[]) =>
      socket.say({
        ...{ type: "update", set: 7, offset: 1, times, values: times },
        series: times.map(() => 1),
      });
    answer(asking, 7, 1, now - hour, 5);
    come(now, now + 1, now + 2);
    expect(feed.arrived).toBe(3);
    feed.follow([name("a")], "1h");
    expect(feed.arrived).toBe(0);
    answer(asked().at(-1)?.id ?? 0, 7, 1, now - 1, 5);
    come(now + 3);
    expect(feed.arrived).toBe(0);
  });

  it("looks at as many devices as it may have series without more subscriptions than the hub allows", () => {
    for (let index = 0; index < 40; index++) addDevice(`d${index}`, 100 + 2 * index, 0, clock.now());
    const names = Array.from({ length: 40 }, (_, index) => name(`d${index}`));
    feed.follow(names, { fromMs: clock.now() - hour, toMs: clock.now() - 60_000 });
    // A page has one more for its overview; a socket may have a hundred.
    expect(socket.of("subscribe").length - socket.of("unsubscribe").length).toBeLessThan(100);
  });

  it("opens with the range that suits all of the series together, and keeps it", () => {
    feed.follow([name("b")], undefined);
    expect(feed.range).toBe("all");
    feed.follow([], undefined);
    feed.follow([name("a"), name("b")], undefined);
    expect(feed.range).toBe("1h");
    feed.close();
    expect(socket.of("unsubscribe").length).toBeGreaterThanOrEqual(asked().length);
  });
});
