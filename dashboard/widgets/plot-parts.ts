/** What plots are made of that does not need uPlot. */

import { formatNumber } from "../data/format.ts";
import type { Line } from "../data/line.ts";

/** Rows between two silences: without a dot nothing of them would be seen. */
export function loneRows(values: ArrayLike<number | null | undefined> | undefined): number[] | null {
  const found: number[] = [];
  const { length = 0 } = values ?? {};
  for (let row = 0; row < length; row++) {
    if (values?.[row] != null && values[row - 1] == null && values[row + 1] == null) found.push(row);
  }
  return found.length > 0 ? found : null;
}

/** The value axis: a tenth of room above and below, zero as the floor of what is never negative. */
export function lineRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null || !Number.isFinite(least) || !Number.isFinite(most)) return [0, 1];
  const room = most > least ? (most - least) * 0.1 : Math.max(Math.abs(most) * 0.05, 0.5);
  const floor = least >= 0 && least - room < 0 ? 0 : least - room;
  return [floor, most + room];
}

/**
 * The labels of an axis that mostly has the ticks that it had when it was drawn last. One of nothing has none: those of the scale
 * that it has all the same would be numbers that nobody measured.
 */
export function remembered(
  label: (splits: readonly number[]) => string[],
  isEmpty: () => boolean,
): (plot: unknown, splits: number[]) => string[] {
  let ticks = "";
  let labels: string[] = [];
  return (_plot, splits) => {
    if (isEmpty()) return splits.map(() => "");
    const asked = splits.join();
    if (asked !== ticks) labels = label(splits);
    ticks = asked;
    return labels;
  };
}

/** A text as far as it has room: a canvas would squeeze it until nobody can read it. */
export function cutText(context: Pick<CanvasRenderingContext2D, "measureText">, text: string, roomPx: number): string {
  const fits = (part: string) => context.measureText(part).width <= roomPx;
  if (fits(text)) return text;
  let signs = [...text];
  while (signs.length > 0 && !fits(`${signs.join("")}…`)) signs = signs.slice(0, -1);
  return `${signs.join("").trimEnd()}…`;
}

/** The labels of a value axis. */
export function axisValues(splits: readonly number[]): string[] {
  const decimals = decimalsBetween(splits);
  return splits.map((split) => formatNumber(split, decimals));
}

/** Decimal places that tell neighbouring labels apart. */
function decimalsBetween(splits: readonly number[]): number {
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
  if (step === 0 || !Number.isFinite(step)) return 0;
  return Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9 + (isRound(step) ? 0 : 1))));
}

/** True for 1, 10, 0.1 … and 2, 5 times those; a quarter needs one place more. */
function isRound(step: number): boolean {
  const digits = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
  return Math.abs(digits - Math.round(digits)) < 1e-6;
}

/**
 * Goes around the band of least and most of the rows from `start` to before `end`. `stands`: whether between a row and the one
 * before nothing was told, so that the value stood: there the band is that value.
 */
export function outlineBand(
  { values, mins, maxs }: Line,
  start: number,
  end: number,
  stands: (row: number) => boolean,
  point: (row: number, value: number) => void,
): void {
  const value = (column: readonly (number | null)[], row: number) => column[row] ?? 0;
  for (let row = start; row < end; row++) {
    if (row > start && stands(row)) {
      point(row - 1, value(values, row - 1));
      point(row, value(values, row - 1));
    }
    point(row, value(maxs, row));
  }
  for (let row = end - 1; row >= start; row--) {
    point(row, value(mins, row));
    if (row > start && stands(row)) {
      point(row, value(values, row - 1));
      point(row - 1, value(values, row - 1));
    }
  }
}
