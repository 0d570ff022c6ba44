/** What the data takes, asked by HTTP: [P90]–[P92] of server/protocol/README.md. */
import { describe, expect, it, vi } from "vitest";
import { storageAnswer, storagePreviewAnswer } from "../../server/protocol/storage.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const nowMs = Date.UTC(2026, 10, 24, 12);

/** Devices with a reading every ten minutes: two of ten days, one of ten minutes. */
async function fill(hub: TestHub): Promise<void> {
  for (const [device, metric, spanMs] of [
    ["oven/1", "temperature", 10 * dayMs],
    ["oven/2", "temperature", 10 * dayMs],
    ["shed", "humidity", 600_000],
  ] as const) {
    const count = spanMs / 600_000;
    const readings = Array.from({ length: count }, (_, index) => ({
      metric,
      value: Math.sin(index + device.length),
      time: nowMs - (count - index) * 600_000,
    }));
    for (let at = 0; at < count; at += 1_000)
      await hub.http("POST", "readings", { device, readings: readings.slice(at, at + 1_000) });
  }
}

async function storage(hub: TestHub, query = "") {
  const { status, body } = await hub.http("GET", `storage${query}`);
  expect(status).toBe(200);
  return storageAnswer.parse(body);
}

describe.each(["memory", "sqlite"] as const)("GET storage of the engine %s", (engine) => {
  it("[P90] tells the largest series first, what each adds in a day, and the rest together", async () => {
    const hub = await start({ engine, clock: new FakeClock(nowMs) });
    await fill(hub);
    await hub.sealAll();
    const all = await storage(hub);
    expect(all.series.map(({ device, readings }) => [device, readings]).sort()).toEqual([
      ["oven/1", 1_440],
      ["oven/2", 1_440],
      ["shed", 1],
    ]);
    expect(all.series.map(({ bytes }) => bytes)).toEqual(all.series.map(({ bytes }) => bytes).sort((a, b) => b - a));
    const [oven] = (await storage(hub, "?device=oven/1")).series;
    expect(oven).toMatchObject({ firstTime: nowMs - 10 * dayMs, lastTime: nowMs - 600_000, readings: 1_440 });
    // Of ten days all alike: a tenth of what it takes, within what is shared out by pages.
    const perDay = oven?.bytesPerDay ?? 0;
    expect(perDay / ((oven?.bytes ?? 0) / 10)).toBeGreaterThan(0.8);
    expect(perDay / ((oven?.bytes ?? 0) / 10)).toBeLessThan(1.2);
    // Ten minutes tell nothing of a day.
    expect((await storage(hub, "?device=shed")).series).toMatchObject([{ bytesPerDay: null }]);
    // Nor does the first day of the hub: what it adds is not known yet.
    expect(all).toMatchObject({ bytesPerDay: null, daysLeft: null, thinned: null });
    const first = await storage(hub, "?limit=1&sort=name");
    expect(first.series.map(({ device }) => device)).toEqual(["oven/1"]);
    expect(first.others).toMatchObject({ series: 2, readings: 1_441 });
    expect((await storage(hub, "?device=nothing*")).series).toEqual([]);
  });

  it("[P90] looks at the store at most every ten seconds", async () => {
    const clock = new FakeClock(nowMs);
    const hub = await start({ engine, clock });
    await hub.http("POST", "readings", { device: "a", readings: [{ metric: "m", value: 1 }] });
    expect((await storage(hub)).series).toMatchObject([{ readings: 1 }]);
    await hub.http("POST", "readings", { device: "a", readings: [{ metric: "m", value: 2, time: nowMs - 5 }] });
    expect((await storage(hub)).series).toMatchObject([{ readings: 1 }]);
    clock.advance(10_000);
    expect((await storage(hub)).series).toMatchObject([{ readings: 2 }]);
  });

  it.each([
    ["compressed", true],
    ["in the journal", false],
  ])("[P91] previews what a removal of readings %s would take away, and the removal does so", async (_, sealed) => {
    const hub = await start({ engine, clock: new FakeClock(nowMs) });
    await fill(hub);
    if (sealed) await hub.sealAll();
    const preview = async (query: string) => {
      const { status, body } = await hub.http("GET", `storage/preview?${query}`);
      expect(status).toBe(200);
      return storagePreviewAnswer.parse(body);
    };
    const older = `device=oven/*&metric=*&to=${nowMs - 5 * dayMs}`;
    const seen = await preview(older);
    expect(seen.series).toBe(2);
    expect(seen.readings / 1_440).toBeGreaterThan(0.95);
    expect(seen.readings / 1_440).toBeLessThan(1.05);
    expect(seen.bytes).toBeGreaterThan(0);
    expect(await preview("device=*&metric=*")).toMatchObject({ series: 3, readings: 2_881 });
    const removed = await hub.http("DELETE", `readings?${older}`);
    expect(removed.body).toMatchObject({ removed: 1_440 });
    expect(await preview(older)).toEqual({ series: 0, readings: 0, bytes: 0 });
  });

  it("[P91] what was removed leaves the file, too", async () => {
    if (engine === "memory") return;
    const hub = await start({ engine, clock: new FakeClock(nowMs) });
    for (let part = 0; part < 40; part++) {
      const readings = Array.from({ length: 5_000 }, (_, index) => ({
        ...{ metric: "m", value: Math.sin(part * 5_000 + index), time: nowMs - dayMs + part * 5_000 + index },
      }));
      await hub.http("POST", "readings", { device: "fast", readings });
    }
    await hub.sealAll();
    const bytes = async () => (await hub.http("GET", "status")).body.store.bytes as number;
    await vi.waitFor(async () => expect(await bytes()).toBeGreaterThan(1_000_000), 60_000);
    const query = `device=fast&metric=m&to=${nowMs - dayMs + 180_000}`;
    const preview = storagePreviewAnswer.parse((await hub.http("GET", `storage/preview?${query}`)).body);
    const before = await bytes();
    await hub.http("DELETE", `readings?${query}`);
    // Near what was foretold: a reserve of free pages stays.
    await vi.waitFor(async () => expect(before - (await bytes())).toBeGreaterThan(preview.bytes * 0.6), 60_000);
  });

  it.each([
    ["storage?sort=age", "invalid_query", /sort/],
    ["storage?limit=0", "invalid_query", /limit/],
    ["storage?from=1", "unknown_field", /from/],
    ["storage/preview?device=x", "invalid_query", /metric/],
    ["storage/preview?device=x&metric=y", "unknown_device", /x/],
  ])("[P92] refuses %s as %s", async (path, code, message) => {
    const hub = await start({ engine });
    const { body } = await hub.http("GET", path);
    expect(body).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
