/** What every simulated source looks like to the fleet. */
import type { DeviceMeta } from "../server/protocol/index.ts";
import type { Value } from "./link.ts";
import type { MarketHours } from "./market/calendar.ts";

/** Columns of one length: `times` in ms since the epoch, rising; `null` where a metric has no value at that time. */
export interface Samples {
  readonly times: readonly number[];
  readonly values: Readonly<Record<string, readonly (Value | null)[]>>;
}

/** Readings of one moment. */
export interface Report {
  /** ms since the epoch. */
  readonly time: number;
  readonly readings: readonly (readonly [metric: string, value: Value])[];
  /** What was measured at a high rate since the report before, as a sensor with a buffer sends it. */
  readonly samples?: Samples;
}

/**
 * A source whose past and future are fixed by its seed: two models with the same seed and interval report the same values
 * at the same times, wherever each was begun. So a fleet that is started again repeats readings instead of contradicting them.
 */
export interface Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  /** Connects to report, and is cut off between reports to spare its battery. Default false. */
  readonly sleeps?: boolean;
  /** Average time between reports, ms. */
  readonly intervalMs: number;
  /** Moments in the columns of a report that is not thinned. Default 0. */
  readonly samplesPerReport?: number;
  /** When the next report is due, ms since the epoch. */
  readonly nextTime: number;
  /**
   * Makes the report due at `nextTime` and moves on by `stride` reports: more than 1 thins out a long past. Changes of a state
   * that has no other reports are never left out.
   */
  report(stride?: number): Report;
}

export interface ModelOptions {
  readonly device: string;
  readonly seed: string | number;
  /**
   * The first report is due at or after this time, ms since the epoch. Before it a state that is told only when it changes
   * comes as it was told last: it says what holds at this time.
   */
  readonly from: number;
  /** Times as many reports as usual. Default 1. */
  readonly rate?: number;
  /** When shares are traded. Default: short days, of which one is going on at any time. */
  readonly marketHours?: MarketHours;
}

/** `value` with so many decimal places. */
export function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
