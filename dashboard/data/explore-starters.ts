/** Where to begin on an empty page of charts: what is in trouble, what reports most, one metric over many devices. */
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";

export interface Starter {
  readonly kind: "trouble" | "same" | "whole" | "most";
  readonly lines: readonly StarterLine[];
}

/** Lines that are read well in one look. */
const fewSeries = 8;

export interface StarterLine {
  readonly device: DeviceView;
  readonly series: SeriesView;
}

/** `isTrouble`: whether the newest value of a series lies in a zone of warning or alarm. */
export function startersOf(view: Pick<HubView, "devices">, isTrouble: (series: SeriesView) => boolean): Starter[] {
  const all: StarterLine[] = [];
  for (const device of view.devices.values()) for (const series of device.series.values()) all.push({ device, series });
  const byCount = [...all].sort((a, b) => b.series.entry.count - a.series.entry.count);
  const starters: Starter[] = [];
  const offer = (kind: Starter["kind"], lines: readonly StarterLine[]) => {
    if (lines.length > 0) starters.push({ kind, lines: lines.slice(0, fewSeries) });
  };
  offer(
    "trouble",
    byCount.filter(({ series }) => isTrouble(series)),
  );
  const same = largest(byCount.filter(isNumber), ({ series }) => series.entry.metric);
  if (same.length > 1) offer("same", same);
  const whole = largest(byCount, ({ device }) => device.entry.device);
  if (whole.length > 1) offer("whole", whole);
  offer("most", byCount.filter(isNumber).slice(0, 4));
  return starters;
}

function isNumber({ series }: StarterLine): boolean {
  return series.entry.type === "number";
}

/** The group with the most in it, the first of several. */
function largest(ones: readonly StarterLine[], keyOf: (one: StarterLine) => string): StarterLine[] {
  const groups = new Map<string, StarterLine[]>();
  for (const one of ones) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  let found: StarterLine[] = [];
  for (const group of groups.values()) if (group.length > found.length) found = group;
  return found;
}
