import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Params } from "../../dashboard/client/hub-api.ts";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import { CandleFeed, type CandleRequest } from "../../dashboard/data/candle-feed.ts";
import { bucketStart, type HistoryRequest } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { printedSeed } from "../support/seed.ts";
import { FakeSocket } from "./fake-socket.ts";

const everyMs = 1_000;
const second = 1_000;

type Tick = readonly [timeMs: number, value: number];

function candlesOf(ticks: ReadonlyMap<number, number>, fromMs = Number.NEGATIVE_INFINITY, toMs = Infinity) {
  const buckets = new Map<number, number[]>();
  for (const [timeMs, value] of [...ticks].sort(([a], [b]) => a - b)) {
    if (timeMs < fromMs || timeMs >= toMs) continue;
    const start = bucketStart(timeMs, everyMs);
    buckets.set(start, [...(buckets.get(start) ?? []), value]);
  }
  const all = [...buckets.values()];
  return {
    times: [...buckets.keys()],
    first: all.map(([first]) => first as number),
    min: all.map((values) => Math.min(...values)),
    max: all.map((values) => Math.max(...values)),
    last: all.map((values) => values.at(-1) as number),
    sum: all.map((values) => values.reduce((sum, value) => sum + value, 0)),
    count: all.map(({ length }) => length),
  };
}

/** A hub with one series, played: what is stored, and what is told of it. */
class Played {
  readonly clock = new FakeClock();
  readonly socket = new FakeSocket();
  readonly stored = new Map<number, number>();
  readonly asked: Params[] = [];
  readonly feed: CandleFeed;
  answers: ((go: () => void) => void) | undefined;

  constructor(request: Partial<CandleRequest> = {}, mostFresh = 1_000) {
    const client = new HubClient({ open: () => this.socket, timers: this.clock, random: () => 0 });
    client.start();
    this.socket.accept();
    const api = {
      get: async <Answer>(_path: string, { params = {} }: { params?: Params } = {}) => {
        this.asked.push(params);
        const [from, to] = [Date.parse(String(params.from)), Date.parse(String(params.to))];
        return candlesOf(this.stored, from, to) as Answer;
      },
    };
    const startMs = this.clock.now() - 60 * second;
    const whole = { devices: ["a"], metrics: ["price"], everyMs, fromMs: () => startMs, ...request };
    this.feed = new CandleFeed({ client, api, timers: this.clock, sizes: { mostCandles: 500, mostFresh } }, whole);
    this.feed.open();
  }

  get requests() {
    return this.socket.of("subscribe") as { id: number; history: HistoryRequest }[];
  }

  store(ticks: readonly Tick[]): void {
    for (const [timeMs, value] of ticks) this.stored.set(timeMs, value);
  }

  /** Tells the beginning of the answer to a subscription. */
  begin(id: number): void {
    const about = { epoch: "e", offset: 0, resumed: false, hubTime: this.clock.now(), heartbeat: 5_000 };
    this.socket.say({ type: "subscribed", id, set: 7, ...about });
    const entry = { series: 1, device: "a", metric: "price", type: "number", reportInterval: null };
    const series = [{ ...entry, firstTime: null, lastTime: null, count: this.stored.size }];
    this.socket.say({ type: "series", set: 7, series });
  }

  /** Tells the past of a subscription as it is now, and `ready`. */
  end({ id, history: { from, to, every } }: { id: number; history: HistoryRequest }): void {
    const past =
      every === undefined
        ? {
            every: null,
            times: [...this.stored.keys()].filter((at) => at >= from).sort((a, b) => a - b),
          }
        : { every, ...candlesOf(this.stored, from, to) };
    const values = every === undefined ? { values: past.times.map((at) => this.stored.get(at)) } : {};
    this.socket.say({ type: "history", id, series: 1, ...past, ...values, done: true });
    this.socket.say({ type: "ready", id, offset: 0 });
  }

  /** Answers the newest subscription and its seam at once. */
  answer(): void {
    const [main] = this.requests.slice(-1);
    if (!main) throw new Error("nothing was asked");
    this.begin(main.id);
    this.end(main);
    const [seam] = this.requests.slice(-1);
    if (!seam || seam === main) return;
    this.begin(seam.id);
    this.end(seam);
  }

  update(ticks: readonly Tick[], more: object = {}): void {
    const times = ticks.map(([timeMs]) => timeMs);
    const values = ticks.map(([, value]) => value);
    this.socket.say({ type: "update", set: 7, offset: 1, series: ticks.map(() => 1), times, values, ...more });
  }

  live(...ticks: Tick[]): void {
    this.store(ticks);
    this.update(ticks);
  }

  /** Corrections that are due are asked for and answered. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      this.clock.advance(250);
      for (let step = 0; step < 10; step++) await Promise.resolve();
    }
  }

  candles() {
    const trace = this.feed.trace(1);
    const rows = Array.from({ length: trace?.length ?? 0 }, (_, row) => row).filter((row) => trace?.count(row));
    const column = (read: "time" | "open" | "low" | "high" | "close" | "sum" | "count") =>
      rows.map((row) => trace?.[read](row));
    return {
      times: column("time"),
      first: column("open"),
      min: column("low"),
      max: column("high"),
      last: column("close"),
      sum: column("sum"),
      count: column("count"),
    };
  }
}

describe("the feed of candles", () => {
  it("asks for whole buckets up to the last seconds, and for those reading by reading", () => {
    const hub = new Played();
    const [main] = hub.requests;
    expect(main?.history).toMatchObject({ every: everyMs, to: hub.clock.now() - 10 * second });
    expect(main?.history.aggregates).toEqual(["first", "min", "max", "last", "sum", "count"]);
    hub.answer();
    expect(hub.requests[1]?.history).toEqual({ from: main?.history.to });
    expect(hub.feed.ready).toBe(true);
  });

  it("[P43] has each tick once whenever it was committed while the past was read, and late ones too", async () => {
    const seed = printedSeed("candle feed");
    const tick = fc.tuple(fc.integer({ min: -59_000, max: 900 }), fc.integer({ min: 1, max: 9 }));
    const ticks = fc.array(tick, { maxLength: 25 });
    const phases = fc.record({
      ...{ before: ticks, whilePast: ticks, whileSeam: ticks, live: ticks },
      mostFresh: fc.integer({ min: 4, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(phases, async ({ before, whilePast, whileSeam, live, mostFresh }) => {
        const hub = new Played({}, mostFresh);
        const now = hub.clock.now();
        const at = (part: typeof before) => part.map(([timeMs, value]): Tick => [now + timeMs, value]);
        hub.store(at(before));
        const [main] = hub.requests as [{ id: number; history: HistoryRequest }];
        hub.begin(main.id);
        // In the history, and an update after it too.
        hub.store(at(whilePast));
        hub.end(main);
        hub.update(at(whilePast));
        const [, seam] = hub.requests as [typeof main, typeof main];
        hub.begin(seam.id);
        // Not in the history, but in the seconds told one by one, and an update.
        hub.store(at(whileSeam));
        hub.end(seam);
        hub.update(at(whileSeam));
        for (const one of at(live)) hub.live(one);
        await hub.settle();
        expect(hub.candles()).toEqual(candlesOf(hub.stored));
      }),
      { seed, numRuns: 150 },
    );
  });

  it("asks the hub for the candle of a late tick, once for a bunch of them, and folds it right", async () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.store([
      [now - 30_000, 5],
      [now - 29_500, 6],
      [now - 100, 7],
    ]);
    hub.answer();
    hub.live([now - 29_700, 9], [now - 29_900, 1], [now - 30_000, 4]);
    await hub.settle();
    expect(hub.asked).toHaveLength(1);
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("asks for everything anew where readings were removed, and shows the old candles until it is here", () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.store([
      [now - 20_000, 5],
      [now - 100, 7],
    ]);
    hub.answer();
    hub.live([now, 8]);
    const asked = hub.requests.length;
    hub.stored.delete(now - 20_000);
    const entry = { series: 1, device: "a", metric: "price", type: "number", reportInterval: null };
    hub.socket.say({ type: "series", set: 7, series: [{ ...entry, firstTime: null, lastTime: null, count: 2 }] });
    expect(hub.requests.length).toBeGreaterThan(asked);
    expect(hub.candles().times).toHaveLength(3);
    hub.answer();
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("[P106] asks for everything anew where other ranges are hidden than before", () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.store([
      [now - 20_000, 900],
      [now - 100, 7],
    ]);
    hub.answer();
    const asked = hub.requests.length;
    const entry = { series: 1, device: "a", metric: "price", type: "number", reportInterval: null, count: 2 };
    const told = (masks: object) =>
      hub.socket.say({ type: "series", set: 7, series: [{ ...entry, firstTime: null, lastTime: null, ...masks }] });
    told({});
    expect(hub.requests).toHaveLength(asked);
    hub.stored.delete(now - 20_000);
    told({ masks: 1 });
    expect(hub.requests.length).toBeGreaterThan(asked);
    hub.answer();
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("[P48] tells how many ticks were left out for a slow page, and has them once the storm is over", () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.answer();
    hub.store([[now + 1, 3]]);
    hub.update([[now + 2, 4]], { merged: 40 });
    hub.store([[now + 2, 4]]);
    expect(hub.feed.leftOut).toBe(40);
    const asked = hub.requests.length;
    for (let beat = 0; beat < 10; beat++) {
      hub.clock.advance(3_000);
      hub.update([]);
    }
    expect(hub.requests.length).toBeGreaterThan(asked);
    hub.answer();
    expect(hub.feed.leftOut).toBe(0);
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("[P43] says so where the hub refused the last seconds, and asks for all again", () => {
    const hub = new Played();
    const [main] = hub.requests;
    if (!main) throw new Error("nothing was asked");
    hub.begin(main.id);
    hub.end(main);
    const refusal = { code: "store_unavailable", message: "Busy.", retryable: true };
    hub.socket.say({ type: "error", id: hub.requests[1]?.id, ...refusal });
    expect([hub.feed.ready, hub.feed.problem]).toEqual([true, "Busy."]);
    for (let beat = 0; beat < 10; beat++) {
      expect(hub.requests).toHaveLength(2);
      hub.clock.advance(3_000);
      hub.update([]);
    }
    expect(hub.requests).toHaveLength(3);
    hub.answer();
    expect([hub.feed.ready, hub.feed.problem]).toEqual([true, undefined]);
  });

  it("counts each once after a cut, and what came in it", () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.store([[now - 5_000, 5]]);
    hub.answer();
    hub.live([now, 6]);
    hub.socket.end(1006);
    hub.store([[now + 400, 9]]);
    hub.clock.advance(2_000);
    hub.socket.accept();
    const main = hub.requests.filter(({ history }) => history.every !== undefined).at(-1) as { id: number };
    hub.begin(main.id);
    hub.end(main as Parameters<Played["end"]>[0]);
    const seam = hub.requests.filter(({ history }) => history.every === undefined).at(-1) as typeof main;
    hub.begin(seam.id);
    hub.end(seam as Parameters<Played["end"]>[0]);
    hub.update([[now + 400, 9]]);
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("[P47] goes on after a cut where the hub can: what was missed comes as updates, and no past is told again", () => {
    const hub = new Played();
    const now = hub.clock.now();
    hub.store([[now - 5_000, 5]]);
    hub.answer();
    hub.live([now, 6]);
    hub.socket.end(1006);
    hub.store([[now + 400, 9]]);
    hub.clock.advance(2_000);
    hub.socket.accept();
    const main = hub.requests.filter(({ history }) => history.every !== undefined).at(-1) as { id: number };
    expect(main).toMatchObject({ resume: { epoch: "e", offset: 1 } });
    const about = { epoch: "e", offset: 1, resumed: true, hubTime: hub.clock.now(), heartbeat: 5_000 };
    hub.socket.say({ type: "subscribed", id: main.id, set: 8, ...about });
    const missed = { series: [1], times: [now + 400], values: [9] };
    hub.socket.say({ type: "update", set: 8, offset: 2, ...missed });
    hub.socket.say({ type: "ready", id: main.id, offset: 2 });
    expect(hub.feed.ready).toBe(true);
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
    hub.store([[now + 600, 1]]);
    hub.socket.say({ type: "update", set: 8, offset: 3, series: [1], times: [now + 600], values: [1] });
    expect(hub.candles()).toEqual(candlesOf(hub.stored));
  });

  it("keeps a stretch that stands, and asks for no seconds reading by reading", () => {
    const hub = new Played({ toMs: new FakeClock().now() - 20_500 });
    const now = hub.clock.now();
    hub.store([[now - 20_700, 5]]);
    hub.answer();
    expect(hub.requests).toHaveLength(1);
    // With a whole bucket.
    expect(hub.requests[0]?.history.to).toBe(now - 20_000);
    hub.live([now, 8]);
    expect(hub.candles().times).toEqual([now - 21_000]);
  });
});
