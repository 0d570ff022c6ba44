/** A chart is drawn anew exactly where something of what it is drawn from changed: what is left out of that stands still and lies. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { SeriesView } from "../../dashboard/client/hub-view.ts";
import { CandleTrace } from "../../dashboard/data/candle-trace.ts";
import { NumberTrace } from "../../dashboard/data/number-trace.ts";
import type { PresenceSpan } from "../../dashboard/data/presence-line.ts";
import { StateTrace } from "../../dashboard/data/state-trace.ts";
import type { Threshold } from "../../dashboard/widgets/line-chart.ts";
import type { Plot } from "../../dashboard/widgets/plot.ts";

let shown = 0;

/** Counts what it is given to show, in place of a canvas. */
class CountingPlot {
  readonly plotWidthPx = 400;
  show(): void {
    shown += 1;
  }
  resize(): void {}
  recolour(): void {}
  mark(): void {}
  destroy(): void {}
}

vi.mock("../../dashboard/widgets/plot.ts", () => ({ Plot: CountingPlot }));

const host = { clientWidth: 400 } as HTMLElement;
const window = { fromMs: 0, toMs: 10_000 };
const silent = { pointed: () => {}, chosen: () => {} };

/** Of rows each a second apart. */
function numbers(...values: number[]): NumberTrace {
  const trace = new NumberTrace();
  for (const [index, value] of values.entries()) trace.add(index * 1_000, value);
  return trace;
}

function states(...values: string[]): StateTrace {
  const trace = new StateTrace();
  for (const [index, value] of values.entries()) trace.add(index * 1_000, value);
  return trace;
}

function candles(...values: number[]): CandleTrace {
  const trace = new CandleTrace({ everyMs: 1_000, mostCandles: 100, mostFresh: 100 });
  for (const [index, value] of values.entries()) trace.add(index * 1_000, value);
  return trace;
}

describe("a chart", () => {
  beforeAll(() => {
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
    vi.stubGlobal("localStorage", { getItem: () => null });
    vi.stubGlobal("getComputedStyle", () => ({ getPropertyValue: () => "" }));
    vi.stubGlobal("document", { documentElement: { dataset: {} }, querySelectorAll: () => [] });
  });
  afterAll(() => vi.unstubAllGlobals());
  beforeEach(() => {
    shown = 0;
  });

  /** Draws `first` twice, which is one drawing, then each of `others`, which is one each. */
  function expectEachDrawn<Source>(draw: (source: Source) => void, first: Source, others: readonly Source[]): void {
    draw(first);
    draw(first);
    expect(shown).toBe(1);
    for (const [index, other] of others.entries()) {
      draw(other);
      expect(shown, `after change ${index}`).toBe(index + 2);
    }
  }

  it("of a line is drawn for another series of as many readings, another interval, a threshold that moved or changed its level", async () => {
    const { LineChart } = await import("../../dashboard/widgets/line-chart.ts");
    const chart = new LineChart();
    const plot = new CountingPlot() as unknown as Plot;
    const warn: Threshold = { value: 5, level: "warn" };
    const source = { trace: numbers(1, 2, 3), reportInterval: 1_000, thresholds: [warn] };
    const other = { ...source, trace: numbers(7, 8, 9) };
    expectEachDrawn((each: typeof source) => chart.draw(plot, each, 0, 10_000), source, [
      other,
      { ...other, thresholds: [{ ...warn, value: 6 }] },
      { ...other, thresholds: [{ ...warn, value: 6, level: "alarm" }] },
      { ...other, thresholds: [] },
      { ...other, thresholds: [], reportInterval: 0 },
    ]);
  });

  it("of a state is drawn for another series of as many changes, and where a state is taken to hold for longer", async () => {
    const { StateStrip } = await import("../../dashboard/widgets/state-strip.ts");
    const strip = new StateStrip();
    const plot = new CountingPlot() as unknown as Plot;
    const source = { trace: states("open", "closed"), holdMs: 1_000 };
    const other = { ...source, trace: states("idle", "run") };
    expectEachDrawn((each: typeof source) => strip.draw(plot, each, 0, 10_000), source, [
      other,
      { ...other, holdMs: 2_000 },
    ]);
  });

  it("of one series is drawn by the widget of its type, and from a trace of that type only", async () => {
    const { seriesWidgets } = await import("../../dashboard/widgets/registry.ts");
    const traces = [numbers(1, 2), states("open", "closed")] as const;
    const drawn: Record<string, boolean[]> = {};
    for (const type of ["number", "boolean", "string"] as const) {
      const drawing = seriesWidgets[type].make();
      const series = { entry: { type, reportInterval: 1_000, zones: [] } } as unknown as SeriesView;
      drawn[type] = traces.map((trace) => {
        const before = shown;
        drawing.draw(new CountingPlot() as unknown as Plot, series, trace, window);
        return shown > before;
      });
    }
    expect(drawn).toEqual({ number: [true, false], boolean: [false, true], string: [false, true] });
  });

  it("of several lines is drawn for another trace in the place of one, another interval, look, and units that changed places", async () => {
    const { OverlayChart } = await import("../../dashboard/widgets/overlay-chart.ts");
    const chart = new OverlayChart(host, 200, silent);
    const one = { id: 1, look: 0, unit: "bar", trace: numbers(1, 2), reportInterval: 1_000 };
    const two = { ...one, id: 2, look: 1, unit: "K", trace: numbers(3, 4) };
    const source = [one, two];
    const other = [one, { ...two, trace: numbers(5, 6) }] as const;
    expectEachDrawn((each: readonly (typeof one)[]) => chart.draw(each, window), source, [
      other,
      [{ ...one, reportInterval: 0 }, other[1]],
      [{ ...one, look: 3 }, other[1]],
      [
        { ...one, unit: "K" },
        { ...other[1], unit: "bar" },
      ],
      // The same axes, in the same order: only whose they are changed.
      [
        { ...one, unit: "K" },
        { ...other[1], unit: "bar" },
        { ...one, id: 3, unit: "bar" },
      ],
      [
        { ...one, unit: "K" },
        { ...other[1], unit: "bar" },
        { ...one, id: 3, unit: "K" },
      ],
    ]);
  });

  it("of presence is drawn where a span between others became another, as the hub corrects it", async () => {
    const { PresenceStrip } = await import("../../dashboard/widgets/presence-strip.ts");
    const strip = new PresenceStrip(host, silent);
    const span = (fromMs: number, toMs: number, state: PresenceSpan["state"], reason: PresenceSpan["reason"]) => ({
      ...{ fromMs, toMs, state, reason },
    });
    const end = span(6_000, 10_000, "online", "connected");
    const source = [span(0, 3_000, "online", "connected"), span(3_000, 6_000, "offline", "closed"), end];
    expectEachDrawn((each: readonly PresenceSpan[]) => strip.draw(each, window), source, [
      [span(0, 4_000, "online", "connected"), span(4_000, 6_000, "offline", "closed"), end],
      [span(0, 4_000, "online", "connected"), span(4_000, 6_000, "offline", "hub_restart"), end],
      [span(0, 4_000, "online", "connected"), span(4_000, 6_000, "silent", "no_reading"), end],
    ]);
  });

  it("of candles is drawn for another volume of as many changes, and one that is a total", async () => {
    const { CandleChart } = await import("../../dashboard/widgets/candle-chart.ts");
    const chart = new CandleChart();
    const plot = new CountingPlot() as unknown as Plot;
    const source = { price: candles(1, 2), volume: { trace: candles(5, 6), counter: false } };
    const other = { ...source, volume: { trace: candles(7, 8), counter: false } };
    expectEachDrawn((each: typeof source) => chart.draw(plot, each, 2, 0, 10_000), source, [
      other,
      { ...other, volume: { ...other.volume, counter: true } },
      { ...other, price: candles(3, 4) },
    ]);
  });
});
