/**
 * Random worlds with cuts: viewers lose the end of what was sent and come back where they were, while readings, changes,
 * removals, deletions and restarts of the hub go on. Whatever happened, a viewer that went on knows what one knows that was
 * never cut: each reading, each series, each device as it is.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMetric } from "../../../server/hub/catalog.ts";
import { saidAlone } from "../../../server/hub/described.ts";
import type { Selection } from "../../../server/hub/live/live-set.ts";
import type { ViewerSession } from "../../../server/hub/live/viewer-session.ts";
import { removeDevice, removeReadings } from "../../../server/hub/removal.ts";
import type { FakePeer } from "../../support/fake-peer.ts";
import { printedSeed } from "../../support/seed.ts";
import { liveWorld, type TestReading } from "./live-world.ts";
import { Page } from "./page.ts";
import { at, type World } from "./viewers.ts";

const selections: readonly Selection[] = [
  {},
  { devices: ["d0"] },
  { devices: ["d1", "d2"] },
  { metrics: ["m0"] },
  { interval: 40 },
  { devices: ["d*"], metrics: ["m1"], interval: 40 },
];

interface Viewer {
  readonly page: Page;
  link: { readonly peer: FakePeer; readonly session: ViewerSession; read: number } | undefined;
}

/** Small enough that viewers come back too late now and then, and slow ones are told that something was left out. */
const settings = {
  ...{ resumeBytes: 12_000, resumeMs: 800, resumeReadings: 40 },
  ...{ joinReadings: 8, snapshotMs: 60, announceMs: 50, heartbeatMs: 300 },
  ...{ slowViewerBytes: 600, slowViewerMs: 1e9 },
};

const reading = fc.record({ device: fc.nat(2), metric: fc.nat(2), time: fc.nat(30), value: fc.nat(9) });
const viewer = fc.nat(5);
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("commit" as const), readings: fc.array(reading, { maxLength: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("read" as const), viewer, part: fc.double({ min: 0, max: 1 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("cut" as const), viewer }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("back" as const), viewer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stall" as const), viewer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), device: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), device: fc.nat(2), from: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("describe" as const), device: fc.nat(2), name: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

/** Lets promises that are settled go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function connect(world: World, one: Viewer): void {
  const made = world.viewer();
  one.link = { ...made, read: 0 };
  made.session.receive(one.page.request());
}

/** Takes the first `part` of what was sent and not read yet. */
function read({ page, link }: Viewer, part = 1): void {
  if (!link) return;
  const { peer } = link;
  const until = link.read + Math.ceil((peer.texts.length - link.read) * part);
  for (; link.read < until; link.read++) page.see(peer.texts[link.read] as string);
  if (part < 1) return;
  peer.stalled = false;
  peer.take(peer.bufferedBytes());
}

/** What was sent and not read is lost. */
function cut(one: Viewer): void {
  one.link?.session.closed();
  one.link = undefined;
  one.page.cut();
}

async function describeDevice(world: World, id: string, name: string): Promise<void> {
  const device = world.catalog.findDevice(id);
  if (!device) return;
  device.meta = { name };
  world.live.deviceChanged(device);
  for (const series of device.series.values()) {
    describeMetric(device, series.metric, saidAlone({ unit: name }));
    world.live.seriesChanged(series);
  }
}

/** Everything that a page of this selection should know, by the store and the catalog. */
async function truth(world: World, { devices, metrics }: Selection) {
  const all = world.catalog.select(devices, metrics);
  const readings = new Map<number, Map<number, unknown>>();
  for (const { number } of all) {
    const range = { series: number, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    const { times, values } = await world.store.readRaw(range, 1e6);
    readings.set(number, new Map(Array.from(times, (time, index) => [time, values[index]])));
  }
  return {
    readings,
    newest: new Map(all.map((one) => [one.number, { time: one.latestTimeMs, value: one.latestValue }])),
    series: new Map(all.map((one) => [one.number, one.device.metricMeta.get(one.metric)?.unit])),
    devices: new Map(
      world.catalog
        .selectDevices(devices)
        .map((device) => [device.id, { name: device.meta.name, ...world.presence.stateOf(device) }]),
    ),
  };
}

async function check(world: World, { page }: Viewer): Promise<void> {
  const expected = await truth(world, page.selection);
  const { readings, newest, series, devices } = page;
  expect(new Map([...series].map(([number, { unit }]) => [number, unit]))).toEqual(expected.series);
  expect(newest).toEqual(expected.newest);
  expect(
    new Map([...devices].map(([id, { name, state, reason, since }]) => [id, { name, state, reason, since }])),
  ).toEqual(expected.devices);
  if ((page.selection.interval ?? 0) === 0) expect(readings).toEqual(expected.readings);
}

type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

const one = [{ device: 0, metric: 0, time: 0, value: 0 }];

/** Worlds that were told wrong once, in the fewest steps. */
const foundBefore: [Operation[]][] = [
  // A device that only a snapshot had told of went, and nobody was told.
  [
    [
      { do: "turn" },
      { do: "commit", readings: one },
      { do: "restart" },
      { do: "remove", device: 0 },
      { do: "commit", readings: [{ device: 1, metric: 0, time: 0, value: 0 }] },
      { do: "commit", readings: [] },
      { do: "remove", device: 1 },
      { do: "back", viewer: 0 },
      { do: "cut", viewer: 0 },
    ],
  ],
  // A series was told without its device, which went before the snapshot came to it.
  [
    [
      { do: "commit", readings: one },
      { do: "turn" },
      { do: "restart" },
      { do: "back", viewer: 0 },
      { do: "remove", device: 0 },
      { do: "commit", readings: one },
      { do: "remove", device: 0 },
      { do: "commit", readings: [] },
    ],
  ],
];

describe("resuming, in random worlds", () => {
  it("[P47] [P68] [P70] leaves a viewer that was cut with all that one knows that never was", {
    timeout: 300_000,
  }, async () => {
    const tally = { resumed: 0, anew: 0, cuts: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 80 }), async (operations) => {
        let world = await liveWorld(settings);
        const viewers = selections.map((selection): Viewer => ({ page: new Page(selection), link: undefined }));
        // One of each selection is never cut but by restarts, and reads at once.
        const steady = selections.map((selection): Viewer => ({ page: new Page(selection), link: undefined }));
        const all = [...viewers, ...steady];
        for (const one of all) connect(world, one);
        for (const op of operations) {
          const one = "viewer" in op ? (viewers[op.viewer] as Viewer) : undefined;
          if (op.do === "commit") {
            await world.commit(
              ...op.readings.map(
                ({ device, metric, time, value }): TestReading => [`d${device}/m${metric}`, at + time, value],
              ),
            );
          } else if (op.do === "read" && one) read(one, op.part);
          else if (op.do === "cut" && one) {
            tally.cuts += Number(one.link !== undefined);
            cut(one);
          } else if (op.do === "back" && one && !one.link) connect(world, one);
          else if (op.do === "stall" && one?.link) one.link.peer.stalled = true;
          else if (op.do === "remove") await removeDevice(`d${op.device}`, world.removal);
          else if (op.do === "delete") {
            const numbers = [...(world.catalog.findDevice(`d${op.device}`)?.series.values() ?? [])].map(
              (s) => s.number,
            );
            await removeReadings(numbers, at + op.from, at + op.from + 10, world.removal);
          } else if (op.do === "describe") await describeDevice(world, `d${op.device}`, `name ${op.name}`);
          else if (op.do === "restart") {
            for (const other of all) cut(other);
            world.live.stop();
            world.presence.stop();
            await world.store.close();
            world = await liveWorld(settings, {}, world.data, world.clock);
            for (const other of steady) connect(world, other);
          } else if (op.do === "wait") world.clock.advance(op.ms);
          else if (op.do === "turn") await turn();
          for (const other of steady) read(other);
        }
        for (const one of all) if (!one.link) connect(world, one);
        // Whoever was told that it lacks something asks again, and then all that was begun comes to its end.
        for (let round = 0; round < 12; round++) {
          for (let step = 0; step < 4; step++) {
            await turn();
            world.clock.advance(100);
            for (const one of all) read(one);
          }
          for (const one of all) {
            if (!one.page.stale) continue;
            cut(one);
            connect(world, one);
          }
        }
        for (const one of all) {
          expect([one.page.ready, one.page.stale]).toEqual([true, false]);
          await check(world, one);
          tally.resumed += one.page.resumed;
          tally.anew += one.page.begun;
        }
        world.live.stop();
        world.presence.stop();
      }),
      { numRuns: 200, seed: printedSeed("resuming in random worlds"), examples: foundBefore },
    );
    // Not vacuous: many went on, and some could not.
    expect(tally.resumed).toBeGreaterThan(tally.cuts / 4);
    expect(tally.anew).toBeGreaterThan(200 * 12);
  });
});
