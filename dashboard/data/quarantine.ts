/** Readings that were refused for their time, put together by what is wrong with it. */
import type { QuarantineAnswer } from "../../server/protocol/index.ts";

export type QuarantinedReading = QuarantineAnswer["readings"][number];

/** `ahead`: a fast clock. `boot`: a clock that counts from a start, or never was set. `seconds`: no ms at all. */
export type WrongTime = "ahead" | "boot" | "seconds";

export interface QuarantineGroup {
  readonly wrong: WrongTime;
  readonly ids: readonly number[];
  readonly count: number;
  /** The times that they came with, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** When the first of them arrived, and the last, ms. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** What to add to their times, ms; undefined where nothing would place them right. */
  readonly shiftMs: number | undefined;
}

/** A time of seconds is this near its arrival, ms: a year. */
const nearMs = 366 * 86_400_000;
/** Clocks are wrong by whole quarters of an hour where a zone is at fault; what is this near one is meant to be it, ms. */
const quarterMs = 15 * 60_000;
const roundingMs = 5_000;

/** In the order ahead, boot, seconds; groups of none are left out. */
export function quarantineGroups(readings: readonly QuarantinedReading[]): QuarantineGroup[] {
  const found: QuarantineGroup[] = [];
  for (const wrong of ["ahead", "boot", "seconds"] as const) {
    const of = readings.filter((reading) => wrongTimeOf(reading) === wrong);
    if (of.length > 0) found.push(groupOf(wrong, of));
  }
  return found;
}

function wrongTimeOf({ code, time, at }: QuarantinedReading): WrongTime {
  if (code === "time_ahead") return "ahead";
  return Math.abs(time * 1_000 - at) < nearMs ? "seconds" : "boot";
}

function groupOf(wrong: WrongTime, of: readonly QuarantinedReading[]): QuarantineGroup {
  let [fromMs, firstAtMs, shiftMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [toMs, lastAtMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time, at } of of) {
    fromMs = Math.min(fromMs, time);
    toMs = Math.max(toMs, time);
    firstAtMs = Math.min(firstAtMs, at);
    lastAtMs = Math.max(lastAtMs, at);
    // One that waited before it was sent arrived too late: the one that waited least tells how wrong the clock is.
    shiftMs = Math.min(shiftMs, at - time);
  }
  const ids = of.map(({ id }) => id);
  const rounded = wrong === "seconds" ? undefined : roundShift(shiftMs);
  return { wrong, ids, count: of.length, fromMs, toMs, firstAtMs, lastAtMs, shiftMs: rounded };
}

function roundShift(ms: number): number {
  const quarter = Math.round(ms / quarterMs) * quarterMs;
  return Math.abs(quarter - ms) <= roundingMs ? quarter : Math.round(ms / 1_000) * 1_000;
}

export const shiftUnits = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type ShiftUnit = keyof typeof shiftUnits;

/** A shift as a person would say it: in the largest unit of which it is a quarter, a half or a whole. */
export function saidShift(ms: number): { readonly amount: number; readonly unit: ShiftUnit } {
  const size = Math.abs(ms);
  const unit =
    size % 21_600_000 === 0 && size > 0
      ? "d"
      : size % 900_000 === 0 && size > 0
        ? "h"
        : size % 60_000 === 0
          ? "min"
          : "s";
  return { amount: ms / shiftUnits[unit], unit };
}
