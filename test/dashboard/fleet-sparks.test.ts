/** The small curves of the fleet: what is kept of a series, what is asked for, and what is not. */
import { beforeEach, describe, expect, it } from "vitest";
import { HubRefusal, type Params } from "../../dashboard/client/hub-api.ts";
import type { SeriesView, Value } from "../../dashboard/client/hub-view.ts";
import type { LinkState } from "../../dashboard/client/link.ts";
import { SparkFeed } from "../../dashboard/data/spark-feed.ts";
import { type SparkRows, SparkTrace, sparkSpans } from "../../dashboard/data/spark-trace.ts";
import { StateTrace } from "../../dashboard/data/state-trace.ts";
import type { LiveSeriesEntry } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const span = sparkSpans["15m"];
const second = 1_000;

const told = (rows: SparkRows) =>
  Array.from({ length: rows.length }, (_, index) => [
    rows.time(index) / second,
    rows.last(index),
    rows.min(index),
    rows.max(index),
  ]);

describe("the trace of a small curve", () => {
  it("keeps of each bucket the newest, the least and the greatest reading", () => {
    const trace = new SparkTrace(span);
    for (const [at, value] of [
      [100, 5],
      [103, 9],
      [107, 1],
      [109, 4],
      [110, 7],
      [140, 2],
    ] as const)
      trace.add(at * second, value);
    expect(told(trace.rows(0, 200 * second))).toEqual([
      [100, 4, 1, 9],
      [110, 7, 7, 7],
      [140, 2, 2, 2],
    ]);
    expect(told(trace.rows(110 * second, 139 * second))).toEqual([[110, 7, 7, 7]]);
  });

  it("counts a reading once, though past and present both tell it", () => {
    const trace = new SparkTrace(span);
    trace.add(1_001 * second, 3);
    trace.add(1_002 * second, 8);
    trace.load(
      { times: [990, 1_000].map((at) => at * second), last: [2, 3], min: [1, 3], max: [4, 3] },
      1_001.5 * second,
    );
    expect(told(trace.rows(0, 1_010 * second))).toEqual([
      [990, 2, 1, 4],
      [1_000, 8, 3, 8],
    ]);
  });

  it("forgets what the hub does not know any more", () => {
    const trace = new SparkTrace(span);
    trace.add(980 * second, 1);
    trace.add(1_000 * second, 2);
    trace.load({ times: [], last: [], min: [], max: [] }, 1_005 * second);
    expect(told(trace.rows(0, 2_000 * second))).toEqual([[1_000, 2, 2, 2]]);
  });

  it("holds the window and no more, however long it runs and wherever its times lie", () => {
    const trace = new SparkTrace(span);
    for (const startMs of [-5_000 * second, 1_700_000_000_000]) {
      for (let at = 0; at < 4_000; at += 5) trace.add(startMs + at * second, at);
      const nowMs = startMs + 3_999 * second;
      const rows = trace.rows(Number.NEGATIVE_INFINITY, nowMs);
      expect(rows.length).toBeGreaterThanOrEqual(span.windowMs / span.everyMs);
      expect(rows.length).toBeLessThanOrEqual(span.windowMs / span.everyMs + 3);
      expect(rows.last(rows.length - 1)).toBe(3_995);
      // Older than all of the ring.
      trace.add(startMs, -1);
      expect(trace.rows(Number.NEGATIVE_INFINITY, nowMs).min(0)).toBeGreaterThan(0);
    }
  });
});

function series(device: string, metric: string, value: Value, timeMs: number): SeriesView {
  const type = typeof value as LiveSeriesEntry["type"];
  const entry = { series: 1, device, metric, type, reportInterval: second, firstTime: 0, lastTime: timeMs, count: 1 };
  return { entry, value, timeMs, firstMs: 0, decimals: 0 };
}

/** A hub that is asked for the past. Each request waits until it is answered or refused. */
class Asked {
  readonly requests: { params: Params; answer(body: object): void; refuse(error: Error): void }[] = [];

  get<Answer>(_path: string, { params = {} }: { params?: Params } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.requests.push({ params, answer: (body) => resolve(body as Answer), refuse: reject });
    });
  }
}

class Told {
  readonly #calls = new Set<() => void>();
  listen(call: () => void): () => void {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }
  tell(): void {
    for (const call of this.#calls) call();
  }
}

class Client extends Told {
  state: LinkState = { state: "open" } as LinkState;
  readonly #clock: FakeClock;
  constructor(clock: FakeClock) {
    super();
    this.#clock = clock;
  }
  now(): number {
    return this.#clock.now();
  }
}

describe("the curves of what is in sight", () => {
  let clock: FakeClock;
  let api: Asked;
  let client: Client;
  let view: Told;
  let feed: SparkFeed;
  const minute = 60_000;

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 10, 24, 12));
    api = new Asked();
    client = new Client(clock);
    view = new Told();
    feed = new SparkFeed({ api, client, view, timers: clock });
    feed.open();
  });

  /** Lets promises that are done be heard. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  }
  async function answer(request: number, body: object = { series: [] }): Promise<void> {
    api.requests[request]?.answer(body);
    await settle();
    clock.advance(0);
    await settle();
  }
  function pass(ms: number): void {
    clock.advance(ms);
  }
  const rowsOf = (one: SeriesView) => {
    const trace = feed.spark(one)?.trace;
    return trace instanceof SparkTrace ? told(trace.rows(clock.now() - 60 * minute, clock.now())) : [];
  };

  it("are asked for together, and what passes by too quickly is not asked for", async () => {
    const passing = series("a", "level", 1, clock.now());
    const seen = [series("b", "level", 1, clock.now()), series("c", "power", 2, clock.now())];
    feed.show([passing]);
    pass(40);
    feed.show(seen);
    expect(api.requests).toHaveLength(0);
    pass(80);
    expect(api.requests.map(({ params }) => params)).toMatchObject([
      { device: ["b", "c"], metric: ["level", "power"], every: "30000", aggregates: ["last", "min", "max"] },
    ]);
    expect(seen.map((one) => feed.spark(one)?.ready)).toEqual([false, false]);
    await answer(0);
    expect(seen.map((one) => feed.spark(one)?.ready)).toEqual([true, true]);
    pass(30_000);
    expect(api.requests).toHaveLength(1);
  });

  it("hold their past and what comes live, each reading once, and nothing of what is out of sight", async () => {
    const start = clock.now();
    const seen = series("b", "level", 5, start);
    feed.show([seen]);
    pass(80);
    Object.assign(seen, { value: 9, timeMs: start + 50 });
    view.tell();
    const times = [start - 60_000, start];
    await answer(0, { device: "b", metric: "level", type: "number", times, last: [3, 5], min: [1, 5], max: [4, 5] });
    expect(rowsOf(seen)).toEqual([
      [(start - 60_000) / second, 3, 1, 4],
      [start / second, 9, 5, 9],
    ]);
    feed.show([]);
    Object.assign(seen, { value: 90, timeMs: start + 80 });
    view.tell();
    expect(rowsOf(seen).at(-1)?.[3]).toBe(9);
    // Back in sight it shows at once what it has, and what it missed is asked for.
    feed.show([seen]);
    pass(80);
    expect(api.requests).toHaveLength(2);
  });

  it("are asked for in several requests where they are many, one after the other", async () => {
    const many = Array.from({ length: 90 }, (_, index) => series(`d${index}`, "level", index, clock.now()));
    feed.show(many);
    pass(80);
    expect(api.requests).toHaveLength(1);
    await answer(0);
    await answer(1);
    await answer(2);
    expect(api.requests.map(({ params }) => (params.device as string[]).length)).toEqual([40, 40, 10]);
  });

  it("are asked for anew once a minute, after a cut, and in another range", async () => {
    const seen = series("b", "level", 5, clock.now());
    feed.show([seen]);
    pass(80);
    await answer(0);
    pass(minute);
    expect(api.requests).toHaveLength(2);
    await answer(1);
    client.state = { state: "waiting" } as LinkState;
    client.tell();
    pass(2 * minute);
    expect(api.requests).toHaveLength(2);
    client.state = { state: "open" } as LinkState;
    client.tell();
    pass(80);
    expect(api.requests).toHaveLength(3);
    await answer(2);
    feed.span = "24h";
    pass(80);
    expect(api.requests[3]?.params.every).toBe("900000");
    await answer(3);
    feed.close();
    pass(10 * minute);
    expect(api.requests).toHaveLength(4);
  });

  it("tell why the hub refused, and ask again later; one that was removed meanwhile is no trouble", async () => {
    const seen = series("b", "level", 5, clock.now());
    feed.show([seen]);
    pass(80);
    api.requests[0]?.refuse(new HubRefusal("Too many at once.", "rate_limited"));
    await settle();
    expect(feed.problem).toBe("Too many at once.");
    pass(10_000);
    api.requests[1]?.refuse(new HubRefusal("There is no series.", "unknown_series"));
    await settle();
    expect(feed.problem).toBeUndefined();
    expect(feed.spark(seen)?.ready).toBe(true);
  });

  it("of a state hold its changes, and the present one where nothing changed", async () => {
    const start = clock.now();
    const [door, pump] = [series("b", "door", "open", start - 5_000), series("c", "pump", true, start - 90 * minute)];
    feed.show([door, pump]);
    pass(80);
    const changes = { device: "b", metric: "door", type: "string", times: [start - 50_000, start - 5_000] };
    await answer(0, { series: [{ ...changes, values: ["shut", "open"], until: [start - 5_001, start] }] });
    const states = (one: SeriesView) => {
      const trace = feed.spark(one)?.trace;
      return trace instanceof StateTrace
        ? trace.spans(start - 60 * minute, start, minute).map(({ state }) => state)
        : [];
    };
    expect(states(door)).toEqual(["shut", "open"]);
    const held = feed.spark(pump)?.trace;
    expect(held instanceof StateTrace && held.at(start)).toBe(true);
    // It changes while its past is told, which does not know of that.
    pass(minute);
    Object.assign(door, { value: "shut", timeMs: clock.now() });
    view.tell();
    await answer(1, { series: [{ ...changes, values: ["shut", "open"], until: [start - 5_001, clock.now() - 1] }] });
    const changed = feed.spark(door)?.trace as StateTrace;
    expect([changed.at(clock.now() - 1), changed.at(clock.now())]).toEqual(["open", "shut"]);
  });

  it("are kept for what was seen last, in bounded number", async () => {
    const all = Array.from({ length: 1_000 }, (_, index) => series(`d${index}`, "level", index, clock.now()));
    for (let at = 0; at < all.length; at += 20) feed.show(all.slice(at, at + 20));
    expect(all.filter((one) => feed.spark(one)).length).toBeLessThanOrEqual(420);
    expect(feed.spark(all.at(-1) as SeriesView)).toBeDefined();
  });
});
