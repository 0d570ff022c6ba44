/** Where a line must break: no information is better than wrong information. */
import type { NumberTrace } from "./number-trace.ts";

/** Rows in rising time, of readings (`everyMs` null) or of buckets. */
export type TimedRows = Pick<NumberTrace, "length" | "time" | "everyMs">;

/** Silences longer than so many intervals break the line. */
const gapIntervals = 2.5;

/** Steps between rows are looked at over so many of the newest rows. */
const learnFrom = 64;

/** With fewer steps than this nothing is said about how regular they are. */
const fewestSteps = 40;

/**
 * Whether the last value holds until the next. What is told on event alone is silent because nothing changed: a slope from one
 * trade to the next, an hour later, would tell of prices that never were.
 */
export function holdsBetween(reportInterval: number | null): boolean {
  return reportInterval === 0;
}

/** How often a series is told, as the hub knows it. */
export interface Beat {
  /** ms between readings: declared or learned, null where unknown, 0 = on event. */
  readonly reportInterval: number | null;
  /** True where `reportInterval` is learned. */
  readonly learned?: boolean | undefined;
}

/**
 * The longest distance between two rows that still joins them, ms; Infinity for what is told on event, and is never silent.
 * A device keeps to the interval that it declares, however many its silences are; only a series that is slower more often
 * than not has a beat of its own. Streams without a beat (trades, alarms) have a learned median that says little: what 95 %
 * of their steps keep to counts instead, or their line would be all holes.
 */
export function longestJoinMs(trace: TimedRows, { reportInterval, learned }: Beat): number {
  if (reportInterval === 0) return Number.POSITIVE_INFINITY;
  const steps = newestSteps(trace);
  const bucketMs = trace.everyMs ?? 0;
  const usualMs = reportInterval ?? (steps.length < 2 ? undefined : steps[steps.length >> 1]);
  if (usualMs === undefined) return Number.POSITIVE_INFINITY;
  // Rows of buckets tell the bucket's start: two readings may lie one whole bucket nearer than their rows.
  const regularMs = gapIntervals * usualMs + bucketMs;
  const share = reportInterval === null || learned ? 0.95 : 0.5;
  const longStepMs = steps.length < fewestSteps ? 0 : (steps[Math.floor((steps.length - 1) * share)] ?? 0);
  return longStepMs > bucketMs ? Math.max(regularMs, gapIntervals * longStepMs) : regularMs;
}

/**
 * Longer than this without a reading, ms, nobody knows what the state of a series was: the silence breaks it as it breaks a line.
 * Only of what a device declared: states that nobody declares are mostly told when they change, and hold until then.
 */
export function stateSilenceMs({ reportInterval, learned }: Beat): number {
  return learned ? Number.POSITIVE_INFINITY : stateHoldMs(reportInterval);
}

/** How long the newest state of a series is taken to hold after its last reading, ms; until something else is said where no interval is known. */
export function stateHoldMs(reportInterval: number | null): number {
  return reportInterval ? Math.max(gapIntervals * reportInterval, 10_000) : Number.POSITIVE_INFINITY;
}

/** The newest steps between rows, ms, the shortest first. */
function newestSteps(trace: TimedRows): number[] {
  const steps: number[] = [];
  for (let index = Math.max(1, trace.length - learnFrom); index < trace.length; index++) {
    steps.push(trace.time(index) - trace.time(index - 1));
  }
  return steps.sort((a, b) => a - b);
}
