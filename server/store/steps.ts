/** What happens from one reading to the next. */

/** How far a counter rose from `before` to `value`: one that fell had begun anew at 0. */
export function riseOf(before: number, value: number): number {
  return value >= before ? value - before : value;
}

/** The mean of the line between two readings; their sum may be larger than any double. */
export function meanOf(before: number, value: number): number {
  return before / 2 + value / 2;
}
