import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { faults } from "../../simulator/faults.ts";
import { programArgs } from "../support/built.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { BrokenHub } from "./broken-hub.ts";

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
  readonly troubles: readonly string[];
}

/** Runs the simulator to its end. */
function simulate(...options: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...programArgs("simulator/main"), ...options], (error, out, troubles) => {
      const lines = (text: string) => text.split("\n").filter((line) => line !== "");
      resolve({ code: error ? Number(error.code) : 0, lines: lines(out), troubles: lines(troubles) });
    });
  });
}

describe("npm run simulate -- --faults", () => {
  let hub: TestHub;
  let proxy: BrokenHub | undefined;

  afterEach(async () => {
    proxy?.stop();
    proxy = undefined;
    await hub?.stop();
  });

  it("[X2] plays all at once, and again on the same hub, and ends with 0 and a sum", async () => {
    hub = await startHub({ engine: "sqlite", limits: { pingMs: 2_000, pongMs: 5_000 } });
    // The second time without those that wait for time to pass: flapping waits 20 s for ten cuts to be shown.
    const slow = ["silence", "flapping", "half-open"];
    const quick = faults.filter(({ name }) => !slow.includes(name));
    for (const [played, names] of [
      [faults, "all"],
      [quick, quick.map(({ name }) => name).join(",")],
    ] as const) {
      const { code, lines, troubles } = await simulate("--url", hub.url, "--faults", names, "--seed", "7");
      expect(troubles).toEqual([]);
      expect(lines.slice(played.length, -1).filter((line) => !line.endsWith(": as it should."))).toEqual([]);
      expect(lines.slice(0, played.length)).toEqual(
        played.map(({ name, does, expectation }) => `${name}: ${does}; ${expectation}.`),
      );
      expect(lines.at(-1)).toBe(`${played.length} faults: ${played.length} as the hub should take them.`);
      expect(code).toBe(0);
    }
  }, 240_000);

  it("[X4] runs beside a fleet, which notices nothing, until its time is over", async () => {
    hub = await startHub();
    const some = "dropout,flood,oversize,not-a-number,reboot-without-session";
    const fleet = ["--devices", "3", "--tickers", "3", "--history", "1m", "--duration", "8s"];
    const { code, lines } = await simulate("--url", hub.url, "--faults", some, ...fleet);
    const [, sent, acknowledged] =
      /^([\d,]+) sent, ([\d,]+) acknowledged, 0 rejected\.$/.exec(lines.at(-1) ?? "") ?? [];
    expect(sent).toBeDefined();
    expect(acknowledged).toBe(sent);
    expect(lines).toContain("5 faults: 5 as the hub should take them.");
    expect(code).toBe(0);
    const { devices } = (await hub.http("GET", "devices")).body;
    expect(devices.filter(({ device }: { device: string }) => !device.startsWith("faults/")).length).toBe(6);
  });

  it("[X3] ends with 1 where the hub takes a fault in another way, and with --quiet tells that one alone", async () => {
    hub = await startHub();
    proxy = await BrokenHub.before(hub.url, () => ({ closed: () => 1000 }));
    const { code, lines } = await simulate("--url", proxy.url, "--faults", "oversize,reorder", "--quiet");
    expect(lines).toEqual([
      expect.stringMatching(/^oversize: .*NOT as it should: close code 1000, it should be 1009\.$/),
      "2 faults: 1 as the hub should take it, 1 NOT (oversize).",
    ]);
    expect(code).toBe(1);
  });

  it("tells what it could not judge when it was stopped before the end", async () => {
    hub = await startHub();
    const { code, lines } = await simulate("--url", hub.url, "--faults", "silence", "--duration", "2s");
    expect(lines.slice(1)).toEqual([
      "silence: at first online/connected: not judged: it was stopped before its end.",
      "1 fault: 0 as the hub should take them, 1 not judged (silence).",
    ]);
    expect(code).toBe(1);
  });

  it("says in one sentence what is wrong where nothing can be played", async () => {
    hub = await startHub();
    const { url } = hub;
    await hub.stop();
    const unanswered = await simulate("--url", url, "--faults", "all");
    expect(unanswered).toMatchObject({ code: 1, lines: [] });
    expect(unanswered.troubles).toEqual([
      expect.stringMatching(/^No fault was played at ws:\/\/.*: no hub answers \(.*ECONNREFUSED.*\)\.$/),
    ]);
    const closed = createServer((_, response) => response.writeHead(401).end());
    await once(closed.listen(0, "127.0.0.1"), "listening");
    const { port } = closed.address() as AddressInfo;
    const turnedAway = await simulate("--url", `ws://127.0.0.1:${port}/ws`, "--faults", "all");
    closed.close();
    expect(turnedAway).toMatchObject({ code: 1, lines: [] });
    expect(turnedAway.troubles).toEqual([expect.stringMatching(/: the hub wants its token: give the one .* --token/)]);
    const unknown = await simulate("--faults", "dropout,silense");
    expect(unknown.code).toBe(2);
    expect(unknown.troubles[0]).toContain(
      "There is no fault 'silense'. Did you mean silence? Expected one or more of dropout, duplicate, reorder,",
    );
  });
});
