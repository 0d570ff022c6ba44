/** What every simulated source looks like to the fleet. */
import type { DeviceMeta } from "../server/protocol/index.ts";
import type { Value } from "./link.ts";

/** Readings of one moment. */
export interface Report {
  /** ms since the epoch. */
  readonly time: number;
  readonly readings: readonly (readonly [metric: string, value: Value])[];
}

/**
 * A source whose past and future are fixed by its seed: two models with the same seed and interval report the same values
 * at the same times, wherever each was begun. So a fleet that is started again repeats readings instead of contradicting them.
 */
export interface Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  /** Average time between reports, ms. */
  readonly intervalMs: number;
  /** When the next report is due, ms since the epoch. */
  readonly nextTime: number;
  /** Makes the report due at `nextTime` and moves on by `stride` reports: more than 1 thins out a long past. */
  report(stride?: number): Report;
}

export interface ModelOptions {
  readonly device: string;
  readonly seed: string | number;
  /** The first report is due at or after this time, ms since the epoch. */
  readonly from: number;
  /** Times as many reports as usual. Default 1. */
  readonly rate?: number;
}

/** `value` with so many decimal places. */
export function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
