/** What a person chose to see of the fleet, as it stands in the address. */
import { type SparkSpanKey, sparkSpanKeys } from "../data/spark-trace.ts";
import type { DeviceSort } from "./device-order.ts";

/** Which devices: all, those with something wrong, or those with one thing. */
export const fleetStates = ["all", "trouble", "alarm", "warn", "silent", "offline", "online"] as const;
export type FleetState = (typeof fleetStates)[number];

export const fleetSorts = ["name", "state", "seen"] as const satisfies readonly DeviceSort[];
export const fleetLooks = ["cards", "rows"] as const;
export type FleetLook = (typeof fleetLooks)[number];

/** By what devices are grouped; `label:KEY` by the label of that key. */
export type FleetGrouping = "none" | "kind" | "gateway" | `label:${string}`;

export interface FleetChoice {
  readonly query: string;
  readonly state: FleetState;
  readonly group: FleetGrouping;
  readonly sort: DeviceSort;
  readonly look: FleetLook;
  /** How far the curves reach back. */
  readonly span: SparkSpanKey;
  /** Keys of the groups that are closed. */
  readonly closed: readonly string[];
}

export const wholeFleet: FleetChoice = {
  query: "",
  state: "all",
  group: "none",
  sort: "name",
  look: "cards",
  span: "1h",
  closed: [],
};

/** Reads the parameters of an address; what makes no sense in it is passed over. */
export function choiceOf(params: URLSearchParams): FleetChoice {
  const oneOf = <Name extends string>(name: string, names: readonly Name[], otherwise: Name): Name =>
    names.find((each) => each === params.get(name)) ?? otherwise;
  const group = params.get("group") ?? "";
  return {
    query: params.get("q") ?? "",
    state: oneOf("state", fleetStates, wholeFleet.state),
    group: isGrouping(group) ? group : wholeFleet.group,
    sort: oneOf("sort", fleetSorts, wholeFleet.sort),
    look: oneOf("view", fleetLooks, wholeFleet.look),
    span: oneOf("span", sparkSpanKeys, wholeFleet.span),
    closed: (params.get("closed") ?? "").split(",").filter(Boolean).map(plain),
  };
}

/** The parameters of an address; what is as usual is left out. */
export function paramsOf(choice: FleetChoice): Record<string, string | undefined> {
  const unless = (usual: string, value: string) => (value === usual ? undefined : value);
  return {
    q: unless("", choice.query),
    state: unless(wholeFleet.state, choice.state),
    group: unless(wholeFleet.group, choice.group),
    sort: unless(wholeFleet.sort, choice.sort),
    view: unless(wholeFleet.look, choice.look),
    span: unless(wholeFleet.span, choice.span),
    closed: unless("", choice.closed.map(encodeURIComponent).join(",")),
  };
}

function isGrouping(text: string): text is FleetGrouping {
  return text === "kind" || text === "gateway" || /^label:./.test(text);
}

/** A hand-written address may hold a stray `%`. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
