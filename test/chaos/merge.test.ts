/** A merge of two series in a hub that is killed amid it: the next start goes on with it, and nothing that was acknowledged is lost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openForReading } from "../../server/store/sqlite/driver.ts";
import { databasePath } from "../../server/store/sqlite/options.ts";
import { HubProcess } from "./hub-process.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-merge-"));
const hubs: HubProcess[] = [];
const data = join(folder, "data");
const at = Date.UTC(2026, 10, 20);
const posted = 5_000;

afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const hub = new HubProcess({ data, flags: ["--journal-budget", "256kB"] });
  hubs.push(hub);
  return `${await hub.url()}/api/v1`;
}

async function send(url: string, method: string, path: string, body?: unknown) {
  const headers = { "content-type": "application/json" };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${url}/${path}`, { method, headers, ...text });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return { status: answer.status, body: (await answer.json()) as any };
}

/** Stores readings of `device`, a second apart; resolves once they are acknowledged. */
async function put(url: string, device: string, fromS: number, count: number, offset: number): Promise<void> {
  const readings = Array.from({ length: count }, (_, index) => ({
    ...{ metric: "heat", value: (fromS + index) * 10 + offset, time: at + (fromS + index) * 1_000 + offset },
  }));
  expect(await send(url, "POST", "readings", { device, readings })).toMatchObject({ status: 200 });
}

describe("a merge in a hub that is killed", () => {
  it("[ST84] [P114] goes on with the next start, and every acknowledged reading is there once", {
    timeout: 300_000,
  }, async () => {
    const first = await start();
    const expected = new Map<number, number>();
    const note = (fromS: number, count: number, offset: number) => {
      for (let s = fromS; s < fromS + count; s++) expected.set(at + s * 1_000 + offset, s * 10 + offset);
    };
    for (const [device, offset] of [
      ["old", 1],
      ["new", 2],
    ] as const) {
      for (let fromS = 0; fromS < 6 * posted; fromS += posted) {
        await put(first, device, fromS, posted, offset);
        note(fromS, posted, offset);
      }
    }
    const { series } = (await send(first, "GET", "series")).body;
    const [from, into] = ["old", "new"].map((device) =>
      series.find((one: { device: string }) => one.device === device),
    );
    const order = send(first, "POST", `series/${from.series}/merge`, { into: into.series }).then(
      () => "answered",
      () => "cut",
    );
    const db = openForReading(databasePath(data), 5_000);
    const begun = db.prepare("SELECT open FROM absorbed").pluck();
    await expect.poll(() => begun.get(), { timeout: 60_000, interval: 1 }).toBeDefined();
    db.close();
    // What the old sensor goes on with.
    await put(first, "old", 6 * posted, 3, 1);
    note(6 * posted, 3, 1);
    await hubs[0]?.kill();
    console.log(`the order was ${await order}`);
    const second = await start();
    await put(second, "old", 6 * posted + 3, 2, 1);
    note(6 * posted + 3, 2, 1);
    const left = async () => (await send(second, "GET", "series")).body.series;
    await expect.poll(left, { timeout: 60_000 }).toMatchObject([{ series: into.series, device: "new" }]);
    const range = `device=new&metric=heat&from=${at}&to=${at + 1e9}`;
    const { times, values } = (await send(second, "GET", `readings?${range}`)).body as Record<string, number[]>;
    const rows = [...expected].sort(([one], [other]) => one - other);
    expect(times?.length).toBe(rows.length);
    expect(times?.map((timeMs, index) => [timeMs, values?.[index]])).toEqual(rows);
    expect((await left())[0].count).toBe(expected.size);
  });
});
