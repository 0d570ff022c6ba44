/** What a second core gives: the same load, the hub on one core and on two, and how busy each of its threads is. */
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape, type Shape, shapes } from "../frames.ts";
import { devices, windowOf } from "../ingest/ingest.ts";
import type { Order } from "../orders.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { hubSystem } from "../systems/hub.ts";
import type { Running, System } from "../systems/system.ts";
import { bind, type Cores, coresHere, divided, startedOn } from "./binding.ts";
import { busyBetween, threadsOf } from "./threads.ts";

const oneCore = "hub on one core";
const nameThreads = new URL("name-threads.mjs", import.meta.url).href;

interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly devices: number;
  /** Each sees all that the device sends; 0: nobody watches. */
  readonly viewers: number;
  /** Frames that a device is ahead of its acknowledgements, or of its slowest viewer. */
  readonly window: number;
  readonly frames: number;
}

const fanOutSeries = 100;
const samples = shapes.find(({ name }) => name === "1,000 samples") as Shape;
const rows = rowsShape(100);

const cases: readonly Case[] = [
  { name: rows.name, shape: rows, devices, viewers: 0, window: windowOf(rows), frames: 4_000 },
  { name: samples.name, shape: samples, devices, viewers: 0, window: windowOf(samples), frames: 1_000 },
  {
    name: "100 viewers × 100 series",
    // All metrics at one time.
    shape: { name: "fan-out", form: "samples", readings: fanOutSeries, metrics: fanOutSeries },
    devices: 1,
    viewers: 100,
    window: 32,
    frames: 10_000,
  },
];

interface Plan {
  readonly warmMs: number;
  readonly floodMs: number;
  readonly frames: (of: Case) => number;
}
const full: Plan = { warmMs: 500, floodMs: 2_000, frames: ({ frames }) => frames };
const quick: Plan = { warmMs: 20, floodMs: 60, frames: () => 200 };
/** Of the frames at hand, at most so many are sent to warm a system up. */
const warmShare = 0.2;

export const cores: Part = {
  name: "cores",
  about: "the same load with the hub bound to one core and to two: what the second one gives, and which threads use it",
  figures: [
    { name: "readings/s", unit: "readings/s, taken or seen by all viewers", better: "more" },
    { name: "main", unit: "cores that its main thread took", digits: 2 },
    { name: "writer", unit: "cores that the store's writer took", digits: 2 },
    { name: "reader", unit: "cores that the store's reader took", digits: 2 },
    { name: "others", unit: "cores that helpers of V8 and libuv took", digits: 2 },
    { name: "load busy", unit: "cores", digits: 2 },
  ],
  against: [oneCore],
  run,
};

async function* run(context: Context): AsyncGenerator<Figure> {
  const all = coresHere();
  const divide = divided(all);
  const where = `hub on ${divide.one} or ${divide.two}, load on ${divide.load}`;
  context.say(`cores here: ${all}; ${where}`);
  bind(context.load.pid, divide.load);
  try {
    yield* sideBySide(context, cases, systemsOn(divide), (system, each) => measure(context, system, each));
  } finally {
    // The parts after this one have all cores for it.
    bind(context.load.pid, all);
  }
}

function systemsOn({ one, two }: Cores): System[] {
  const on = (name: string, where: readonly number[]) =>
    hubSystem(name, undefined, { wrapper: startedOn(where), nodeFlags: ["--import", nameThreads] });
  return [on("hub", two), on(oneCore, one)];
}

function measure({ folder, load, quick: smoke }: Context, system: System, of: Case): Promise<Measured> {
  const plan = smoke ? quick : full;
  const { shape, viewers, window } = of;
  const traffic = { shape, devices: of.devices, frames: plan.frames(of) };
  const flood = (forMs: number, share: number): Order => ({
    do: viewers > 0 ? "flood viewers" : "flood",
    ...{ forMs, window, share },
  });
  return withSystem(folder, system, async (running: Running) => {
    const { pid, port } = running;
    await load.order({ do: "open", port, route: system.route, traffic });
    if (viewers > 0) await load.order({ do: "watch", port, viewers, shape });
    const warm = await load.order(flood(plan.warmMs, warmShare));
    const before = threadsOf(pid);
    const done = await load.order(flood(plan.floodMs, 1));
    const busy = busyBetween(before, threadsOf(pid), done.ms);
    await checkStored(system, running, (warm.frames + done.frames) * shape.readings);
    await load.order({ do: "close" });
    const some = (share: number): number | undefined => (share > 0 ? share : undefined);
    return {
      "readings/s": (done.frames * shape.readings * Math.max(1, viewers) * 1_000) / done.ms,
      main: busy.main,
      writer: some(busy.writer),
      reader: some(busy.reader),
      others: some(busy.others),
      "load busy": done.busy,
    };
  });
}
