/** Which devices the list shows, in which order. */
import type { PresenceState } from "../../server/protocol/index.ts";
import type { DeviceView, HubView } from "../client/hub-view.ts";
import { compareNames } from "../data/format.ts";
import { deviceLabel, newestTime } from "./values.ts";

export type DeviceFilter = "all" | PresenceState;
export type DeviceSort = "name" | "state" | "seen";

/** Trouble first. */
const stateRank: Readonly<Record<PresenceState, number>> = { silent: 0, offline: 1, online: 2 };

export interface DeviceChoice {
  readonly query: string;
  readonly filter: DeviceFilter;
  readonly sort: DeviceSort;
}

export function chooseDevices(devices: Iterable<DeviceView>, { query, filter, sort }: DeviceChoice): DeviceView[] {
  const words = searchWords(query);
  const found: DeviceView[] = [];
  for (const device of devices) {
    if (filter !== "all" && device.entry.state !== filter) continue;
    if (matches(device, words)) found.push(device);
  }
  if (sort === "state") {
    return found.sort((a, b) => stateRank[a.entry.state] - stateRank[b.entry.state] || byName(a, b));
  }
  if (sort === "seen") {
    const seen = new Map(found.map((device) => [device, lastSeenMs(device)]));
    return found.sort((a, b) => (seen.get(b) ?? 0) - (seen.get(a) ?? 0) || byName(a, b));
  }
  return found.sort(byName);
}

export function byName(a: DeviceView, b: DeviceView): number {
  return compareNames(deviceLabel(a), deviceLabel(b));
}

/** What a person looks for, word by word. */
export function searchWords(query: string): string[] {
  return query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
}

/** Whether id, name, kind and labels of a device hold each of the words. */
export function matches(device: DeviceView, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = searchText(device);
  return words.every((word) => text.includes(word));
}

/** Of a device that reports the hub tells no new entry: its readings tell that it was there. */
export function lastSeenMs(device: DeviceView): number {
  return Math.max(device.entry.lastSeen ?? Number.NEGATIVE_INFINITY, newestTime(device) ?? Number.NEGATIVE_INFINITY);
}

/** In the order of when devices were seen last, which each reading changes, devices are put at most this often, ms. */
export const reorderMs = 10_000;

/** The chosen devices of a hub, chosen anew only where devices or the choice changed: 10,000 take 30 ms, and readings come all the time. */
export class ChosenDevices {
  #devices: readonly DeviceView[] = [];
  #made = "";

  of(view: Pick<HubView, "devices" | "devicesVersion">, choice: DeviceChoice, nowMs: number): readonly DeviceView[] {
    const turn = choice.sort === "seen" ? Math.floor(nowMs / reorderMs) : 0;
    const made = JSON.stringify([view.devicesVersion, choice, turn]);
    if (made !== this.#made) this.#devices = chooseDevices(view.devices.values(), choice);
    this.#made = made;
    return this.#devices;
  }
}

function searchText({ entry }: DeviceView): string {
  const labels = Object.entries(entry.labels ?? {}).map(([key, value]) => `${key}:${value}`);
  return [entry.device, entry.name, entry.kind, ...labels].join(" ").toLocaleLowerCase();
}
