/** The value axis of a small chart: ends at round numbers, and so few of them that each has room for its label. */
import { formatCount, unitSuffix } from "../data/format.ts";
import { byteUnit } from "../data/sizes.ts";
import { texts } from "../texts/index.ts";
import { axisValues } from "../widgets/plot-parts.ts";

/** Steps between labels: more have no room. */
const mostSteps = 3;

/** Of a large size that hardly changes no more than this part is spread over the chart: noise is to look like noise. */
const leastSpread = 1e-3;

export interface StatusAxis {
  /** True where the least that is drawn stands at the foot; else zero does, and a figure that is small looks small. */
  readonly fromLeast: boolean;
  /** True of what is counted: half a connection is none. */
  readonly whole: boolean;
  readonly labels: (ticks: readonly number[]) => string[];
}

/** The ends, from least and most of what is drawn; null where nothing is. */
export function axisRange(
  { fromLeast, whole }: StatusAxis,
  least: number | null,
  most: number | null,
): [number, number] {
  if (least === null || most === null || !Number.isFinite(least) || !Number.isFinite(most)) return [0, 1];
  const spread = (Math.abs(most) * leastSpread) / 2;
  const from = fromLeast ? least - spread : 0;
  const above = fromLeast ? most + spread : most * 1.05;
  const to = above > from ? above : from + 1;
  return endsAt(stepOver(from, to, whole), from, to);
}

/** The ticks between ends that `axisRange` made. */
export function axisTicks({ whole }: StatusAxis, from: number, to: number): number[] {
  const step = stepOver(from, to, whole);
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function endsAt(step: number, from: number, to: number): [number, number] {
  // What is a multiple but for the rounding of floating point is one.
  return [Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step];
}

/** 1, 2 or 5 times a power of ten: the least that takes few steps. */
function stepOver(from: number, to: number, whole: boolean): number {
  let decade = 10 ** Math.floor(Math.log10(Math.max((to - from) / 10, Number.MIN_VALUE)));
  if (whole) decade = Math.max(1, decade);
  for (; ; decade *= 10) {
    for (const step of [decade, 2 * decade, 5 * decade]) {
      const [least, most] = endsAt(step, from, to);
      if (Math.round((most - least) / step) <= mostSteps) return step;
    }
  }
}

/** All in the unit of the largest, with as many decimals as tell them apart. */
export function byteLabels(ticks: readonly number[]): string[] {
  const { unit, size } = byteUnit(Math.max(...ticks.map(Math.abs)));
  const labels = axisValues(ticks.map((tick) => tick / size));
  return labels.map((label, index) => (ticks[index] === 0 ? "0" : label + unitSuffix(unit)));
}

export function latencyLabels(ticks: readonly number[]): string[] {
  return axisValues(ticks).map((label, index) => (ticks[index] === 0 ? "0" : texts.duration.ms(label)));
}

export function countLabels(ticks: readonly number[]): string[] {
  return ticks.map((tick) => formatCount(tick));
}
