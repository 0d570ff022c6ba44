/** Ctrl-C and its relatives. */
import type { Clock } from "../ports.ts";

/** npm and the terminal both hand Ctrl-C on, so one key press arrives twice; that must not count as impatience. */
const sameKeyPressMs = 1_000;

/**
 * Calls `stop` at the first SIGINT or SIGTERM. One within a second of the first is taken for the same; a later one calls `now`.
 * Returns a function for signals, to be registered with the process.
 */
export function stopOnSignal(clock: Clock, stop: () => void, now: () => void): () => void {
  let firstAt: number | undefined;
  return () => {
    if (firstAt === undefined) {
      firstAt = clock.monotonic();
      stop();
    } else if (clock.monotonic() - firstAt >= sameKeyPressMs) {
      now();
    }
  };
}
