/** One device and its viewers: how many readings a second reach them, at what cost, and how late. */
import { checkStored, withSystem } from "../experiment.ts";
import type { Shape } from "../frames.ts";
import type { Context, Figure, Part } from "../part.ts";
import { cpuOf, settle } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { bareSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";

interface Case {
  readonly name: string;
  readonly viewers: number;
  /** Of the device; each frame holds one reading of each. */
  readonly series: number;
  /** Frames that the device is ahead of the slowest viewer: enough to keep the server busy, never so many that a viewer counts as slow. */
  readonly window: number;
}

/** Each frame of the device becomes 10,000 readings seen. */
const cases: readonly Case[] = [
  { name: "10 viewers × 1,000 series", viewers: 10, series: 1_000, window: 16 },
  { name: "100 viewers × 100 series", viewers: 100, series: 100, window: 32 },
  { name: "1,000 viewers × 10 series", viewers: 1_000, series: 10, window: 32 },
];

interface Plan {
  readonly warmMs: number;
  readonly floodMs: number;
  readonly settleMs: number;
  readonly pacedFrames: number;
  readonly frames: number;
  /** Of the viewers of a case, so many come. */
  readonly viewers: (of: Case) => number;
}
const full: Plan = {
  warmMs: 500,
  floodMs: 2_000,
  settleMs: 5_000,
  pacedFrames: 60,
  frames: 10_000,
  viewers: ({ viewers }) => viewers,
};
const quick: Plan = {
  warmMs: 10,
  floodMs: 30,
  settleMs: 0,
  pacedFrames: 3,
  frames: 40,
  viewers: ({ viewers }) => Math.min(viewers, 10),
};
/** At the fixed rate: 200,000 readings seen a second. */
const perSecond = 20;
/** Of the frames at hand, the rest is for the fixed rate. */
const warmShare = 0.2;
const floodShare = 0.9;

export const fanOut: Part = {
  name: "fan-out",
  about: `readings of one device as its viewers see them: as fast as the slowest viewer sees them, and paced, ${perSecond} frames a second`,
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
    { name: "load busy", unit: "cores", digits: 2 },
  ],
  against: [tableFull.name, bareSystem.name],
  run: (context): AsyncIterable<Figure> =>
    sideBySide(context, cases, [...context.hubs, tableFull, bareSystem], (system, each) =>
      measure(context, system, each),
    ),
};

function measure({ folder, load, quick: smoke }: Context, system: System, of: Case): Promise<Measured> {
  const plan = smoke ? quick : full;
  const { series, window } = of;
  const viewers = plan.viewers(of);
  // All metrics at one time.
  const shape: Shape = { name: of.name, form: "samples", readings: series, metrics: series };
  return withSystem(folder, system, async (running) => {
    const { pid, port } = running;
    await load.order({ do: "open", port, route: system.route, traffic: { shape, devices: 1, frames: plan.frames } });
    await load.order({ do: "watch", port, viewers, readings: series });
    const warm = await load.order({ do: "flood viewers", forMs: plan.warmMs, window, share: warmShare });
    const before = cpuOf(pid).all;
    const flood = await load.order({ do: "flood viewers", forMs: plan.floodMs, window, share: floodShare });
    await settle(pid, plan.settleMs);
    const flooded = cpuOf(pid).all;
    const paced = await load.order({ do: "pace viewers", frames: plan.pacedFrames, perSecond });
    await settle(pid, plan.settleMs);
    const after = cpuOf(pid).all;
    await checkStored(system, running, (warm.frames + flood.frames + paced.frames) * series);
    await load.order({ do: "close" });
    const seen = (frames: number): number => frames * series * viewers;
    return {
      "seen/s": (seen(flood.frames) * 1_000) / flood.ms,
      "CPU µs": ((flooded - before) * 1_000) / seen(flood.frames),
      "readings a frame": seen(flood.frames) / flood.updates,
      "paced CPU µs": ((after - flooded) * 1_000) / seen(paced.frames),
      "paced p50 ms": paced.latencyMs.p50,
      "paced p99 ms": paced.latencyMs.p99,
      "load busy": flood.busy,
    };
  });
}
