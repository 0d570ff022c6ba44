import { describe, expect, it } from "vitest";
import type { DeviceView, SeriesView } from "../../dashboard/client/hub-view.ts";
import type { Ticker } from "../../dashboard/data/candle-board.ts";
import { priceLabels, volumeAt } from "../../dashboard/data/candle-rows.ts";
import { CandleTrace } from "../../dashboard/data/candle-trace.ts";
import {
  candleIntervalKeys,
  candleIntervals,
  candleWindow,
  mostInWindow,
  openingInterval,
  seriesAddress,
  seriesAt,
  spanOfCandles,
} from "../../dashboard/data/candle-window.ts";
import { openingCount } from "../../dashboard/elements/candle-choice.ts";
import { wholeCandles } from "../../dashboard/elements/candle-moves.ts";
import { marketChoiceOf, marketParams } from "../../dashboard/elements/ticker-choice.ts";
import { TickerFlashes } from "../../dashboard/elements/ticker-flash.ts";
import { TickerOrder, type TickerSort } from "../../dashboard/elements/ticker-order.ts";
import type { LiveSeriesEntry } from "../../server/protocol/index.ts";

const minute = 60_000;
const day = 1_440 * minute;

function seriesView(more: Partial<SeriesView> = {}, entry: Partial<LiveSeriesEntry> = {}): SeriesView {
  const about = { series: 1, device: "a", metric: "price", type: "number" as const, reportInterval: null };
  return {
    ...{ entry: { ...about, firstTime: null, lastTime: null, count: 0, ...entry }, decimals: 2 },
    ...{ value: undefined, timeMs: undefined, firstMs: undefined, ...more },
  };
}

function deviceView(device: string, series: readonly SeriesView[]): DeviceView {
  const about = { state: "online", reason: "connected", since: 0, lastSeen: null, reportInterval: null } as const;
  return {
    entry: { device, ...about, seriesCount: series.length },
    series: new Map(series.map((one) => [one.entry.series, one])),
  };
}

describe("the window of candles", () => {
  it("ends with the candle that now lies in, by the hub's clock, whether or not a tick came", () => {
    const before = candleWindow(minute, 60, undefined, 100 * minute + 59_000, 100 * minute + 59_999);
    const after = candleWindow(minute, 60, undefined, 100 * minute + 59_000, 101 * minute);
    expect(after.toMs - before.toMs).toBe(minute);
    expect(after.fromMs - before.fromMs).toBe(minute);
    // Between two candles it stands still.
    expect(candleWindow(minute, 60, undefined, undefined, 101 * minute + 59_999).toMs).toBe(after.toMs);
    expect(after.toMs).toBeGreaterThan(102 * minute);
    expect(after.live).toBe(true);
  });

  it("ends with the newest candle where that is old, so that no choice shows an empty chart", () => {
    const { toMs, live } = candleWindow(minute, 60, undefined, 10 * minute, 500 * minute);
    expect(live).toBe(false);
    expect(toMs).toBe(12 * minute);
  });

  it("holds whole candles, aligned to UTC, at least three and at most as many as can be drawn", () => {
    expect(spanOfCandles({ fromMs: 61_000, toMs: 299_000 }, minute)).toEqual({ fromMs: minute, toMs: 5 * minute });
    expect(spanOfCandles({ fromMs: 1, toMs: 2 }, minute)).toEqual({ fromMs: 0, toMs: 3 * minute });
    const { fromMs, toMs } = spanOfCandles({ fromMs: 0, toMs: 100 * day }, minute);
    expect((toMs - fromMs) / minute).toBe(mostInWindow);
  });

  it("has room for all candles that there are, and not for many more, where nobody chose how many", () => {
    const of = (days: number) => openingCount(seriesView({ firstMs: 0, timeMs: days * day }), day, 120);
    expect([0, 2, 29, 30, 59, 61, 5_000].map(of)).toEqual([30, 30, 30, 60, 60, 120, 120]);
    expect(openingCount(seriesView(), day, 60)).toBe(60);
  });

  it("that a hand moved is whole candles, and keeps its length however often it is moved by parts of one", () => {
    let span = { fromMs: 10 * minute, toMs: 40 * minute };
    for (let moves = 0; moves < 50; moves++) {
      span = wholeCandles({ fromMs: span.fromMs - 0.7 * minute, toMs: span.toMs - 0.7 * minute }, minute);
    }
    expect(span).toEqual({ fromMs: -40 * minute, toMs: -10 * minute });
    // A stretch that ended with a candle still does, whatever part of one it became longer by.
    for (const part of [0.1, 0.4, 0.5, 0.6, 0.9]) {
      const { toMs } = wholeCandles({ fromMs: (10 - part) * minute, toMs: 40 * minute }, minute);
      expect(toMs, String(part)).toBeGreaterThanOrEqual(40 * minute);
    }
    expect(wholeCandles({ fromMs: 0, toMs: 1 }, minute)).toEqual({ fromMs: 0, toMs: 3 * minute });
    expect(wholeCandles({ fromMs: 0, toMs: 100 * day }, minute).toMs).toBe(mostInWindow * minute);
  });

  it("all widths divide a day, so that candles begin at midnight, UTC", () => {
    for (const key of candleIntervalKeys) expect(day % candleIntervals[key], key).toBe(0);
  });

  it.each([
    ["a share known for days", 3 * day, 0, "1m"],
    ["one known for ten minutes", 10 * minute, 0, "15s"],
    ["one known for a moment", 10_000, null, "1s"],
    ["a sensor each minute", 3 * day, minute, "5m"],
    ["one a day", 900 * day, day, "1d"],
  ] as const)("opens with a width that suits %s", (_, spanMs, reportInterval, interval) => {
    expect(openingInterval(seriesView({ firstMs: 0, timeMs: spanMs }, { reportInterval }))).toBe(interval);
  });
});

describe("the axis of prices", () => {
  it.each([
    [
      [20, 22.5, 25],
      ["20.0", "22.5", "25.0"],
    ],
    [
      [100, 200],
      ["100", "200"],
    ],
    [
      [12.06, 12.08],
      ["12.06", "12.08"],
    ],
    [
      [0.125, 0.25],
      ["0.125", "0.250"],
    ],
    [
      [1, 1.0005],
      ["1.0000", "1.0005"],
    ],
  ])("calls %j by their values, not by rounder ones", (splits, labels) => {
    expect(priceLabels(splits, 0)).toEqual(labels);
  });
});

describe("the address of candles", () => {
  it("names a series whose device has slashes, and what was chosen comes back from it", () => {
    const series = seriesView({}, { device: "hall/3/share", metric: "price.last" });
    const view = { devices: new Map([["hall/3/share", deviceView("hall/3/share", [series])]]) };
    const address = seriesAddress("hall/3/share", "price.last");
    expect(seriesAt(view, address)?.series).toBe(series);
    for (const wrong of ["", "price.last", "hall/3/share/", "hall/3/share/bid"])
      expect(seriesAt(view, wrong)).toBeUndefined();
    const choice = {
      ...{ query: "ac me", sort: "change" as const, down: true, series: address },
      ...{ interval: "5m" as const, count: 240, span: { fromMs: 0, toMs: 30 * minute } },
    };
    const given = Object.entries(marketParams(choice)).filter((one): one is [string, string] => one[1] !== undefined);
    expect(marketChoiceOf(new URLSearchParams(given))).toEqual(choice);
  });

  it("that makes no sense shows the whole market", () => {
    const { sort, interval, count, span } = marketChoiceOf(
      new URLSearchParams("sort=luck&every=7m&candles=-3&from=9&to=1"),
    );
    expect([sort, interval, count, span]).toEqual(["symbol", undefined, undefined, undefined]);
  });
});

describe("prices in a table", () => {
  const tickers = [
    ["c", 30, 5, undefined],
    ["a", undefined, undefined, undefined],
    ["b", 10, 7, 1],
  ] as const;
  const made = tickers.map(([name], index): Ticker => {
    const price = seriesView({}, { series: index, device: name, role: "price" });
    return { device: deviceView(name, [price]), price, volume: undefined, bid: undefined, ask: undefined };
  });
  const figures = (ticker: Ticker) => tickers[made.indexOf(ticker)];
  const board = {
    day: (ticker: Ticker) => {
      const [, close, open, volume] = figures(ticker) ?? [];
      return close === undefined || open === undefined ? undefined : { open, close, volume };
    },
    last: (ticker: Ticker) => {
      const value = figures(ticker)?.[1];
      return value === undefined ? undefined : { value, timeMs: value };
    },
  };
  const ordered = (sort: TickerSort, down: boolean, query = "") =>
    new TickerOrder().of(made, board, { sort, down, query }, 0).map(({ device }) => device.entry.device);

  it("stand in the order of a column, those without a figure last in either direction", () => {
    expect(ordered("symbol", false)).toEqual(["a", "b", "c"]);
    expect(ordered("symbol", true)).toEqual(["c", "b", "a"]);
    expect(ordered("last", false)).toEqual(["b", "c", "a"]);
    expect(ordered("last", true)).toEqual(["c", "b", "a"]);
    expect(ordered("change", true)).toEqual(["c", "b", "a"]);
    expect(ordered("volume", true)).toEqual(["b", "a", "c"]);
    expect(ordered("symbol", false, "B")).toEqual(["b"]);
  });

  it("do not change places with each tick: every two seconds at most", () => {
    const order = new TickerOrder();
    const choice = { sort: "last" as const, down: true, query: "" };
    const first = order.of(made, board, choice, 10_000);
    const risen = { ...board, last: (ticker: Ticker) => ({ value: ticker === made[1] ? 99 : 1, timeMs: 1 }) };
    expect(order.of(made, risen, choice, 11_999)).toBe(first);
    expect(order.of(made, risen, choice, 12_000)[0]).toBe(made[1]);
  });

  it("flash with each move, not with a tick at the same price, nor when they first come into sight", () => {
    const flashes = new TickerFlashes();
    expect(flashes.of(1, 10)).toMatchObject({ direction: "none", moves: 0 });
    expect(flashes.of(1, 10)).toMatchObject({ direction: "none", moves: 0 });
    expect(flashes.of(1, 11)).toMatchObject({ direction: "rise", moves: 1 });
    expect(flashes.of(1, 11)).toMatchObject({ direction: "rise", moves: 1 });
    expect(flashes.of(1, 9)).toMatchObject({ direction: "fall", moves: 2 });
  });

  it("tell the volume of a series of sizes by their sum, of a counter by its rise, begun anew or not", () => {
    const trace = new CandleTrace({ everyMs: minute, mostCandles: 10, mostFresh: 10 });
    trace.begin(0);
    for (const [at, value] of [
      [0, 100],
      [30_000, 150],
      [minute, 180],
      [2 * minute, 20],
    ] as const)
      trace.add(at, value);
    expect([0, 1, 2, 3].map((at) => volumeAt({ trace, counter: false }, at * minute))).toEqual([250, 180, 20, 0]);
    expect([0, 1, 2, 3].map((at) => volumeAt({ trace, counter: true }, at * minute))).toEqual([50, 30, 20, 0]);
  });
});
