/** How long what is kept, and how much room it may take, said over HTTP: [P100]–[P104] of server/protocol/README.md. */
import { describe, expect, it, vi } from "vitest";
import { agedPreviewAnswer, budgetAnswer, policiesAnswer, storageAnswer } from "../../server/protocol/storage.ts";
import { HubDoor } from "../../server/tools/import/hub-door.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
/** Each turn of the clock is a commit, and what is old goes when none comes. */
const slowly = { timeout: 60_000, interval: 300 };
const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 27, 12);

async function put(hub: TestHub, device: string, times: readonly number[]): Promise<void> {
  const readings = times.map((time, index) => ({ metric: "m", value: index, time }));
  const { status } = await hub.http("POST", "readings", { device, historic: true, readings });
  expect(status).toBe(200);
}
/** Every hour, up to `ago` days before now. */
const hours = (count: number, ago: number) =>
  Array.from({ length: count }, (_, index) => nowMs - ago * dayMs - index * 3_600_000);
const policy = (device: string, keep: string) => ({ device, metric: "*", keep });

async function count(hub: TestHub, device: string): Promise<number> {
  const { body } = await hub.http("GET", `storage?device=${device}`);
  return storageAnswer.parse(body).series[0]?.readings ?? 0;
}

describe.each(["memory", "sqlite"] as const)("what is kept how long, with the engine %s", (engine) => {
  it("[P101] [P102] is previewed, said, told for each series, and then what is older goes, a past from 1958 too", async () => {
    const clock = new FakeClock(nowMs);
    const hub = await start({ engine, clock });
    await put(hub, "old", hours(100, 60));
    await put(hub, "new", hours(100, 1));
    await put(hub, "ice", [Date.UTC(1958, 0), Date.UTC(1958, 1), Date.UTC(1958, 2)]);
    const policies = [policy("new", "forever"), policy("*", "all 30d")];
    const preview = agedPreviewAnswer.parse((await hub.http("POST", "storage/preview", { policies })).body);
    // Of each series the newest stays.
    expect(preview).toMatchObject({ series: engine === "memory" ? 2 : expect.any(Number), readings: 101, lost: 101 });
    expect(preview.from).toBe(Date.UTC(1958, 0));
    expect(preview.policies.map(({ readings }) => readings)).toEqual([0, 101, 0]);
    expect(await count(hub, "old")).toBe(100);
    clock.advance(10_000);
    const said = await hub.http("PUT", "storage/policies", { policies });
    expect(policiesAnswer.parse(said.body)).toEqual({
      policies: [
        { ...policy("new", "forever"), series: 1 },
        { ...policy("*", "all 30d"), series: 2 },
      ],
      ...{ keep: "forever", others: 0 },
    });
    await vi.waitFor(async () => {
      clock.advance(10_000);
      expect([await count(hub, "old"), await count(hub, "new"), await count(hub, "ice")]).toEqual([1, 100, 1]);
    }, slowly);
    const storage = storageAnswer.parse((await hub.http("GET", "storage")).body);
    expect(storage).toMatchObject({ aged: { readings: 101, lost: 101, from: Date.UTC(1958, 0) }, policies });
    expect(storage.series.map(({ device, policy: at }) => [device, at]).sort()).toEqual([
      ["ice", 1],
      ["new", 0],
      ["old", 1],
    ]);
    await hub.restart();
    expect((await hub.http("GET", "storage/policies")).body.policies).toHaveLength(2);
  });

  it("[P101] goes by --keep where no policy matches, each hour, and not at once after a start", async () => {
    const clock = new FakeClock(nowMs);
    const hub = await start({ engine, clock, config: { keep: { all: 30 * dayMs } } });
    await put(hub, "old", hours(50, 60));
    const left = async () => {
      clock.advance(60_000);
      return count(hub, "old");
    };
    expect(await left()).toBe(50);
    expect((await hub.http("GET", "storage/policies")).body).toMatchObject({ keep: "all 30d", others: 1 });
    if (engine === "memory") return;
    clock.advance(600_000);
    await vi.waitFor(async () => expect(await left()).toBe(1), slowly);
  });

  it("[P103] a clock that leaps ahead lets nothing go for a day", async () => {
    if (engine === "memory") return;
    const clock = new FakeClock(nowMs);
    const hub = await start({ engine, clock, config: { keep: { all: 30 * dayMs } } });
    await put(hub, "old", hours(50, 20));
    clock.jump(365 * dayMs);
    clock.advance(600_000);
    for (let turn = 0; turn < 5; turn++) await hub.http("GET", "status");
    clock.advance(20_000);
    expect(await count(hub, "old")).toBe(50);
    for (let hour = 0; hour < 26; hour++) clock.advance(3_600_000);
    await vi.waitFor(async () => {
      clock.advance(10_000);
      expect(await count(hub, "old")).toBe(1);
    }, slowly);
  });

  it("[P104] a budget is said in words, kept over a restart, and gives way to the flag", async () => {
    const hub = await start({ engine });
    const say = (budget: string) => hub.http("PUT", "storage/budget", { budget });
    expect(budgetAnswer.parse((await say("2 GB")).body)).toEqual({ budget: 2e9, budgetSaid: "2 GB" });
    await hub.restart();
    expect((await hub.http("GET", "storage")).body).toMatchObject({
      ...{ budget: 2e9, budgetSaid: "2 GB", budgetByFlag: false },
    });
    expect((await say("off")).body).toEqual({ budget: null, budgetSaid: "off" });
    const flagged = await start({ engine, config: { budget: 500e6 } });
    const { status, body } = await flagged.http("PUT", "storage/budget", { budget: "2 GB" });
    expect([status, body.code]).toEqual([409, "conflict"]);
    expect(body.message).toMatch(/--budget or HUB_BUDGET/);
    expect((await flagged.http("GET", "storage")).body.budgetByFlag).toBe(true);
  });
});

describe("what is kept how long", () => {
  it("[P102] is told to who imports years that would go by it", async () => {
    const hub = await start({ config: { keep: { all: 365 * dayMs } } });
    const door = new HubDoor({ url: hub.url, token: undefined, signal: AbortSignal.abort(), onTrouble: () => {} });
    await expect(door.ages()).rejects.toThrow();
    const asking = { url: hub.url, token: undefined, signal: new AbortController().signal, onTrouble: () => {} };
    expect(await new HubDoor(asking).ages()).toEqual(["all 1y of * *"]);
    await hub.http("PUT", "storage/policies", { policies: [policy("ice*", "raw 30d"), policy("*", "forever")] });
    expect(await new HubDoor(asking).ages()).toEqual(["raw 30d of ice* *", "all 1y of * *"]);
  });

  it.each([
    ["PUT", "storage/budget", { budget: "0.5 MB" }, "invalid_value", /at least 1MB/],
    ["PUT", "storage/budget", { budget: "much" }, "invalid_value", /"much".*auto, off/],
    ["PUT", "storage/budget", { size: 1 }, "unknown_field", /size/],
    ["PUT", "storage/policies", { policies: [policy("*", "raw 1m")] }, "invalid_value", /policies\[0\]\.keep.*raw 30d/],
    ["PUT", "storage/policies", { policies: [{ device: "*" }] }, "invalid_name", /metric is missing.*keep is missing/],
    ["POST", "storage/preview", { policies: [policy("*", "hour 1d")] }, "invalid_value", /named/],
    ["PUT", "storage/policies?x=1", { policies: [] }, "unknown_field", /x/],
  ])("[P100] refuses %s %s of %j as %s", async (method, path, order, code, message) => {
    const hub = await start();
    const { body } = await hub.http(method, path, order);
    expect(body).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await hub.http("GET", "storage/policies")).body.policies).toEqual([]);
  });
});
