/** How much a run tries of what has many of a kind: `npm test` a few of each, the commands of test/README.md all of them. */

/** Whether all of it is tried: `HUB_TEST_ALL=1`. */
export const tryAll = process.env.HUB_TEST_ALL === "1";

/** `all` where everything is tried, otherwise `few`: both of one kind, so that one code runs with either. */
export function amount<T>(all: T, few: T): T {
  return tryAll ? all : few;
}

/**
 * `all` where everything is tried; otherwise every `step`th, from one that `seed` names: each run takes others, and all come to
 * their turn. Never empty.
 */
export function sampleOf<T>(all: readonly T[], step: number, seed: number): readonly T[] {
  if (tryAll) return all;
  const first = seed % Math.min(step, all.length);
  return all.filter((_, index) => index % step === first);
}
