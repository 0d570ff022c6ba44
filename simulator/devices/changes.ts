/** Which reports stay in a past that is thinned out. */

/**
 * The number of the next report behind number `index`: of every `stride` that one stays whose number is a multiple, so that a
 * past which is filled in again has the reports that are there already.
 */
export function reportAfter(index: number, stride: number): number {
  return (Math.floor(index / stride) + 1) * stride;
}

/**
 * The number of the report after number `index` in a past that is thinned to every `stride`-th: the first after a change of
 * what `stateAt` tells, where one comes before. A state lasts for at least `step` reports.
 */
export function nextReport(index: number, stride: number, step: number, stateAt: (index: number) => string): number {
  const state = stateAt(index);
  const end = reportAfter(index, stride);
  let low = index;
  while (low < end) {
    let high = Math.min(end, low + step);
    if (stateAt(high) === state) {
      low = high;
      continue;
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (stateAt(middle) === state) low = middle;
      else high = middle;
    }
    return high;
  }
  return low;
}
