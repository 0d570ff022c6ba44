/** How complete a device is over a time, and why what is missing is: counted from the gaps of its metrics. */
import type { GapCause, GapsAnswer } from "../../server/protocol/index.ts";

export type MetricGaps = GapsAnswer["series"][number];

/** How long a cause lasted, ms; the longest first. */
export type CauseTimes = readonly (readonly [cause: GapCause, ms: number])[];

export interface MetricMissing {
  readonly metric: string;
  /** 0 to 1; null where no reading is expected. */
  readonly complete: number | null;
  readonly causes: CauseTimes;
}

export interface Missing {
  /** The mean of the metrics that are expected to report; null where none is. */
  readonly complete: number | null;
  /** Time in which any metric was missing, each moment once for each cause. */
  readonly causes: CauseTimes;
  readonly metrics: readonly MetricMissing[];
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export function missingOf(series: readonly MetricGaps[]): Missing {
  const metrics = series.map((one) => ({
    metric: one.metric,
    complete: one.complete,
    causes: causeTimes([one]),
  }));
  const shares = series.flatMap(({ complete }) => complete ?? []);
  return {
    complete: shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length,
    causes: causeTimes(series),
    metrics,
  };
}

function causeTimes(series: readonly MetricGaps[]): CauseTimes {
  const byCause = new Map<GapCause, Stretch[]>();
  for (const { gaps } of series) {
    for (const [index, cause] of gaps.cause.entries()) {
      const stretches = byCause.get(cause) ?? [];
      stretches.push({ fromMs: gaps.from[index] as number, toMs: gaps.to[index] as number });
      byCause.set(cause, stretches);
    }
  }
  return [...byCause].map(([cause, all]) => [cause, lengthMs(all)] as const).sort((a, b) => b[1] - a[1]);
}

/** How long any of these lasts, ms. */
function lengthMs(stretches: Stretch[]): number {
  let sumMs = 0;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of stretches.sort((a, b) => a.fromMs - b.fromMs)) {
    sumMs += Math.max(0, toMs - Math.max(fromMs, endMs));
    endMs = Math.max(endMs, toMs);
  }
  return sumMs;
}

export interface Gap extends Stretch {
  readonly cause: GapCause;
}

/** Gaps of several metrics in one: of each cause where any of them has it, in rising time. */
export function joinedGaps(metrics: readonly (readonly Gap[])[]): Gap[] {
  const joined: Gap[] = [];
  const last = new Map<GapCause, number>();
  for (const gap of metrics.flat().sort((a, b) => a.fromMs - b.fromMs)) {
    const row = last.get(gap.cause) ?? -1;
    const before = joined[row];
    if (before && gap.fromMs <= before.toMs) {
      joined[row] = { ...before, toMs: Math.max(before.toMs, gap.toMs) };
    } else last.set(gap.cause, joined.push(gap) - 1);
  }
  return joined;
}

/** Gaps as they are drawn: those of one cause that lie closer than `nearMs` are one. */
export function drawnGaps({ from, to, cause }: MetricGaps["gaps"], nearMs: number): Gap[] {
  const drawn: Gap[] = [];
  for (const [index, fromMs] of from.entries()) {
    const gap = { fromMs, toMs: to[index] as number, cause: cause[index] as GapCause };
    const last = drawn.at(-1);
    if (last && last.cause === gap.cause && fromMs - last.toMs < nearMs)
      drawn.splice(-1, 1, { ...last, toMs: gap.toMs });
    else drawn.push(gap);
  }
  return drawn;
}
