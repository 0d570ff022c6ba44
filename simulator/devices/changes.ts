/**
 * The number of the report after number `index` in a past that is thinned to every `stride`-th: the first after a change of
 * what `stateAt` tells, where one comes before. A state lasts for at least `step` reports.
 */
export function nextReport(index: number, stride: number, step: number, stateAt: (index: number) => string): number {
  const state = stateAt(index);
  let low = index;
  while (low < index + stride) {
    let high = Math.min(index + stride, low + step);
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
