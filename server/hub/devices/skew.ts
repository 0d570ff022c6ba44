/** How far a device's clock is from the hub's, from the times that its pings bear. */
import { maxSuspiciousMs } from "../ingest/refusals.ts";

/** Pings that count; the older ones are forgotten. */
const samplesKept = 16;
/** So many in a row have to say that the clock is behind: a single one may have been on its way for long. */
const samplesNeeded = 3;
/** A clock that is set back by more than this is noticed before the pings from before it are forgotten, ms. */
const stepMs = 2_000;
/** No date lies beyond, ms. */
const maxTimeMs = 8.64e15;

/** Below this a clock is taken for right, and nobody is told of a change, ms. */
const shownFromMs = 2_000;
/** A change that is less than this, or than a hundredth, is the network's, ms. */
const leastChangeMs = 500;

/**
 * Of one connection. A ping says how far the clock was ahead, less the time it was on its way: it never says too much, and
 * the one that was the fastest says the most. So the greatest of the last pings counts, not one in their middle.
 */
export class ClockSkew {
  #samples: number[] = [];

  /** A ping that bears `deviceMs` came at `hubMs`. */
  add(deviceMs: number, hubMs: number): void {
    // What counts from the start of the device is no clock.
    const isClock = Math.abs(deviceMs) <= maxTimeMs && !(deviceMs >= 0 && deviceMs <= maxSuspiciousMs);
    if (!isClock) return;
    this.#samples.push(deviceMs - hubMs);
    if (this.#samples.length > samplesKept) this.#samples.shift();
    const newest = this.#samples.slice(-samplesNeeded);
    if (newest.length === samplesNeeded && Math.max(...newest) < Math.max(...this.#samples) - stepMs)
      this.#samples = newest;
  }

  /** Device time − hub time, whole ms; undefined where it is not known yet. */
  get ms(): number | undefined {
    if (this.#samples.length === 0) return undefined;
    const mostMs = Math.round(Math.max(...this.#samples));
    return mostMs < 0 && this.#samples.length < samplesNeeded ? undefined : mostMs;
  }

  /** Notes at the device what a ping of it tells; true where viewers should hear of it. */
  measure(device: { skewMs: number | undefined }, deviceMs: number, hubMs: number): boolean {
    this.add(deviceMs, hubMs);
    const before = device.skewMs;
    const { ms } = this;
    if (ms === undefined) return false;
    if (before !== undefined && Math.abs(ms - before) < Math.max(leastChangeMs, Math.abs(before) / 100)) return false;
    device.skewMs = ms;
    return [before, ms].some((one) => one !== undefined && Math.abs(one) >= shownFromMs);
  }
}
