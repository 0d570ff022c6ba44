/**
 * `npm run soak [-- --minutes N] [--every SECONDS] [--looks N]`: the page of a device with 50 live charts, all in sight, and
 * 10 updates a second, for ten minutes; what it holds after forced collections, whether that grows, and what of it. Exit
 * codes: 0 it does not, 1 it does or the run was void, 2 a word on the command line was wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../../support/browser.ts";
import { checkStored, withSystem } from "../experiment.ts";
import { hubSystem } from "../systems/hub.ts";
import { changesBetween, type HeapClasses, type Maker, makerOf } from "./heap-classes.ts";
import { device, LiveDevice } from "./live-device.ts";
import { MeasuredPage, type Memory } from "./measured-page.ts";
import { type Slope, slopeOf } from "./slope.ts";

const metrics = 50;
const everyMs = 100;
const windowMs = 60_000;
/** All cards fit. */
const viewport = { width: 3_840, height: 2_400 };
/** At first arrays double and the browser compiles what is used often, for minutes where it has little time: this part is not judged. */
const warmMinutes = (minutes: number): number => Math.min(10, minutes * 0.4);

/**
 * What may grow in a minute. Whoever keeps the least thing of each reading, a number, keeps 30,000 × 8 bytes = 240 kB a minute;
 * an object of each update, 600 × 100 bytes = 60 kB; a node of each card each second 3,000. Of the heap what the page's scripts
 * made is judged, by class and exactly: the whole of it wanders by some 100 kB with the caches of the browser, and the slope of
 * six minutes does not tell a compiler that has not settled from a leak.
 */
const bounds = { "page kB": 10, nodes: 10, listeners: 2 } as const;

const readers = {
  "heap kB": ({ heapBytes, backingBytes }) => (heapBytes + backingBytes) / 1_000,
  nodes: ({ nodes }) => nodes,
  listeners: ({ listeners }) => listeners,
} satisfies Readonly<Record<string, (memory: Memory) => number>>;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Sample {
  readonly minute: number;
  readonly memory: Memory;
}

/** What the heap held by class. */
interface Look {
  readonly minute: number;
  readonly classes: HeapClasses;
}

interface Soaked {
  readonly samples: readonly Sample[];
  readonly looks: readonly Look[];
}

interface Course {
  readonly minutes: number;
  readonly everySeconds: number;
  /** How often the classes are looked at, from the end of the warm part to the end. */
  readonly lookCount: number;
}

async function soak(url: string, { minutes, everySeconds, lookCount }: Course): Promise<Soaked> {
  const browser = await launchChromium();
  try {
    const shown = await MeasuredPage.open(browser, url, viewport, { counted: false });
    const { page } = shown;
    await page
      .locator("metric-card .uplot")
      .nth(metrics - 1)
      .waitFor();
    const began = performance.now();
    const samples: Sample[] = [];
    const looks: Look[] = [];
    const minute = (): number => (performance.now() - began) / 60_000;
    const last = Math.floor((minutes * 60) / everySeconds);
    for (let sample = 0; sample <= last; sample++) {
      await page.waitForTimeout(Math.max(0, began + sample * everySeconds * 1_000 - performance.now()));
      const memory = await shown.memory();
      samples.push({ minute: minute(), memory });
      say(
        `${(sample * everySeconds).toString().padStart(5)} s  ${Object.entries(readers)
          .map(([kind, read]) => `${kind} ${read(memory).toFixed(0)}`)
          .join("  ")}`,
      );
      const due = warmMinutes(minutes) + (looks.length * (minutes - warmMinutes(minutes))) / (lookCount - 1);
      if (sample === last || (looks.length < lookCount - 1 && minute() >= due)) {
        looks.push({ minute: minute(), classes: await shown.heapClasses() });
        tellGrowth(looks);
      }
    }
    const stale = await page.locator("metric-card .value.stale").count();
    if (stale > 0) throw new Error(`${stale} charts of ${metrics} showed nothing new in the end: the run is void`);
    await shown.close();
    return { samples, looks };
  } finally {
    await browser.close();
  }
}

/** Tells what grew; true where something is beyond its bound for certain. */
function grows({ samples, looks }: Soaked, minutes: number): boolean {
  const judged = samples.filter(({ minute }) => minute >= warmMinutes(minutes));
  say(
    `\n${metrics} charts, ${1_000 / everyMs} updates a second, ${minutes} minutes, the first ${warmMinutes(minutes).toFixed(1)} not judged:`,
  );
  const slope = (kind: keyof typeof readers): Slope =>
    slopeOf(judged.map(({ minute, memory }) => [minute, readers[kind](memory)] as const));
  const { slope: heap, error: heapError } = slope("heap kB");
  say(`heap kB: ${heap.toFixed(2)} ± ${heapError.toFixed(2)} a minute, of it by class:`);
  const [first, last] = [looks.at(0), looks.at(-1)] as [Look, Look];
  const made = growthOf(first, last);
  const passed = last.minute - first.minute;
  for (const maker of ["compiler", "browser"] as const)
    say(`${maker} kB: ${(made[maker] / passed).toFixed(2)} a minute`);
  let grown = false;
  const judge = (kind: keyof typeof bounds, growth: number, error: number): void => {
    // Of a slope what is above its bound by two standard errors.
    const beyond = growth - 2 * error > bounds[kind];
    grown ||= beyond;
    const spread = error > 0 ? ` ± ${error.toFixed(2)}` : "";
    say(`${kind}: ${growth.toFixed(2)}${spread} a minute, at most ${bounds[kind]}${beyond ? ": it grows" : ""}`);
  };
  judge("page kB", made.page / passed, 0);
  for (const kind of ["nodes", "listeners"] as const) judge(kind, slope(kind).slope, slope(kind).error);
  return grown;
}

/** kB by maker. */
function growthOf(before: Look, after: Look): Readonly<Record<Maker, number>> {
  const grown = { page: 0, compiler: 0, browser: 0 };
  for (const { name, bytes } of changesBetween(before.classes, after.classes)) grown[makerOf(name)] += bytes / 1_000;
  return grown;
}

/** What changed since the look before. */
function tellGrowth(looks: readonly Look[]): void {
  const [before, after] = looks.slice(-2);
  if (before === undefined || after === undefined) return;
  const grown = Object.entries(growthOf(before, after)).map(([maker, kB]) => `${maker} ${signed(kB)} kB`);
  say(`\nfrom minute ${before.minute.toFixed(1)} to ${after.minute.toFixed(1)}: ${grown.join(", ")}`);
  for (const { name, bytes, count } of changesBetween(before.classes, after.classes).slice(0, 20)) {
    const shown = name.length > 100 ? `${name.slice(0, 99)}…` : name;
    say(`  ${signed(bytes / 1_000).padStart(9)} kB  ${signed(count, 0).padStart(7)}  ${shown}`);
  }
  say("");
}

const signed = (value: number, digits = 1): string => `${value < 0 ? "" : "+"}${value.toFixed(digits)}`;

async function run(course: Course): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "hub-soak-"));
  const system = hubSystem();
  try {
    const soaked = await withSystem(folder, system, async (running) => {
      const live = await LiveDevice.connect(running.port, metrics, everyMs, "soak");
      await live.fill(windowMs, everyMs, true);
      live.start(everyMs);
      const measured = await soak(`http://127.0.0.1:${running.port}/#/device/${device}?range=1m`, course);
      await live.stop(true);
      await checkStored(system, running, live.readings);
      return measured;
    });
    return grows(soaked, course.minutes) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const usage = `Usage: npm run soak [-- FLAGS]

The page of a device with ${metrics} live charts, all in sight, and ${1_000 / everyMs} updates a second: what it holds after forced
collections, whether that grows, and what of it.

  --minutes N        how long (default: 10)
  --every SECONDS    from one look at its memory to the next (default: 10)
  --looks N          how often what is held is told by class (default: 2)
  -h, --help         this

Exit codes: 0 it does not grow, 1 it does or the run was void, 2 a word on the command line was wrong.`;

/** Undefined where it was asked for `--help` alone. */
function readFlags(): Course | undefined {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      every: { type: "string", default: "10" },
      looks: { type: "string", default: "2" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const [minutes, everySeconds, lookCount] = [Number(values.minutes), Number(values.every), Number(values.looks)];
  if (!(minutes > 0) || !(everySeconds > 0) || ((minutes - warmMinutes(minutes)) * 60) / everySeconds < 3)
    throw new Error("--minutes and --every (seconds) take numbers that leave three samples to judge.");
  if (!Number.isInteger(lookCount) || lookCount < 2) throw new Error("--looks takes a whole number from 2 on.");
  return { minutes, everySeconds, lookCount };
}

try {
  const course = readFlags();
  if (course === undefined) say(usage);
  else
    process.exitCode = await run(course).catch((error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      return 1;
    });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
