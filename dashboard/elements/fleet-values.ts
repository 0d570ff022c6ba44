/** Which values of a device tell the most, in places that stay: nothing jumps about with each reading. */
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { zoneLevel } from "./values.ts";

export interface TellingSeries {
  /** The one that is drawn; undefined where the device has no reading. */
  readonly main: SeriesView | undefined;
  /** The others, the most telling first. */
  readonly others: readonly SeriesView[];
}

/**
 * The most telling series of a device, `count` at most: in the device's own order, since whoever built it named first what
 * counts, but places, batteries, volumes and counters last. One in a zone takes the last place where it would not be seen.
 */
export function tellingSeries(device: DeviceView, count: number): TellingSeries {
  const ranked = [...device.series.values()]
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => rank(a) - rank(b));
  const main = ranked.find(({ entry }) => entry.type === "number") ?? ranked[0];
  const rest = ranked.filter((series) => series !== main);
  const others = rest.slice(0, count - 1);
  const hidden = rest.slice(count - 1).filter((series) => zoneLevel(series, series.value) !== "ok");
  hidden.sort((a, b) => severity(b) - severity(a));
  for (let place = others.length - 1; place >= 0 && hidden.length > 0; place--) {
    const [worst] = hidden as [SeriesView];
    if (severity(others[place] as SeriesView) >= severity(worst)) continue;
    others[place] = worst;
    hidden.shift();
  }
  return { main, others };
}

/** The value of a device in the worst zone; undefined where none lies in one that matters. */
export function worstSeries(device: DeviceView): SeriesView | undefined {
  let worst: SeriesView | undefined;
  for (const series of device.series.values()) {
    if (series.entry.zones && severity(series) > (worst ? severity(worst) : 0)) worst = series;
  }
  return worst;
}

function severity(series: SeriesView): number {
  return { ok: 0, warn: 1, alarm: 2 }[zoneLevel(series, series.value)];
}

function rank({ entry }: SeriesView): number {
  if (entry.role === "price") return 0;
  if (entry.role === "lat" || entry.role === "lon") return 4;
  if (entry.role === "battery" || entry.role === "volume") return 2;
  return entry.kind === "counter" ? 3 : 1;
}
