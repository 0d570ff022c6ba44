/** What a system costs while nobody wants anything of it. */
import { byCase } from "../by-case.ts";
import { withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { cpuOf, settle } from "../process-figures.ts";
import { bareSystem } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { fill } from "../ten-days/fill.ts";
import { Readings } from "../ten-days/readings.ts";
import { connectIdle } from "./connections.ts";
import { memoryOf } from "./memory.ts";

export const idleMemory: Part = {
  name: "idle-memory",
  about: "memory and CPU of a system at rest: just started, with connections that say nothing, after readings",
  figures: [
    { name: "PSS MB", unit: "MB", better: "less", tolerance: 1.3, digits: 1 },
    { name: "own MB", unit: "MB", better: "less", tolerance: 1.3, digits: 1 },
    { name: "CPU ms/s", unit: "ms of all cores a second", digits: 2 },
    {
      name: "kB a connection",
      unit: "kB",
      better: "less",
      tolerance: 1.6,
      digits: 1,
      against: ["bare ws", "table FULL"],
    },
  ],
  against: ["bare ws", "table FULL", "VictoriaMetrics", "InfluxDB"],
  run,
};

interface Plan {
  readonly connections: number;
  /** A report of 50 series each so often, for ten days. */
  readonly stepMs: number;
  /** How long it is watched doing nothing. */
  readonly watchMs: number;
  readonly settleMs: number;
}

const full: Plan = { connections: 1_000, stepMs: 40_000, watchMs: 2_000, settleMs: 30_000 };
const quick: Plan = { connections: 50, stepMs: 3_600_000, watchMs: 50, settleMs: 0 };

interface AtRest {
  readonly "PSS MB": number;
  readonly "own MB": number;
  readonly "CPU ms/s": number;
}
type Measured = AtRest & { readonly "kB a connection"?: number };

async function* run(context: Context): AsyncGenerator<Figure> {
  const plan = context.quick ? quick : full;
  const readings = new Readings("bench", plan.stepMs, Date.now());
  for (let round = 1; round <= context.rounds; round++) {
    const all: Figure[] = [];
    for (const system of [...context.hubs, bareSystem, tableFull, ...context.rivals]) {
      context.say(`round ${round} of ${context.rounds}: ${system.name}`);
      const measured = await withSystem(context.folder, system, (running) => live(system, running, plan, readings));
      for (const [name, figures] of Object.entries(measured)) {
        if (!context.wants(name)) continue;
        for (const [figure, value] of Object.entries(figures)) {
          // A smoke is too short for differences: they may lie below zero, and no thread may have run.
          if (!context.quick || value > 0) all.push({ case: name, system: system.name, round, figure, value });
        }
      }
    }
    yield* byCase(all);
  }
}

/** The life of one system, and what it cost in each state. */
async function live(
  system: System,
  running: Running,
  plan: Plan,
  readings: Readings,
): Promise<Readonly<Record<string, Measured>>> {
  const started = await atRest(running.pid, plan);
  const states: Record<string, Measured> = { started };
  if (system.route.over === "websocket") {
    const closeAll = await connectIdle(running.port, plan.connections);
    const connected = await atRest(running.pid, plan);
    closeAll();
    const each = ((connected["own MB"] - started["own MB"]) * 1_000) / plan.connections;
    states["1,000 idle connections"] = { ...connected, "kB a connection": each };
  }
  if (system.route.over === "http" || system.route.acks) {
    await fill(system, running, readings);
    states["after a million readings"] = await atRest(running.pid, plan);
  }
  return states;
}

async function atRest(pid: number, { settleMs, watchMs }: Plan): Promise<AtRest> {
  await settle(pid, settleMs);
  const before = cpuOf(pid).all;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, watchMs));
  const cpu = ((cpuOf(pid).all - before) * 1_000) / (performance.now() - began);
  const { pssBytes, ownBytes } = memoryOf(pid);
  return { "PSS MB": pssBytes / 1e6, "own MB": ownBytes / 1e6, "CPU ms/s": cpu };
}
