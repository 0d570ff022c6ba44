/** What the page of linked charts shows, as its address tells it: which series, in which range, on which charts. */
import { type ExploreKind, type ExploreView, isAsked, viewOf, viewOfText, viewText } from "./explore-view.ts";
import type { Range } from "./ranges.ts";
import { type Route, rangeOf, rangeParams } from "./route.ts";
import { isKnownZone, timeZone } from "./time-zone.ts";

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
  /** What charts draw that were told to draw something else, by their ids. */
  readonly views: ReadonlyMap<string, ExploreView>;
  /** By whose clocks hours, days and weeks begin, an IANA zone; undefined: the one that times are shown in. */
  readonly zone: string | undefined;
}

/** A name with a star is no series but all devices that it matches. */
export function isFleet({ device }: SeriesName): boolean {
  return device.includes("*");
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
    views: new Map(params.getAll("as").flatMap((text) => [viewOfText(text)].filter((view) => view !== undefined))),
    zone: zoneOf(params.get("tz")),
  };
}

/** The address of the page with these series. Slashes and colons stay readable, since ids have them. */
export function exploreHref(
  series: readonly SeriesName[],
  range?: Range,
  { hidden = [], split = "unit", views = new Map(), zone }: Partial<Omit<ExploreChoice, "series" | "range">> = {},
): string {
  const parts = [
    ...series.map((name) => ["s", keyOf(name)]),
    ...hidden.map((key) => ["hide", key]),
    ...(split === "unit" ? [] : [["split", split]]),
    ...[...views].map(([id, view]) => ["as", viewText(id, view)]),
    ...(zone === undefined ? [] : [["tz", zone]]),
    ...Object.entries(rangeParams(range)),
  ];
  const query = parts.map(([name, value]) => `${name}=${encodePart(value ?? "")}`).join("&");
  return `#/explore${query === "" ? "" : `?${query}`}`;
}

export function hrefOf({ series, range, ...rest }: ExploreChoice): string {
  return exploreHref(series, range, rest);
}

/** The same without series that were taken off: they are not hidden either. */
export function withSeries(choice: ExploreChoice, series: readonly SeriesName[]): ExploreChoice {
  const keys = new Set(series.map(keyOf));
  return { ...choice, series, hidden: choice.hidden.filter((key) => keys.has(key)) };
}

/** What one chart's choices change: what it draws, by whose clocks all do, or of which devices a fleet is. */
export interface ViewChange {
  /** What of the view; the rest stays as the choice has it when this comes, which a page may not have drawn yet. */
  readonly view?: Partial<ExploreView>;
  /** Null: the zone that times are shown in. */
  readonly zone?: string | null;
  readonly fleet?: SeriesName;
}

/** The chart whose choices they are. */
interface Changed {
  readonly id: string;
  readonly kind: ExploreKind;
  readonly fleet?: SeriesName;
}

export function withChange(choice: ExploreChoice, { id, kind, fleet }: Changed, change: ViewChange): ExploreChoice {
  if (change.zone !== undefined) return { ...choice, zone: change.zone ?? undefined };
  if (change.fleet) return withFleet(choice, change.fleet, fleet);
  return change.view ? withView(choice, kind, id, change.view) : choice;
}

/**
 * The same with another view of one chart. Whoever chooses hours, days or weeks chooses whose: a link shows them to everybody
 * by the same clocks.
 */
function withView(choice: ExploreChoice, kind: ExploreKind, id: string, change: Partial<ExploreView>): ExploreChoice {
  const view = viewOf(kind, { ...viewOf(kind, choice.views.get(id)), ...change });
  const views = new Map(choice.views).set(id, view);
  if (kind !== "fleet" && !isAsked(kind, view)) views.delete(id);
  return { ...choice, views, zone: choice.zone ?? (view.per === "auto" ? undefined : timeZone.shown) };
}

/** The same with a chart over all devices that `fleet` matches, in place of the one `before`, with the view that it had. */
function withFleet(choice: ExploreChoice, fleet: SeriesName, before: SeriesName | undefined): ExploreChoice {
  const key = before && keyOf(before);
  const others = choice.series.filter((each) => keyOf(each) !== keyOf(fleet));
  const series = key ? others.map((each) => (keyOf(each) === key ? fleet : each)) : [...others, fleet];
  const view = key === undefined ? undefined : choice.views.get(key);
  const views = new Map([...choice.views].filter(([id]) => id !== key));
  if (view) views.set(keyOf(fleet), view);
  return { ...choice, series: series.slice(0, mostExplored), views };
}

/** A zone, where this browser knows it. */
function zoneOf(name: string | null): string | undefined {
  return name !== null && isKnownZone(name) ? name : undefined;
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%2A", "*");
}
