/** Buckets by the clocks of a zone, as the hub cuts them: days at midnight, weeks on Monday, hours counted from midnight. */
import { bucketOrigin } from "../../server/protocol/index.ts";
import { instantOf, wallTime } from "./zoned-time.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Up to this width buckets begin at the same moments in all zones. */
const sameEverywhereMs = 15 * minuteMs;

/** One bucket: its start included, its end excluded, ms. */
export interface Bucket {
  readonly startMs: number;
  readonly endMs: number;
}

/** Whether buckets of this width begin at other moments in some zones than in UTC. */
export function isLocalWidth(everyMs: number): boolean {
  return everyMs > sameEverywhereMs || sameEverywhereMs % everyMs !== 0;
}

/** The bucket of this width that holds an instant. A day on which clocks change is as much shorter or longer. */
export function bucketAt(timeMs: number, everyMs: number, zone: string): Bucket {
  const originMs = bucketOrigin(everyMs);
  const floor = (at: number) => Math.floor((at - originMs) / everyMs) * everyMs + originMs;
  if (!isLocalWidth(everyMs)) {
    const startMs = floor(timeMs);
    return { startMs, endMs: startMs + everyMs };
  }
  const localMs = Date.parse(`${wallTime(timeMs, zone)}Z`);
  const startMs = momentOf(floor(localMs), zone);
  // An hour that the clocks pass twice is two buckets.
  if (everyMs <= hourMs) {
    const again = timeMs - startMs >= everyMs ? startMs + everyMs : startMs;
    return { startMs: again, endMs: again + everyMs };
  }
  return { startMs, endMs: momentOf(floor(localMs) + everyMs, zone) };
}

function momentOf(localMs: number, zone: string): number {
  return instantOf(new Date(localMs).toISOString().slice(0, -1), zone) ?? localMs;
}
