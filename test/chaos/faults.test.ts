/** Faults of the machine under a hub that is being written to, one real case each. The checker is that of the kills. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { check } from "./checker.ts";
import { SenderFleet } from "./fleet.ts";
import { HubProcess, type HubProcessOptions } from "./hub-process.ts";
import { has } from "./world.ts";

const nothingWrong = { lost: 0, phantom: 0, doubled: 0, altered: 0 };

let folder: string;
let fleet: SenderFleet;
const hubs: HubProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-fault-"));
  fleet = new SenderFleet(join(folder, "sent.jsonl"));
});

afterEach(async () => {
  fleet.disconnect();
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  rmSync(folder, { recursive: true, force: true });
});

function startHub(options: Partial<HubProcessOptions> = {}): HubProcess {
  const hub = new HubProcess({ data: join(folder, "data"), ...options });
  hubs.push(hub);
  return hub;
}

/** Starts the hub once more on the same data, lets the senders finish, and compares. */
async function checkAfterRestart(): Promise<void> {
  const url = await startHub().url();
  fleet.connect(url);
  await fleet.settle();
  expect(await check(url, fleet.lines)).toMatchObject(nothingWrong);
  expect(fleet.surprises).toEqual([]);
}

/** Lets every fsync of a running process fail; resolves once it is in place. `firstError` tells when it struck, ms. */
async function failSync(pid: number): Promise<{ tracer: ChildProcess; firstError: Promise<number> }> {
  const injection = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"];
  const tracer = spawn("strace", ["-f", "-ttt", ...injection, "-p", String(pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines = createInterface({ input: tracer.stderr as NodeJS.ReadableStream });
  const firstError = new Promise<number>((resolve) => {
    lines.on("line", (line) => {
      const struck = /(\d+\.\d+) f(?:data)?sync\(.*EIO/.exec(line);
      if (struck) resolve(Number(struck[1]) * 1000);
    });
  });
  await new Promise<void>((resolve) => lines.on("line", (line) => line.includes("attached") && resolve()));
  return { tracer, firstError };
}

describe("a sync that fails (F3)", () => {
  const missing = has("strace") ? undefined : "strace is not installed here, so no sync can be made to fail";
  it.skipIf(missing)(
    `[P22] ends the acknowledgements at once and the hub with them${missing ? `: ${missing}` : ""}`,
    async () => {
      const hub = startHub();
      fleet.connect(await hub.url());
      await fleet.decidedMore(200);
      const { firstError } = await failSync(hub.pid);
      const struckAt = await firstError;
      const { code } = await hub.ended;
      const lateAcks = fleet.lines.filter((line) => performance.timeOrigin + line.lastAckAtMs > struckAt + 250);
      expect(lateAcks.map((line) => line.device)).toEqual([]);
      expect(code).toBeGreaterThan(0);
      expect(hub.lines.join("\n")).toMatch(/disk|sync/i);
      await checkAfterRestart();
    },
  );
});

describe("a disk that fills up (F4)", () => {
  const missing = process.platform === "linux" && has("unshare") ? undefined : "needs mount namespaces of Linux";
  const inNamespace = (data: string): string[] => [
    ...["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=48m tmpfs "$0" && exec "$@"', data],
  ];

  it.skipIf(missing).each([
    { what: "below --min-free", minFree: "16MB", ballastBytes: 36_000_000 },
    { what: "to the last byte", minFree: "0", ballastBytes: 64_000_000 },
  ])(
    `refuses with storage_full $what, answers questions, and goes on by itself${missing ? `: ${missing}` : ""}`,
    async ({ minFree, ballastBytes }) => {
      const data = join(folder, "data");
      mkdirSync(data);
      const hub = startHub({ wrapper: inNamespace(data), flags: ["--min-free", minFree] });
      const url = await hub.url();
      fleet.connect(url);
      await fleet.decidedMore(200);
      const ballast = join(`/proc/${hub.pid}/root`, data, "ballast");
      try {
        writeFileSync(ballast, Buffer.alloc(ballastBytes));
      } catch (error) {
        // The disk is to be full: that the ballast does not fit is the aim.
        expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
      }
      await fleet.refused("storage_full");
      expect((await fetch(`${url}/api/v1/status`)).status).toBe(200);
      expect((await check(url, fleet.lines)).lost).toBe(0);
      rmSync(ballast);
      await fleet.decidedMore(200);
      await fleet.settle();
      expect(await check(url, fleet.lines)).toMatchObject(nothingWrong);
      expect(fleet.surprises).toEqual([]);
    },
  );
});

describe("SIGTERM under load (F22)", () => {
  it("[P40] drains, closes with a code that says come back, and exits 0 within 10 s", async () => {
    const hub = startHub();
    fleet.connect(await hub.url());
    await fleet.decidedMore(300);
    // Every line may have been answered in this very moment.
    while (!fleet.isWriting()) await fleet.decidedMore(1);
    const askedAt = performance.now();
    hub.signal("SIGTERM");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(10_000);
    await fleet.closed();
    for (const line of fleet.lines) expect([1001, 1012]).toContain([...line.closedWith][0]);
    await checkAfterRestart();
  });
});

describe("a writer thread that dies (F23)", () => {
  it("[P29] costs no acknowledged reading and no connection: it is back within a second and what was undecided comes again", async () => {
    const workers: Worker[] = [];
    const collect = (worker: Worker): void => void workers.push(worker);
    process.on("worker", collect);
    onTestFinished(() => void process.off("worker", collect));
    const config = makeConfig({ port: 0, data: join(folder, "data") });
    const fatal: unknown[] = [];
    const hub = await createApp(
      config,
      { clock: systemClock, log: silentLog },
      { onFatal: (error) => fatal.push(error) },
    );
    const running = workers.splice(0);
    expect(running.length).toBeGreaterThan(0);
    fleet.connect(hub.url);
    await fleet.decidedMore(200);
    // Whichever of them writes: all die, as they would if the machine ran out of memory.
    const diedAt = performance.now();
    await Promise.all(running.map((worker) => worker.terminate()));
    await fleet.decidedMore(200);
    // A second on a machine at rest; without the new worker it would never be.
    expect(performance.now() - diedAt).toBeLessThan(60_000);
    expect(workers.length).toBeGreaterThan(0);
    expect(fleet.lines.flatMap((line) => [...line.closedWith])).toEqual([]);
    await fleet.settle();
    expect(await check(hub.url, fleet.lines)).toMatchObject(nothingWrong);
    expect(fleet.surprises).toEqual([]);
    expect(fatal).toEqual([]);
    fleet.disconnect();
    await hub.stop();
  });
});
