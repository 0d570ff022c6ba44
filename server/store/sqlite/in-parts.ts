/** Questions about many series that are asked of a few at a time: commits come between them. */

/** Series whose late rows are compared with what is sealed before a commit may pass: 0.1 ms each, and most have none. */
const seriesAtOnce = 64;

/** The answers of `ask` to all series, in their order; the parts may see different moments. */
export async function inParts<T>(
  series: readonly number[],
  ask: (part: readonly number[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const answers: T[] = [];
  for (let from = 0; from < series.length; from += seriesAtOnce) {
    answers.push(...(await ask(series.slice(from, from + seriesAtOnce))));
  }
  return answers;
}
