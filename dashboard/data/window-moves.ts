/** Moving a window of time by hand: zoom about a moment, pan, and how far either goes. */
import type { TimeSpan } from "./ranges.ts";

/** Shorter no window gets: readings are whole ms. */
const shortestMs = 50;

/** Longer no window gets: more than a life's data. */
const longestMs = 100 * 365 * 86_400_000;

/** As far back as a `Date` goes. */
const earliestMs = -8.64e15;

/** `factor` below 1 zooms in. What stands at `atMs` stays where it is; `latestMs`: no window ends later. */
export function zoomed({ fromMs, toMs }: TimeSpan, factor: number, atMs: number, latestMs: number): TimeSpan {
  const length = toMs - fromMs;
  const wanted = Math.max(shortestMs, Math.min(longestMs, length * factor));
  const share = length > 0 ? (atMs - fromMs) / length : 0.5;
  return bounded(atMs - wanted * share, wanted, latestMs);
}

/** Moves by `byMs`, to the right where it is positive; the length stays. */
export function panned({ fromMs, toMs }: TimeSpan, byMs: number, latestMs: number): TimeSpan {
  return bounded(fromMs + byMs, toMs - fromMs, latestMs);
}

/**
 * Two fingers: what was below each when they came down is below it still. `before`: their places then, as moments of
 * `window`; `now`: the shares of the window's width at which they are.
 */
export function pinched(
  { fromMs, toMs }: TimeSpan,
  before: readonly [number, number],
  now: readonly [number, number],
  latestMs: number,
): TimeSpan {
  const apart = Math.abs(now[1] - now[0]);
  const wanted = apart < 0.01 ? toMs - fromMs : Math.abs(before[1] - before[0]) / apart;
  const length = Math.max(shortestMs, Math.min(longestMs, wanted));
  const middleMs = (before[0] + before[1]) / 2;
  return bounded(middleMs - ((now[0] + now[1]) / 2) * length, length, latestMs);
}

/** True where the whole of `inner` lies in `outer`, and is shorter. */
export function isWithin(inner: TimeSpan, outer: TimeSpan): boolean {
  return (
    inner.fromMs >= outer.fromMs &&
    inner.toMs <= outer.toMs &&
    inner.toMs - inner.fromMs < (outer.toMs - outer.fromMs) * 0.98
  );
}

function bounded(fromMs: number, length: number, latestMs: number): TimeSpan {
  const to = Math.min(fromMs + length, Math.max(latestMs, earliestMs + length));
  const from = Math.max(earliestMs, Math.round(to - length));
  return { fromMs: from, toMs: Math.max(from + shortestMs, Math.round(to)) };
}
