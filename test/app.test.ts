import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../server/app.ts";
import { makeConfig } from "../server/config.ts";
import { type Log, silentLog, systemClock } from "../server/ports.ts";
import { MemoryData } from "../server/store/memory/data.ts";
import { MemoryStore } from "../server/store/memory/memory-store.ts";
import { StoreError, StoreOpenError } from "../server/store/store.ts";
import { builtStoreWorker } from "./support/built.ts";
import { FakeClock } from "./support/fake-clock.ts";

const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "hub-app-"));
  folders.push(made);
  return made;
}

function start(port: number, data: string, dashboardFolder?: string, log: Log = silentLog, minFreeBytes = 0) {
  const fatal = (error: unknown) => {
    throw error;
  };
  return createApp(
    makeConfig({ port, data, minFreeBytes }),
    { clock: systemClock, log },
    { onFatal: fatal, storeWorkerUrl: builtStoreWorker(), ...(dashboardFolder ? { dashboardFolder } : {}) },
  );
}

describe("createApp", () => {
  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true });
  });

  it("on a busy port rejects as listen does, and leaves the data free", async () => {
    const data = await folder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(start(port, data)).rejects.toMatchObject({ code: "EADDRINUSE" });
    const app = await start(0, data);
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
    await app.stop();
    other.close();
  });

  it("after a fault of the process says that it is down, and tells who ends it once", async () => {
    const fatal: unknown[] = [];
    const app = await createApp(
      makeConfig({ port: 0, data: await folder(), minFreeBytes: 0 }),
      { clock: systemClock, log: silentLog },
      { onFatal: (error) => fatal.push(error), storeWorkerUrl: builtStoreWorker() },
    );
    const fault = new Error("of a frame");
    app.fail(fault);
    app.fail(new Error("of the next one"));
    expect(fatal).toEqual([fault]);
    expect((await fetch(`${app.url}/health`)).status).toBe(503);
    await app.stop();
  });

  it("refuses data that another hub holds, and takes them once that one stopped; stopping twice is stopping once", async () => {
    const data = await folder();
    const first = await start(0, data);
    await expect(start(0, data)).rejects.toBeInstanceOf(StoreOpenError);
    await Promise.all([first.stop(), first.stop()]);
    await expect(fetch(`${first.url}/health`)).rejects.toThrow();
    const second = await start(0, data);
    await second.stop();
  });

  it("goes on where a connection could not be accepted, for want of open files, and says so", async () => {
    let server: EventEmitter | undefined;
    const look = (message: unknown) => {
      server = (message as { server: EventEmitter }).server;
    };
    const warnings: string[] = [];
    const app = await start(0, await folder(), undefined, { ...silentLog, warn: (text) => void warnings.push(text) });
    subscribe("http.server.request.start", look);
    await fetch(`${app.url}/health`);
    unsubscribe("http.server.request.start", look);
    // As Node tells it.
    server?.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE", syscall: "accept" }));
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
    expect(warnings).toEqual([expect.stringContaining("connection")]);
    await app.stop();
  });

  it("[F4] says from its first answer on that the disk has no room and readings are refused", async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (text: string) => void warnings.push(text) };
    const app = await start(0, await folder(), undefined, log, Number.MAX_SAFE_INTEGER);
    const health = (await (await fetch(`${app.url}/health`)).json()) as object;
    const reason = expect.stringMatching(
      /^The disk of the data has [\d.]+ [MG]B free, less than .* \(--min-free\): readings are/,
    );
    expect(health).toEqual({ status: "degraded", reason });
    expect(warnings).toEqual([reason]);
    await app.stop();
  });

  it("[F4] notes that readings were refused for want of room until a look finds some, whoever sends then", async () => {
    const store = new MemoryStore(new MemoryData());
    let diskFreeBytes = 0;
    const stats = store.stats.bind(store);
    store.stats = async () => ({ ...(await stats()), diskFreeBytes });
    const append = store.append.bind(store);
    store.append = async (batch) => {
      if (diskFreeBytes === 0) throw new StoreError("storage_full", "no room");
      return append(batch);
    };
    const clock = new FakeClock();
    const app = await createApp(
      makeConfig({ port: 0, data: await folder(), minFreeBytes: 1 }),
      { clock, log: silentLog },
      { store, onFatal: () => {} },
    );
    const body = JSON.stringify({ device: "a", readings: [{ metric: "m", value: 1 }] });
    const headers = { "Content-Type": "application/json" };
    const { status } = await fetch(`${app.url}/api/v1/readings`, { method: "POST", headers, body });
    expect(status).toBe(507);
    diskFreeBytes = 2;
    for (let seconds = 0; seconds < 90; seconds++) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const told = (await store.readPresence(" ")).map(({ state, atMs }) => [state, atMs - new FakeClock().now()]);
    expect(told).toEqual([
      ["refusing", 0],
      ["taking", 1_000],
    ]);
    await app.stop();
  });

  it("gives the page to who asks for it, and never to who sends something: readings sent there would look stored", async () => {
    const page = await folder();
    await writeFile(join(page, "index.html"), "<!doctype html>");
    const app = await start(0, await folder(), page);
    for (const method of ["GET", "HEAD"]) expect((await fetch(app.url, { method })).status).toBe(200);
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await fetch(app.url, { method });
      expect(answer.status, method).toBe(404);
      const { message } = (await answer.json()) as { message: string };
      expect(message).toContain(`Nothing at / takes ${method}.`);
      expect(message).toContain("/api/v1/readings");
    }
    await app.stop();
  });
});
