/** What the hub says of itself in `/health` and `/ready`. Pure. */
import type { HealthAnswer } from "../protocol/http.ts";

export type HubState = "running" | "stopping" | "failed";

/** Beyond this delay of the event loop the hub says that it is not ready, ms. */
const maxLoopDelayMs = 1_000;

/** Whether the hub works at all. `troubles`: what is wrong while it goes on, one sentence each. */
export function healthOf(state: HubState, troubles: readonly string[]): HealthAnswer {
  if (state === "failed") return { status: "down", reason: "the store failed; the hub is ending" };
  const [first, ...more] = troubles;
  if (first === undefined) return { status: "ok" };
  return { status: "degraded", reason: more.length === 0 ? first : `${first} And ${more.length} more: see the log.` };
}

/** Whether it should be sent traffic now. `delayMs`: of the event loop, at the 99th percentile. */
export function readiness(state: HubState, delayMs: number): HealthAnswer {
  if (state !== "running") return { status: "down", reason: "the hub is stopping" };
  if (delayMs <= maxLoopDelayMs) return { status: "ok" };
  return {
    status: "down",
    reason: `the hub is ${Math.round(delayMs)} ms behind; at most ${maxLoopDelayMs} ms are ready`,
  };
}
