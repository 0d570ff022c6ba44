/**
 * The whole line at once: 1,000 devices, each with five readings in a frame a second, while a person watches. Every reading is
 * acknowledged, stored and shown: it is counted at the sender, in the hub, and in what the page was sent.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { runLoad } from "../../simulator/load/load.ts";
import { card, wordsOf } from "./reading-page.ts";
import { World } from "./world.ts";

const devices = 1_000;
const metrics = 5;
const opened = "load/500";
const patience = { timeout: 60_000, interval: 100 };

let world: World;

beforeAll(async () => {
  world = await World.start();
}, 120_000);

afterAll(() => world?.stop());

interface Series {
  readonly series: number;
  readonly device: string;
  readonly metric: string;
}

/** What a page was sent over its sockets. */
class Received {
  readonly names = new Map<number, string>();
  /** Newest reading of each series, `time value`. */
  readonly newest = new Map<string, string>();
  /** Times of the readings of the opened device, by metric. */
  readonly drawn = new Map<string, Set<number>>();

  constructor(page: Page) {
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => this.#take(String(payload))));
  }

  #take(text: string): void {
    const message = JSON.parse(text);
    if (message.type === "series") {
      for (const one of message.series as (Series & { time?: number; value?: number })[]) {
        this.names.set(one.series, `${one.device} ${one.metric}`);
        if (one.time !== undefined) this.#note(one.series, one.time, one.value);
      }
    } else if (message.type === "update") {
      for (const [index, series] of message.series.entries())
        this.#note(series, message.times[index], message.values[index]);
    } else if (message.type === "history" && message.every === null) {
      for (const time of message.times) this.#draw(message.series, time);
    }
  }

  #note(series: number, time: number, value: unknown): void {
    const name = this.names.get(series);
    if (name === undefined) return;
    this.newest.set(name, `${time} ${value}`);
    this.#draw(series, time);
  }

  #draw(series: number, time: number): void {
    const [device, metric = ""] = this.names.get(series)?.split(" ") ?? [];
    if (device !== opened) return;
    const known = this.drawn.get(metric);
    if (known) known.add(time);
    else this.drawn.set(metric, new Set([time]));
  }
}

async function all<T>(path: string, field: string): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const answer = await fetch(`${world.url}/api/v1/${path}?limit=1000${cursor === "" ? "" : `&cursor=${cursor}`}`);
    const body = (await answer.json()) as Record<string, unknown> & { next: string | null };
    found.push(...(body[field] as T[]));
    cursor = body.next;
  }
  return found;
}

it("1,000 devices × 5 readings a second: every reading is acknowledged, stored and shown", async () => {
  const { page } = await world.visit("", { viewport: { width: 1440, height: 900 } });
  const received = new Received(page);
  // Its sockets are opened anew, and heard from the first frame on.
  await page.goto(`${world.url}/#/device/${opened}`);
  await page.reload();
  const frame = metrics;
  const asked = {
    prefix: "load",
    connections: devices,
    rate: devices * frame,
    frame,
    metrics,
    form: "rows",
    window: 32,
  } as const;
  const url = `${world.url.replace("http", "ws")}/ws`;
  const ports = { WebSocket, onLine: () => {}, stopped: new AbortController().signal };
  const report = await runLoad({ url, json: false, duration: 6_000, ...asked }, ports);
  console.log(report);

  expect(report).toMatchObject({ rejected: 0, unacknowledged: 0, reconnects: 0 });
  expect(report.acknowledged).toBe(report.sent);
  expect(report.sent).toBeGreaterThanOrEqual(devices * frame);

  const series = await all<{ count: number }>("series", "series");
  expect(series).toHaveLength(devices * metrics);
  expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(report.acknowledged);

  const latest = await all<Series & { time: number; value: number }>("latest", "latest");
  const newest = new Map(latest.map(({ device, metric, time, value }) => [`${device} ${metric}`, `${time} ${value}`]));
  await expect
    .poll(() => [...newest].filter(([name, reading]) => received.newest.get(name) !== reading), patience)
    .toEqual([]);

  for (const metric of ["m0", "m4"]) {
    const answer = await fetch(`${world.url}/api/v1/readings?device=${opened}&metric=${metric}&from=-1h`);
    const { times } = (await answer.json()) as { times: number[] };
    expect(
      times.filter((time) => !received.drawn.get(metric)?.has(time)),
      "readings that were never drawn",
    ).toEqual([]);
    const value = Number(newest.get(`${opened} ${metric}`)?.split(" ")[1]);
    // Shown with as many decimals as the readings of the metric have.
    await expect.poll(async () => Number(await wordsOf(card(page, metric).locator(".value"))), patience).toBe(value);
  }
  await page.getByText("1,000", { exact: true }).first().waitFor({ state: "attached" });
}, 180_000);
