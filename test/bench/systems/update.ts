/** What the systems beside the hub show their viewers: this hub's `update`, of one frame of one device. */
const numbers = new Map<string, number>();
let offset = 0;

export interface Row {
  /** Of a gateway. */
  readonly device?: string;
  readonly metric: string;
  readonly time: number;
  readonly value: unknown;
}

interface Update {
  readonly series: number[];
  readonly times: number[];
  readonly values: unknown[];
}

/** Every metric at each time, as parallel columns. */
export function updateOf(times: readonly number[], values: Readonly<Record<string, readonly unknown[]>>): object {
  const update = empty();
  for (const [metric, column] of Object.entries(values)) {
    const series = numberOf(metric);
    for (const [index, value] of column.entries()) {
      update.series.push(series);
      update.times.push(times[index] ?? 0);
      update.values.push(value);
    }
  }
  return update;
}

/** The same of rows. */
export function updateOfRows(rows: readonly Row[]): object {
  const update = empty();
  for (const { device, metric, time, value } of rows) {
    update.series.push(numberOf(device ?? metric));
    update.times.push(time);
    update.values.push(value);
  }
  return update;
}

function empty(): Update {
  const head = { type: "update", set: 1, offset: ++offset };
  return { ...head, series: [], times: [], values: [] };
}

function numberOf(metric: string): number {
  const series = numbers.get(metric) ?? numbers.size + 1;
  numbers.set(metric, series);
  return series;
}
