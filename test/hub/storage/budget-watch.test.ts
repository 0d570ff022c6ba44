/** [P93]: that the budget is reached is said aloud: when readings go, and in `/health`. */
import { beforeEach, describe, expect, it } from "vitest";
import { BudgetWatch } from "../../../server/hub/storage/budget-watch.ts";
import { silentLog } from "../../../server/ports.ts";
import type { StoreStats } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const dayMs = 86_400_000;
const throughMs = Date.UTC(2026, 10, 1, 6, 30);
let clock: FakeClock;
let room: Pick<StoreStats, "budgetBytes" | "usedBytes" | "thinned">;
let troubles: string[];
let lines: string[];

beforeEach(() => {
  clock = new FakeClock();
  room = { budgetBytes: 2e9, usedBytes: 1.5e6, thinned: null };
  troubles = ["Something else."];
  lines = [];
});

async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await Promise.resolve();
}

async function watch(): Promise<BudgetWatch> {
  const log = { ...silentLog, warn: (text: string) => lines.push(text), info: (text: string) => lines.push(text) };
  const made = new BudgetWatch({ store: { stats: async () => room as StoreStats }, clock, log, troubles });
  await settle();
  return made;
}

async function later(ms: number): Promise<void> {
  clock.advance(ms);
  await settle();
}

const went = (readings: number, lost = readings): void => {
  room = { ...room, usedBytes: 1.96e9, thinned: { readings, bytes: readings, lastMs: throughMs, lost } };
};

describe("the watch over the budget", () => {
  it("[P93] is silent while there is room, and without a budget", async () => {
    await watch();
    await later(5_000);
    room = { ...room, budgetBytes: null };
    await watch();
    expect([lines, troubles]).toEqual([[], ["Something else."]]);
  });

  it("[P93] tells that readings go: in the log when it begins and once a day, in the health for a day", async () => {
    await watch();
    lines = [];
    went(1_000);
    await later(5_000);
    const log = /has reached its budget of 2 GB \(--budget\).*1000 up to now.*2026-11-01 06:30 UTC/;
    const health = /has reached its budget of 2 GB \(--budget\): raw readings up to 2026-11-01 06:30 UTC went/;
    expect(lines).toEqual([expect.stringMatching(log)]);
    expect(troubles).toEqual(["Something else.", expect.stringMatching(health)]);
    went(3_000);
    await later(5_000);
    expect(lines).toHaveLength(1);
    await later(dayMs);
    expect(troubles).toEqual(["Something else."]);
    went(3_500);
    await later(5_000);
    expect(lines).toEqual([expect.stringMatching(log), expect.stringContaining("2500 up to now")]);
    expect(troubles).toHaveLength(2);
  });

  it("[P93] tells in the log alone that raw readings go whose hours stay", async () => {
    await watch();
    lines = [];
    went(1_000, 0);
    await later(5_000);
    expect(lines).toEqual([expect.stringMatching(/1000 up to now, .* 06:30 UTC; their hours stay\./)]);
    expect(troubles).toEqual(["Something else."]);
    went(1_500, 20);
    await later(5_000);
    expect(troubles).toEqual(["Something else.", expect.stringContaining("20 of them before any tier held")]);
  });

  it("[P93] tells that a budget is passed and nothing more may go", async () => {
    const watching = await watch();
    room = { ...room, usedBytes: 2.5e9 };
    for (let look = 0; look < 5; look++) await later(5_000);
    expect(troubles).toEqual(["Something else."]);
    await later(5_000);
    expect(troubles).toEqual(["Something else.", expect.stringMatching(/takes 2.5 GB, more than its budget of 2 GB/)]);
    room = { ...room, usedBytes: 1e9 };
    await later(5_000);
    expect(troubles).toEqual(["Something else."]);
    watching.stop();
    room = { ...room, usedBytes: 3e9 };
    for (let look = 0; look < 9; look++) await later(5_000);
    expect(troubles).toEqual(["Something else."]);
  });
});
