/**
 * One device and its viewers: how many readings a second reach them, at what cost, and how late. Where each viewer chose a few
 * series of many: what a reading shown costs beyond what the same readings cost while nobody watches, so that it can be seen
 * whether it grows with viewers or series.
 */
import { checkStored, withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { cpuOf, settle } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { bareSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { type AllCase, allOfFew, allOfMany, type Case, type SomeCase, someOfMany } from "./cases.ts";

interface Plan {
  readonly warmMs: number;
  readonly floodMs: number;
  readonly settleMs: number;
  /** How often each series is sent before something is measured, where viewers chose. */
  readonly warmRounds: number;
  readonly pacedMs: number;
  readonly frames: number;
  /** Of the viewers of a case, so many come. */
  readonly viewers: (of: Case) => number;
}
const full: Plan = {
  warmMs: 500,
  floodMs: 2_000,
  settleMs: 5_000,
  warmRounds: 3,
  pacedMs: 5_000,
  frames: 10_000,
  viewers: ({ viewers }) => viewers,
};
const quick: Plan = {
  warmMs: 10,
  floodMs: 30,
  settleMs: 0,
  warmRounds: 1,
  pacedMs: 100,
  frames: 200,
  viewers: ({ viewers }) => Math.min(viewers, 10),
};
/** Of the frames at hand, the rest is for the fixed rate. */
const warmShare = 0.2;
const floodShare = 0.9;

export const fanOut: Part = {
  name: "fan-out",
  about: `readings of one device as its viewers see them: as fast as the slowest viewer sees them, and paced`,
  figures: [
    { name: "seen/s", unit: "readings/s, all viewers together", better: "more" },
    { name: "CPU µs", unit: "µs of all threads per reading seen", better: "less", digits: 3 },
    { name: "readings a frame", unit: "readings in an update", digits: 0 },
    {
      name: "paced CPU µs",
      unit: "µs of all threads per reading seen, at the fixed rate",
      better: "less",
      digits: 3,
    },
    { name: "paced p50 ms", unit: "ms from sent to seen", better: "less", digits: 2 },
    { name: "paced p99 ms", unit: "ms from sent to seen", better: "less", tolerance: 3, digits: 2 },
    {
      name: "shown CPU µs",
      unit: "µs of all threads per reading seen, at the fixed rate, beyond what the same readings take unwatched",
      better: "less",
      tolerance: 1.6,
      digits: 2,
    },
    { name: "unwatched CPU µs", unit: "µs of all threads per reading taken, while nobody watches", digits: 2 },
    { name: "load busy", unit: "cores", digits: 2 },
  ],
  against: [tableFull.name, bareSystem.name],
  async *run(context): AsyncIterable<Figure> {
    const { hubs } = context;
    const all = (system: System, each: AllCase) => measureAll(context, system, each);
    yield* sideBySide(context, allOfFew, [...hubs, tableFull, bareSystem], all);
    yield* sideBySide(context, allOfMany, [...hubs, bareSystem], all);
    yield* sideBySide(context, someOfMany, [...hubs, bareSystem], (system, each) => measureSome(context, system, each));
  },
};

function measureAll({ folder, load, quick: smoke }: Context, system: System, of: AllCase): Promise<Measured> {
  const plan = smoke ? quick : full;
  const { shape, window, perSecond } = of;
  const viewers = plan.viewers(of);
  const paced = Math.ceil((plan.pacedMs * perSecond) / 1_000);
  return withSystem(folder, system, async (running) => {
    const { pid, port } = running;
    await load.order({ do: "open", port, route: system.route, traffic: { shape, devices: 1, frames: plan.frames } });
    await load.order({ do: "watch", port, viewers, shape });
    const warm = await load.order({ do: "flood viewers", forMs: plan.warmMs, window, share: warmShare });
    const flood = await cpuWhile(pid, plan, () =>
      load.order({ do: "flood viewers", forMs: plan.floodMs, window, share: floodShare }),
    );
    const pace = await cpuWhile(pid, plan, () => load.order({ do: "pace viewers", frames: paced, perSecond }));
    const frames = warm.frames + flood.outcome.frames + pace.outcome.frames;
    await checkStored(system, running, frames * shape.readings);
    await load.order({ do: "close" });
    const { shown, updates, ms, busy } = flood.outcome;
    return {
      "seen/s": (shown * 1_000) / ms,
      "CPU µs": (flood.cpuMs * 1_000) / shown,
      "readings a frame": shown / updates,
      "paced CPU µs": (pace.cpuMs * 1_000) / pace.outcome.shown,
      "paced p50 ms": pace.outcome.latencyMs.p50,
      "paced p99 ms": pace.outcome.latencyMs.p99,
      "load busy": busy,
    };
  });
}

function measureSome({ folder, load, quick: smoke }: Context, system: System, of: SomeCase): Promise<Measured> {
  const plan = smoke ? quick : full;
  const { shape, seriesEach, perSecond } = of;
  const viewers = plan.viewers(of);
  const paced = Math.ceil((plan.pacedMs * perSecond) / 1_000);
  // Every series is known before somebody watches, and what runs often is compiled.
  const warm = plan.warmRounds * Math.ceil(shape.metrics / shape.readings);
  return withSystem(folder, system, async (running) => {
    const { pid, port } = running;
    const traffic = { shape, devices: 1, frames: 2 * warm + 3 * paced };
    const unwatched = () => cpuWhile(pid, plan, () => load.order({ do: "pace", frames: paced, perSecond }));
    await load.order({ do: "open", port, route: system.route, traffic });
    await load.order({ do: "pace", frames: warm, perSecond });
    const before = await unwatched();
    await load.order({ do: "watch", port, viewers, shape, seriesEach });
    await load.order({ do: "pace viewers", frames: warm, perSecond });
    const watched = await cpuWhile(pid, plan, () => load.order({ do: "pace viewers", frames: paced, perSecond }));
    await load.order({ do: "unwatch" });
    // What the readings alone take falls while the program warms up, and moves with the machine: it is measured on both sides.
    const unwatchedMs = (before.cpuMs + (await unwatched()).cpuMs) / 2;
    await checkStored(system, running, traffic.frames * shape.readings);
    await load.order({ do: "close" });
    const { shown, latencyMs, busy } = watched.outcome;
    const beyondMs = watched.cpuMs - unwatchedMs;
    return {
      "paced p50 ms": latencyMs.p50,
      "paced p99 ms": latencyMs.p99,
      // What is less than nothing, after a few milliseconds of a smoke, is no figure.
      "shown CPU µs": beyondMs > 0 ? (beyondMs * 1_000) / shown : undefined,
      "unwatched CPU µs": (unwatchedMs * 1_000) / (paced * shape.readings),
      "load busy": busy,
    };
  });
}

/** CPU of all threads of a process that rested before and rests again after. */
async function cpuWhile<T>(pid: number, { settleMs }: Plan, work: () => Promise<T>) {
  await settle(pid, settleMs);
  const before = cpuOf(pid).all;
  const outcome = await work();
  await settle(pid, settleMs);
  return { outcome, cpuMs: cpuOf(pid).all - before };
}
