/** What every engine keeps of senders and refusals, and for how long: the same rule in one place. */

/** Sessions of a device whose marks are remembered (PROTOCOL.md, "Sequence"). */
export const maxSessionsPerDevice = 16;
/** Marks of all but a device's newest session are forgotten after this long, ms (30 days). */
export const sessionMemoryMs = 30 * 24 * 3_600_000;
/** Refusals of a device that stay readable. */
export const maxRefusalsPerDevice = 100;

/** Drops what need not be remembered. `marks` and the result are in order of use, the newest last. */
export function keepNewestSessions<T extends { readonly usedMs: number }>(marks: readonly T[], nowMs: number): T[] {
  const newest = marks.slice(-maxSessionsPerDevice);
  return newest.filter((mark, index) => index === newest.length - 1 || mark.usedMs >= nowMs - sessionMemoryMs);
}
