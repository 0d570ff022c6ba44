/**
 * `npm run soak [-- --minutes N] [--every SECONDS]`: the page of a device with 50 live charts, all in sight, and 10 updates a
 * second, for ten minutes; what it holds after forced collections, and whether that grows. Exit codes: 0 it does not, 1 it
 * does or the run was void, 2 a word on the command line was wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../../support/browser.ts";
import { checkStored, withSystem } from "../experiment.ts";
import { hubSystem } from "../systems/hub.ts";
import { device, LiveDevice } from "./live-device.ts";
import { MeasuredPage, type Memory } from "./measured-page.ts";
import { slopeOf } from "./slope.ts";

const metrics = 50;
const everyMs = 100;
const windowMs = 60_000;
/** All cards fit. */
const viewport = { width: 3_840, height: 2_400 };
/** At first arrays double and the browser compiles what is used often, for minutes where it has little time: this part is not judged. */
const warmShare = 0.4;

/**
 * What may grow in a minute, where that is certain (the slope, less two standard errors). Whoever keeps the least thing of each
 * reading, a number, keeps 30,000 × 8 bytes = 240 kB a minute; an object of each update, 600 × 100 bytes = 60 kB; a node of each
 * card each second 3,000. At the bound a screen on a wall holds 200 MB more after a week.
 */
const bounds = { "heap kB": 20, nodes: 10, listeners: 2 } as const;
type Kind = keyof typeof bounds;

const readers: Readonly<Record<Kind, (memory: Memory) => number>> = {
  "heap kB": ({ heapBytes, backingBytes }) => (heapBytes + backingBytes) / 1_000,
  nodes: ({ nodes }) => nodes,
  listeners: ({ listeners }) => listeners,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Sample {
  readonly minute: number;
  readonly memory: Memory;
}

async function soak(url: string, minutes: number, everySeconds: number): Promise<Sample[]> {
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
    for (let sample = 0; sample <= (minutes * 60) / everySeconds; sample++) {
      await page.waitForTimeout(Math.max(0, began + sample * everySeconds * 1_000 - performance.now()));
      const memory = await shown.memory();
      samples.push({ minute: (performance.now() - began) / 60_000, memory });
      say(
        `${(sample * everySeconds).toString().padStart(5)} s  ${Object.entries(readers)
          .map(([kind, read]) => `${kind} ${read(memory).toFixed(0)}`)
          .join("  ")}`,
      );
    }
    const stale = await page.locator("metric-card .value.stale").count();
    if (stale > 0) throw new Error(`${stale} charts of ${metrics} showed nothing new in the end: the run is void`);
    await shown.close();
    return samples;
  } finally {
    await browser.close();
  }
}

/** Tells the slopes; true where one is beyond its bound for certain. */
function grows(samples: readonly Sample[], minutes: number): boolean {
  const judged = samples.filter(({ minute }) => minute >= minutes * warmShare);
  let grown = false;
  say(
    `\n${metrics} charts, ${1_000 / everyMs} updates a second, ${minutes} minutes, the first ${minutes * warmShare} not judged:`,
  );
  for (const [kind, read] of Object.entries(readers) as [Kind, (memory: Memory) => number][]) {
    const { slope, error } = slopeOf(judged.map(({ minute, memory }) => [minute, read(memory)] as const));
    const beyond = slope - 2 * error > bounds[kind];
    grown ||= beyond;
    say(
      `${kind}: ${slope.toFixed(2)} ± ${error.toFixed(2)} a minute, at most ${bounds[kind]}${beyond ? ": it grows" : ""}`,
    );
  }
  return grown;
}

async function run(minutes: number, everySeconds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "hub-soak-"));
  const system = hubSystem();
  try {
    const samples = await withSystem(folder, system, async (running) => {
      const live = await LiveDevice.connect(running.port, metrics, everyMs, "soak");
      await live.fill(windowMs, everyMs, true);
      live.start(everyMs);
      const measured = await soak(
        `http://127.0.0.1:${running.port}/#/device/${device}?range=1m`,
        minutes,
        everySeconds,
      );
      await live.stop(true);
      await checkStored(system, running, live.readings);
      return measured;
    });
    return grows(samples, minutes) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readFlags(): { minutes: number; every: number } {
  const { values } = parseArgs({
    options: { minutes: { type: "string", default: "10" }, every: { type: "string", default: "10" } },
  });
  const [minutes, every] = [Number(values.minutes), Number(values.every)];
  if (!(minutes > 0) || !(every > 0) || (minutes * 60 * (1 - warmShare)) / every < 3)
    throw new Error("--minutes and --every (seconds) take numbers that leave three samples to judge.");
  return { minutes, every };
}

try {
  const { minutes, every } = readFlags();
  process.exitCode = await run(minutes, every).catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    return 1;
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
