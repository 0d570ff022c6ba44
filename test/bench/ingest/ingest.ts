/** As much as a system takes: every device far ahead of its acknowledgements. */
import { checkStored, withSystem } from "../experiment.ts";
import { type Shape, shapes } from "../frames.ts";
import type { Context, Figure, Part } from "../part.ts";
import { cpuOf, peakBytesOf, settle } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { bareSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { everySystem, storingNames } from "../systems/systems.ts";

/** Each on a connection of its own. */
export const devices = 16;
const leastWindow = 8;
/** Frames that a device is ahead, by readings in a frame. */
export const windowOf = ({ readings }: Shape): number => ({ 1: 512, 10: 128, 100: 32 })[readings] ?? leastWindow;

/** How much is done. */
interface Plan {
  readonly warmMs: number;
  readonly floodMs: number;
  readonly settleMs: number;
  /** Frames at hand for each device: a flood that reaches their end is shorter. */
  readonly frames: (shape: Shape) => number;
}
const full: Plan = {
  warmMs: 500,
  floodMs: 2_000,
  settleMs: 15_000,
  frames: ({ readings }) => ({ 1: 80_000, 10: 20_000, 100: 4_000 })[readings] ?? 500,
};
const quick: Plan = {
  warmMs: 20,
  floodMs: 60,
  settleMs: 0,
  frames: ({ readings }) => (readings < 100 ? 1_000 : 20),
};
/** Of the frames at hand, at most so many are sent to warm a system up. */
const warmShare = 0.2;

export const ingest: Part = {
  name: "ingest",
  about: `readings taken from ${devices} connections that send without pause`,
  figures: [
    { name: "readings/s", unit: "readings/s", better: "more" },
    { name: "CPU µs", unit: "µs of all threads per reading, until at rest", better: "less", digits: 2 },
    { name: "main µs", unit: "µs of the main thread per reading, until the last ack", digits: 2 },
    { name: "ack p50 ms", unit: "ms", digits: 1 },
    { name: "ack p99 ms", unit: "ms", digits: 1 },
    { name: "peak MB", unit: "MB", better: "less" },
    { name: "load busy", unit: "cores", digits: 2 },
  ],
  against: [...storingNames, bareSystem.name],
  run: (context): AsyncIterable<Figure> =>
    sideBySide(context, shapes, everySystem(context), (system, shape) => flood(context, system, shape)),
};

function flood({ folder, load, quick: smoke }: Context, system: System, shape: Shape): Promise<Measured> {
  const { frames, floodMs, warmMs, settleMs } = smoke ? quick : full;
  const { route } = system;
  return withSystem(folder, system, async (running) => {
    const { pid, port } = running;
    const window = smoke ? leastWindow : windowOf(shape);
    await load.order({ do: "open", port, route, traffic: { shape, devices, frames: frames(shape) } });
    const warm = await load.order({ do: "flood", forMs: warmMs, window, share: warmShare });
    const before = cpuOf(pid);
    const done = await load.order({ do: "flood", forMs: floodMs, window, share: 1 });
    const acked = cpuOf(pid);
    await settle(pid, settleMs);
    const settled = cpuOf(pid);
    const readings = done.frames * shape.readings;
    const peakBytes = peakBytesOf(pid);
    await checkStored(system, running, (warm.frames + done.frames) * shape.readings);
    await load.order({ do: "close" });
    const acks = route.over === "http" || route.acks;
    return {
      "readings/s": (readings * 1_000) / done.ms,
      "CPU µs": ((settled.all - before.all) * 1_000) / readings,
      // In a Go program no thread is the main one.
      "main µs": route.over === "websocket" ? ((acked.main - before.main) * 1_000) / readings : undefined,
      "ack p50 ms": acks ? done.latencyMs.p50 : undefined,
      "ack p99 ms": acks ? done.latencyMs.p99 : undefined,
      "peak MB": peakBytes / 2 ** 20,
      "load busy": done.busy,
    };
  });
}
