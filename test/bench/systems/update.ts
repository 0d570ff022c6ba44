/** What the systems beside the hub show their viewers: this hub's `update`, of one frame of one device. */
const numbers = new Map<string, number>();
let offset = 0;

/** Every metric at each time, as parallel columns. */
export function updateOf(times: readonly number[], values: Readonly<Record<string, readonly unknown[]>>): object {
  const update = { type: "update", set: 1, offset: ++offset, series: [], times: [], values: [] } as {
    readonly series: number[];
    readonly times: number[];
    readonly values: unknown[];
  };
  for (const [metric, column] of Object.entries(values)) {
    const series = numbers.get(metric) ?? numbers.size + 1;
    numbers.set(metric, series);
    for (const [index, value] of column.entries()) {
      update.series.push(series);
      update.times.push(times[index] ?? 0);
      update.values.push(value);
    }
  }
  return update;
}
