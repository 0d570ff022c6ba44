/** Questions that cost as much as they may, many at once: bounded, refused in words, and no honest device waits for them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultViewing } from "../../server/protocol/viewing.ts";
import { HonestDevice, percentile } from "../fuzz/honest-device.ts";
import { WatchedHub } from "../fuzz/watched-hub.ts";

const series = 1_000;
const yearMs = 365.25 * 86_400_000;
const now = Date.now();
const tenYears = `from=${now - 10 * yearMs}&to=${now}`;
/** What all the answers under way may hold, bytes: 16 of up to 1,000 series of as many buckets as are given. */
const mostGrownBytes = 400e6;

let hub: WatchedHub;
let quiet: WatchedHub;

beforeAll(async () => {
  [hub, quiet] = await Promise.all([WatchedHub.start(undefined, ["--limit-series", "2000"]), WatchedHub.start()]);
  for (let group = 0; group < series; group += 100) {
    const body = Array.from({ length: 100 }, (_, at) => ({
      ...{ device: `d${group + at}`, historic: true },
      readings: Array.from({ length: 6 }, (_, index) => ({
        metric: "m",
        value: index,
        time: Math.round(now - (9.9 - index * 1.6) * yearMs),
      })),
    }));
    const answer = await fetch(`${hub.url}/api/v1/readings`, { method: "POST", body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  }
});
afterAll(() => Promise.all([hub.stop(), quiet.stop()]));

const ask = (path: string) => fetch(`${hub.url}/api/v1/${path}`);

describe("a question that costs too much", () => {
  it.each([
    ["ten years by the second", `readings?device=d1&metric=m&${tenYears}&every=1s`, "bucketsPerSeries"],
    ["ten years by the second of all series", `readings?device=d*&metric=m&${tenYears}&every=1s`, "bucketsPerSeries"],
  ])("[S32] %s is refused by the limit that it runs into", async (_, path, limit) => {
    const answer = await ask(path);
    expect(answer.status).toBe(400);
    const { code, message } = (await answer.json()) as { code: string; message: string };
    expect(code).toBe("range_too_large");
    expect(message).toContain(String(defaultViewing[limit as keyof typeof defaultViewing]));
  });

  it("[S32] has no more points than are allowed, and no more series", async () => {
    expect((await ask(`readings?device=d1&metric=m&${tenYears}&points=5001`)).status).toBe(400);
    expect((await ask(`readings?device=d1&metric=m&${tenYears}&points=1e9`)).status).toBe(400);
    expect((await ask(`readings?device=d1&metric=m&${tenYears}&points=5000`)).status).toBe(200);
  });

  it("[S32] asked a hundred times at once is answered as often as there is room, else 429, and acknowledgements go on", async () => {
    const [honest, twin] = [new HonestDevice(hub.url), new HonestDevice(quiet.url)];
    try {
      await Promise.all([honest.usual(), twin.usual()]);
      const before = await hub.figures();
      const all = Array.from({ length: 100 }, async (_, index) => {
        const form = ["json", "csv", "ndjson", "json&aggregates=min,max,mean,first,last,count"][index % 4];
        const answer = await ask(`readings?device=d*&metric=m&${tenYears}&points=500&format=${form}`);
        await answer.arrayBuffer();
        return answer.status;
      });
      const statuses = await Promise.all(all);
      const [{ ackMs, waitingMs, troubles }, beside] = await Promise.all([honest.report(), twin.report()]);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
      expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
      expect(troubles).toEqual([]);
      const late = honest.lateMs(Math.max(beside.waitingMs, ...beside.ackMs));
      expect(Math.max(waitingMs, ...ackMs), `p99 ${percentile(ackMs, 99)} ms`).toBeLessThan(late);
      const after = await hub.figures();
      expect(after.rss - before.rss).toBeLessThan(mostGrownBytes);
      expect((await ask("status")).status).toBe(200);
    } finally {
      honest.stop();
      twin.stop();
    }
  });
});
