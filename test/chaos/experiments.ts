/**
 * What is done to a hub to see whether it keeps the promise: each takes the program of a hub, and answers the faults that
 * it saw. A sound hub has none; each mutant has some, in the experiment that is made for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import WebSocket from "ws";
import type { Random } from "../../simulator/random.ts";
import { check } from "./checker.ts";
import { judgeSyncOrder, type SyncOrder, seqBase, tracedDevice, tracedSession } from "./sync-order.ts";
import { Watcher } from "./watcher.ts";
import { ChaosWorld } from "./world.ts";

/** Arguments of node that start a hub. */
export type Program = readonly string[];

/** Kinds of faults with how often each was seen. */
export type Faults = Readonly<Record<string, number>>;

export const faultCount = (faults: Faults): number => Object.values(faults).reduce((sum, count) => sum + count, 0);

/** Kills a hub at most `kills` times while it is written to, and reads back before anything is sent again; ends at the first fault. */
export async function killing(program: Program, random: Random, kills: number): Promise<Faults> {
  const world = new ChaosWorld();
  const { fleet } = world;
  try {
    for (let round = 0; ; round++) {
      const hub = world.startHub({ program, flags: ["--journal-budget", "256kB"] });
      const url = await hub.url();
      if (round === kills) {
        fleet.connect(url);
        await fleet.settle();
      }
      const { lost, phantom, doubled, altered } = await check(url, fleet.lines);
      const faults = { lost, phantom, doubled, altered };
      if (round === kills || faultCount(faults) > 0) return faults;
      fleet.connect(url);
      await fleet.decidedMore(Math.floor(random.between(100, 400)));
      await hub.kill();
      fleet.disconnect();
    }
  } finally {
    await world.end();
  }
}

/** A viewer watches; after each of `kills` kills, and before anything is sent again, what it was shown must be there. */
export async function watching(
  program: Program,
  random: Random,
  kills: number,
): Promise<Faults & { readonly shown: number }> {
  const world = new ChaosWorld();
  const watcher = new Watcher();
  let missing = 0;
  try {
    for (let round = 0; round <= kills && missing === 0; round++) {
      const hub = world.startHub({ program });
      const url = await hub.url();
      missing += await watcher.missing(url);
      await watcher.connect(url);
      world.fleet.connect(url);
      await world.fleet.decidedMore(Math.floor(random.between(100, 400)));
      await hub.kill();
      world.fleet.disconnect();
      watcher.disconnect();
    }
    return { missing, shown: watcher.count };
  } finally {
    await world.end();
  }
}

/** Fills the disk under a hub that is being written to, then reads back what it acknowledged. Needs `unshare`. */
export async function filling(program: Program): Promise<Faults> {
  const world = new ChaosWorld();
  const { fleet } = world;
  try {
    const hub = world.startHub({ program, wrapper: world.smallDisk("48m"), flags: ["--min-free", "0"] });
    const url = await hub.url();
    fleet.connect(url);
    await fleet.decidedMore(200);
    const ballast = join(`/proc/${hub.pid}/root`, world.data, "ballast");
    try {
      writeFileSync(ballast, Buffer.alloc(64_000_000));
    } catch (error) {
      // The disk is to be full: that the ballast does not fit is the aim.
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
    // A hub that goes on acknowledging has long used up what it had left.
    await Promise.race([fleet.refused("storage_full"), fleet.decidedMore(5_000)]);
    rmSync(ballast);
    await fleet.settle();
    const { lost, phantom, doubled, altered } = await check(url, fleet.lines);
    return { lost, phantom, doubled, altered };
  } finally {
    await world.end();
  }
}

/** How traced devices send: frames of a socket, two under way of each, or requests (`POST readings`), one after the other. */
export type Way = "socket" | "request";

/** Traces a hub until four devices have `acks` acknowledgements together. Needs `strace`. */
export async function tracing(program: Program, way: Way, acks: number): Promise<SyncOrder> {
  const world = new ChaosWorld();
  const trace = join(world.folder, "trace");
  try {
    const hub = world.startHub({ program });
    const url = await hub.url();
    const tracer = await attach(hub.pid, trace);
    await Promise.all([1, 2, 3, 4].map((index) => senders[way](url, index, acks / 4)));
    hub.signal("SIGTERM");
    await Promise.all([hub.ended, once(tracer, "exit")]);
    return judgeSyncOrder(readFileSync(trace, "utf8"));
  } finally {
    await world.end();
  }
}

async function attach(pid: number, file: string): Promise<ChildProcess> {
  const calls = "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg,read";
  const flags = ["-f", "-yy", "-xx", "-s", "65536", "-o", file, "-e", calls, "-e", "signal=none"];
  const tracer = spawn("strace", [...flags, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: tracer.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      said.push(line);
      if (line.includes("attached")) resolve();
    });
    tracer.once("exit", () => reject(new Error(`strace ended: ${said.join("\n")}`)));
  });
  return tracer;
}

/** Sends frames of one reading, two under way at a time; resolves once `count` acknowledgements came. */
async function sendTraced(url: string, index: number, count: number): Promise<void> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "hello", device: tracedDevice(index), session: tracedSession }));
  let sent = 0;
  let decided = 0;
  let acks = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on("close", (code) => reject(new Error(`the hub closed a traced connection with ${code}`)));
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as { type: string; seq?: number };
      if (message.type === "error") reject(new Error(String(data)));
      if (message.type === "ack") {
        decided = (message.seq as number) - index * seqBase;
        acks += 1;
      }
      if (acks === count) return resolve();
      while (sent - decided < 2) {
        sent += 1;
        const readings = [{ metric: "level", value: sent, time: 1_700_000_000_000 + sent }];
        socket.send(JSON.stringify({ type: "readings", seq: index * seqBase + sent, readings }));
      }
    });
  });
  socket.removeAllListeners("close");
  socket.close();
}

/** Posts one reading after the other on one connection; resolves once `count` were answered. */
async function postTraced(url: string, index: number, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let sent = 1; sent <= count; sent++) {
    const readings = [{ metric: "level", value: sent, time: 1_700_000_000_000 + sent }];
    const body = { device: tracedDevice(index), session: tracedSession, seq: index * seqBase + sent, readings };
    const asked = request(`${url}/api/v1/readings`, { agent, method: "POST" });
    asked.end(JSON.stringify(body));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    await once(answer, "end");
    if (answer.statusCode !== 200) throw new Error(`the hub answered a traced request with ${answer.statusCode}`);
  }
  agent.destroy();
}

const senders = { socket: sendTraced, request: postTraced } as const satisfies Record<Way, unknown>;
