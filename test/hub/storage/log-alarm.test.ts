/** F9: a write-ahead log beyond its size is told for as long as it lasts, and once in the log. */
import { beforeEach, describe, expect, it } from "vitest";
import { LogAlarm } from "../../../server/hub/storage/log-alarm.ts";
import { silentLog } from "../../../server/ports.ts";
import type { StoreStats } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const mib = 2 ** 20;
let clock: FakeClock;
let walBytes: number;
let fails: boolean;
let troubles: string[];
let lines: string[];
let alarm: LogAlarm;

beforeEach(() => {
  clock = new FakeClock();
  walBytes = 0;
  fails = false;
  troubles = ["Something else."];
  lines = [];
  const log = { ...silentLog, warn: (text: string) => lines.push(text), info: (text: string) => lines.push(text) };
  const stats = async () => {
    if (fails) throw new Error("the worker is away");
    return { walBytes } as StoreStats;
  };
  alarm = new LogAlarm({ store: { stats }, clock, log, troubles, alarmBytes: 256 * mib });
});

async function second(bytes: number): Promise<void> {
  walBytes = bytes;
  clock.advance(1_000);
  // The store's answer, and what is made of it.
  for (let turns = 0; turns < 5; turns++) await Promise.resolve();
}

describe("the alarm of the write-ahead log", () => {
  it("[F9] is silent up to its size", async () => {
    await second(256 * mib);
    expect([troubles, lines]).toEqual([["Something else."], []]);
  });

  it("[F9] tells the size, the setting and the likely cause, once in the log, and takes it back by itself", async () => {
    await second(300 * mib);
    const sentence = /has 300 MiB, more than 256 MiB \(--wal-alarm\): another program probably holds/;
    expect(troubles).toEqual(["Something else.", expect.stringMatching(sentence)]);
    await second(310 * mib);
    expect(troubles).toEqual(["Something else.", expect.stringContaining("310 MiB")]);
    troubles.push("A third.");
    await second(64 * mib);
    expect(troubles).toEqual(["Something else.", "A third."]);
    expect(lines).toEqual([expect.stringMatching(sentence), "the database's write-ahead log is short again"]);
    await second(300 * mib);
    expect(lines).toHaveLength(3);
  });

  it("[F9] stands while the store cannot tell, and looks no more once it is stopped", async () => {
    await second(300 * mib);
    fails = true;
    await second(0);
    expect(troubles).toHaveLength(2);
    fails = false;
    alarm.stop();
    await second(0);
    expect([troubles.length, clock.pending]).toEqual([2, 0]);
  });
});
