/** Ten minutes at full speed: whether the last is as fast as the first, with ten times the data stored. */
import { fork } from "node:child_process";
import { on, once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape, type Shape, shapes } from "../frames.ts";
import { devices, windowOf } from "../ingest/ingest.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, residentBytesOf } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import type { Running, System } from "../systems/system.ts";
import type { Asked, Minute } from "./load.ts";

const samples = shapes.find(({ name }) => name === "1,000 samples") as Shape;
const cases: readonly Shape[] = [rowsShape(100), samples];
const minutes = 10;
const quickMinutes = { count: 3, ms: 600 } as const;

export const steady: Part = {
  name: "steady",
  about: `${minutes} minutes at full speed: the last one beside the first; takes as long, and runs where it is named`,
  onlyNamed: true,
  figures: [
    { name: "first readings/s", unit: "readings/s in the first minute" },
    { name: "last readings/s", unit: "readings/s in the last minute" },
    { name: "last / first", unit: "readings/s of the last minute over those of the first", digits: 2 },
    { name: "least / first", unit: "readings/s of the slowest minute over those of the first", digits: 2 },
    { name: "million", unit: "million readings stored at the end", digits: 1 },
    { name: "first RSS MB", unit: "MB at the end of the first minute", digits: 0 },
    { name: "last RSS MB", unit: "MB at the end of the last minute", digits: 0 },
    { name: "first disk MB", unit: "MB of all files at the end of the first minute", digits: 1 },
    { name: "last disk MB", unit: "MB of all files at the end of the last minute", digits: 1 },
    { name: "first WAL MB", unit: "MB of the write-ahead log at the end of the first minute", digits: 1 },
    { name: "last WAL MB", unit: "MB of the write-ahead log at the end of the last minute", digits: 1 },
    { name: "load busy", unit: "cores that the load took in the last minute", digits: 2 },
  ],
  against: [],
  run: (context): AsyncIterable<Figure> =>
    sideBySide(context, cases, context.hubs, (system, shape) => measure(context, system, shape)),
};

/** What a system holds at a moment, bytes. */
interface Held {
  readonly residentBytes: number;
  readonly diskBytes: number;
  readonly walBytes: number;
}

interface Looked extends Minute, Held {}

async function measure(context: Context, system: System, shape: Shape): Promise<Measured> {
  // A folder of its own: it is weighed while the system runs.
  const folder = join(context.folder, "steady");
  mkdirSync(folder, { recursive: true });
  try {
    return await withSystem(folder, system, async (running) => {
      const { looks, readings } = await load(context, running, shape, folder);
      await checkStored(system, running, readings);
      return figuresOf(looks, readings);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param looks one a minute, at its end */
export function figuresOf(looks: readonly Looked[], readings: number): Measured {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) throw new Error("no minute was over");
  const speed = (of: Minute): number => (of.readings * 1_000) / of.ms;
  const some = (bytes: number): number | undefined => (bytes > 0 ? bytes / 1e6 : undefined);
  return {
    "first readings/s": speed(first),
    "last readings/s": speed(last),
    "last / first": speed(last) / speed(first),
    "least / first": Math.min(...looks.map(speed)) / speed(first),
    million: readings / 1e6,
    "first RSS MB": some(first.residentBytes),
    "last RSS MB": some(last.residentBytes),
    "first disk MB": some(first.diskBytes),
    "last disk MB": some(last.diskBytes),
    "first WAL MB": some(first.walBytes),
    "last WAL MB": some(last.walBytes),
    "load busy": last.busy,
  };
}

async function load(
  { quick, minuteMs, say }: Context,
  { pid, port }: Running,
  shape: Shape,
  folder: string,
): Promise<{ looks: Looked[]; readings: number }> {
  const child = fork(fileURLToPath(new URL("load.ts", import.meta.url)), { execArgv: ["--import", "tsx/esm"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the load generator ended with ${code}`);
  });
  // One that fails ends the wait for its next word.
  const gone = new AbortController();
  ended.catch((error) => gone.abort(error));
  try {
    const [count, eachMs] = quick ? [quickMinutes.count, quickMinutes.ms] : [minutes, minuteMs];
    const asked: Asked = { port, shape, devices, window: windowOf(shape), minuteMs: eachMs, minutes: count };
    const words = on(child, "message", { signal: gone.signal });
    child.send(asked);
    const looks: Looked[] = [];
    for await (const [word] of words as AsyncIterable<[Minute | number]>) {
      if (typeof word === "number") return { looks, readings: word };
      looks.push({ ...word, ...held(pid, folder) });
      const perSecond = Math.round((word.readings * 1_000) / word.ms).toLocaleString("en-US");
      say(`${shape.name}, minute ${looks.length} of ${count}: ${perSecond} readings/s`);
    }
    throw new Error("the load generator fell silent");
  } finally {
    child.kill();
  }
}

function held(pid: number, folder: string): Held {
  const walBytes = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((each) => each.isFile() && each.name.endsWith("-wal"))
    .reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0);
  return { residentBytes: residentBytesOf(pid), diskBytes: bytesIn(folder), walBytes };
}
