/**
 * Random worlds: viewers come, go, stop reading and read again while readings, new series and removals go on. Whatever
 * happened, a viewer that caught up knows what the catalog knows, and every reading was shown or counted as merged.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Selection } from "../../../server/hub/live/live-set.ts";
import type { ViewerSession } from "../../../server/hub/live/viewer-session.ts";
import { hubToViewer } from "../../../server/protocol/viewer.ts";
import type { FakePeer } from "../../support/fake-peer.ts";
import { printedSeed } from "../../support/seed.ts";
import { liveWorld, type TestReading } from "./live-world.ts";
import { at, subscribe, type World } from "./viewers.ts";

const selections: readonly Selection[] = [
  {},
  { devices: ["d0"] },
  { devices: ["d1", "d2"] },
  { metrics: ["m0"] },
  { interval: 40 },
  { devices: ["d*"], metrics: ["m1"], interval: 40 },
];

interface Viewer {
  readonly peer: FakePeer;
  readonly session: ViewerSession;
  readonly selection: Selection;
}

/** What a viewer has seen, put together as a page would. */
function seenBy({ peer }: Viewer) {
  const newest = new Map<number, { time: number; value: unknown }>();
  const known = new Map<number, string>();
  const devices = new Set<string>();
  let offset = -1;
  let shown = 0;
  let merged = 0;
  const see = (series: number, time: number, value: unknown) => {
    if (time >= (newest.get(series)?.time ?? Number.NEGATIVE_INFINITY)) newest.set(series, { time, value });
  };
  for (const text of peer.texts) {
    const message = hubToViewer.parse(JSON.parse(text));
    if (message.type === "devices") {
      for (const entry of message.devices) {
        if ("removed" in entry) devices.delete(entry.device);
        else devices.add(entry.device);
      }
    } else if (message.type === "series") {
      for (const entry of message.series) {
        if ("removed" in entry) {
          known.delete(entry.series);
          newest.delete(entry.series);
        } else {
          expect(devices).toContain(entry.device);
          known.set(entry.series, `${entry.device}/${entry.metric}`);
          if (entry.time !== undefined) see(entry.series, entry.time, entry.value);
        }
      }
    } else if (message.type === "ready") {
      offset = message.offset;
    } else if (message.type === "update") {
      expect(message.offset).toBeGreaterThanOrEqual(offset);
      offset = message.offset;
      shown += message.series.length;
      merged += message.merged ?? 0;
      message.series.forEach((series, index) => {
        expect(known.has(series)).toBe(true);
        see(series, message.times[index] as number, message.values[index]);
      });
    }
  }
  return { newest, known, devices, offset, shown, merged };
}

function matching(world: World, { devices, metrics }: Selection) {
  return world.catalog.select(devices, metrics);
}

const reading = fc.record({ device: fc.nat(2), metric: fc.nat(2), time: fc.nat(30), value: fc.nat(9) });
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("commit" as const), readings: fc.array(reading, { maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("join" as const), selection: fc.nat(selections.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), viewer: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stall" as const), viewer: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), viewer: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), device: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(120) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

async function remove(world: World, id: string): Promise<boolean> {
  const device = world.catalog.findDevice(id);
  if (!device) return false;
  await world.store.deleteDevice(id);
  world.catalog.removeDevice(device);
  world.live.deviceRemoved(device);
  world.presence.removed(device);
  return true;
}

/** Lets promises that are settled go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function readAll({ peer }: Viewer): void {
  peer.stalled = false;
  peer.take(peer.bufferedBytes());
}

describe("watching, in random worlds", () => {
  it("[P43] [P45] [P48] ends with what the catalog knows, and shows or counts every reading", {
    timeout: 300_000,
  }, async () => {
    let slowest = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), async (operations) => {
        const world = await liveWorld({ slowViewerBytes: 600, slowViewerMs: 1e9, joinReadings: 5, snapshotMs: 60 });
        const viewers: Viewer[] = [];
        const commits: { commit: number; names: string[] }[] = [];
        let removals = 0;
        for (const op of operations) {
          const viewer = "viewer" in op ? viewers[op.viewer % Math.max(1, viewers.length)] : undefined;
          if (op.do === "commit") {
            const readings = op.readings.map(
              ({ device, metric, time, value }): TestReading => [`d${device}/m${metric}`, at + time, value],
            );
            commits.push({ commit: await world.commit(...readings), names: readings.map(([name]) => name) });
          } else if (op.do === "join") {
            const selection = selections[op.selection] as Selection;
            const made = { ...world.viewer(), selection };
            made.session.receive(subscribe(1, selection as object));
            viewers.push(made);
          } else if (op.do === "leave" && viewer) {
            viewer.session.closed();
            viewers.splice(viewers.indexOf(viewer), 1);
          } else if (op.do === "stall" && viewer) viewer.peer.stalled = true;
          else if (op.do === "read" && viewer) readAll(viewer);
          else if (op.do === "remove") removals += Number(await remove(world, `d${op.device}`));
          else if (op.do === "wait") world.clock.advance(op.ms);
          else if (op.do === "turn") await turn();
          slowest = Math.max(slowest, world.slow.count);
        }
        for (const viewer of viewers) readAll(viewer);
        while (viewers.some(({ peer }) => peer.of("ready").length === 0)) {
          world.clock.advance(50);
          for (const viewer of viewers) readAll(viewer);
          await turn();
        }
        world.clock.advance(1_000);
        await turn();
        world.clock.advance(5_000);
        for (const viewer of viewers) {
          const seen = seenBy(viewer);
          const series = matching(world, viewer.selection);
          expect([...seen.known.keys()].sort()).toEqual(series.map((one) => one.number).sort());
          for (const one of series) {
            expect(seen.newest.get(one.number)).toEqual({ time: one.latestTimeMs, value: one.latestValue });
          }
          expect(seen.offset).toBe(commits.at(-1)?.commit ?? 0);
          if (removals > 0 || (viewer.selection.interval ?? 0) > 0) continue;
          const from = viewer.peer.of("ready")[0]?.offset as number;
          const names = new Set(series.map((one) => `${one.device.id}/${one.metric}`));
          const due = commits.filter((one) => one.commit > from).flatMap((one) => one.names);
          expect(seen.shown + seen.merged).toBe(due.filter((name) => names.has(name)).length);
        }
        world.live.stop();
        world.presence.stop();
      }),
      { numRuns: 300, seed: printedSeed("watching in random worlds") },
    );
    // Not vacuous: some viewers were slow.
    expect(slowest).toBeGreaterThan(0);
  });
});
