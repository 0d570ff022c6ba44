/** Why a reading or a frame cannot be taken, in words: what was wrong, what is allowed, and how to mend it. */

import { maxAheadMs } from "../../protocol/clock.ts";
import type { ErrorCode } from "../../protocol/codes.ts";
import { type Limits, limitText } from "../../protocol/limits.ts";
import { shown } from "../../protocol/problems.ts";
import type { Value } from "../../store/columns.ts";
import type { Voice } from "../access/principal.ts";
import type { Device, Series } from "../catalog.ts";

/** A code and a message, for a row or for a whole frame. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

const windowMs = 1_000;
/** Refusals of one device that are written in a window: twice of what the store shows of it. */
const mostInWindow = 200;
/** Batches of a window in which refusals of one device are written. */
const mostBatches = 4;

/** What of one device is written in a window. */
interface Written {
  refusals: number;
  batches: number;
  /** The number of the last of them. */
  batch: number;
}

/**
 * Which refusals are written. A batch without any goes to the journal alone, one with some needs a transaction and a sync
 * more, for which all who are in it wait: a device that has nothing but mistakes to send would slow everybody. What is beyond
 * is told to its sender and counted like all others.
 */
export class RefusalQuota {
  #window = Number.NaN;
  readonly #of = new Map<string, Written>();

  /** Whether one more of this device is written with the batch of this number. */
  take(device: string, batch: number, nowMs: number): boolean {
    const window = Math.floor(nowMs / windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#of.clear();
    }
    const written = this.#of.get(device);
    if (!written) {
      this.#of.set(device, { refusals: 1, batches: 1, batch });
      return true;
    }
    if (written.refusals >= mostInWindow) return false;
    if (written.batch !== batch) {
      if (written.batches >= mostBatches) return false;
      written.batches += 1;
      written.batch = batch;
    }
    written.refusals += 1;
    return true;
  }
}

/** Times from 0 to this look like seconds, or like ms since boot, ms. */
export const maxSuspiciousMs = 1e10;

export function aheadProblem(timeMs: number, nowMs: number): Problem {
  const ahead = Math.round((timeMs - nowMs) / 1_000);
  return {
    code: "time_ahead",
    message: `time ${timeMs} is ${ahead} s ahead of the hub's clock (${nowMs}); at most ${maxAheadMs / 1_000} s are allowed. Set the sender's clock, or leave time out: then the time of arrival counts`,
  };
}

export function suspiciousProblem(timeMs: number): Problem {
  return {
    code: "time_suspicious",
    message: `time ${timeMs} looks like seconds, or like ms since the device started: send ms since 1970 in UTC, or leave time out. A device whose readings are that old says "historic": true in hello`,
  };
}

/** Nobody speaks for a device that the token does not name. */
export function foreignProblem(device: string, { name }: Voice): Problem {
  return {
    code: "not_allowed",
    message: `what came with this token speaks for ${name}, not for ${device}: make a gateway's token that names it too, or send it with its own`,
  };
}

export function typeProblem({ device, metric, type }: Series, value: Value): Problem {
  const query = `device=${encodeURIComponent(device.id)}&metric=${encodeURIComponent(metric)}`;
  return {
    code: "type_mismatch",
    message: `${metric} of ${device.id} is a ${type} since its first reading, and ${shown(value)} is a ${typeof value}. Send a ${type}, or use another metric name, or empty the series with DELETE /api/v1/readings?${query}`,
  };
}

/** Several values of one metric without a time: they would be one reading of one millisecond. */
export function repeatedProblem(device: string, metric: string): Problem {
  return {
    code: "invalid_value",
    message: `this frame gives ${metric} of ${device} several values without a time: give each its time, or send one`,
  };
}

/** Undefined where the device may have one more series; `device` is undefined where it is new itself. */
export function seriesLimitProblem(
  device: Device | undefined,
  seriesCount: number,
  limits: Pick<Limits, "metricsPerDevice" | "series">,
): Problem | undefined {
  if (device && device.series.size >= limits.metricsPerDevice)
    return {
      code: "not_allowed",
      message: `${device.id} has as many metrics as it may: ${limitText("metricsPerDevice", limits.metricsPerDevice)}`,
    };
  if (seriesCount >= limits.series)
    return {
      code: "not_allowed",
      message: `the hub has as many series as it may: ${limitText("series", limits.series)}`,
    };
  return undefined;
}

/** Undefined where there may be one more device: as many as there may be series. */
export function deviceLimitProblem(deviceCount: number, limits: Pick<Limits, "series">): Problem | undefined {
  if (deviceCount < limits.series) return undefined;
  return {
    code: "not_allowed",
    message: `the hub has as many devices as it may: ${limitText("series", limits.series)}`,
  };
}
