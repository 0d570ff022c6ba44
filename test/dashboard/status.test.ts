/** The page about the hub itself: what it keeps, how it reckons, and which settings it names. */
import { describe, expect, it } from "vitest";
import { longestJoinMs } from "../../dashboard/data/gaps.ts";
import { lineOf } from "../../dashboard/data/line.ts";
import { NumberTrace } from "../../dashboard/data/number-trace.ts";
import { formatBytes, formatLatency, formatLimit } from "../../dashboard/data/sizes.ts";
import { budgetInMs, fullInMs, growthOf, journalFills } from "../../dashboard/data/status-growth.ts";
import { StatusHistory, statusEveryMs } from "../../dashboard/data/status-history.ts";
import { flags, levelsOf } from "../../dashboard/data/status-limits.ts";
import { axisRange, axisTicks, byteLabels, type StatusAxis } from "../../dashboard/elements/status-axis.ts";
import { settings } from "../../server/config.ts";
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const startMs = 1_800_000_000_000;
const dayMs = 86_400_000;

function statusAt(hubTime: number, changes: Partial<StatusAnswer> = {}): StatusAnswer {
  const room = { usedBytes: 1e6, freeBytes: 0, budgetBytes: null, bytesPerDay: null, thinned: null };
  return {
    ...{ version: "0.1.0", protocol: 1, startedAt: startMs, hubTime, timeZone: "UTC", epoch: "e", offset: 1 },
    ...{ durability: "fsync", connections: { devices: 3, viewers: 1 }, devices: { online: 3, silent: 0, offline: 0 } },
    door: {
      open: 4,
      refused: { connections: 0, connectionsPerAddress: 0, acceptsPerSecond: 0, attemptsPerAddress: 0 },
    },
    ...{
      series: 9,
      readings: { stored: 0, rejected: 0, overwritten: 0, perSecond: 0 },
      slowViewers: 0,
      viewerBytes: 0,
    },
    ...{ ackMs: { p50: 1, p99: 3 }, fsyncMs: { p50: 1, p99: 2 }, loopDelayMs: { p99: 1 } },
    store: { bytes: 1e6, walBytes: 0, journalBytes: 0, headBytes: 0, diskFreeBytes: 12e9, ...room },
    ...{ queue: { frames: 0, bytes: 0 }, health: { status: "ok" }, access: "open" },
    limits: {
      series: 1_000,
      undecidedBytesTotal: 1_000,
      slowViewerBytes: 1_000,
      viewersBytes: 1_000,
      minFreeBytes: 1e9,
      walAlarmBytes: 1e6,
    },
    ...changes,
  };
}

const stored = (count: number) => ({ stored: count, rejected: 0, overwritten: 0, perSecond: 0 });

describe("the history of the hub's figures", () => {
  it("holds 15 minutes, a row an answer", () => {
    const history = new StatusHistory();
    for (let second = 0; second < 3_600; second++) history.take(statusAt(startMs + second * 1_000));
    const trace = history.trace("ack");
    // The row before the window lets the line enter from its edge.
    expect(trace.length).toBeLessThanOrEqual(902);
    expect(trace.time(trace.length - 1)).toBe(startMs + 3_599_000);
    const { fromMs, toMs } = history.window(startMs + 3_599_000);
    expect(toMs - fromMs).toBe(900_000);
  });

  it("reckons readings a second from the totals, not across a restart or a silence", () => {
    const history = new StatusHistory();
    history.take(statusAt(startMs, { readings: stored(1_000) }));
    history.take(statusAt(startMs + 1_000, { readings: stored(1_500) }));
    history.take(statusAt(startMs + 3_000, { readings: stored(2_500) }));
    const restarted = { startedAt: startMs + 4_000 };
    history.take(statusAt(startMs + 5_000, { ...restarted, readings: stored(10) }));
    history.take(statusAt(startMs + 65_000, { ...restarted, readings: stored(90_000) }));
    history.take(statusAt(startMs + 66_000, { ...restarted, readings: stored(90_007) }));
    const trace = history.trace("readings");
    const rows = Array.from({ length: trace.length }, (_, row) => [trace.time(row) - startMs, trace.value(row)]);
    expect(rows).toEqual([
      [1_000, 500],
      [3_000, 500],
      [66_000, 7],
    ]);
  });

  it("shows a silence as a gap", () => {
    const history = new StatusHistory();
    for (const second of [0, 1, 2, 3, 10, 11, 12]) history.take(statusAt(startMs + second * 1_000));
    const trace = history.trace("devices");
    const line = lineOf(trace, startMs, startMs + 12_000, 300, longestJoinMs(trace, { reportInterval: statusEveryMs }));
    expect(line.gaps).toEqual([[startMs + 3_000, startMs + 10_000]]);
  });

  it("begins anew with another database, and where the hub's clock was set back", () => {
    for (const changed of [statusAt(startMs + 2_000, { epoch: "other" }), statusAt(startMs - 60_000)]) {
      const history = new StatusHistory();
      history.take(statusAt(startMs));
      history.take(statusAt(startMs + 1_000));
      history.take(changed);
      expect(history.trace("ack").length).toBe(1);
    }
  });

  it("shows a minute at least, and no more than there is", () => {
    const history = new StatusHistory();
    expect(history.window(startMs)).toMatchObject({ fromMs: startMs - 60_000, toMs: startMs });
    history.take(statusAt(startMs));
    expect(history.window(startMs + 300_000)).toMatchObject({ fromMs: startMs, toMs: startMs + 300_000 });
  });
});

describe("the growth of the data", () => {
  function grown(minutes: number, bytesAt: (minute: number) => number): NumberTrace {
    const trace = new NumberTrace();
    for (let second = 0; second <= minutes * 60; second++) trace.add(startMs + second * 1_000, bytesAt(second / 60));
    return trace;
  }

  it("is not told before five minutes were seen", () => {
    expect(growthOf(new NumberTrace())).toBeUndefined();
    expect(growthOf(grown(4.9, (minute) => minute * 1e6))).toBeUndefined();
    expect(growthOf(grown(5, (minute) => minute * 1e6))).toEqual({
      bytesPerDay: expect.closeTo(1_440e6, -3),
      spanMs: 300_000,
    });
  });

  it("is near the truth where files grow in steps", () => {
    const growth = growthOf(grown(15, (minute) => Math.floor(minute) * 1e6));
    expect(growth?.bytesPerDay).toBeGreaterThan(0.95 * 1_440e6);
    expect(growth?.bytesPerDay).toBeLessThan(1.05 * 1_440e6);
  });

  it("tells when only what the hub leaves free is left, and nothing where nothing grows", () => {
    const status = statusAt(startMs);
    expect(fullInMs({ bytesPerDay: 1.1e9, spanMs: 1 }, status)).toBeCloseTo(10 * dayMs, -3);
    expect(fullInMs({ bytesPerDay: 0, spanMs: 1 }, status)).toBeUndefined();
    expect(fullInMs({ bytesPerDay: -5, spanMs: 1 }, status)).toBeUndefined();
    const filling = { ...status, limits: { ...status.limits, journalBudgetBytes: 1_000 } };
    expect(journalFills(status)).toBe(false);
    expect(journalFills({ ...filling, store: { ...status.store, journalBytes: 899 } })).toBe(true);
    expect(journalFills({ ...filling, store: { ...status.store, journalBytes: 900 } })).toBe(false);
    const budgeted = { ...status.store, budgetBytes: 12e6, usedBytes: 1e6 };
    expect(budgetInMs({ bytesPerDay: 1e6, spanMs: 1 }, { store: budgeted })).toBeCloseTo(11 * dayMs, -3);
    expect(budgetInMs({ bytesPerDay: 0, spanMs: 1 }, { store: budgeted })).toBeUndefined();
    expect(budgetInMs({ bytesPerDay: 1e6, spanMs: 1 }, status)).toBeUndefined();
    expect(budgetInMs({ bytesPerDay: 1e6, spanMs: 1 }, { store: { ...budgeted, usedBytes: 13e6 } })).toBe(0);
    const full = { ...status.store, diskFreeBytes: 0 };
    expect(fullInMs({ bytesPerDay: 1, spanMs: 1 }, { ...status, store: full })).toBe(0);
  });
});

describe("the limits that figures run into", () => {
  it("are named by flags that the hub has", () => {
    const known = settings.map(({ flag }) => flag);
    expect(Object.values(flags).filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it("are told of from four fifths on, and of the disk from twice what is left free", () => {
    const level = (changes: Partial<StatusAnswer>) => levelsOf(statusAt(startMs, changes));
    const { store } = statusAt(startMs);
    expect(new Set(Object.values(level({})))).toEqual(new Set(["ok"]));
    expect(level({ queue: { frames: 1, bytes: 799 } }).queue).toBe("ok");
    expect(level({ queue: { frames: 1, bytes: 800 } }).queue).toBe("warn");
    expect(level({ queue: { frames: 1, bytes: 1_000 } }).queue).toBe("alarm");
    expect(level({ series: 900 }).series).toBe("warn");
    expect(level({ store: { ...store, diskFreeBytes: 1.9e9 } }).disk).toBe("warn");
    expect(level({ store: { ...store, diskFreeBytes: 0.9e9 } }).disk).toBe("alarm");
    expect(level({ store: { ...store, walBytes: 2e6 } }).wal).toBe("alarm");
    expect(level({ loopDelayMs: { p99: 300 } }).loop).toBe("warn");
    expect(level({ slowViewers: 1 }).viewers).toBe("warn");
  });
});

describe("sizes and short times", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_500, "1.50 kB"],
    [21_583_060, "21.6 MB"],
    [512_000_000, "512 MB"],
    [81_408_614_400, "81.4 GB"],
    [2e15, "2 PB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes).replaceAll("\u202f", " ")).toBe(text));

  it.each([
    [64 * 1024 ** 2, "64 MiB"],
    [2 * 1024 ** 3, "2 GiB"],
    [512_000_000, "512 MB"],
    [65_536, "65.5 kB"],
  ])("a setting of %d bytes is %s", (bytes, text) => expect(formatLimit(bytes).replaceAll("\u202f", " ")).toBe(text));

  it.each([
    [0, "0 ms"],
    [0.4219, "0.42 ms"],
    [3.14, "3.1 ms"],
    [56.4, "56 ms"],
    [1_500, "1.5 s"],
  ])("%d ms are %s", (ms, text) => expect(formatLatency(ms).replaceAll("\u202f", " ")).toBe(text));
});

describe("the value axis of a figure", () => {
  const axisOf = (axis: Partial<StatusAxis>, least: number, most: number) => {
    const whole: StatusAxis = { fromLeast: false, whole: true, labels: byteLabels, ...axis };
    return axisTicks(whole, ...axisRange(whole, least, most));
  };

  it("stands from zero to the next round number, in three steps at most", () => {
    expect(axisOf({}, 20, 25)).toEqual([0, 10, 20, 30]);
    expect(axisOf({}, 0, 0)).toEqual([0, 1]);
    expect(axisOf({}, 1, 1)).toEqual([0, 1, 2]);
    expect(axisOf({ whole: false }, 0.02, 0.11)).toEqual([0, 0.05, 0.1, 0.15000000000000002]);
    expect(axisOf({}, 0, 168_000)).toEqual([0, 100_000, 200_000]);
  });

  it("labels sizes in one unit, with the decimals that tell them apart, and shows of a large one what changed", () => {
    expect(byteLabels(axisOf({}, 0, 99_000))).toEqual(["0", "50\u202fkB", "100\u202fkB", "150\u202fkB"]);
    const disk = axisOf({ fromLeast: true }, 78.62e9, 79.13e9);
    expect(byteLabels(disk)).toEqual(["78.5\u202fGB", "79.0\u202fGB", "79.5\u202fGB"]);
    // What hardly moved is not blown up to a cliff.
    const calm = axisOf({ fromLeast: true }, 78.62e9, 78.62e9 + 4_096);
    expect(byteLabels(calm)).toEqual(["78.55\u202fGB", "78.60\u202fGB", "78.65\u202fGB", "78.70\u202fGB"]);
  });

  it("has few ticks, in order, that hold whatever is drawn", () => {
    const words = new Random(printedSeed("status axis"));
    const random = () => words.word() / 2 ** 32;
    for (let turn = 0; turn < 2_000; turn++) {
      const least = Math.floor(random() * 10 ** (random() * 13));
      const most = least + Math.floor(random() * 10 ** (random() * 13));
      for (const fromLeast of [true, false]) {
        const ticks = axisOf({ fromLeast }, least, most);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(5);
        expect(ticks[0]).toBeLessThanOrEqual(least);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
        expect(new Set(byteLabels(ticks)).size, byteLabels(ticks).join()).toBe(ticks.length);
      }
    }
  });
});
