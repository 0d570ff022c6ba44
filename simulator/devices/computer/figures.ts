/** Which figures of a computer are told, how often, and how each comes of what the machine says. */
import type { MetricMeta } from "../../../server/protocol/index.ts";
import { round } from "../../model.ts";
import type { Machine, Usage } from "./machine.ts";
import { Rates } from "./rates.ts";

/** Figures that cost next to nothing. */
export const usualMs = 2_000;

/** Those for which the library starts programs. */
const trafficMs = 4_000;

/** Those that hardly change. */
const slowMs = 10_000;

const giB = 1024 ** 3;
const miB = 1024 ** 2;
const hourMs = 3_600_000;

/** By metric, without those that have no figure yet. Undefined: the machine cannot tell them. */
export type Figures = Readonly<Record<string, number>> | undefined;

/** Figures that are asked together. */
export interface Question {
  readonly everyMs: number;
  readonly metrics: Readonly<Record<string, MetricMeta>>;
  /** The answer may never come, and may be a refusal. */
  ask(): Promise<Figures>;
}

/** `part` of `whole` in %; undefined where that makes no sense. */
function percent(part: number, whole: number): number | undefined {
  const share = (100 * part) / whole;
  return whole > 0 && share >= 0 && share <= 100 ? round(share, 1) : undefined;
}

const share: MetricMeta = { unit: "%", decimals: 1, min: 0, max: 100 };
const hours: MetricMeta = { unit: "h", decimals: 2, min: 0 };
const traffic: MetricMeta = { unit: "kB/s", decimals: 1, min: 0 };

/** A share that is good until `warnFrom` and bad from `alarmFrom` on. */
function filling(label: string, warnFrom: number, alarmFrom: number): MetricMeta {
  const zones: MetricMeta["zones"] = [
    { to: warnFrom, level: "ok" },
    { from: warnFrom, to: alarmFrom, level: "warn", label: "nearly full" },
    { from: alarmFrom, level: "alarm", label: "full" },
  ];
  return { label, ...share, zones };
}

function processors(machine: Machine): Question {
  const rates = new Rates(machine.monotonic);
  return {
    everyMs: usualMs,
    metrics: { cpu: { label: "CPU", ...share } },
    async ask() {
      const found = rates.since(machine.processors());
      if (!found) return undefined;
      const [busy = 0, idle = 0] = found;
      const cpu = percent(busy, busy + idle);
      return cpu === undefined ? {} : { cpu };
    },
  };
}

function load(machine: Machine): Question {
  return {
    everyMs: usualMs,
    metrics: { load: { label: "Load, 1 min", decimals: 2, min: 0 } },
    async ask() {
      const found = machine.load();
      return found === undefined ? undefined : { load: round(found, 2) };
    },
  };
}

function memory(machine: Machine): Question {
  return {
    everyMs: usualMs,
    metrics: {
      memory: filling("Memory used", 90, 97),
      "memory-free": { label: "Memory free", unit: "GiB", decimals: 2, min: 0 },
    },
    async ask() {
      const { total, taken } = await machine.memory();
      const used = percent(taken, total);
      return used === undefined ? undefined : { memory: used, "memory-free": round((total - taken) / giB, 2) };
    },
  };
}

function disk(machine: Machine): Question {
  return {
    everyMs: slowMs,
    metrics: {
      disk: filling("Disk used", 85, 95),
      "disk-free": { label: "Disk free", unit: "GB", decimals: 1, min: 0 },
    },
    async ask() {
      const { used, available } = await machine.disk();
      const full = percent(used, used + available);
      return full === undefined ? undefined : { disk: full, "disk-free": round(available / 1e9, 1) };
    },
  };
}

/** Two counters of bytes, told as rates. */
function flow(
  machine: Machine,
  ask: "diskTraffic" | "networkTraffic",
  labels: Readonly<Record<string, string>>,
): Question {
  const rates = new Rates(machine.monotonic);
  const names = Object.keys(labels);
  return {
    everyMs: trafficMs,
    metrics: Object.fromEntries(names.map((name) => [name, { label: labels[name], ...traffic }])),
    async ask() {
      const found = rates.since(await machine[ask]());
      return found && Object.fromEntries(found.map((bytes, index) => [names[index], round(bytes / 1_000, 1)]));
    },
  };
}

function temperature(machine: Machine): Question {
  const zones: MetricMeta["zones"] = [
    { to: 80, level: "ok" },
    { from: 80, to: 95, level: "warn", label: "hot" },
    { from: 95, level: "alarm", label: "too hot" },
  ];
  return {
    everyMs: slowMs,
    metrics: { temperature: { label: "CPU temperature", unit: "°C", decimals: 1, min: 0, max: 110, zones } },
    async ask() {
      const found = await machine.temperature();
      // Exactly 0 is what the library makes of a sensor that it cannot read.
      const sound = found !== undefined && found !== 0 && found > -60 && found < 150;
      return sound ? { temperature: round(found, 1) } : undefined;
    },
  };
}

function uptime(machine: Machine): Question {
  return {
    everyMs: slowMs,
    metrics: { uptime: { label: "Up for", ...hours } },
    ask: async () => ({ uptime: round(machine.uptimeMs() / hourMs, 2) }),
  };
}

/** The hub beside this process. Its CPU is that of one processor: 200 % are two at work. */
function hub(machine: Machine, usage: () => Promise<Usage>): Question {
  const rates = new Rates(machine.monotonic);
  return {
    everyMs: usualMs,
    metrics: {
      "hub-cpu": { label: "Hub's CPU", unit: "%", decimals: 1, min: 0 },
      "hub-memory": { label: "Hub's memory", unit: "MiB", decimals: 0, min: 0 },
      "hub-uptime": { label: "Hub up for", ...hours },
    },
    async ask() {
      const { cpuMs, residentBytes, uptimeMs } = await usage();
      const [msPerSecond] = rates.since({ from: "hub", counts: [cpuMs] }) ?? [];
      return {
        ...(msPerSecond === undefined ? {} : { "hub-cpu": round(msPerSecond / 10, 1) }),
        "hub-memory": round(residentBytes / miB, 1),
        "hub-uptime": round(uptimeMs / hourMs, 2),
      };
    },
  };
}

/** All that is asked. `hubUsage`: where this process runs beside a hub, what that has used. */
export function questions(machine: Machine, hubUsage?: () => Promise<Usage>): Question[] {
  return [
    processors(machine),
    load(machine),
    memory(machine),
    disk(machine),
    flow(machine, "diskTraffic", { "disk-read": "Disk read", "disk-write": "Disk written" }),
    flow(machine, "networkTraffic", { "network-in": "Network received", "network-out": "Network sent" }),
    temperature(machine),
    uptime(machine),
    ...(hubUsage ? [hub(machine, hubUsage)] : []),
  ];
}
