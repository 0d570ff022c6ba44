/** Where a line must break: no information is better than wrong information. */
import type { NumberTrace } from "./number-trace.ts";

/** Silences longer than so many intervals break the line. */
const gapIntervals = 2.5;

/** The interval is learned from so many of the newest rows where the hub does not know it. */
const learnFrom = 32;

/**
 * The longest distance between two rows that still joins them, ms. `reportInterval` as the hub tells it: declared or
 * learned, null where unknown, 0 = on event, never silent (Infinity).
 */
export function longestJoinMs(trace: NumberTrace, reportInterval: number | null): number {
  if (reportInterval === 0) return Number.POSITIVE_INFINITY;
  const intervalMs = reportInterval ?? medianStepMs(trace);
  if (intervalMs === undefined) return Number.POSITIVE_INFINITY;
  // Rows of buckets tell the bucket's start: two readings may lie one whole bucket nearer than their rows.
  const bucketMs = trace.everyMs ?? 0;
  return gapIntervals * intervalMs + bucketMs;
}

/** How long the newest state of a series is taken to hold after its last reading, ms; until something else is said where no interval is known. */
export function stateHoldMs(reportInterval: number | null): number {
  return reportInterval ? Math.max(gapIntervals * reportInterval, 10_000) : Number.POSITIVE_INFINITY;
}

function medianStepMs(trace: NumberTrace): number | undefined {
  const from = Math.max(1, trace.length - learnFrom);
  const steps: number[] = [];
  for (let index = from; index < trace.length; index++) steps.push(trace.time(index) - trace.time(index - 1));
  if (steps.length < 2) return undefined;
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1];
}
