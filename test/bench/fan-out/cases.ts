/** What the viewers of the part watch, and how the device sends it. */
import { gatewayShape, rowsShape, type Shape } from "../frames.ts";

export interface Case {
  readonly name: string;
  readonly viewers: number;
  /** Of the one device. */
  readonly shape: Shape;
  /** Frames a second at the fixed rate. */
  readonly perSecond: number;
}

/** Each viewer watches all series. */
export interface AllCase extends Case {
  /** Frames that the device is ahead of the slowest viewer: enough to keep the server busy, never so many that a viewer counts as slow. */
  readonly window: number;
}

/** Each viewer watches some series, by chance. */
export interface SomeCase extends Case {
  readonly seriesEach: number;
}

/** Each frame holds one reading of each series, all of one time. */
const columns = (viewers: number, series: number, window: number): AllCase => ({
  name: `${amount(viewers)} viewers × ${amount(series)} series`,
  viewers,
  shape: { name: `${series} series`, form: "samples", readings: series, metrics: series },
  window,
  perSecond: 20,
});

/** Each frame becomes 10,000 readings seen: 200,000 a second at the fixed rate. */
export const allOfFew: readonly AllCase[] = [columns(10, 1_000, 16), columns(100, 100, 32), columns(1_000, 10, 32)];

/** A reading a second of each of a thousand series, ten a frame: a million seen a second. */
export const allOfMany: readonly AllCase[] = [
  {
    name: "1,000 viewers × 1,000 series",
    viewers: 1_000,
    shape: rowsShape(10, 1_000),
    window: 32,
    perSecond: 100,
  },
];

/** A gateway with so many devices, a reading a second of each, 20 frames a second, and each viewer watches ten of them: ten readings a second for each, however many there are. */
const mixed = (viewers: number, series: number): SomeCase => ({
  name: `${amount(viewers)} viewers, 10 of ${amount(series)}`,
  viewers,
  shape: gatewayShape(series / 20, series),
  seriesEach: 10,
  perSecond: 20,
});

/** Fewer viewers are too little to be told from what the readings alone take. */
export const someOfMany: readonly SomeCase[] = [mixed(250, 10_000), mixed(1_000, 10_000), mixed(1_000, 1_000)];

function amount(count: number): string {
  return count.toLocaleString("en-US");
}
