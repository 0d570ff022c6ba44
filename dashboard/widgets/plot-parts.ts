/** What plots are made of that does not need uPlot. */

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

/** The labels of an axis that mostly has the ticks that it had when it was drawn last. */
export function remembered(
  label: (splits: readonly number[]) => string[],
): (plot: unknown, splits: number[]) => string[] {
  let ticks = "";
  let labels: string[] = [];
  return (_plot, splits) => {
    const asked = splits.join();
    if (asked !== ticks) labels = label(splits);
    ticks = asked;
    return labels;
  };
}
