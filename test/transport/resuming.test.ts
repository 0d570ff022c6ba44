/** Viewers that come back over real sockets: transcript 9, and random cuts, removals and restarts of a real hub. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Selection } from "../../server/hub/live/live-set.ts";
import type { DeviceEntry } from "../../server/protocol/viewer.ts";
import { Page } from "../hub/live/page.ts";
import type { Answer, Client } from "../support/client.ts";
import { printedSeed } from "../support/seed.ts";
import { engines, startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);

/** Subscribes, and gives what came up to and with `ready`. */
async function subscribe(viewer: Client, rest: object): Promise<Answer[]> {
  viewer.send({ type: "subscribe", id: 1, ...rest });
  const answers: Answer[] = [];
  do answers.push(await viewer.next());
  while (answers.at(-1)?.type !== "ready");
  return answers;
}

/** A guard that makes a failure readable. */
const patienceMs = 60_000;

/** A page and its connection, if it has one. */
class Viewer {
  readonly page: Page;
  #client: Client | undefined;
  #read = 0;

  constructor(selection: Selection) {
    this.page = new Page(selection);
  }

  async connect(hub: TestHub): Promise<void> {
    if (this.#client) return;
    this.#client = await hub.viewer();
    this.#read = 0;
    this.#client.send(this.page.request());
  }

  /** Takes what came so far. */
  read(): void {
    const seen = this.#client?.seen ?? [];
    for (; this.#read < seen.length; this.#read++) this.page.see(JSON.stringify(seen[this.#read]));
  }

  /** Reads to the seam at least. */
  async readOn(): Promise<void> {
    this.read();
    while (this.#client && !this.page.ready) {
      await this.#client.next();
      this.read();
    }
  }

  /** What came and was not read is lost. */
  cut(): void {
    this.#client?.wire.cut();
    this.#client = undefined;
    this.page.cut();
  }

  /** Reads until all up to this offset is there; asks again where it was told that it lacks something. */
  async catchUp(hub: TestHub, offset: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      if (performance.now() > deadline) throw new Error(`not there: ${JSON.stringify(this.#state())}`);
      await this.connect(hub);
      this.read();
      if (this.page.stale) this.cut();
      else if (this.#isThere(offset)) return;
      else await this.#client?.next();
    }
  }

  #state() {
    const { selection, known, ready, stale, devices } = this.page;
    return { selection, known, ready, stale, devices: [...devices.values()] };
  }

  #isThere(offset: number): boolean {
    const { known, ready } = this.page;
    return ready && (known?.offset ?? -1) >= offset;
  }

  /** Reads until something is so, or for as long as it may take. */
  async readUntil(isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (this.read(); !isSo() && performance.now() < deadline; this.read()) await this.#client?.next();
  }
}

const selections: readonly Selection[] = [
  {},
  { devices: ["d0"] },
  { metrics: ["m1"] },
  { devices: ["d*"], interval: 40 },
];

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      device: fc.nat(2),
      rows: fc.array(fc.record({ metric: fc.nat(2), time: fc.nat(30), value: fc.nat(9) }), {
        minLength: 1,
        maxLength: 6,
      }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("read" as const), viewer: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), viewer: fc.nat(3), settled: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("back" as const), viewer: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("name" as const), device: fc.nat(2), name: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), device: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), device: fc.nat(2), from: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function run(hub: TestHub, viewers: readonly Viewer[], op: Operation): Promise<void> {
  const viewer = "viewer" in op ? viewers[op.viewer] : undefined;
  const device = "device" in op ? `d${op.device}` : "";
  if (op.do === "send") {
    const readings = op.rows.map(({ metric, time, value }) => ({ metric: `m${metric}`, value, time: at + time }));
    // Of two values for one time the later one counts, within a frame too.
    await hub.http("POST", "readings", { device, readings });
  } else if (op.do === "read") await viewer?.readOn();
  else if (op.do === "cut") {
    if (op.settled) await viewer?.readOn();
    viewer?.cut();
  } else if (op.do === "back") await viewer?.connect(hub);
  else if (op.do === "name") await hub.http("PATCH", `devices/${device}`, { name: `name ${op.name}` });
  else if (op.do === "remove") await hub.http("DELETE", `devices/${device}`);
  else if (op.do === "delete") {
    await hub.http("DELETE", `readings?device=${device}&metric=*&from=${at + op.from}&to=${at + op.from + 10}`);
  } else {
    for (const one of viewers) one.cut();
    await hub.restart();
  }
}

/** What a page of this selection should know, by what the hub answers over HTTP. */
async function truth(hub: TestHub, { devices, metrics }: Selection) {
  const query = new URLSearchParams([
    ...(devices ?? ["*"]).map((one) => ["device", one]),
    ...(metrics ?? ["*"]).map((one) => ["metric", one]),
  ]);
  const listed = (await hub.http("GET", `series?${query}`)).body.series as {
    series: number;
    device: string;
    metric: string;
  }[];
  const readings = new Map<number, Map<number, unknown>>();
  for (const { series, device, metric } of listed) readings.set(series, new Map(await hub.readings(device, metric)));
  const named = (await hub.http("GET", `devices?device=${devices ?? "*"}`)).body.devices as DeviceEntry[];
  return {
    readings,
    devices: new Map(named.map(({ device, name, state, reason }) => [device, { name, state, reason }])),
  };
}

function statesOf({ devices }: Page) {
  return new Map([...devices].map(([id, { name, state, reason }]) => [id, { name, state, reason }]));
}

describe.each(engines)("viewers that come back, %s store", (engine) => {
  it("[T9] [P47] a quiet viewer cut for a minute resumes by heartbeat offset", async () => {
    const hub = await startHub({ engine, viewing: { heartbeatMs: 100 } });
    try {
      const quiet = await hub.welcomed("quiet-1");
      const busy = await hub.welcomed("busy-1");
      const store = async (device: Client, seq: number, value: number) => {
        device.send({ type: "readings", seq, readings: [{ metric: "level", value, time: at + seq }] });
        await device.next("ack");
      };
      await store(quiet, 1, 1);
      await store(busy, 1, 1);
      const selection = { devices: ["quiet-1"] };
      const viewer = await hub.viewer();
      const [first] = await subscribe(viewer, { ...selection, history: { from: at } });
      for (let seq = 2; seq <= 20; seq++) await store(busy, seq, seq);
      const { body: status } = await hub.http("GET", "status");
      const beat = await viewer.until(({ type, offset }) => type === "update" && offset === status.offset);
      expect(beat.series).toEqual([]);
      viewer.wire.cut();
      for (let seq = 21; seq <= 40; seq++) await store(busy, seq, seq);
      await store(quiet, 2, 2);
      await store(quiet, 3, 3);

      const back = await hub.viewer();
      const resume = { epoch: first?.epoch, offset: beat.offset };
      const answers = await subscribe(back, { ...selection, history: { from: at }, resume });
      expect(answers.map(({ type }) => type)).toEqual(["subscribed", "update", "ready"]);
      expect(answers).toMatchObject([
        { resumed: true },
        { times: [at + 2, at + 3], values: [2, 3], offset: answers[2]?.offset },
        { type: "ready" },
      ]);
      await store(quiet, 4, 4);
      expect(await back.until(({ type, values }) => type === "update" && (values as []).length > 0)).toMatchObject({
        times: [at + 4],
      });

      await hub.restart();
      const after = await hub.viewer();
      const again = await subscribe(after, { ...selection, resume });
      expect(again[0]).toMatchObject({ resumed: true, epoch: first?.epoch });
      expect(again.filter(({ type }) => type === "update").flatMap(({ values }) => values)).toEqual([2, 3, 4]);
      expect(again.find(({ type }) => type === "devices")).toMatchObject({
        devices: [{ device: "quiet-1", state: "offline", reason: "hub_restart" }],
      });
    } finally {
      await hub.stop();
    }
  });

  it("[P47] [P68] [P70] knows all that the hub knows, wherever it was cut and whatever happened meanwhile", async () => {
    let resumed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 15, maxLength: 40 }), async (operations) => {
        const hub = await startHub({ engine, viewing: { heartbeatMs: 100 } });
        try {
          const viewers = selections.map((selection) => new Viewer(selection));
          for (const viewer of viewers) await viewer.connect(hub);
          for (const op of operations) await run(hub, viewers, op);
          for (const viewer of viewers.slice(2)) {
            await viewer.readOn();
            viewer.cut();
          }
          const last = { metric: "m1", value: 1, time: at + 100 };
          await hub.http("POST", "readings", { device: "d0", readings: [last] });
          const { body: status } = await hub.http("GET", "status");
          await Promise.all(viewers.map((viewer) => viewer.catchUp(hub, status.offset)));
          for (const viewer of viewers) {
            const { page } = viewer;
            const expected = await truth(hub, page.selection);
            // Changes of devices are told a little later than they are known.
            await viewer.readUntil(() => isDeepStrictEqual(statesOf(page), expected.devices));
            expect(statesOf(page)).toEqual(expected.devices);
            if (page.selection.interval === undefined) expect(page.readings).toEqual(expected.readings);
            else expect([...page.series.keys()].sort()).toEqual([...expected.readings.keys()].sort());
            for (const [series, readings] of expected.readings) {
              const time = Math.max(...readings.keys());
              expect(page.newest.get(series)).toEqual({ time, value: readings.get(time) });
            }
            resumed += page.resumed;
          }
          for (const viewer of viewers) viewer.cut();
        } finally {
          await hub.stop();
        }
      }),
      { numRuns: 10, endOnFailure: true, seed: printedSeed(`resuming over sockets, ${engine}`) },
    );
    // Not vacuous.
    expect(resumed).toBeGreaterThan(5);
  });
});
