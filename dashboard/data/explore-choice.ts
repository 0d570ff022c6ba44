/** What the page of linked charts shows, as its address tells it: which series, in which range, on which charts. */
import type { Range } from "./ranges.ts";
import { type Route, rangeOf, rangeParams } from "./route.ts";

/** One series by the names that a person and a link know it by. */
export interface SeriesName {
  readonly device: string;
  readonly metric: string;
}

export const exploreSplits = ["unit", "series"] as const;
/** One chart for all series of a unit, or one for each series. */
export type ExploreSplit = (typeof exploreSplits)[number];

export interface ExploreChoice {
  readonly series: readonly SeriesName[];
  /** Undefined: the one that suits the data. */
  readonly range: Range | undefined;
  /** Series that are named but not drawn, by `keyOf`. */
  readonly hidden: readonly string[];
  readonly split: ExploreSplit;
}

/** Series that can be looked at together: each device asks the hub on its own, and more lines than this nobody tells apart. */
export const mostExplored = 40;

/** `device/metric`: a metric has no slash, so the last one parts them. */
export function keyOf({ device, metric }: SeriesName): string {
  return `${device}/${metric}`;
}

function nameOf(key: string): SeriesName | undefined {
  const at = key.lastIndexOf("/");
  return at > 0 && at < key.length - 1 ? { device: key.slice(0, at), metric: key.slice(at + 1) } : undefined;
}

/** What an address says; what makes no sense in it is passed over. */
export function exploreChoiceOf({ params }: Pick<Route, "params">): ExploreChoice {
  const keys = new Set(params.getAll("s"));
  const series = [...keys].map(nameOf).filter((name) => name !== undefined);
  return {
    series: series.slice(0, mostExplored),
    range: rangeOf(params),
    hidden: [...new Set(params.getAll("hide"))].filter((key) => keys.has(key)),
    split: exploreSplits.find((split) => split === params.get("split")) ?? "unit",
  };
}

/** The address of the page with these series. Slashes and colons stay readable, since ids have them. */
export function exploreHref(
  series: readonly SeriesName[],
  range?: Range,
  { hidden = [], split = "unit" }: Partial<Pick<ExploreChoice, "hidden" | "split">> = {},
): string {
  const parts = [
    ...series.map((name) => ["s", keyOf(name)]),
    ...hidden.map((key) => ["hide", key]),
    ...(split === "unit" ? [] : [["split", split]]),
    ...Object.entries(rangeParams(range)),
  ];
  const query = parts.map(([name, value]) => `${name}=${encodePart(value ?? "")}`).join("&");
  return `#/explore${query === "" ? "" : `?${query}`}`;
}

export function hrefOf({ series, range, hidden, split }: ExploreChoice): string {
  return exploreHref(series, range, { hidden, split });
}

/** The same without series that were taken off: they are not hidden either. */
export function withSeries(choice: ExploreChoice, series: readonly SeriesName[]): ExploreChoice {
  const keys = new Set(series.map(keyOf));
  return { ...choice, series, hidden: choice.hidden.filter((key) => keys.has(key)) };
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
}
