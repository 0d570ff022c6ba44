import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { programArgs } from "../support/built.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { Queue } from "./queue.ts";

/** The simulator as `npm run simulate` runs it, its lines awaited one by one. */
class Simulator {
  readonly child: ChildProcess;
  readonly out = new Queue<string>();
  readonly errors = new Queue<string>();
  /** Exit code, and the last line on standard output. */
  readonly ended: Promise<{ code: number | null; last: string }>;

  constructor(...options: string[]) {
    this.child = spawn(process.execPath, [...programArgs("simulator/main"), ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let last = "";
    for (const [stream, queue] of [
      [this.child.stdout, this.out],
      [this.child.stderr, this.errors],
    ] as const) {
      if (!stream) throw new Error("no pipe");
      createInterface({ input: stream }).on("line", (line) => {
        if (queue === this.out) last = line;
        queue.put(line);
      });
    }
    this.ended = once(this.child, "close").then(([code]) => ({ code, last }));
  }
}

/** The numbers of the last line: `1,234 sent, 1,230 acknowledged, …`. */
function totals(last: string): Record<string, number> {
  const found = [...last.matchAll(/([\d,]+) (sent again|sent|acknowledged|rejected|not acknowledged|dropped)/g)];
  return Object.fromEntries(found.map(([, number = "", name = ""]) => [name, Number(number.replaceAll(",", ""))]));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

describe("npm run simulate", () => {
  let hub: TestHub | undefined;
  let simulator: Simulator | undefined;

  function simulate(...options: string[]): Simulator {
    simulator = new Simulator(...options);
    return simulator;
  }

  afterEach(async () => {
    simulator?.child.kill("SIGKILL");
    await hub?.stop();
    hub = undefined;
  });

  it("runs for longer than a timer can be set for", async () => {
    hub = await startHub();
    const { child, errors, ended } = simulate(
      "--url",
      hub.url,
      "--devices",
      "1",
      "--tickers",
      "0",
      "--duration",
      "30d",
    );
    await expect.poll(async () => (await hub?.http("GET", "series"))?.body.series).not.toEqual([]);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(errors.length).toBe(0);
  });

  it("says what it does, fills in the past, stops by itself, and tells what the hub has stored", async () => {
    hub = await startHub();
    const options = ["--devices", "4", "--tickers", "2", "--seed", "7", "--history", "10m", "--duration", "2s"];
    const { out, ended } = simulate("--url", hub.url, ...options);
    const port = new URL(hub.url).port;
    expect(await out.take()).toBe(
      `Simulating 4 greenhouses and 2 tickers (seed 7) for ws://127.0.0.1:${port}/ws. Ctrl-C stops.`,
    );
    const { code, last } = await ended;
    expect(code).toBe(0);
    const { sent, acknowledged } = totals(last);
    // The shares may have their night.
    expect(sent).toBeGreaterThan(4 * 120 * 3);
    expect(acknowledged).toBe(sent);
    expect((await hub.http("GET", "status")).body.readings).toMatchObject({
      stored: sent,
      rejected: 0,
      overwritten: 0,
    });
    const { devices } = (await hub.http("GET", "devices")).body;
    expect(devices.map(({ device, kind }: { device: string; kind: string }) => `${device} ${kind}`).sort()).toEqual([
      ...["greenhouse/east-1", "greenhouse/north-1", "greenhouse/south-1", "greenhouse/west-1"].map(
        (name) => `${name} greenhouse`,
      ),
      ...["market/ACME ticker", "market/BORU ticker"],
    ]);
  });

  it("[S9] reports this computer and nothing else to a hub that may be another's, and what it told is acknowledged at its end", async () => {
    hub = await startHub();
    const { out, child, ended } = simulate("--url", hub.url, "--self");
    expect(await out.take()).toBe(`Reporting this computer to ${hub.url.replace("http", "ws")}/ws. Ctrl-C stops.`);
    const running = hub;
    const devices = async () => (await running.http("GET", "devices")).body.devices;
    await expect
      .poll(devices, { timeout: 60_000, interval: 50 })
      .toMatchObject([{ state: "online", kind: "computer" }]);
    const metrics = async (): Promise<string[]> =>
      (await running.http("GET", "series")).body.series.map(({ metric }: { metric: string }) => metric);
    // It is there before its first readings are.
    await expect.poll(metrics, { timeout: 60_000 }).toEqual(expect.arrayContaining(["disk", "memory", "uptime"]));
    // The hub's own figures are for the one that started it.
    expect((await metrics()).filter((metric) => metric.startsWith("hub-"))).toEqual([]);
    child.kill("SIGINT");
    const { code, last } = await ended;
    expect(code).toBe(0);
    expect(totals(last).acknowledged).toBe(totals(last).sent);
  });

  it("[S9] refuses to simulate beside it", async () => {
    const { errors, ended } = simulate("--self", "--devices", "3");
    expect(await errors.take()).toMatch(/'--self' cannot be used with option '--devices/);
    expect((await ended).code).toBe(2);
  });

  it("[S16] shares devices out over the profiles, tells when the past is in, and counts --duration from then", async () => {
    hub = await startHub();
    const chosen = ["--devices", "7", "--profile", "weather,battery", "--profile", "building", "--tickers", "1"];
    const options = ["--url", hub.url, ...chosen, "--seed", "7", "--history", "3d", "--duration", "300ms"];
    const { out, errors, ended } = simulate(...options);
    expect(await out.take()).toContain("3 weather stations, 2 battery sensors, 2 building parts and 1 ticker (seed 7)");
    const lines: string[] = [];
    while (!lines.at(-1)?.startsWith("The past is in")) lines.push(await out.take());
    expect(lines.at(-1)).toMatch(/^The past is in: [\d,]+ readings in [\d.]+ s \([\d,]+\/s\)\.$/);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^\d of 8 connected(, \d asleep)? · past \d+ % · /);
    const { code, last } = await ended;
    expect({ code, errors: errors.length }).toEqual({ code: 0, errors: 0 });
    expect(totals(last).acknowledged).toBe(totals(last).sent);
    const { devices } = (await hub.http("GET", "devices")).body;
    expect(devices.map(({ device }: { device: string }) => device).sort()).toEqual([
      ...["battery/attic-1", "battery/cellar-1", "building/door-1", "building/lift-1", "market/ACME"],
      ...["weather/coast-1", "weather/hill-1", "weather/valley-1"],
    ]);
    expect((await hub.readings("battery/attic-1", "battery")).length).toBeGreaterThan(3 * 96 - 2);
  });

  it("[S16] ends after --duration where no hub is there to take the past", async () => {
    const { ended } = simulate("--url", `ws://localhost:${await freePort()}/ws`, "--history", "1h", "--duration", "1s");
    expect((await ended).code).toBe(1);
  });

  it("says in one sentence that no hub answers, goes on trying, and finds the hub that comes", async () => {
    const port = await freePort();
    const { child, out, errors, ended } = simulate("--url", `ws://localhost:${port}/ws`, "--history", "1m");
    await out.take();
    expect(await errors.take()).toMatch(
      new RegExp(
        `^No hub answers at ws://localhost:${port}/ws \\(.*ECONNREFUSED.*\\): start one with npm start\\. Trying again by itself\\.$`,
      ),
    );
    hub = await startHub({ config: { port } });
    expect(await errors.take()).toBe("The hub answers.");
    child.kill("SIGINT");
    const { code, last } = await ended;
    expect(code).toBe(0);
    expect(totals(last).acknowledged).toBeGreaterThan(0);
    expect(errors.length).toBe(0);
  });

  it("says in one sentence that the hub takes no sockets at that path", async () => {
    hub = await startHub();
    const { errors } = simulate("--url", `${hub.url}/elsewhere`);
    expect(await errors.take()).toBe(
      `What answers at ${hub.url.replace("http", "ws")}/elsewhere takes no sockets there (Unexpected server response: 404): a hub takes them at /ws. Trying again by itself.`,
    );
  });

  it("ends with 1 where readings are left unacknowledged, and says how many", async () => {
    const port = await freePort();
    const { child, out, errors, ended } = simulate(
      "--url",
      `ws://localhost:${port}/ws`,
      "--devices",
      "2",
      "--history",
      "1m",
    );
    await out.take();
    await errors.take();
    child.kill("SIGTERM");
    const { code, last } = await ended;
    expect(code).toBe(1);
    expect(totals(last)["not acknowledged"]).toBe(totals(last).sent);
    expect(errors.length).toBe(0);
  });

  it("gives way to another simulation of the same devices", async () => {
    hub = await startHub();
    const options = ["--url", hub.url, "--devices", "1", "--tickers", "0"];
    const first = simulate(...options, "--history", "1m");
    await first.out.take();
    await hub.store.appends(1);
    const second = new Simulator(...options, "--duration", "1s");
    try {
      expect(await first.errors.take()).toMatch(/^greenhouse\/north-1 stays away: .*newer connection/);
      expect((await first.ended).last).toContain("0 rejected");
      expect((await second.ended).code).toBe(0);
    } finally {
      second.child.kill("SIGKILL");
    }
  });

  it("refuses options in one sentence that says what is allowed", async () => {
    const cases = [
      [["--url", "nowhere"], /'nowhere' is invalid\. Expected a WebSocket address such as ws:\/\/localhost:8080\/ws\./],
      [["--devices", "-3"], /'-3' is invalid\. Expected a whole number from 0 to 100000\./],
      [["--history", "soon"], /'soon' is invalid\. Expected a duration such as 30s, 5m, 1h or 30d\./],
      [
        ["--profile", "greenhouse,markt"],
        /There is no profile 'markt'\. Did you mean market\? Expected one or more of greenhouse, .*, market\.$/,
      ],
      [["--market-hours", "always"], /'always' is invalid\. Expected short or real\./],
      [["--demo", "--devices", "3"], /option '--demo' cannot be used with option '--devices <count>'/],
      [["--rate", "0"], /'0' is invalid\. Expected a number from 0\.001 to 1000\./],
      [["--devices", "0", "--tickers", "0"], /nothing to simulate: give --devices or --tickers\./],
      [["--device", "3"], /unknown option '--device'/],
    ] as const;
    const running = cases.map(([options, sentence]) => ({ simulator: new Simulator(...options), sentence }));
    for (const { simulator, sentence } of running) {
      expect(await simulator.errors.take()).toMatch(sentence);
      expect(await simulator.ended).toEqual({ code: 2, last: "" });
    }
  });
});
