/** How buckets and what is counted in them are told. */
import { language } from "../texts/index.ts";
import { formatFigures, formatNumber } from "./format.ts";
import type { Bucket } from "./local-buckets.ts";

const dayMs = 86_400_000;

/** A bucket by the clocks of a zone: a day by its name, all else from when to when. */
export function formatBucket({ startMs, endMs }: Bucket, zone: string): string {
  const lengthMs = endMs - startMs;
  const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const seconds = lengthMs < 60_000 ? ({ second: "2-digit" } as const) : {};
  const isDays = lengthMs > dayMs - dayMs / 12;
  const format = new Intl.DateTimeFormat(language.locale, {
    timeZone: zone,
    ...(isDays ? day : { day: "numeric", month: "short", ...clock, ...seconds }),
  });
  // The last day of a week, not the one on which the next begins.
  return format.formatRange(startMs, isDays ? endMs - 1 : endMs);
}

/** A figure that was counted, not measured: in four digits. */
export function formatCounted(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return formatFigures(value);
  const decimals = size === 0 ? 0 : Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(size))));
  return formatNumber(
    Number.isInteger(value) ? value : Number(value.toFixed(decimals)),
    Number.isInteger(value) ? 0 : decimals,
  );
}
