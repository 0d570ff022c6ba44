import { formatInterval, formatNumber } from "../data/format.ts";
import { saidShift } from "../data/quarantine.ts";
import { texts } from "../texts/index.ts";

/** From here on nobody counts seconds, ms. */
const roughFromMs = 120_000;

/** A shift in words: `3 h earlier`; one that is no round number is told roughly. */
export function shiftWords(ms: number): string {
  const { about, earlier, later } = texts.quarantine;
  const { amount, unit } = saidShift(ms);
  const size = Math.abs(amount);
  const isRough = unit === "s" && Math.abs(ms) >= roughFromMs;
  const said = isRough
    ? about(formatInterval(Math.abs(ms)))
    : texts.duration[unit](formatNumber(size, Number.isInteger(size) ? 0 : 2));
  return ms < 0 ? earlier(said) : later(said);
}
