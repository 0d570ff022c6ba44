/** When which reading was painted: what a page noted of its frames, set beside what was sent. Pure. */

/** A reading that was sent: its time on the machine's clock, ms, and how it can be known again. */
export interface Sent {
  readonly atMs: number;
  /** The level or the number that it shows. */
  readonly mark: number;
}

/** Something of a mark was drawn or written, and the frame with it painted by then. */
export interface Painted {
  readonly atMs: number;
  readonly mark: number;
}

/** Levels that a marked chart goes through, again and again: as many readings may be on their way before one is taken for another. */
export const levels = 7;

/**
 * How long each reading took to be painted, ms; of those that were not, nothing. What shows a mark shows the newest reading that
 * bears it and was sent by then, and all before that: a page that draws two at once painted both.
 * @param sent in order, of one series
 */
export function latenciesOf(sent: readonly Sent[], painted: readonly Painted[]): number[] {
  const latencies: number[] = [];
  let next = 0;
  for (const { atMs, mark } of painted) {
    let newest = next;
    while (newest < sent.length && (sent[newest] as Sent).atMs <= atMs) newest += 1;
    newest -= 1;
    while (newest >= next && sent[newest]?.mark !== mark) newest -= 1;
    for (; next <= newest; next++) latencies.push(atMs - (sent[next] as Sent).atMs);
  }
  return latencies;
}

/** The value at which so many of all lie below or at it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
