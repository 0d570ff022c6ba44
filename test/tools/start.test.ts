/** The built hub as `npm start` runs it: what it says and how it ends. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { builtHub, HubProcess } from "../chaos/hub-process.ts";
import { childrenOf, isRunning } from "../support/processes.ts";
import { type Outcome, outcomeOf } from "./checkout.ts";

let folder: string;
const hubs: HubProcess[] = [];
const plain: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-start-"));
});
afterEach(async () => {
  for (const child of plain.splice(0)) child.kill("SIGKILL");
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  rmSync(folder, { recursive: true, force: true });
});

const data = () => join(folder, "data");
function start(flags: readonly string[] = []): HubProcess {
  const hub = new HubProcess({ data: data(), flags });
  hubs.push(hub);
  return hub;
}

/** Runs a hub that cannot start, and gives what it said. */
function tryStart(...flags: string[]): Promise<Outcome> {
  return outcomeOf(startPlain(...flags));
}

/** A hub whose log is for people. */
function startPlain(...flags: string[]): ChildProcessByStdio<null, Readable, Readable> {
  const argv = [builtHub, "--port", "0", "--data", data(), ...flags];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  plain.push(child);
  return child;
}

/** One sentence on standard error, no stack, and the exit code that says so. */
function expectSentence(outcome: Outcome, code: number): string {
  expect(outcome).toMatchObject({ code, stdout: "" });
  expect(outcome.stderr.trimEnd()).not.toMatch(/\n|\bat .+:\d+:\d+|Error:/);
  return outcome.stderr;
}

describe("a start that cannot be", () => {
  it("names the busy port and another one", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const words = expectSentence(await tryStart("--port", String(port)), 1);
    other.close();
    expect(words).toContain(`Port ${port} of 127.0.0.1 is in use by another program`);
    expect(words).toMatch(/npm start -- --port \d+/);
  });

  it("[F5] names the folder that another hub uses, and leaves that hub alone", async () => {
    const first = start();
    const url = await first.url();
    const words = expectSentence(await tryStart(), 1);
    expect(words).toContain(data());
    expect(words).toContain("--data");
    expect((await fetch(new URL("/health", url))).status).toBe(200);
  });

  it("names the folder that cannot be written", async () => {
    // A path below a file: whoever runs the tests, root included, cannot make a folder there.
    writeFileSync(join(folder, "file"), "");
    const words = expectSentence(await tryStart("--data", join(folder, "file", "data")), 1);
    expect(words).toContain(join(folder, "file", "data"));
    expect(words).toContain("--data");
  });

  it("[F29] refuses the database of a newer hub and leaves it as it is", async () => {
    const hub = start();
    await hub.url();
    hub.signal("SIGTERM");
    await hub.ended;
    const [name] = readdirSync(data()).filter((file) => versionOf(join(data(), file)) !== undefined);
    const database = join(data(), name ?? "");
    const opened = new Database(database);
    opened.pragma("user_version = 9999");
    opened.close();
    const words = expectSentence(await tryStart(), 1);
    expect(words).toContain("newer");
    expect(versionOf(database)).toBe(9999);
  });

  it("names the host that is not this machine's", async () => {
    expect(expectSentence(await tryStart("--host", "192.0.2.1", "--open"), 1)).toContain(
      "192.0.2.1 is not an address of this",
    );
  });

  it("names the setting that is wrong, and ends with 2", async () => {
    expect(expectSentence(await tryStart("--commit-delay", "soon"), 2)).toContain('--commit-delay cannot be "soon"');
  });
});

/** The format version of a store's database; undefined where the file is none. */
function versionOf(file: string): number | undefined {
  if (!file.endsWith(".db") && !file.endsWith(".sqlite")) return undefined;
  const database = new Database(file, { readonly: true });
  const version = database.pragma("user_version", { simple: true }) as number;
  database.close();
  return version > 0 ? version : undefined;
}

describe("the built hub", () => {
  it("takes a reading over the socket, answers it over HTTP, serves the page, and ends with 0 on SIGTERM", async () => {
    const hub = start();
    const url = await hub.url();
    const socket = new WebSocket(new URL("/ws", url.replace("http", "ws")));
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "reading", device: "built", metric: "works", value: 42 }));
    const [answer] = await once(socket, "message");
    expect(JSON.parse(String(answer))).toEqual({ type: "ack", stored: 1 });
    const readings = await fetch(new URL("/api/v1/readings?device=built&metric=works", url));
    expect(await readings.json()).toMatchObject({ device: "built", metric: "works", values: [42] });

    const page = await fetch(url);
    expect(page.headers.get("content-type")).toContain("text/html");
    const [, script = ""] = /<script[^>]+src="([^"]+)"/.exec(await page.text()) ?? [];
    const code = await fetch(new URL(script, url));
    expect(code.status).toBe(200);
    expect(code.headers.get("content-type")).toContain("javascript");

    const closed = once(socket, "close");
    hub.signal("SIGTERM");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    const [closeCode] = await closed;
    expect([1001, 1012]).toContain(closeCode);
  });

  it("prints one line with its address, for a person", async () => {
    const child = startPlain();
    const ended = outcomeOf(child);
    const [bytes] = await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(String(bytes)).toMatch(/^The hub listens on http:\/\/localhost:\d+ and keeps its readings in .+\n/);
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("[F22] takes the second of two quick Ctrl-C for the first one's echo", async () => {
    const hub = start();
    await hub.url();
    hub.signal("SIGINT");
    hub.signal("SIGINT");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
  });

  it("outlives whoever read its log", async () => {
    const child = startPlain();
    const [bytes] = await once(child.stdout, "data");
    const [url = ""] = /http:\S+/.exec(String(bytes)) ?? [];
    child.stdout.destroy();
    child.stderr.destroy();
    // A device that comes and goes is worth a line; the hub must live through writing it.
    const socket = new WebSocket(new URL("/ws", url.replace("http", "ws")));
    await once(socket, "open");
    socket.send("Hello Server");
    await once(socket, "message");
    socket.terminate();
    expect((await fetch(new URL("/health", url))).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

/** A hub with companions may be slow to have them on a busy machine. */
const within = { timeout: 60_000, interval: 50 };

async function devicesOf(url: string): Promise<{ device: string; state: string }[]> {
  const answer = await fetch(new URL("/api/v1/devices?limit=1000", url));
  return ((await answer.json()) as { devices: { device: string; state: string }[] }).devices;
}

async function self(url: string): Promise<{ device: string; state: string } | undefined> {
  return (await devicesOf(url)).find(({ device }) => device.startsWith("computer/"));
}

describe("--demo", () => {
  it("[S9] runs a fleet and the watch on this computer beside the hub, which go when the hub is killed", async () => {
    const hub = start(["--demo"]);
    const url = await hub.url();
    await expect.poll(() => self(url), within).toMatchObject({ state: "online" });
    await expect.poll(async () => (await devicesOf(url)).length, within).toBeGreaterThan(1);
    const companions = childrenOf(hub.pid);
    expect(companions).toHaveLength(2);
    await hub.kill();
    await expect.poll(() => companions.filter(isRunning), within).toEqual([]);
  });
});

describe("--self", () => {
  async function companionOf(hub: HubProcess): Promise<number> {
    await hub.url();
    await expect.poll(() => childrenOf(hub.pid), within).toHaveLength(1);
    return childrenOf(hub.pid)[0] as number;
  }

  it("[S9] makes this computer and the hub on it a device, and ends with the hub, whose end is not held up", async () => {
    const hub = start(["--self"]);
    const url = await hub.url();
    await expect.poll(() => self(url), within).toMatchObject({ state: "online" });
    const latest = async () => {
      const answer = await fetch(new URL("/api/v1/latest?metric=hub-*", url));
      const body = (await answer.json()) as { latest: { metric: string; value: number }[] };
      return Object.fromEntries(body.latest.map(({ metric, value }) => [metric, value]));
    };
    await expect.poll(async () => Object.keys(await latest()), within).toContain("hub-cpu");
    const { "hub-memory": memory, "hub-uptime": uptime, "hub-cpu": cpu } = await latest();
    expect(memory).toBeGreaterThan(20);
    expect(memory).toBeLessThan(2_000);
    expect(uptime).toBeLessThan(1);
    expect(cpu).toBeGreaterThanOrEqual(0);
    const companion = await companionOf(hub);
    hub.signal("SIGTERM");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    expect(isRunning(companion)).toBe(false);
  });

  it("[S9] ends when the hub is killed, be it before the companion is at work", async () => {
    const hub = start(["--self"]);
    const companion = await companionOf(hub);
    hub.signal("SIGKILL");
    await expect.poll(() => isRunning(companion), within).toBe(false);
  });

  it("[S9] goes on without it where it is killed, and starts it again; one that does not answer holds nothing up", async () => {
    const hub = start(["--self"]);
    const url = await hub.url();
    await expect.poll(() => self(url), within).toMatchObject({ state: "online" });
    const companion = await companionOf(hub);
    process.kill(companion, "SIGSTOP");
    expect((await fetch(new URL("/health", url))).status).toBe(200);
    process.kill(companion, "SIGKILL");
    await expect
      .poll(() => hub.lines.some((line) => line.includes("the watch on this computer ended")), within)
      .toBe(true);
    await expect.poll(() => childrenOf(hub.pid).filter((pid) => pid !== companion), within).toHaveLength(1);
    await expect.poll(() => self(url), within).toMatchObject({ state: "online" });
  });

  it("[S9] needs no token on the machine of a hub that asks others for one", async () => {
    const hub = start(["--self", "--lan"]);
    const url = await hub.url();
    await expect.poll(() => self(url), within).toMatchObject({ state: "online" });
  });
});
