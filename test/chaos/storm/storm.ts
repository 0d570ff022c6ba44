/** A reconnect storm: every device is cut at once by a restart of the hub, and comes back by itself. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { HubProcess } from "../hub-process.ts";
import type { ChaosWorld } from "../world.ts";
import type { Back, StormOrder } from "./devices.ts";

/** Devices of one process: each is a socket and a client, and a process may open so many files. */
const perProcess = 2_500;

export interface Storm {
  readonly devices: number;
  /** How the hub goes. */
  readonly signal: "SIGKILL" | "SIGTERM";
  /** Time between two readings of a device, ms. */
  readonly everyMs: number;
}

/** Times since the hub was told to go, ms. */
export interface StormReport {
  readonly hubUpMs: number;
  readonly welcome: Quantiles;
  readonly resent: Quantiles;
  readonly readings: number;
  /** Acknowledged and not there. */
  readonly lost: number;
  /** There and never sent. */
  readonly phantom: number;
  /** Stored a second time by the hub that came back. */
  readonly doubled: number;
  /** Connections that the door of the hub that came back refused; each came again. */
  readonly refusedAtDoor: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly last: number;
}

/** @param say tells whoever waits how far it is */
export async function runStorm(
  world: ChaosWorld,
  { devices, signal, everyMs }: Storm,
  say: (line: string) => void = () => {},
): Promise<StormReport> {
  const hub = world.startHub();
  const url = await hub.url();
  const processes: DeviceProcess[] = [];
  try {
    for (let from = 0; from < devices; from += perProcess) {
      const each = new DeviceProcess();
      processes.push(each);
      await each.order({
        do: "open",
        url: `${url.replace("http", "ws")}/ws`,
        from,
        count: Math.min(perProcess, devices - from),
        everyMs,
      });
    }
    say(`${devices} devices are connected`);
    // Each process says that it is ready before the first of its devices is cut.
    for (const each of processes) await each.order({ do: "storm" });
    const startMs = performance.now();
    hub.signal(signal);
    const coming = Promise.all(processes.map((each) => each.next() as Promise<Back>));
    await hub.ended;
    const again = world.startHub({ flags: ["--port", new URL(url).port] });
    await again.url();
    const hubUpMs = performance.now() - startMs;
    say(`${signal}: the hub is back after ${Math.round(hubUpMs)} ms`);
    const back = await coming;
    say("all are back");
    const sent = new Map<string, number>();
    for (const each of processes)
      for (const [device, count] of (await each.order({ do: "settle" })) as [string, number][]) sent.set(device, count);
    return {
      hubUpMs,
      welcome: quantiles(back.flatMap(({ welcomeMs }) => welcomeMs)),
      resent: quantiles(back.flatMap(({ resentMs }) => resentMs)),
      ...(await verdict(again, sent)),
    };
  } finally {
    for (const each of processes) each.end();
  }
}

/** A child that obeys one order after the other. */
class DeviceProcess {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("devices.ts", import.meta.url)), {
    execArgv: ["--import", "tsx/esm"],
  });
  readonly #failed: Promise<never> = once(this.#child, "exit").then(([code]) => {
    throw new Error(`a process of devices ended with ${code}`);
  });

  constructor() {
    this.#failed.catch(() => {});
  }

  order(order: StormOrder): Promise<unknown> {
    const answer = this.next();
    this.#child.send(order);
    return answer;
  }

  async next(): Promise<unknown> {
    const [answer] = await Promise.race([once(this.#child, "message"), this.#failed]);
    return answer;
  }

  end(): void {
    this.#child.kill();
  }
}

/** What the hub has, held against what was sent: all of it was acknowledged in the end. */
async function verdict(hub: HubProcess, sent: ReadonlyMap<string, number>) {
  const url = await hub.url();
  const ask = async (path: string) => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const found = new Map<string, number>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = (await ask(
      `series?device=storm/*&limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )) as {
      series: { device: string; count: number }[];
      next: string | null;
    };
    for (const { device, count } of page.series) found.set(device, count);
    cursor = page.next;
  }
  let [readings, lost, phantom] = [0, 0, 0];
  for (const [device, count] of sent) {
    const there = found.get(device) ?? 0;
    readings += count;
    lost += Math.max(0, count - there);
    phantom += Math.max(0, there - count);
  }
  const status = (await ask("status")) as {
    readings: { overwritten: number };
    door: { refused: Readonly<Record<string, number>> };
  };
  const refusedAtDoor = Object.values(status.door.refused).reduce((sum, count) => sum + count, 0);
  return { readings, lost, phantom, doubled: status.readings.overwritten, refusedAtDoor };
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), last: at(1) };
}
