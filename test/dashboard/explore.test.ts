/** Linked charts without a page: the window that a hand moves, the steps taken back, the address, the rows of a file. */
import { describe, expect, it } from "vitest";
import type { DeviceView, HubView, SeriesView } from "../../dashboard/client/hub-view.ts";
import { Steps } from "../../dashboard/data/address-steps.ts";
import { drawnSpan, fileNameOf, parquetFiles, rawReadings } from "../../dashboard/data/chart-export.ts";
import { drawnText } from "../../dashboard/data/drawn-text.ts";
import {
  exploreChoiceOf,
  exploreHref,
  hrefOf,
  mostExplored,
  withChange,
  withSeries,
} from "../../dashboard/data/explore-choice.ts";
import { startersOf } from "../../dashboard/data/explore-starters.ts";
import { NumberTrace } from "../../dashboard/data/number-trace.ts";
import { parseRoute } from "../../dashboard/data/route.ts";
import { SeriesSearch } from "../../dashboard/data/series-search.ts";
import { StateTrace } from "../../dashboard/data/state-trace.ts";
import { isWithin, panned, pinched, zoomed } from "../../dashboard/data/window-moves.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const hour = 3_600_000;

describe("the window of linked charts", () => {
  const latestMs = 1_000 * hour;
  const seed = printedSeed("windows");

  it("zooms about a moment, which stays where it is", () => {
    const random = new Random(seed);
    const next = () => random.uniform();
    for (let round = 0; round < 500; round++) {
      const fromMs = Math.floor(next() * 900 * hour);
      const window = { fromMs, toMs: fromMs + 1_000 + Math.floor(next() * 10 * hour) };
      const share = next();
      const atMs = fromMs + share * (window.toMs - fromMs);
      const { fromMs: from, toMs: to } = zoomed(window, 0.1 + next(), atMs, latestMs);
      expect(Math.abs(from + share * (to - from) - atMs)).toBeLessThan(2);
    }
  });

  it("never ends later than the newest moment, nor gets too short, and pans without changing its length", () => {
    const window = { fromMs: latestMs - hour, toMs: latestMs };
    expect(panned(window, hour, latestMs)).toEqual(window);
    expect(panned(window, -hour, latestMs)).toEqual({ fromMs: latestMs - 2 * hour, toMs: latestMs - hour });
    expect(zoomed(window, 4, latestMs - hour / 2, latestMs)).toEqual({ fromMs: latestMs - 4 * hour, toMs: latestMs });
    const shortest = zoomed(window, 1e-9, latestMs, latestMs);
    expect(shortest.toMs - shortest.fromMs).toBeGreaterThanOrEqual(50);
  });

  it("has below two fingers what was below them when they came down", () => {
    const window = { fromMs: 0, toMs: 100_000 };
    // From 40 % and 60 % apart to 20 % and 80 %: three times as close.
    const { fromMs, toMs } = pinched(window, [40_000, 60_000], [0.2, 0.8], latestMs);
    expect(fromMs + 0.2 * (toMs - fromMs)).toBeCloseTo(40_000, -1);
    expect(fromMs + 0.8 * (toMs - fromMs)).toBeCloseTo(60_000, -1);
  });

  it("knows a window that was zoomed into from one that was only moved", () => {
    expect(isWithin({ fromMs: 10, toMs: 20 }, { fromMs: 0, toMs: 100 })).toBe(true);
    expect(isWithin({ fromMs: 10, toMs: 110 }, { fromMs: 0, toMs: 100 })).toBe(false);
    expect(isWithin({ fromMs: 0, toMs: 100 }, { fromMs: 0, toMs: 100 })).toBe(false);
  });
});

describe("the steps of a page", () => {
  function steps(...hrefs: string[]): Steps {
    const made = new Steps();
    for (const href of hrefs) {
      made.expect("step");
      made.arrive(href);
    }
    return made;
  }

  it("are taken back and again by the browser's Back and Forward, and never leave the page", () => {
    const made = steps("a", "b", "c");
    made.arrive("b");
    expect([made.canUndo, made.canRedo, made.before]).toEqual([true, true, "a"]);
    made.arrive("a");
    expect([made.canUndo, made.canRedo, made.before]).toEqual([false, true, undefined]);
    made.arrive("b");
    made.arrive("c");
    expect([made.canUndo, made.canRedo]).toEqual([true, false]);
  });

  it("forget what was taken back once another step is taken", () => {
    const made = steps("a", "b");
    made.arrive("a");
    made.expect("step");
    made.arrive("c");
    expect([made.canUndo, made.canRedo, made.before]).toEqual([true, false, "a"]);
  });

  it("do not count what changed in place, and take a step to the same as before for a step", () => {
    const made = steps("a");
    made.expect("in place");
    made.arrive("a2");
    expect(made.canUndo).toBe(false);
    made.expect("step");
    made.arrive("b");
    made.expect("step");
    made.arrive("a2");
    expect([made.canUndo, made.canRedo, made.before]).toEqual([true, false, "b"]);
  });
});

describe("the address of linked charts", () => {
  const series = [
    { device: "greenhouse/north/1", metric: "air.temperature" },
    { device: "kessel:2", metric: "Füllstand" },
    { device: "창고/3", metric: "온도" },
  ];

  it.each(["1h", { fromMs: 1_700_000_000_000, toMs: 1_700_000_100_000 }, undefined] as const)(
    "holds all that is looked at, and gives it back: range %j",
    (range) => {
      const views = new Map([
        ["kessel:2/Füllstand", { way: "increase", per: "day" }],
        ["m³/h", { way: "integral", per: "auto" }],
        ["", { way: "range", per: "week" }],
      ] as const);
      const hidden = ["kessel:2/Füllstand"];
      const choice = { series, range, hidden, split: "series" as const, views, zone: "Asia/Seoul" };
      const href = hrefOf(choice);
      expect(exploreChoiceOf(parseRoute(href))).toEqual(choice);
      // As a browser tells it.
      expect(exploreChoiceOf(parseRoute(new URL(`http://hub/${href}`).hash))).toEqual(choice);
      expect(parseRoute(href).page).toBe("explore");
    },
  );

  it("stays readable where ids have slashes, and short where nothing was chosen", () => {
    expect(exploreHref(series.slice(0, 1), "6h")).toBe("#/explore?s=greenhouse/north/1/air.temperature&range=6h");
    expect(exploreHref([])).toBe("#/explore");
  });

  it("passes over what makes no sense, names each series once, and at most 40 of them", () => {
    const params = new URLSearchParams("s=&s=a&s=/b&s=a/&s=a/b&s=a/b&hide=c/d&split=x&range=2h&as=mean:year:W&tz=Mars");
    const choice = exploreChoiceOf({ params });
    const none = { range: undefined, hidden: [], split: "unit", views: new Map(), zone: undefined };
    expect(choice).toEqual({ series: [{ device: "a", metric: "b" }], ...none });
    const many = Array.from({ length: 60 }, (_, index) => ({ device: "a", metric: `m${index}` }));
    expect(exploreChoiceOf(parseRoute(exploreHref(many))).series).toHaveLength(mostExplored);
  });

  it("does not hide what is no longer shown", () => {
    const choice = { ...exploreChoiceOf({ params: new URLSearchParams() }), series, hidden: ["kessel:2/Füllstand"] };
    expect(withSeries(choice, series.slice(0, 1)).hidden).toEqual([]);
  });

  it("has both of two choices of a chart that come faster than it is drawn: each changes only its part", () => {
    const chart = { id: "W", kind: "numbers" } as const;
    const opened = exploreChoiceOf(parseRoute("#/explore?s=house/1/power"));
    const both = withChange(withChange(opened, chart, { view: { way: "integral" } }), chart, { view: { per: "day" } });
    expect(both.views.get("W")).toEqual({ way: "integral", per: "day" });
    const states = { id: "states", kind: "states" } as const;
    const strip = withChange(withChange(opened, states, { view: { way: "time", per: "day" } }), states, {
      view: { way: "strip" },
    });
    expect(strip.views.has("states")).toBe(false);
  });
});

describe("the rows that are drawn, as a file", () => {
  const start = Date.UTC(2026, 0, 1);
  const buckets = new NumberTrace();
  buckets.load({
    every: 60_000,
    times: [start - 60_000, start, start + 60_000, start + 120_000],
    mean: [9, 1, 2.5, 9],
    min: [9, 0, 2, 9],
    max: [9, 3, 97, 9],
    count: [60, 60, 60, 60],
  });
  const states = new StateTrace();
  states.load({ times: [start + 1_000], values: ['=cmd, "x"'] });
  const drawn = [
    { device: "-a", metric: "level", trace: buckets },
    { device: "b", metric: "mode", trace: states },
  ];
  const span = { fromMs: start, toMs: start + 100_000 };

  it("tells as CSV each bucket with its least and most, no cell of which a spreadsheet runs", () => {
    expect(drawnText(drawn, span, "csv").split("\r\n")).toEqual([
      "time,device,metric,value,min,max,count",
      "2026-01-01T00:00:00.000Z,'-a,level,1,0,3,60",
      "2026-01-01T00:01:00.000Z,'-a,level,2.5,2,97,60",
      `2026-01-01T00:00:01.000Z,b,mode,"'=cmd, ""x""",,,`,
      "",
    ]);
  });

  it("tells as NDJSON each bucket by its aggregates, and a state by its value", () => {
    const lines = drawnText(drawn, span, "ndjson").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: start, device: "-a", metric: "level", mean: 1, min: 0, max: 3, count: 60 },
      { time: start + 60_000, device: "-a", metric: "level", mean: 2.5, min: 2, max: 97, count: 60 },
      { time: start + 1_000, device: "b", metric: "mode", value: '=cmd, "x"' },
    ]);
  });

  it("has a name that every system takes", () => {
    expect(fileNameOf("a/b:c", span, "csv")).toBe("a-b-c 2026-01-01T00-00 to 2026-01-01T00-01.csv");
  });
});

describe("every reading, as a file", () => {
  const series = [
    { device: "a", metric: "x" },
    { device: "b", metric: "x" },
    { device: "a", metric: "y" },
  ];
  const request = {
    series,
    span: { fromMs: 0, toMs: 10 },
    form: "csv" as const,
    signal: new AbortController().signal,
  };

  it("is one file with one head, a request a device, whatever the pieces in which it comes", async () => {
    const asked: unknown[] = [];
    const bodies = ["time,value\r\n1,1\r\n2,2\r\n", "time,value\r\n3,3\r\n"];
    const download = async (path: string, { params }: { params?: object } = {}) => {
      asked.push([path, params]);
      const bytes = new TextEncoder().encode(bodies[asked.length - 1]);
      return new Response(
        new ReadableStream({
          start(controller) {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
            controller.close();
          },
        }),
      );
    };
    const told: { bytes: number; rows: number }[] = [];
    const blob = await rawReadings({ ...request, api: { download }, progress: (so) => told.push(so) });
    expect(await blob.text()).toBe("time,value\r\n1,1\r\n2,2\r\n3,3\r\n");
    expect(asked).toEqual([
      ["readings", { device: "a", metric: ["x", "y"], from: 0, to: 11, format: "csv" }],
      ["readings", { device: "b", metric: ["x"], from: 0, to: 11, format: "csv" }],
    ]);
    expect(told.at(-1)).toEqual({ bytes: blob.size, rows: 3 });
  });

  it("as Parquet is one file for devices with the same metrics, else as few as can be; each with the buckets that are drawn", async () => {
    const asked: unknown[] = [];
    const download = async (_: string, { params }: { params?: object } = {}) => {
      asked.push(params);
      return new Response(`PAR1 ${asked.length}`);
    };
    const parquet = (names: readonly string[], aggregates?: readonly ["mean"]) => {
      const series = names.map((name) => {
        const [device = "", metric = ""] = name.split(" ");
        return { device, metric, everyMs: metric === "state" ? undefined : metric === "raw" ? null : 5 };
      });
      return parquetFiles({ ...request, api: { download }, series, aggregates, progress: () => {} });
    };
    const span = { from: 0, to: 11, format: "parquet" };
    const files = await parquet(["a x", "b y", "a y", "b x", "c x"]);
    expect(await Promise.all(files.map((file) => file.text()))).toEqual(["PAR1 1", "PAR1 2"]);
    expect(asked.splice(0)).toEqual([
      { device: ["a", "b"], metric: ["x", "y"], ...span },
      { device: ["c"], metric: ["x"], ...span },
    ]);
    await parquet(["a x", "a state", "a raw"], ["mean"]);
    expect(asked).toEqual([
      { device: ["a"], metric: ["state", "x"], ...span, every: 5, aggregates: ["mean"] },
      { device: ["a"], metric: ["raw"], ...span },
    ]);
  });

  it("of candles ends with the last of them, and has nothing of the next", () => {
    const window = () => ({ fromMs: 0, toMs: 60_000 });
    const source = { api: { download: async () => new Response() }, name: "x", window };
    const candles = { ...source, of: { device: "a", metric: "x" }, everyMs: () => 5_000, candles: () => [] };
    expect(drawnSpan(candles)).toEqual({ fromMs: 0, toMs: 59_999 });
    expect(drawnSpan({ ...source, drawn: () => [] })).toEqual({ fromMs: 0, toMs: 60_000 });
  });

  it("says why it failed where the hub refuses the second device", async () => {
    let count = 0;
    const download = async () => {
      count += 1;
      if (count === 2) throw new Error("overloaded");
      return new Response("time,value\r\n");
    };
    const exported = rawReadings({ ...request, api: { download }, progress: () => {} });
    await expect(exported).rejects.toThrow("overloaded");
  });
});

describe("finding series", () => {
  function viewOf(devices: number, metrics: number): HubView {
    const all = new Map<string, DeviceView>();
    let number = 0;
    for (let at = 0; at < devices; at++) {
      const device = `plant/line-${at}`;
      const series = new Map<number, SeriesView>();
      for (let metric = 0; metric < metrics; metric++) {
        number += 1;
        const entry = {
          ...{ series: number, device, metric: `motor.${metric}`, type: "number" as const, unit: "A" },
          ...{ reportInterval: 1_000, count: number, label: metric === 3 ? "Strom" : `Motor ${metric}` },
        };
        series.set(number, { entry, value: metric, timeMs: 1, firstMs: 1, decimals: 0 } as SeriesView);
      }
      const entry = { device, name: `Linie ${at}`, labels: { hall: at % 2 === 0 ? "east" : "west" } };
      all.set(device, { entry, series } as unknown as DeviceView);
    }
    return { devices: all, devicesVersion: 1, counts: () => ({ series: number }) } as unknown as HubView;
  }

  it("finds among 10,000 those that hold every word, by label, id, name, metric or unit, device by device", () => {
    const search = new SeriesSearch();
    const view = viewOf(1_000, 10);
    expect(search.find(view, "")).toHaveLength(10_000);
    const found = search.find(view, "strom EAST");
    expect(found).toHaveLength(500);
    expect(found.slice(0, 3).map(({ device }) => device.entry.name)).toEqual(["Linie 0", "Linie 2", "Linie 4"]);
    expect(search.find(view, "strom EAST 998").map(({ series }) => series.entry.device)).toEqual(["plant/line-998"]);
    expect(search.find(view, "line-998")).toHaveLength(10);
    expect(search.find(view, "nothing of that")).toEqual([]);
    expect(search.find(view, "")).toHaveLength(10_000);
  });

  it("offers to begin with what is in trouble, one metric of several devices, all of one, and what reports most", () => {
    const view = viewOf(3, 4);
    const starters = startersOf(view, ({ entry }) => entry.series === 5);
    expect(starters.map(({ kind, lines }) => [kind, lines.length])).toEqual([
      ["trouble", 1],
      ["same", 3],
      ["whole", 4],
      ["most", 4],
    ]);
    const [, same, whole] = starters;
    expect(new Set(same?.lines.map(({ series }) => series.entry.metric))).toEqual(new Set(["motor.3"]));
    expect(new Set(whole?.lines.map(({ device }) => device.entry.name))).toEqual(new Set(["Linie 2"]));
    expect(startersOf({ devices: new Map() }, () => true)).toEqual([]);
  });
});
