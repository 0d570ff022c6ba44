/** Loads that nobody should ask for, and hubs that are not there: what is told must be so all the same. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Frames } from "../../simulator/load/frames.ts";
import { Generator } from "../../simulator/load/generator.ts";
import { HttpSender } from "../../simulator/load/http-sender.ts";
import { runLoad } from "../../simulator/load/load.ts";
import { type LoadOptions, readDashboardsOptions, readLoadOptions } from "../../simulator/load/options.ts";
import { reportText } from "../../simulator/load/report.ts";
import type { Sender } from "../../simulator/load/sender.ts";
import { Tally } from "../../simulator/load/tally.ts";
import { programArgs } from "../support/built.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();

const usual = {
  prefix: "load",
  connections: 2,
  rate: 100,
  frame: 1,
  metrics: 1,
  window: 32,
  duration: 300,
  json: false,
} as const;

function load(options: Partial<LoadOptions> & { url: string }, stopped = new AbortController().signal) {
  const address = options.url.replace("http", "ws");
  const url = address.endsWith("/ws") ? address : `${address}/ws`;
  return runLoad({ form: "rows", ...usual, ...options, url }, { WebSocket, onLine: () => {}, stopped });
}

/** A program of the simulator, to its end. */
async function run(
  program: Parameters<typeof programArgs>[0],
  ...flags: string[]
): Promise<{ code: number; out: string; errors: string }> {
  const child = spawn(process.execPath, [...programArgs(program), ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, errors, [code]] = await Promise.all([
    buffer(child.stdout).then(String),
    buffer(child.stderr).then(String),
    once(child, "close"),
  ]);
  return { code, out, errors };
}

/** A sender whose window is always full. */
class Stuck implements Sender {
  readonly open = true;
  readonly pending = 0;
  asked = 0;
  start(): void {}
  close(): void {}
  send(): boolean {
    this.asked++;
    return false;
  }
}

describe("a load run that asks for too much", () => {
  it("is not held up by frames that nobody can send", async () => {
    const senders = [new Stuck(), new Stuck(), new Stuck()];
    const tally = new Tally();
    const generator = new Generator(senders, { framesPerSecond: 1e7, tally });
    generator.connect();
    generator.begin();
    await expect.poll(() => tally.framesHeldBack).toBeGreaterThan(100_000);
    generator.end();
    const asked = senders.reduce((sum, one) => sum + one.asked, 0);
    expect(asked).toBeLessThan(tally.framesHeldBack / 100);
  });

  it("keeps the times of its readings in the present, or begins them in the past", async () => {
    const hub = await open();
    // 2,000 frames a second of one device, as many ms: its clock would run ahead of the hub's.
    const report = await load({ url: hub.url, connections: 1, rate: 2_000, frame: 1, metrics: 10 });
    expect(report.acknowledged).toBe(report.sent);
    const { body } = await hub.http("GET", "series");
    for (const { firstTime } of body.series as { firstTime: number }[])
      expect(firstTime).toBeLessThan(Date.now() - 300 * 86_400_000);
  });

  it("has all its metrics where a frame of columns holds fewer", () => {
    const frames = new Frames({ device: "load/1", form: "samples", frameReadings: 2, metrics: 5, fromMs: undefined });
    const seen = new Set<string>();
    for (let seq = 1; seq <= 5; seq++)
      for (const metric of Object.keys(JSON.parse(frames.next(seq, "")).values)) seen.add(metric);
    expect([...seen].sort()).toEqual(["m0", "m1", "m2", "m3", "m4"]);
  });

  it("says which flag makes a frame too big", async () => {
    const hub = await open({ limits: { frameBytes: 16_384 } });
    const report = await load({ url: hub.url, frame: 2_000, rate: 2_000 });
    expect(report).toMatchObject({ acknowledged: 0, rejected: 0 });
    expect(report.unacknowledged).toBe(report.sent);
    expect(report.trouble).toMatch(/too big.*--frame/);
  });

  it("says a rate below one a second", async () => {
    const hub = await open();
    const report = await load({ url: hub.url, rate: 0.25 });
    expect(reportText(report)).toMatch(/^asked +2 connections, rows, 0.25 readings\/s$/m);
  });
});

describe("a load run that is disturbed", () => {
  it("tells that it ended early where another load takes its devices over", async () => {
    const hub = await open();
    const end = new AbortController();
    const first = load({ url: hub.url, duration: 60_000 }, end.signal);
    await expect.poll(async () => (await hub.http("GET", "series")).body.series).not.toEqual([]);
    const second = load({ url: hub.url, duration: 60_000 }, end.signal);
    const report = await first;
    end.abort();
    await second;
    expect(report.endedEarly).toMatch(/newer connection/);
    expect(reportText(report)).toMatch(/^ended early +.*another load.*--prefix/m);
  });

  it("leaves another load alone whose devices have a prefix of their own", async () => {
    const hub = await open();
    const reports = await Promise.all([load({ url: hub.url }), load({ url: hub.url, prefix: "load/b" })]);
    expect(reports).toMatchObject([{ reconnects: 0 }, { reconnects: 0 }]);
    const { devices } = (await hub.http("GET", "devices")).body as { devices: { device: string }[] };
    expect(devices.map(({ device }) => device).sort()).toEqual(["load/1", "load/2", "load/b/1", "load/b/2"]);
  });

  it("refuses a prefix that no device's id may have", () => {
    expect(readLoadOptions(["--load", "--prefix", "a/b"])).toMatchObject({ options: { prefix: "a/b" } });
    for (const prefix of ["", "a b", "a/", "..", "a/./b", "x".repeat(125)])
      expect(readLoadOptions(["--load", "--prefix", prefix])).toEqual({ exitCode: 2 });
  });

  it("tells how many of its connections came about", async () => {
    const hub = await open();
    const report = await load({ url: hub.url });
    expect(report.connected).toBe(2);
    expect(reportText({ ...report, connected: 1 })).toMatch(/^connected +1 of 2$/m);
  });

  it("http: says so where no hub is", async () => {
    await expect(load({ url: "http://127.0.0.1:9", form: "http" })).rejects.toThrow(/ECONNREFUSED|EACCES|ENOTFOUND/);
  });

  it("http: counts what is on its way when it ends", async () => {
    const silent = createServer(() => {});
    await once(silent.listen(0, "127.0.0.1"), "listening");
    const tally = new Tally();
    const { port } = silent.address() as AddressInfo;
    const frames = new Frames({ device: "load/1", form: "http", frameReadings: 10, metrics: 1, fromMs: undefined });
    const url = `http://127.0.0.1:${port}/`;
    const options = { url, device: "load/1", token: undefined, frames, frameReadings: 10, window: 1, tally };
    const sender = new HttpSender({ ...options, onReady: () => {} }, { request, agent: new Agent() });
    sender.opened();
    expect(sender.send(0)).toBe(true);
    sender.close();
    expect(tally).toMatchObject({ sent: 10, unacknowledged: 10 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(tally.unacknowledged).toBe(10);
    silent.close();
    silent.closeAllConnections();
  });
});

describe("npm run load:dashboards, used wrongly", () => {
  it("says at once what the hub does not like about a selector", async () => {
    const hub = await open();
    const { code, errors } = await run(
      "simulator/load-dashboards",
      "--url",
      hub.url,
      "--viewers",
      "3",
      "--devices",
      "a b",
    );
    expect(errors).toMatch(/invalid_name: .*"a b" is not a selector/);
    expect(code).toBe(1);
  });

  it("says why no hub answers", async () => {
    const { code, errors } = await run("simulator/load-dashboards", "--url", "http://127.0.0.1:9", "--viewers", "3");
    expect(errors).toMatch(/ECONNREFUSED|EACCES|ENOTFOUND/);
    expect(code).toBe(1);
  });

  it.each(["0", "60d"])("takes no --probe-every of %s", (time) => {
    expect(readDashboardsOptions(["--probe-every", time])).toEqual({ exitCode: 2 });
  });
});
