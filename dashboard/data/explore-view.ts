/** What is drawn of the series of a chart, and in buckets of which length: as its address tells it. */

/** Of numbers, of a fleet, of booleans and texts; the first is what a chart opens with. */
export const exploreWays = {
  numbers: ["value", "mean", "range", "rate", "increase", "integral"],
  fleet: ["percentiles", "range", "mean", "sum"],
  states: ["strip", "time"],
} as const;
export type ExploreKind = keyof typeof exploreWays;
export type ExploreWay = (typeof exploreWays)[ExploreKind][number];

/** `auto`: as finely as the chart can show. Hours, days and weeks begin by the clocks of a zone. */
export const explorePers = ["auto", "hour", "day", "week"] as const;
export type ExplorePer = (typeof explorePers)[number];

export interface ExploreView {
  readonly way: ExploreWay;
  readonly per: ExplorePer;
}

/** What a chart of this kind shows: what was chosen where that goes with it, else what it opens with. */
export function viewOf(kind: ExploreKind, chosen: ExploreView | undefined): ExploreView {
  const ways: readonly ExploreWay[] = exploreWays[kind];
  const way = ways.find((each) => each === chosen?.way);
  const opening = { way: exploreWays[kind][0], per: "auto" } as const;
  if (!chosen || !way || way === "strip") return opening;
  return { way, per: chosen.per };
}

/** Whether a chart draws what the hub is asked for by itself, and not the readings as they come. */
export function isAsked(kind: ExploreKind, { way, per }: ExploreView): boolean {
  return kind === "fleet" || per !== "auto" || way !== exploreWays[kind][0];
}

/** One chart's choice as a part of the address: `increase:day:kWh`. */
export function viewText(id: string, { way, per }: ExploreView): string {
  return `${way}:${per}:${id}`;
}

/** What `viewText` wrote; undefined where it makes no sense. */
export function viewOfText(text: string): [id: string, view: ExploreView] | undefined {
  const [, way = "", per = "", id = ""] = /^([a-z]+):([a-z]+):(.*)$/s.exec(text) ?? [];
  const ways: readonly ExploreWay[] = Object.values(exploreWays).flat();
  const view = { way: ways.find((each) => each === way), per: explorePers.find((each) => each === per) };
  return view.way && view.per ? [id, { way: view.way, per: view.per }] : undefined;
}

/** Whether the area under a line of this unit is an energy. */
export function isPower(unit: string | undefined): boolean {
  return /^[mkMG]?(?:W|VA)$/.test(unit ?? "");
}
