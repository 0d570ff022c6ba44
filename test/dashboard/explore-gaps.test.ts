/** What is missing in one of the linked charts: the silences of its lines, those that all have, and why. */
import { describe, expect, it } from "vitest";
import type { HubApi } from "../../dashboard/client/hub-api.ts";
import {
  barSilences,
  bucketSilences,
  lengthOf,
  lineSilences,
  SharedSilences,
} from "../../dashboard/data/explore-gaps.ts";
import { causesWithin, ExploreLedger, ledgerEveryMs } from "../../dashboard/data/explore-ledger.ts";
import { longestJoinMs } from "../../dashboard/data/gaps.ts";
import { lineOf } from "../../dashboard/data/line.ts";
import { NumberTrace } from "../../dashboard/data/number-trace.ts";
import { StateTrace } from "../../dashboard/data/state-trace.ts";
import type { GapsAnswer } from "../../server/protocol/index.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const second = 1_000;
const window = { fromMs: 0, toMs: 600 * second };
const every = { reportInterval: 10 * second, learned: false };

/** The silences of a line with readings at these seconds. */
function silencesOf(seconds: readonly number[], known: { fromMs: number; toMs: number } | undefined, firstMs?: number) {
  const trace = new NumberTrace();
  for (const at of seconds) trace.add(at * second, 1);
  const joinMs = longestJoinMs(trace, every);
  const found: number[] = [];
  lineSilences(found, lineOf(trace, window.fromMs, window.toMs, 600, joinMs), { joinMs, firstMs }, known);
  return found.map((ms) => ms / second);
}

const steps = (from: number, to: number) => Array.from({ length: (to - from) / 10 + 1 }, (_, row) => from + row * 10);

describe("what is shaded in a linked chart", () => {
  it("is a silence longer than 2.5 intervals, and one that goes on, which grows with time until a reading comes", () => {
    const readings = [...steps(0, 100), ...steps(125, 195), ...steps(300, 400)];
    const upTo = (now: number) => silencesOf(readings, { fromMs: 0, toMs: now * second }, 0);
    expect(upTo(425)).toEqual([195, 300]);
    expect(upTo(426)).toEqual([195, 300, 400, 426]);
    expect(upTo(500)).toEqual([195, 300, 400, 500]);
    expect(silencesOf([...readings, 420, 430], { fromMs: 0, toMs: 440 * second }, 0)).toEqual([195, 300]);
  });

  it("is at the ends of a line only what the hub was asked for, and nothing before the first reading of all", () => {
    const readings = steps(300, 400);
    expect(silencesOf(readings, undefined, 0)).toEqual([]);
    expect(silencesOf(readings, { fromMs: 200 * second, toMs: 410 * second }, 0)).toEqual([200, 300]);
    expect(silencesOf(readings, { fromMs: 0, toMs: 410 * second }, 300 * second)).toEqual([]);
    expect(silencesOf(readings, { fromMs: 0, toMs: 410 * second })).toEqual([]);
    // Nothing at all of a series that was there before.
    const known = { fromMs: 0, toMs: 600 * second };
    const found: number[] = [];
    lineSilences(found, { times: [], gaps: [] }, { joinMs: 25 * second, firstMs: -5 * second }, known);
    expect(found).toEqual([0, 600 * second]);
    found.length = 0;
    lineSilences(found, { times: [], gaps: [] }, { joinMs: Number.POSITIVE_INFINITY, firstMs: -5 * second }, known);
    expect(found, "on event").toEqual([]);
  });

  it("is between the states of a strip what no state is known for", () => {
    const trace = new StateTrace();
    trace.silenceMs = 25 * second;
    for (const at of [...steps(100, 200), ...steps(300, 400)]) trace.add(at * second, true);
    const found: number[] = [];
    const spans = trace.spans(window.fromMs, window.toMs, 25 * second);
    barSilences(found, spans, { joinMs: 0, firstMs: undefined }, window);
    expect(found.map((ms) => ms / second)).toEqual([200, 300, 425, 600]);
    found.length = 0;
    barSilences(found, spans, { joinMs: 0, firstMs: 50 * second }, window);
    expect(found.map((ms) => ms / second)).toEqual([50, 100, 200, 300, 425, 600]);
  });

  it("is of buckets each that lacks, and of a line through their middles where it breaks", () => {
    const buckets = { times: [0, 60, 240, 300], ends: [60, 120, 300, 360], silentMs: 30, firstMs: undefined };
    const known = { fromMs: 0, toMs: 380 };
    const found = (isLine: boolean, part: Partial<typeof buckets> = {}, to = known) => {
      const into: number[] = [];
      bucketSilences(into, { ...buckets, ...part }, isLine, to);
      return into;
    };
    expect(found(false)).toEqual([120, 240]);
    expect(found(true)).toEqual([90, 270]);
    expect(found(true, { silentMs: 150 })).toEqual([]);
    expect(found(false, {}, { fromMs: 0, toMs: 400 })).toEqual([120, 240, 360, 400]);
  });

  it("is darker where no line has a value: the moments that lie in silences of all of them", () => {
    const seed = printedSeed("silences");
    const random = new Random(seed);
    const shared = new SharedSilences();
    for (let round = 0; round < 200; round++) {
      const lines = Array.from({ length: 1 + Math.floor(random.uniform() * 4) }, () => {
        const ends = Array.from({ length: 2 * Math.floor(random.uniform() * 5) }, () =>
          Math.floor(random.uniform() * 60),
        );
        const line = [...new Set(ends)].sort((a, b) => a - b);
        return line.length % 2 === 0 ? line : line.slice(1);
      });
      shared.begin();
      for (const line of lines) shared.line().push(...line);
      shared.end({ fromMs: 10, toMs: 50 });
      const has = (line: readonly number[], at: number) =>
        line.some((from, end) => end % 2 === 0 && from < at && at < (line[end + 1] as number));
      const moments = Array.from({ length: 60 }, (_, at) => at + 0.5);
      const expected = moments.filter((at) => at > 10 && at < 50 && lines.every((line) => has(line, at)));
      expect(
        moments.filter((at) => has(shared.shared, at)),
        `round ${round} of seed ${seed}`,
      ).toEqual(expected);
      expect(shared.any).toBe(lines.some(({ length }) => length > 0));
    }
    shared.begin();
    shared.end(window);
    expect(shared.shared, "without a line nothing is missing").toEqual([]);
  });
});

interface Asked {
  readonly device: readonly string[];
  readonly metric: string;
  readonly from: number;
  readonly to: number;
}

describe("why readings of a linked chart are missing", () => {
  const series = [
    { device: "a", metric: "t" },
    { device: "b", metric: "t" },
    { device: "a", metric: "h" },
  ];
  const span = { fromMs: 1_000_000, toMs: 2_000_000, live: true };
  const hubMs = 2_000_000;

  /** A hub that tells the same of each series. */
  function hub() {
    const asked: Asked[] = [];
    const get = (_path: string, { params }: { params: Asked }) => {
      asked.push(params);
      const one = (device: string) => ({
        ...{ device, metric: params.metric, grace: 25_000, complete: 0.9 },
        gaps: { from: [1_100_000, 1_900_000], to: [1_200_000, params.to], cause: ["hub_down", "offline"] },
      });
      const answer = { from: params.from, to: params.to, series: params.device.map(one) };
      return Promise.resolve(answer as unknown as GapsAnswer);
    };
    return { asked, api: { get } as unknown as Pick<HubApi, "get"> };
  }

  it("is asked for once a metric, anew only of another time or after a while, and tells an open gap as far as it goes", async () => {
    const { asked, api } = hub();
    let changed: () => void = () => {};
    const told = () =>
      new Promise<void>((resolve) => {
        changed = resolve;
      });
    const ledger = new ExploreLedger(api, () => changed());
    const first = told();
    ledger.want(series, span, hubMs, ledgerEveryMs, 0);
    ledger.want(series, span, hubMs, ledgerEveryMs, 0);
    await first;
    expect(asked).toEqual([
      { device: ["a", "b"], metric: "t", from: 1_000_000, to: 2_000_000 },
      { device: ["a"], metric: "h", from: 1_000_000, to: 2_000_000 },
    ]);
    const keys = ["a/t", "b/t"];
    const gaps = ledger.joined(keys);
    expect(gaps).toEqual([
      { fromMs: 1_100_000, toMs: 1_200_000, cause: "hub_down" },
      { fromMs: 1_900_000, toMs: Number.POSITIVE_INFINITY, cause: "offline" },
    ]);
    expect(ledger.joined(keys)).toBe(gaps);
    expect(ledger.causeAt("a/t", 1_150_000)).toBe("hub_down");
    expect(ledger.causeAt("a/t", 1_250_000)).toBeUndefined();
    // A window that moves along, or shows a part, is known.
    ledger.want(series, { ...span, fromMs: 1_010_000, toMs: 2_010_000 }, hubMs, ledgerEveryMs, ledgerEveryMs - 1);
    ledger.want(series, { fromMs: 1_500_000, toMs: 1_600_000, live: false }, hubMs, ledgerEveryMs, ledgerEveryMs - 1);
    expect(asked).toHaveLength(2);
    const second = told();
    ledger.want(series, { fromMs: 900_000, toMs: 1_600_000, live: false }, hubMs, ledgerEveryMs, ledgerEveryMs - 1);
    await second;
    expect(asked).toHaveLength(4);
    const third = told();
    ledger.want(series, { fromMs: 900_000, toMs: 1_600_000, live: false }, hubMs, ledgerEveryMs, 2 * ledgerEveryMs);
    await third;
    expect(asked).toHaveLength(6);
    ledger.close();
  });

  it("is not asked for anew with each step of a hand that moves the window, nor of what was told before", async () => {
    const { asked, api } = hub();
    let changed: () => void = () => {};
    const ledger = new ExploreLedger(api, () => changed());
    /** As a chart does with each frame. */
    const moveTo = async (fromMs: number) => {
      const before = asked.length;
      const told = new Promise<void>((resolve) => {
        changed = resolve;
      });
      ledger.want(
        [{ device: "a", metric: "t" }],
        { fromMs, toMs: fromMs + 100_000, live: false },
        hubMs,
        ledgerEveryMs,
        0,
      );
      if (asked.length > before) await told;
    };
    for (let step = 0; step <= 40; step++) await moveTo(1_000_000 - step * 5_000);
    expect(asked).toHaveLength(4);
    // Back over what was told last, and up to the present.
    for (let step = 20; step >= 0; step--) await moveTo(850_000 - step * 2_500);
    expect(asked).toHaveLength(4);
    await moveTo(hubMs - 100_000);
    expect(asked.at(-1)).toMatchObject({ from: hubMs - 150_000, to: hubMs });
    ledger.close();
  });

  it("is told for so long as it lies within what is missing, the longest cause first", () => {
    const gaps = [
      { fromMs: 0, toMs: 50, cause: "refused" },
      { fromMs: 60, toMs: Number.POSITIVE_INFINITY, cause: "offline" },
    ] as const;
    expect(causesWithin(gaps, [40, 80, 90, 100])).toEqual([
      ["offline", 30],
      ["refused", 10],
    ]);
    expect(causesWithin(gaps, [])).toEqual([]);
    expect(lengthOf([40, 80, 90, 100])).toBe(50);
  });

  it("costs a walk over both, not over all that is missing for each gap: it is told with each frame", () => {
    const gaps = Array.from({ length: 500 }, (_, at) => ({
      fromMs: at * 10,
      toMs: at * 10 + 6,
      cause: "offline" as const,
    }));
    let looks = 0;
    const missing = new Proxy(
      Array.from({ length: 1_000 }, (_, at) => at * 5 + 1),
      {
        get: (of, name) => {
          looks += 1;
          return Reflect.get(of, name) as unknown;
        },
      },
    );
    // From 1 to 6 of each ten.
    expect(causesWithin(gaps, missing)).toEqual([["offline", 500 * 5]]);
    expect(looks).toBeLessThan(20 * (gaps.length + 500));
  });
});
