/** Bytes and short times as people read them. */
import { texts } from "../texts/index.ts";
import { formatInterval, formatNumber, unitSuffix } from "./format.ts";

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** The unit of a size, and how many bytes it has. */
export function byteUnit(bytes: number): { readonly unit: string; readonly size: number } {
  const step = Math.max(0, Math.min(byteUnits.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)));
  return { unit: byteUnits[step] as string, size: 1_000 ** step };
}

/** `512 MB`, `12.3 GB`: three digits at most, thousands as disks are sold. */
export function formatBytes(bytes: number): string {
  const { unit, size } = byteUnit(bytes);
  const value = bytes / size;
  const decimals = size === 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return formatNumber(value, Number.isInteger(value) ? 0 : decimals) + unitSuffix(unit);
}

const mebibyte = 1024 ** 2;

/** A size that somebody set, in the unit that it was most likely set in: `64 MiB`, `512 MB`. */
export function formatLimit(bytes: number): string {
  if (bytes < mebibyte || bytes % mebibyte !== 0) return formatBytes(bytes);
  const inGib = bytes % (mebibyte * 1024) === 0;
  return formatNumber(bytes / mebibyte / (inGib ? 1024 : 1), 0) + unitSuffix(inGib ? "GiB" : "MiB");
}

/** `0.42 ms`, `3.1 ms`, `56 ms`, `1.5 s`. */
export function formatLatency(ms: number): string {
  if (ms >= 1_000) return formatInterval(ms);
  return texts.duration.ms(formatNumber(ms, ms === 0 || ms >= 10 ? 0 : ms >= 1 ? 1 : 2));
}
