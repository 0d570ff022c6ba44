/**
 * `npm run bench [-- --quick] [--json] [--rounds N] [--folder DIR] [--shape NAME]… [--hub MAIN.js]…`: this hub beside a bare
 * `ws` server and the obvious hub, in one run. `--hub` adds another build of the hub, to compare two.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { shapes } from "./frames.ts";
import { Bench, type Plan } from "./measure.ts";
import { type Results, type Rounds, summarize, toText } from "./report.ts";
import { hubSystem } from "./systems/hub.ts";
import { bareSystem, tableSystem } from "./systems/obvious.ts";
import type { System } from "./systems/system.ts";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    folder: { type: "string", default: tmpdir() },
    shape: { type: "string", multiple: true, default: shapes.map(({ name }) => name) },
    hub: { type: "string", multiple: true, default: [] },
  },
});

const full: Plan = {
  rounds: Number(flags.rounds),
  warmMs: 500,
  floodMs: 2_000,
  settleMs: 15_000,
  frames: ({ readings }) => ({ 1: 80_000, 10: 20_000, 100: 4_000 })[readings] ?? 500,
  pingPongFrames: 1_500,
  pacedFrames: 2_500,
  pacedPerSecond: 500,
  weighedReadings: 4_000_000,
};
const quick: Plan = {
  rounds: 1,
  warmMs: 20,
  floodMs: 60,
  settleMs: 0,
  frames: ({ readings }) => (readings < 100 ? 1_000 : 20),
  pingPongFrames: 10,
  pacedFrames: 32,
  pacedPerSecond: 500,
  weighedReadings: 3_200,
};

if (process.platform !== "linux")
  throw new Error("the benchmark reads what a process costs from /proc, and needs Linux");
const others = flags.hub.map((main) => hubSystem(main, main));
const storing: System[] = [hubSystem(), ...others, tableSystem("FULL"), tableSystem("NORMAL")];
const parent = flags.folder;
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "hub-bench-"));
const bench = new Bench(folder, flags.quick ? quick : full);

/** Every system in turn, round after round. */
async function interleaved<Figures>(
  what: string,
  systems: readonly System[],
  rounds: number,
  measure: (system: System) => Promise<Figures>,
): Promise<Rounds<Figures>> {
  const all: Rounds<Figures> = Object.fromEntries(systems.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const system of systems) {
      process.stderr.write(`${what}, round ${round} of ${rounds}: ${system.name}\n`);
      all[system.name]?.push(await measure(system));
    }
  }
  return all;
}

try {
  const { rounds } = bench.plan;
  const floods: Results["floods"] = {};
  for (const shape of shapes.filter(({ name }) => flags.shape.includes(name))) {
    floods[shape.name] = await interleaved(shape.name, [...storing, bareSystem], rounds, (each) =>
      bench.flood(each, shape),
    );
  }
  const latency = await interleaved("latency", storing, rounds, (each) => bench.latency(each));
  // What lies on the disk is the same each time, but for the moment of a seal.
  const weight = await interleaved("bytes on disk", storing, 1, (each) => bench.weight(each));
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, rounds };
  const results: Results = { machine, floods, latency, weight };
  const rows = summarize(results);
  process.stdout.write(flags.json ? `${JSON.stringify({ rows, results }, null, 2)}\n` : `${toText(rows, results)}\n`);
} finally {
  bench.end();
  rmSync(folder, { recursive: true, force: true });
}
