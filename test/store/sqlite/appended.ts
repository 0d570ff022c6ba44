/** What the appending process writes with each commit, so that the one that checks knows it too. */

export const appenderSeries: readonly number[] = [1, 2, 3, 4, 5];

/** Rows of a commit: some in order, some late. Times are distinct within a series. */
export function appendedRows(commit: number): [series: number, timeMs: number, value: number][] {
  return appenderSeries.flatMap((series) =>
    Array.from({ length: 10 }, (_, index): [number, number, number] => {
      const late = index === 9 ? 1_000_000 : 0;
      return [series, commit * 100 + index - late, (commit * 31 + series * 7 + index) / 10];
    }),
  );
}
