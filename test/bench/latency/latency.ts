/** How long an acknowledgement takes where the system has time, and how long it is until a viewer sees the reading. */
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape } from "../frames.ts";
import type { Order } from "../orders.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { commitSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { storing, storingNames } from "../systems/systems.ts";
import { besideCommits } from "./beside-commits.ts";

const rows = 10;
const perSecond = 500;

interface Case {
  readonly name: string;
  readonly devices: number;
  readonly frames: number;
  readonly order: (frames: number) => Order;
}
const cases: readonly Case[] = [
  { name: "one sender", devices: 1, frames: 1_000, order: (frames) => ({ do: "ping-pong", frames }) },
  { name: "fixed rate", devices: 16, frames: 2_000, order: (frames) => ({ do: "pace", frames, perSecond }) },
];
const quickFrames = 32;
/** Sent before the clock runs, as a share of what is measured. */
const warmShare = 0.25;

/** Of the cases beside bare commits. */
const seen = { better: "less", digits: 2, against: [commitSystem.name] } as const;

export const latency: Part = {
  name: "latency",
  about: `time to the ack of frames of ${rows} rows: one device with one frame in flight; 16 devices, ${perSecond} frames a second together. And beside what commits of the same bytes take: 50 devices, 500 frames of 100 rows a second together; one device, one reading in flight`,
  figures: [
    { name: "p50 ms", unit: "ms to the ack; of bare commit: of a commit", better: "less", digits: 2 },
    { name: "p99 ms", unit: "ms to the ack; of bare commit: of a commit", better: "less", tolerance: 4, digits: 2 },
    { ...seen, name: "seen p50 ms", unit: "ms from sent to seen; of bare commit: of a commit" },
    { ...seen, name: "seen p99 ms", unit: "ms from sent to seen; of bare commit: of a commit", tolerance: 4 },
    { name: "its ack p50 ms", unit: "ms to the ack of bare commit", digits: 2 },
    { name: "its ack p99 ms", unit: "ms to the ack of bare commit", digits: 2 },
  ],
  against: [...storingNames, commitSystem.name],
  async *run(context): AsyncIterable<Figure> {
    yield* sideBySide(context, cases, storing(context), (system, each) => measure(context, system, each));
    yield* besideCommits(context);
  },
};

function measure({ folder, load, quick }: Context, system: System, of: Case): Promise<Measured> {
  const shape = rowsShape(rows);
  const frames = quick ? quickFrames : of.frames;
  const warmFrames = frames * warmShare;
  return withSystem(folder, system, async (running) => {
    const traffic = { shape, devices: of.devices, frames: Math.ceil((frames + warmFrames) / of.devices) + 1 };
    await load.order({ do: "open", port: running.port, route: system.route, traffic });
    await load.order(of.order(warmFrames));
    const { latencyMs } = await load.order(of.order(frames));
    await checkStored(system, running, (warmFrames + frames) * shape.readings);
    await load.order({ do: "close" });
    return { "p50 ms": latencyMs.p50, "p99 ms": latencyMs.p99 };
  });
}
