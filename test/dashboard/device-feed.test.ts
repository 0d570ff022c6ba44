import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import type { DeviceView, SeriesView } from "../../dashboard/client/hub-view.ts";
import { DeviceFeed, type Trace } from "../../dashboard/data/device-feed.ts";
import { NumberTrace } from "../../dashboard/data/number-trace.ts";
import { StateTrace } from "../../dashboard/data/state-trace.ts";
import type { HistoryRequest, LiveSeriesEntry } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

const minute = 60_000;

/** Readings that the rows of a trace stand for. */
function readingsOf(trace: Trace | undefined): number {
  if (!(trace instanceof NumberTrace)) throw new Error("no trace of numbers");
  return Array.from({ length: trace.length }, (_, row) => trace.count(row)).reduce((sum, count) => sum + count, 0);
}

describe("the feed of a device", () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let feed: DeviceFeed;
  let startMs: number;
  /** What was asked of the past, without the seconds before now that are told reading by reading. */
  const requests = () => socket.of("subscribe").filter(({ history }) => (history as HistoryRequest).points);
  const lastRequest = () => requests().at(-1) as { id: number; history: HistoryRequest };
  const seamRequest = () =>
    socket
      .of("subscribe")
      .filter(({ history }) => !(history as HistoryRequest).points)
      .at(-1);
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

  /** The hub begins to tell what it was asked for. */
  function begin(id: unknown = requests().at(-1)?.id): unknown {
    const about = { epoch: "e", offset: 0, resumed: false, hubTime: clock.now(), heartbeat: 5_000 };
    socket.say({ type: "subscribed", id, set: 7, ...about });
    return id;
  }
  /** Answers the newest request with readings 1, 2, … `times.length`, but for the last seconds. */
  function answerPast(times: number[]): void {
    const id = begin();
    socket.say({ type: "series", set: 7, series: [entry(times.length, times.at(-1) ?? 0)] });
    const values = times.map((_, index) => index + 1);
    socket.say({ type: "history", id, series: 1, every: null, times, values, done: true });
    socket.say({ type: "ready", id, offset: 0 });
  }
  function answer(times: number[]): void {
    answerPast(times);
    answerSeam([]);
  }
  /** Answers with the readings of the last seconds, 1 each. */
  function answerSeam(times: number[]): void {
    const id = seamRequest()?.id;
    if (id === undefined) return;
    begin(id);
    socket.say({ type: "history", id, series: 1, every: null, times, values: times.map(() => 1), done: true });
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
    expect(feed.merged).toBe(40);
    beats(9);
    expect(requests()).toHaveLength(1);
    beats(1);
    expect(requests()).toHaveLength(2);
    answer([startMs, startMs + 1, startMs + 2]);
    beats(20);
    expect(requests()).toHaveLength(2);
    expect(feed.merged).toBe(0);
  });

  it("asks anew where readings in the middle were removed, also when more came meanwhile", () => {
    answer([startMs, startMs + 1, startMs + 2]);
    const before = requests().length;
    for (let at = 0; at < 5; at++) update({ times: [clock.now() + at], values: [at] });
    const newest = clock.now() + 4;
    // Eight by now, of which three went: that many more than at first are left.
    socket.say({ type: "series", set: 7, series: [entry(5, newest)] });
    expect(requests().length).toBe(before + 1);
  });

  it("[P43] counts a reading once that came with the past and as an update too", () => {
    const id = requests().at(-1)?.id;
    const { to } = lastRequest().history;
    begin(id);
    socket.say({ type: "series", set: 7, series: [entry(1, startMs)] });
    // The buckets end where the seconds begin that are told reading by reading.
    expect(to).toBe((seamRequest()?.history as HistoryRequest | undefined)?.from);
    const bucket = Math.floor(clock.now() / minute) * minute;
    const history = { every: minute, times: [bucket], mean: [3], min: [3], max: [3], count: [1] };
    socket.say({ type: "history", id, series: 1, ...history, done: true });
    socket.say({ type: "ready", id, offset: 0 });
    // Whichever of the two comes first.
    update({ times: [clock.now()], values: [1] });
    answerSeam([clock.now() - 1, clock.now()]);
    update({ times: [clock.now() - 1, clock.now() + 1], values: [1, 1], series: [1, 1] });
    expect(readingsOf(feed.trace(1))).toBe(4);
  });

  it("[P43] counts each once after a cut too, though the last seconds are answered last", () => {
    answer([startMs]);
    answerSeam([clock.now()]);
    socket.end(1006);
    clock.advance(1_000);
    socket.accept();
    const { id } = lastRequest();
    const bucket = Math.floor(startMs / minute) * minute;
    begin(id);
    const history = { every: 10 * minute, times: [bucket], mean: [3], min: [3], max: [3], count: [5] };
    socket.say({ type: "history", id, series: 1, ...history, done: true });
    socket.say({ type: "ready", id, offset: 0 });
    update({ times: [clock.now()] });
    answerSeam([clock.now()]);
    expect(readingsOf(feed.trace(1))).toBe(6);
  });

  it("[P47] asks for no past again where the hub goes on after a cut, and counts what it missed", () => {
    answer([startMs, startMs + 1]);
    answerSeam([clock.now() - 1]);
    update({ offset: 8 });
    const before = readingsOf(feed.trace(1));
    const seams = () => socket.of("subscribe").length - requests().length;
    expect(seams()).toBe(1);
    socket.end(1006);
    clock.advance(1_000);
    socket.accept();
    expect(lastRequest()).toMatchObject({ resume: { epoch: "e", offset: 8 } });
    expect(seams()).toBe(1);
    const about = { epoch: "e", offset: 9, hubTime: clock.now(), heartbeat: 5_000 };
    socket.say({ type: "subscribed", id: lastRequest().id, set: 5, resumed: true, ...about });
    update({ set: 5, offset: 9, times: [clock.now()], values: [4] });
    socket.say({ type: "ready", id: lastRequest().id, offset: 9 });
    update({ set: 5, offset: 10, times: [clock.now() + 1], values: [5] });
    expect(readingsOf(feed.trace(1))).toBe(before + 2);
    expect([requests().length, seams(), feed.ready]).toEqual([2, 1, true]);
    // Where it cannot, the last seconds are asked for again, too.
    socket.end(1006);
    clock.advance(1_000);
    socket.accept();
    answer([startMs, startMs + 1, startMs + 2]);
    expect(seams()).toBe(2);
    expect(readingsOf(feed.trace(1))).toBe(3);
  });

  it("draws what came in a cut that was longer than the range: the hub is asked before it told that there is more", () => {
    answer([startMs, startMs + 1]);
    const cutMs = 20 * minute;
    socket.end(1006);
    clock.advance(cutMs);
    socket.accept();
    // By what the page knew its newest reading is older than the range of five minutes.
    expect(lastRequest().history.to).toBeLessThan(clock.now() - 10 * minute);
    const newestMs = clock.now() - 2 * minute;
    answer([startMs, startMs + 1, newestMs]);
    expect(requests()).toHaveLength(3);
    expect(lastRequest().history.to).toBe(clock.now() - 10_000);
    answer([newestMs]);
    expect(feed.ready).toBe(true);
    expect(feed.window().live).toBe(true);
    expect(requests()).toHaveLength(3);
  });

  it("leaves no hole where a device with a slow clock sent during a cut", () => {
    const behindMs = 2 * 60 * minute;
    const view = feed.device.series.get(1) as SeriesView;
    view.timeMs = clock.now() - behindMs;
    view.firstMs = view.timeMs - minute;
    feed.range = "15m";
    answer([view.firstMs, view.timeMs]);
    socket.end(1006);
    clock.advance(5 * minute);
    socket.accept();
    const newestMs = clock.now() - behindMs;
    answer([view.firstMs, view.timeMs, newestMs]);
    expect(lastRequest().history.to).toBeGreaterThan(newestMs);
    const asked = requests().length;
    answer([view.firstMs, view.timeMs, newestMs]);
    expect(requests()).toHaveLength(asked);
  });

  it("keeps the old curve until all of the new past is here, so that no end of it is missing for a frame", () => {
    answer([startMs, startMs + 1, startMs + 2]);
    feed.range = "15m";
    answerPast([startMs - minute]);
    expect(readingsOf(feed.trace(1))).toBe(3);
    answerSeam([clock.now()]);
    expect(readingsOf(feed.trace(1))).toBe(2);
  });

  it("[P14] shows the values of a series that was emptied and has another type since", () => {
    answer([startMs, startMs + 1]);
    expect(feed.trace(1)).toBeInstanceOf(NumberTrace);
    const changed: LiveSeriesEntry = { ...entry(1, startMs + 5), type: "string", value: "open" };
    (feed.device.series.get(1) as SeriesView).entry = changed;
    socket.say({ type: "series", set: 7, series: [changed] });
    const id = begin();
    socket.say({ type: "series", set: 7, series: [changed] });
    socket.say({ type: "history", id, series: 1, every: null, times: [startMs + 5], values: ["open"], done: true });
    socket.say({ type: "ready", id, offset: 0 });
    answerSeam([]);
    const trace = feed.trace(1);
    expect(trace).toBeInstanceOf(StateTrace);
    update({ times: [startMs + 9], values: ["shut"] });
    expect((trace as StateTrace).at(startMs + 9)).toBe("shut");
  });

  it("asks anew, once and after a while, where a state came late: how long it held only the hub knows", () => {
    const state: LiveSeriesEntry = { ...entry(3, startMs + 20_000), type: "string", value: "open" };
    (feed.device.series.get(1) as SeriesView).entry = state;
    const id = begin();
    socket.say({ type: "series", set: 7, series: [state] });
    socket.say({ type: "history", id, series: 1, every: null, times: [startMs], values: ["open"], done: true });
    socket.say({ type: "ready", id, offset: 0 });
    answerSeam([]);
    update({ times: [startMs + 25_000], values: ["open"] });
    beats(12);
    expect(requests()).toHaveLength(1);
    update({ times: [startMs + 10_000], values: ["shut"] });
    const trace = feed.trace(1) as StateTrace;
    const at = [9_999, 10_000, 25_000].map((ms) => trace.at(startMs + ms));
    expect(at).toEqual(["open", "shut", "open"]);
    beats(1);
    expect(requests()).toHaveLength(2);
  });

  it("asks so far back that a slow series enters its window from the left, and for as many more rows", () => {
    const { from, points } = lastRequest().history;
    // Every second in five minutes: the usual margin.
    expect(clock.now() - from).toBe(5.25 * minute);
    const slow = feed.device.series.get(1) as SeriesView;
    slow.entry = { ...slow.entry, reportInterval: minute };
    feed.range = "1m";
    const asked = lastRequest().history;
    expect(clock.now() - asked.from).toBe(2 * minute);
    expect(asked.points).toBeGreaterThan(1.8 * (points ?? 0));
  });

  const refuse = (id: unknown) =>
    socket.say({ type: "error", id, code: "store_unavailable", message: "Busy.", retryable: true });

  it("[P43] says so where the hub refused the last seconds, and asks for all again", () => {
    answerPast([startMs]);
    refuse(seamRequest()?.id);
    // What is known is drawn, and goes on.
    update({ times: [clock.now()], values: [2] });
    expect([feed.ready, feed.problem, readingsOf(feed.trace(1))]).toEqual([true, "Busy.", 2]);
    beats(9);
    expect(requests()).toHaveLength(1);
    beats(1);
    expect(requests()).toHaveLength(2);
    answer([startMs, startMs + 1, startMs + 2]);
    expect([feed.ready, feed.problem, readingsOf(feed.trace(1))]).toEqual([true, undefined, 3]);
    beats(20);
    expect(requests()).toHaveLength(2);
  });

  it("is not ready where the hub refuses another range, whatever was here before", () => {
    answer([startMs, startMs + 1]);
    feed.range = "15m";
    refuse(lastRequest().id);
    answerSeam([clock.now()]);
    expect([feed.ready, feed.problem, readingsOf(feed.trace(1))]).toEqual([false, "Busy.", 2]);
  });

  it("ends every subscription that it made, however quickly devices and ranges change", () => {
    for (const range of ["1m", "15m", "1h", "24h", "all"] as const) feed.range = range;
    feed.close();
    const ended = socket.of("unsubscribe").map(({ id }) => id);
    expect(ended.sort()).toEqual(
      socket
        .of("subscribe")
        .map(({ id }) => id)
        .sort(),
    );
  });
});
