/** When to try again after a cut. */

export interface BackoffOptions {
  /** Upper bound of the first wait, ms. */
  readonly firstMs: number;
  /** Upper bound of every wait, ms: a hub that was away for an hour is found again within this time. */
  readonly mostMs: number;
}

export const defaultBackoff: BackoffOptions = { firstMs: 500, mostMs: 30_000 };

/** Below this no wait goes, ms, so that a hub that refuses at once is not hammered. */
const leastMs = 100;

/**
 * The wait before attempt number `attempt` (0 for the first after a cut), ms. Full jitter: any time up to a bound that
 * doubles, so that a thousand pages cut together do not come back together. `random` gives [0, 1).
 */
export function backoffMs(attempt: number, random: () => number, options: BackoffOptions = defaultBackoff): number {
  const bound = Math.min(options.mostMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return Math.max(leastMs, Math.floor(random() * bound));
}
