/** Words for values, ages and presence, shared by list and device page. */
import { html, type TemplateResult } from "lit";
import type { PresenceState } from "../../server/protocol/index.ts";
import type { DeviceView, SeriesView, Value } from "../client/hub-view.ts";
import { formatDuration, formatInstant, formatNumber, unitSuffix } from "../data/format.ts";
import { texts } from "../texts/index.ts";

/** The name a person gave a series, or its metric. */
export function seriesLabel(series: SeriesView): string {
  return series.entry.label || series.entry.metric;
}

export function deviceLabel(device: DeviceView): string {
  return device.entry.name || device.entry.device;
}

/** A value without its unit. */
export function valueText(series: SeriesView, value: Value): string {
  if (typeof value === "number") return formatNumber(value, series.decimals);
  return typeof value === "string" ? value : value ? texts.yesNo.on : texts.yesNo.off;
}

/** A value with its unit. */
export function valueWithUnit(series: SeriesView, value: Value): string {
  return valueText(series, value) + (typeof value === "number" ? unitSuffix(series.entry.unit) : "");
}

/** How long ago, or "now" within the last second and a half: no list should flicker between 0 s and 1 s. */
export function ageText(timeMs: number, nowMs: number): string {
  const age = nowMs - timeMs;
  return age < 1_500 ? texts.ageNow : texts.age(formatDuration(age));
}

/** How long ago, in days at most: what is older is told by its date. */
export function ageOrDate(timeMs: number, nowMs: number): string {
  return nowMs - timeMs < 7 * 86_400_000 ? ageText(timeMs, nowMs) : formatInstant(timeMs, nowMs, 86_400_000);
}

export function presenceDot(state: PresenceState): TemplateResult {
  return html`<span class="dot ${state}"></span>`;
}

/** The interval of a series of which none is known yet, ms: the hub's rule. */
const unknownIntervalMs = 300_000;

/** How long the last value of a series counts as fresh, ms: the hub's rule for presence. Infinity: on event, never stale. */
export function graceMs(reportInterval: number | null): number {
  if (reportInterval === 0) return Number.POSITIVE_INFINITY;
  return Math.max(2.5 * (reportInterval ?? unknownIntervalMs), 10_000);
}

/** The level of the zone that a value lies in. */
export function zoneLevel(series: SeriesView, value: Value | undefined): "ok" | "warn" | "alarm" {
  if (typeof value !== "number") return "ok";
  let found: "ok" | "warn" = "ok";
  for (const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, level } of series.entry.zones ?? []) {
    if (value < from || value >= to) continue;
    if (level === "alarm") return level;
    if (level === "warn") found = level;
  }
  return found;
}

/** The device time of the newest reading of a device, ms. */
export function newestTime(device: DeviceView): number | undefined {
  let newest: number | undefined;
  for (const { timeMs } of device.series.values()) {
    if (timeMs !== undefined && (newest === undefined || timeMs > newest)) newest = timeMs;
  }
  return newest;
}
