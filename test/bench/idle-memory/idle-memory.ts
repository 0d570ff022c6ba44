/** What a system costs while nobody wants anything of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { byCase } from "../by-case.ts";
import { withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { cpuOf, settle } from "../process-figures.ts";
import { bareSystem } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { fill } from "../ten-days/fill.ts";
import { Readings } from "../ten-days/readings.ts";
import { IdleDevices } from "./devices.ts";
import { memoryOf } from "./memory.ts";
import { Weighed } from "./weighed.ts";

export const idleMemory: Part = {
  name: "idle-memory",
  about: "memory and CPU of a system at rest: just started, with 10,000 devices that idle, after readings",
  figures: [
    { name: "PSS MB", unit: "MB", better: "less", digits: 1 },
    { name: "own MB", unit: "MB", better: "less", digits: 1 },
    { name: "CPU ms/s", unit: "ms of all cores a second", digits: 2 },
    { name: "heap MB", unit: "MB", better: "less", digits: 1 },
    { name: "RSS MB", unit: "MB", better: "less", digits: 1 },
    { name: "heap kB each", unit: "kB a connection", better: "less", digits: 2 },
    { name: "RSS kB each", unit: "kB a connection", better: "less", digits: 2 },
  ],
  against: ["bare ws", "table FULL", "VictoriaMetrics", "InfluxDB"],
  run,
};

interface Plan {
  /** Devices that connect and idle. */
  readonly devices: number;
  /** A report of 50 series each so often, for ten days. */
  readonly stepMs: number;
  /** How long it is watched doing nothing. */
  readonly watchMs: number;
  /** The same with devices that idle: one round of the hub's pings, which is most of what they cost. */
  readonly roundMs: number;
  readonly settleMs: number;
}

const full: Plan = { devices: 10_000, stepMs: 40_000, watchMs: 2_000, roundMs: 25_000, settleMs: 30_000 };
const quick: Plan = { devices: 50, stepMs: 3_600_000, watchMs: 50, roundMs: 50, settleMs: 0 };

type Measured = Readonly<Record<string, number>>;
type States = Readonly<Record<string, Measured>>;

async function* run(context: Context): AsyncGenerator<Figure> {
  const plan = context.quick ? quick : full;
  const readings = new Readings("bench", plan.stepMs, Date.now());
  for (let round = 1; round <= context.rounds; round++) {
    const all: Figure[] = [];
    const add = (system: string, states: States): void => {
      for (const [name, figures] of Object.entries(states)) {
        if (!context.wants(name)) continue;
        for (const [figure, value] of Object.entries(figures)) {
          // A smoke is too short for differences: they may lie below zero, and no thread may have run.
          if (!context.quick || value > 0) all.push({ case: name, system, round, figure, value });
        }
      }
    };
    if (Object.values(idleStates).some((name) => context.wants(name))) {
      for (const [name, start] of weighedSystems) {
        context.say(`round ${round} of ${context.rounds}: devices that idle, ${name}`);
        const data = mkdtempSync(join(context.folder, "idle-"));
        add(name, await idle(await start(data), plan).finally(() => rmSync(data, { recursive: true, maxRetries: 5 })));
      }
    }
    if (["started", "after a million readings"].some((name) => context.wants(name))) {
      for (const system of [...context.hubs, bareSystem, tableFull, ...context.rivals]) {
        context.say(`round ${round} of ${context.rounds}: ${system.name}`);
        add(system.name, await withSystem(context.folder, system, (running) => live(system, running, plan, readings)));
      }
    }
    yield* byCase(all);
  }
}

/** What devices did before they idle; each state follows the one before. */
const idleStates = { connect: "10,000 say nothing", hello: "10,000 said hello", send: "10,000 sent once" } as const;

/** The present build and what anybody would write, each with nothing else in its process. */
const weighedSystems: readonly (readonly [name: string, start: (data: string) => Promise<Weighed>])[] = [
  ["hub", (data) => Weighed.hub(data)],
  [bareSystem.name, () => Weighed.bare()],
];

/** A server with devices that connect, say hello, send once, and idle after each of these. */
async function idle(server: Weighed, plan: Plan): Promise<States> {
  const devices = new IdleDevices();
  try {
    const started = await server.weigh();
    const state = async (): Promise<Measured> => {
      const { "CPU ms/s": cpu } = await atRest(server.pid, { ...plan, watchMs: plan.roundMs });
      const { heapBytes, residentBytes } = await server.weigh();
      return {
        "CPU ms/s": cpu,
        "heap MB": heapBytes / 1e6,
        "RSS MB": residentBytes / 1e6,
        "heap kB each": (heapBytes - started.heapBytes) / 1e3 / plan.devices,
        "RSS kB each": (residentBytes - started.residentBytes) / 1e3 / plan.devices,
      };
    };
    await devices.connect(server.port, plan.devices);
    const connected = await state();
    await devices.hello();
    const greeted = await state();
    await devices.send();
    const sent = await state();
    return { [idleStates.connect]: connected, [idleStates.hello]: greeted, [idleStates.send]: sent };
  } finally {
    devices.close();
    await server.kill();
  }
}

/** The life of one system, and what it cost in each state. */
async function live(system: System, running: Running, plan: Plan, readings: Readings): Promise<States> {
  const states: Record<string, Measured> = { started: await atRest(running.pid, plan) };
  if (system.route.over === "http" || system.route.acks) {
    await fill(system, running, readings);
    states["after a million readings"] = await atRest(running.pid, plan);
  }
  return states;
}

async function atRest(pid: number, { settleMs, watchMs }: Plan) {
  await settle(pid, settleMs);
  const before = cpuOf(pid).all;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, watchMs));
  const cpu = ((cpuOf(pid).all - before) * 1_000) / (performance.now() - began);
  const { pssBytes, ownBytes } = memoryOf(pid);
  return { "PSS MB": pssBytes / 1e6, "own MB": ownBytes / 1e6, "CPU ms/s": cpu };
}
