/** The load generator against a real hub: what it says it sent is what the hub has. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { deviceMessage, postedReadings } from "../../server/protocol/index.ts";
import { Frames, forms } from "../../simulator/load/frames.ts";
import { runLoad } from "../../simulator/load/load.ts";
import type { LoadOptions } from "../../simulator/load/options.ts";
import { reportText } from "../../simulator/load/report.ts";
import { programArgs } from "../support/built.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const open = hubsOfTest();

function load(
  hub: TestHub,
  options: Partial<LoadOptions>,
  onLine: (line: string) => void = () => {},
  stopped = new AbortController().signal,
) {
  const usual = {
    prefix: "load",
    connections: 5,
    rate: 2_000,
    frame: 10,
    form: "rows",
    metrics: 4,
    window: 32,
    duration: 300,
  } as const;
  const url = `${hub.url.replace("http", "ws")}/ws`;
  const ports = { WebSocket, onLine, stopped };
  return runLoad({ url, json: false, ...usual, ...options }, ports);
}

async function stored(hub: TestHub): Promise<number> {
  const { body } = await hub.http("GET", "series?limit=1000");
  return (body.series as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
}

describe("frames of a loading device", () => {
  it.each(forms)("%s: as many readings as asked, no two of a metric in one millisecond", (form) => {
    for (const [frameReadings, metrics] of [
      [1, 1],
      [1, 4],
      [10, 4],
      [25, 4],
      [400, 7],
    ] as const) {
      const frames = new Frames({ device: "load/1", form, frameReadings, metrics, fromMs: undefined });
      const seen = new Set<string>();
      for (let seq = 1; seq <= 20; seq++) {
        const message = JSON.parse(frames.next(seq, "s")) as Record<string, unknown>;
        const parsed = form === "http" ? postedReadings.parse(message) : deviceMessage.parse(message);
        const cells =
          "times" in parsed
            ? Object.entries(parsed.values).flatMap(([metric, column]) =>
                (column as unknown[]).flatMap((cell, index) =>
                  cell === null ? [] : `${metric} ${parsed.times[index]}`,
                ),
              )
            : (parsed as { readings: { metric: string; time: number }[] }).readings.map(
                ({ metric, time }) => `${metric} ${time}`,
              );
        expect(cells).toHaveLength(frameReadings);
        for (const cell of cells) seen.add(cell);
      }
      expect(seen.size).toBe(20 * frameReadings);
    }
  });
});

describe("a load run", () => {
  it.each(forms)("%s: all that it calls acknowledged is in the hub, each once", async (form) => {
    const hub = await open();
    const report = await load(hub, { form });
    expect(report).toMatchObject({ rejected: 0, unacknowledged: 0, reconnects: 0 });
    expect(report.acknowledged).toBe(report.sent);
    expect(report.sent).toBeGreaterThan(0);
    expect(report.ackMs?.p50).toBeGreaterThan(0);
    expect(report.ackMs?.max).toBeGreaterThanOrEqual(report.ackMs?.p99 ?? Number.POSITIVE_INFINITY);
    expect(await stored(hub)).toBe(report.acknowledged);
  });

  it("as fast as they are taken: keeps its window full, and counts all the same", async () => {
    const hub = await open();
    const report = await load(hub, { rate: "max", frame: 50, window: 4 });
    expect(report.acknowledged).toBe(report.sent);
    expect(await stored(hub)).toBe(report.acknowledged);
  });

  it("counts what the hub refuses by name", async () => {
    const hub = await open({ limits: { metricsPerDevice: 3 } });
    const report = await load(hub, { metrics: 4, frame: 8 });
    expect(report.rejected).toBe(report.sent / 4);
    expect(report.acknowledged).toBe((report.sent * 3) / 4);
    expect(report.trouble).toMatch(/3/);
    expect(await stored(hub)).toBe(report.acknowledged);
  });

  it("counts what was on its way to a hub that went, and comes back by itself", async () => {
    const hub = await open();
    const release = hub.store.holdAppends();
    const end = new AbortController();
    let lines = 0;
    const onLine = (): void => {
      lines += 1;
      if (lines === 1) {
        hub.store.failNextAppend();
        release();
      }
      if (lines === 3) end.abort();
    };
    const report = await load(hub, { duration: 60_000 }, onLine, end.signal);
    expect(report.unacknowledged).toBeGreaterThan(0);
    expect(report.acknowledged + report.rejected + report.unacknowledged).toBe(report.sent);
    expect(reportText(report)).toMatch(/last trouble +store_unavailable/);
  });

  it("says so where no hub is", async () => {
    const hub = await open();
    await hub.stop();
    await expect(load({ url: "http://127.0.0.1:9" } as TestHub, {})).rejects.toThrow(/ECONNREFUSED|EACCES|ENOTFOUND/);
  });
});

describe("npm run load:dashboards", () => {
  it("holds its viewers and tells how late they see a reading", async () => {
    const hub = await open();
    const flags = ["--url", hub.url, "--viewers", "20", "--duration", "1s", "--probe-every", "20ms", "--json"];
    const child = spawn(process.execPath, [...programArgs("simulator/load-dashboards"), ...flags], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.on("data", (part) => {
      text += part;
    });
    const [code] = await once(child, "close");
    const report = JSON.parse(text);
    expect(report).toMatchObject({ viewers: 20, open: 20, reconnects: 0, merged: 0 });
    expect(report.updates).toBeGreaterThan(20);
    expect(report.updates % 20, "each viewer saw the same").toBeLessThan(20);
    expect(report.latencyMs.p50).toBeGreaterThan(0);
    expect(code).toBe(0);
  });
});
