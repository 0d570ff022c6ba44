/** What is drawn on one of the linked charts, and how the lines are shared out among the charts. */

import { type ExploreChoice, isFleet, keyOf, type SeriesName } from "../data/explore-choice.ts";
import type { ExploredSeries } from "../data/explore-feed.ts";
import { type ExploreKind, type ExploreView, type ExploreWay, isAsked, isPower, viewOf } from "../data/explore-view.ts";
import { texts } from "../texts/index.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** One series with the looks that it has wherever it stands. */
export interface ExploreLine extends ExploredSeries {
  /** From 0: colour and dashes. */
  readonly look: number;
  readonly hidden: boolean;
}

export interface ExploreGroup {
  readonly key: string;
  /** What the address calls it: its unit, its series, its fleet. */
  readonly id: string;
  readonly kind: ExploreKind;
  readonly heading: string;
  readonly lines: readonly ExploreLine[];
  /** Of a chart over all devices that a name matches. */
  readonly fleet?: SeriesName;
  readonly view: ExploreView;
  /** Whether it draws what the hub is asked for by itself. */
  readonly asked: boolean;
}

/** Charts in the order in which their first series was chosen; then fleets; states stand below the numbers, a strip each. */
export function groupsOf(
  lines: readonly ExploreLine[],
  { split, series, views }: Pick<ExploreChoice, "split" | "series" | "views">,
): ExploreGroup[] {
  const numbers = new Map<string, ExploreLine[]>();
  const made = (kind: ExploreKind, id: string, part: Pick<ExploreGroup, "heading" | "lines" | "fleet">) => {
    const view = viewOf(kind, views.get(id));
    return { key: `${kind} ${id}`, id, kind, view, asked: isAsked(kind, view), ...part };
  };
  const strips: ExploreGroup[] = [];
  for (const line of lines) {
    const { entry } = line.series;
    if (entry.type !== "number") {
      strips.push(made("states", line.key, { heading: nameOfLine(line), lines: [line] }));
      continue;
    }
    const id = split === "unit" ? (entry.unit ?? "") : line.key;
    numbers.set(id, [...(numbers.get(id) ?? []), line]);
  }
  const charts = [...numbers].map(([id, its]) => {
    const group = made("numbers", id, { heading: nameOfLine(its[0] as ExploreLine), lines: its });
    return split === "unit" ? { ...group, heading: headingOf(its, group.asked) } : group;
  });
  const fleets = series.filter(isFleet).map((fleet) => {
    return made("fleet", keyOf(fleet), { heading: `${fleet.metric} · ${fleet.device}`, lines: [], fleet });
  });
  return [...charts, ...fleets, ...strips];
}

/** `Temperature · Boiler 1`. */
export function nameOfLine({ device, series }: Pick<ExploredSeries, "device" | "series">): string {
  return `${seriesLabel(series)} · ${deviceLabel(device)}`;
}

/** What a chart calls something that it can draw. */
export function wayName({ lines }: ExploreGroup, way: ExploreWay): string {
  const { energy, ways } = texts.explore;
  return way === "integral" && isPower(lines[0]?.series.entry.unit) ? energy : ways[way];
}

/** What the series of one chart have in common: their name where it is one, and the unit; what is asked for may have another one. */
function headingOf(lines: readonly ExploreLine[], asked: boolean): string {
  const labels = new Set(lines.map(({ series }) => seriesLabel(series)));
  const [first] = labels;
  const unit = lines[0]?.series.entry.unit;
  if (labels.size === 1 && first !== undefined) return unit && !asked ? `${first} (${unit})` : first;
  return unit ?? texts.explore.noUnit;
}

/** Whether two groups are drawn and named alike: a chart need not be told of each time that they are made. */
export function sameGroup(a: ExploreGroup | undefined, b: ExploreGroup | undefined): boolean {
  if (!a || !b || a.key !== b.key || a.kind !== b.kind || a.heading !== b.heading) return false;
  if (a.view.way !== b.view.way || a.view.per !== b.view.per) return false;
  if (a.lines.length !== b.lines.length) return false;
  return a.lines.every((line, at) => {
    const other = b.lines[at];
    return line.series === other?.series && line.look === other.look && line.hidden === other.hidden;
  });
}

/** Which look each line has: kept while it is shown, whatever else is taken on or off. */
export class Looks {
  #looks = new Map<string, { readonly unit: string | undefined; readonly look: number }>();

  /** The looks of these, by their keys: a new one gets the first that is free among those of its unit, which share a chart. */
  of(all: readonly ExploredSeries[]): ReadonlyMap<string, number> {
    const kept = new Map<string, { readonly unit: string | undefined; readonly look: number }>();
    for (const { key, series } of all) {
      const known = this.#looks.get(key);
      if (known && known.unit === series.entry.unit) kept.set(key, known);
    }
    for (const { key, series } of all) {
      if (kept.has(key)) continue;
      const { unit } = series.entry;
      const taken = new Set([...kept.values()].filter((one) => one.unit === unit).map(({ look }) => look));
      let look = 0;
      while (taken.has(look)) look++;
      kept.set(key, { unit, look });
    }
    this.#looks = kept;
    return new Map([...kept].map(([key, { look }]) => [key, look]));
  }
}

/** CSS pixels: one chart alone has the room of several. */
export function heightOf({ kind, asked }: ExploreGroup, charts: number, isNarrow: boolean): number {
  if (kind === "states") return asked ? 160 : 76;
  const tall = isNarrow ? 260 : 360;
  return charts === 1 ? tall : charts === 2 ? 260 : 200;
}
