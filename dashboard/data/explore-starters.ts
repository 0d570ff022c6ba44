/** Where to begin on an empty page of charts: what is in trouble, what reports most, one metric over many devices. */
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import type { SeriesName } from "./explore-choice.ts";

export interface Starter {
  readonly kind: "trouble" | "same" | "whole" | "most";
  /** The metric of `same`, the name of the device of `whole`. */
  readonly name: string;
  readonly series: readonly SeriesName[];
}

/** Lines that are read well in one look. */
const fewSeries = 8;

interface One {
  readonly device: DeviceView;
  readonly series: SeriesView;
}

/** `isTrouble`: whether the newest value of a series lies in a zone of warning or alarm. */
export function startersOf(view: Pick<HubView, "devices">, isTrouble: (series: SeriesView) => boolean): Starter[] {
  const all: One[] = [];
  for (const device of view.devices.values()) for (const series of device.series.values()) all.push({ device, series });
  const byCount = [...all].sort((a, b) => b.series.entry.count - a.series.entry.count);
  const starters: Starter[] = [];
  const offer = (kind: Starter["kind"], name: string, ones: readonly One[]) => {
    const series = ones
      .slice(0, fewSeries)
      .map(({ series: { entry } }) => ({ device: entry.device, metric: entry.metric }));
    if (series.length > 0) starters.push({ kind, name, series });
  };
  offer(
    "trouble",
    "",
    byCount.filter(({ series }) => isTrouble(series)),
  );
  const [metric, same] = largest(byCount.filter(isNumber), ({ series }) => series.entry.metric);
  if (same.length > 1) offer("same", metric, same);
  const [, whole] = largest(byCount, ({ device }) => device.entry.device);
  const [first] = whole;
  if (first && whole.length > 1) offer("whole", first.device.entry.name || first.device.entry.device, whole);
  offer("most", "", byCount.filter(isNumber).slice(0, 4));
  return starters;
}

function isNumber({ series }: One): boolean {
  return series.entry.type === "number";
}

/** The group with the most in it, the first of several. */
function largest(ones: readonly One[], keyOf: (one: One) => string): [string, One[]] {
  const groups = new Map<string, One[]>();
  for (const one of ones) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  let found: [string, One[]] = ["", []];
  for (const group of groups) if (group[1].length > found[1].length) found = group;
  return found;
}
