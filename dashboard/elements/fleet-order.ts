/** Which devices the fleet shows, in which groups and order, and what is wrong with them. */
import type { DeviceView, HubView } from "../client/hub-view.ts";
import { compareNames } from "../data/format.ts";
import { byName, lastSeenMs, matches, reorderMs, searchWords } from "./device-order.ts";
import type { FleetChoice, FleetGrouping, FleetState } from "./fleet-choice.ts";
import { graceMs, newestTime, zoneLevel } from "./values.ts";

/** What is wrong with a device, the worst first. */
export const troubles = ["alarm", "silent", "offline", "warn"] as const;
export type Trouble = (typeof troubles)[number];

/** Numbers of devices by what is wrong. One that is silent with a value in alarm counts in both. */
export type TroubleCounts = Readonly<Record<Trouble, number>>;

export interface FleetGroup {
  /** The value that its devices share; empty for those that have none. */
  readonly key: string;
  readonly devices: readonly DeviceView[];
  readonly counts: TroubleCounts;
  readonly worst: Trouble | undefined;
}

export interface FleetSelection {
  /** One with an empty key where nothing is grouped. */
  readonly groups: readonly FleetGroup[];
  /** How many each state would show, by the present search. */
  readonly counts: Readonly<Record<FleetState, number>>;
  readonly shown: number;
}

/** The worst level of the newest values of a device. Of one that is offline they are past, and nothing to act on. */
export function worstLevel(device: DeviceView): "ok" | "warn" | "alarm" {
  let worst: "ok" | "warn" | "alarm" = "ok";
  if (device.entry.state === "offline") return worst;
  for (const series of device.series.values()) {
    if (!series.entry.zones) continue;
    const level = zoneLevel(series, series.value);
    if (level === "alarm") return level;
    if (level === "warn") worst = level;
  }
  return worst;
}

/** A device that is gone is news for so long, ms: over a weekend and a holiday nobody may have looked. */
const newsMs = 7 * 86_400_000;

/**
 * Whether a device that is offline is history, and no trouble: it said that it tells the past (a replay, an import), or its next sign has
 * been due for a week. Who has three devices and 200 records of 1958 wants to be told of the three; and a tab that always counts what
 * was given up long ago is not looked at any more. By its readings, not by their arrival: what came today from 1958 is of 1958.
 */
function isHistory(device: DeviceView, nowMs: number): boolean {
  const { state, historic, reportInterval, lastSeen, since } = device.entry;
  if (state !== "offline") return false;
  if (historic) return true;
  const heardMs = lastSeen ?? since;
  // What tells on event alone may have had nothing to tell for long: its connection was its sign.
  if (reportInterval === 0) return nowMs - heardMs > newsMs;
  return nowMs - (newestTime(device) ?? heardMs) > graceMs(reportInterval) + newsMs;
}

/** The worst of what is wrong with a device. `level`: of its values. */
export function troubleOf(device: DeviceView, nowMs: number, level = worstLevel(device)): Trouble | undefined {
  if (level === "alarm") return level;
  if (device.entry.state !== "online") return isHistory(device, nowMs) ? undefined : device.entry.state;
  return level === "warn" ? level : undefined;
}

/** How each device is, looked at once for all that is told of it. */
type Health = ReadonlyMap<
  DeviceView,
  { readonly level: ReturnType<typeof worstLevel>; readonly wrong: Trouble | undefined }
>;

function healthOf(devices: readonly DeviceView[], nowMs: number): Health {
  return new Map(
    devices.map((device) => {
      const level = worstLevel(device);
      return [device, { level, wrong: troubleOf(device, nowMs, level) }];
    }),
  );
}

/** The value by which a device is grouped; empty where it has none. */
export function groupKey({ entry }: DeviceView, grouping: FleetGrouping): string {
  if (grouping === "kind") return entry.kind ?? "";
  if (grouping === "gateway") return entry.via ?? "";
  return grouping === "none" ? "" : (entry.labels?.[grouping.slice("label:".length)] ?? "");
}

/** What is shown follows the readings at most this often, ms: a value may enter a zone with each. */
const turnMs = 1_000;

/** The selection of a hub's devices, made anew only where devices or the choice changed, and once a second. */
export class FleetOrder {
  #byName: DeviceView[] = [];
  #labelKeys: string[] = [];
  #version: number | undefined;
  #seen = new Map<DeviceView, number>();
  #seenTurn: number | undefined;
  #made = "";
  #selection: FleetSelection = selectionOf([], [], new Map());

  /** Keys of labels that any device has, in the order of their names. */
  get labelKeys(): readonly string[] {
    return this.#labelKeys;
  }

  of(view: Pick<HubView, "devices" | "devicesVersion">, choice: FleetChoice, nowMs: number): FleetSelection {
    const { query, state, group, sort } = choice;
    const made = JSON.stringify([view.devicesVersion, query, state, group, sort, Math.floor(nowMs / turnMs)]);
    if (made === this.#made) return this.#selection;
    this.#made = made;
    if (view.devicesVersion !== this.#version) this.#arrange(view);
    const words = searchWords(query);
    const found = this.#byName.filter((device) => matches(device, words));
    const health = healthOf(found, nowMs);
    const shown = found.filter((device) => isIn(device, health, state));
    if (sort === "state") {
      // What is history stands after what is well.
      const rank = (device: DeviceView) => {
        const wrong = health.get(device)?.wrong;
        return wrong === undefined && device.entry.state === "offline" ? troubles.length + 1 : rankOf(wrong);
      };
      shown.sort((a, b) => rank(a) - rank(b));
    } else if (sort === "seen") {
      const seen = this.#seenAt(nowMs);
      shown.sort((a, b) => (seen.get(b) ?? 0) - (seen.get(a) ?? 0));
    }
    this.#selection = selectionOf(found, groupsOf(shown, choice, health), health);
    return this.#selection;
  }

  /** By name. What stood in order before is put in order quickly: devices change far more often than their names. */
  #arrange({ devices, devicesVersion }: Pick<HubView, "devices" | "devicesVersion">): void {
    this.#version = devicesVersion;
    const known = this.#byName.filter((device) => devices.get(device.entry.device) === device);
    const before = new Set(known);
    const added = [...devices.values()].filter((device) => !before.has(device));
    this.#byName = [...known, ...added].sort(byName);
    const keys = new Set(this.#byName.flatMap(({ entry }) => Object.keys(entry.labels ?? {})));
    this.#labelKeys = [...keys].sort(compareNames);
  }

  #seenAt(nowMs: number): ReadonlyMap<DeviceView, number> {
    const turn = Math.floor(nowMs / reorderMs);
    if (turn !== this.#seenTurn || this.#seen.size !== this.#byName.length) {
      this.#seenTurn = turn;
      this.#seen = new Map(this.#byName.map((device) => [device, lastSeenMs(device)]));
    }
    return this.#seen;
  }
}

function isIn(device: DeviceView, health: Health, state: FleetState): boolean {
  if (state === "all") return true;
  const { level, wrong } = health.get(device) ?? {};
  if (state === "trouble") return wrong !== undefined;
  return state === "alarm" || state === "warn" ? level === state : device.entry.state === state;
}

function rankOf(wrong: Trouble | undefined): number {
  return wrong === undefined ? troubles.length : troubles.indexOf(wrong);
}

/** The groups by name, those without a value last; where trouble comes first the worst group does, too. */
function groupsOf(shown: readonly DeviceView[], { group, sort }: FleetChoice, health: Health): FleetGroup[] {
  const members = new Map<string, DeviceView[]>();
  for (const device of shown) {
    const key = groupKey(device, group);
    const known = members.get(key);
    if (known) known.push(device);
    else members.set(key, [device]);
  }
  const groups = [...members].map(([key, devices]) => {
    const counts = countTroubles(devices, health);
    return { key, devices, counts, worst: troubles.find((each) => counts[each] > 0) };
  });
  const isLast = ({ key }: FleetGroup) => (key === "" ? 1 : 0);
  return groups.sort(
    (a, b) =>
      (sort === "state" ? rankOf(a.worst) - rankOf(b.worst) : 0) || isLast(a) - isLast(b) || compareNames(a.key, b.key),
  );
}

function countTroubles(devices: readonly DeviceView[], health: Health): TroubleCounts {
  const counts = { alarm: 0, silent: 0, offline: 0, warn: 0 };
  for (const device of devices) {
    const level = health.get(device)?.level ?? "ok";
    if (level !== "ok") counts[level] += 1;
    if (device.entry.state !== "online" && health.get(device)?.wrong) counts[device.entry.state] += 1;
  }
  return counts;
}

function selectionOf(found: readonly DeviceView[], groups: readonly FleetGroup[], health: Health): FleetSelection {
  const presence = { online: 0, silent: 0, offline: 0 };
  for (const { entry } of found) presence[entry.state] += 1;
  let trouble = 0;
  for (const { wrong } of health.values()) if (wrong) trouble += 1;
  return {
    groups,
    counts: { ...countTroubles(found, health), ...presence, all: found.length, trouble },
    shown: groups.reduce((sum, { devices }) => sum + devices.length, 0),
  };
}
