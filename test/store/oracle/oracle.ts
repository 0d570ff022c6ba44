/** The property: any life of the store, whatever kills it, is a life that the memory engine could have had. */
import fc from "fast-check";
import type { Programs } from "./child.ts";
import { Life } from "./life.ts";
import { anyScript } from "./steps.ts";
import type { Tally } from "./tally.ts";

/** A life that takes longer than this hangs, ms. */
const lifeTimeoutMs = 600_000;

/** `isOver`: what is left need not be lived. */
export function anyLifeIsSound(programs: Programs, tally: Tally, isOver = () => false) {
  return fc.asyncProperty(anyScript, async (script) => {
    if (!isOver()) await new Life(programs, script, tally).live(script);
  });
}

/**
 * `HUB_TEST_PATH` is the path that a failure printed: with its seed it leads to the same life. `HUB_TEST_SHRINK` is for how
 * many minutes a life that failed is made smaller; none otherwise, since each attempt takes as long as a life.
 */
export function replay() {
  const { HUB_TEST_PATH: path, HUB_TEST_SHRINK: minutes } = process.env;
  return {
    ...(path ? { path, numRuns: 1 } : {}),
    ...(minutes ? { interruptAfterTimeLimit: Number(minutes) * 60_000 } : {}),
    endOnFailure: !minutes,
    timeout: lifeTimeoutMs,
  };
}
