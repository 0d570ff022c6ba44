/** What came of many waits, ms. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** 0 each where there was none. */
export function latenciesOf(waits: ArrayLike<number>): Latencies {
  const sorted = Float64Array.from(waits).sort();
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99), most: quantile(1) };
}
