/**
 * How long an acknowledgement takes where the system has time, and how long it is until a viewer sees the reading. Beside them
 * what the disk alone takes: _bare commit_ gets the same frames and commits their bytes, and its figures are the times of its
 * commits themselves, without sockets, parsing, or waiting for the commit before.
 */
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape } from "../frames.ts";
import { type Latencies, latenciesOf } from "../latencies.ts";
import type { Order } from "../load.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { commitSystem } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { storing, storingNames } from "../systems/systems.ts";

interface Case {
  readonly name: string;
  readonly devices: number;
  /** Of a frame. */
  readonly rows: number;
  readonly frames: number;
  readonly order: (frames: number) => Order;
}
const oneByOne = (frames: number): Order => ({ do: "ping-pong", frames });
const paced =
  (perSecond: number) =>
  (frames: number): Order => ({ do: "pace", frames, perSecond });

const cases: readonly Case[] = [
  { name: "one sender", devices: 1, rows: 10, frames: 1_000, order: oneByOne },
  { name: "lone readings", devices: 1, rows: 1, frames: 1_000, order: oneByOne },
  { name: "fixed rate", devices: 16, rows: 10, frames: 2_000, order: paced(500) },
  // As gateways and loggers send: a frame each tenth of a second.
  { name: "50,000 readings/s", devices: 50, rows: 100, frames: 5_000, order: paced(500) },
];
const quickFrames = 32;
/** Sent before the clock runs, as a share of what is measured. */
const warmShare = 0.25;

export const latency: Part = {
  name: "latency",
  about:
    "time to the ack, and until a viewer of everything sees it: a device with one frame of 10 rows, or of one, in flight; 16 devices, 500 frames of 10 rows a second together; 50 devices, 500 frames of 100",
  figures: [
    { name: "p50 ms", unit: "ms to the ack; of bare commit, of the commit", better: "less", digits: 2 },
    { name: "p99 ms", unit: "ms to the ack; of bare commit, of the commit", better: "less", tolerance: 4, digits: 2 },
    {
      name: "seen p50 ms",
      unit: "ms from sent to seen; of bare commit, of the commit",
      better: "less",
      digits: 2,
      against: [commitSystem.name],
    },
    {
      name: "seen p99 ms",
      unit: "ms from sent to seen; of bare commit, of the commit",
      better: "less",
      tolerance: 4,
      digits: 2,
      against: [commitSystem.name],
    },
    { name: "its ack p50 ms", unit: "ms to the ack of bare commit", digits: 2 },
    { name: "its ack p99 ms", unit: "ms to the ack of bare commit", digits: 2 },
  ],
  against: [commitSystem.name, ...storingNames],
  run: (context): AsyncIterable<Figure> =>
    sideBySide(context, cases, [...context.hubs, commitSystem, ...storing({ ...context, hubs: [] })], (system, each) =>
      measure(context, system, each),
    ),
};

function measure({ folder, hubs, load, quick }: Context, system: System, of: Case): Promise<Measured> {
  const shape = rowsShape(of.rows);
  const frames = quick ? quickFrames : of.frames;
  const warmFrames = frames * warmShare;
  return withSystem(folder, system, async (running) => {
    const { port } = running;
    const traffic = { shape, devices: of.devices, frames: Math.ceil((frames + warmFrames) / of.devices) + 1 };
    await load.order({ do: "open", port, route: system.route, traffic });
    if (hubs.includes(system)) await load.order({ do: "watch all", port, readings: of.rows });
    await load.order(of.order(warmFrames));
    await commitsOf(running);
    const { latencyMs, seenMs } = await load.order(of.order(frames));
    const commitMs = await commitsOf(running);
    await checkStored(system, running, (warmFrames + frames) * shape.readings);
    await load.order({ do: "close" });
    return commitMs === undefined
      ? { ...quantiles("", latencyMs), ...(seenMs && quantiles("seen ", seenMs)) }
      : { ...quantiles("", commitMs), ...quantiles("seen ", commitMs), ...quantiles("its ack ", latencyMs) };
  });
}

async function commitsOf(running: Running): Promise<Latencies | undefined> {
  const times = await running.commitTimes?.();
  return times && latenciesOf(times);
}

function quantiles(of: string, { p50, p99 }: Latencies): Measured {
  return { [`${of}p50 ms`]: p50, [`${of}p99 ms`]: p99 };
}
