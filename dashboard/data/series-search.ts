/** All series of a hub in the order of their devices, found by words. Ten thousand take a few ms. */
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import { compareNames } from "./format.ts";

export interface FoundSeries {
  readonly device: DeviceView;
  readonly series: SeriesView;
}

interface Indexed extends FoundSeries {
  /** All that it can be found by, in lower case. */
  readonly words: string;
}

export class SeriesSearch {
  #indexed: Indexed[] = [];
  #version = "";
  #query = "";
  #found: readonly FoundSeries[] = [];

  /** Those that hold every word of `query`, in any order; all of them where it is empty. */
  find(view: HubView, query: string): readonly FoundSeries[] {
    const version = `${view.devicesVersion} ${view.counts().series}`;
    const isNew = version !== this.#version;
    if (isNew) {
      this.#indexed = indexOf(view);
      this.#version = version;
    }
    if (!isNew && query === this.#query) return this.#found;
    // More letters find fewer: what was found is looked through again.
    const among =
      !isNew && this.#query !== "" && query.startsWith(this.#query) ? (this.#found as Indexed[]) : this.#indexed;
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    this.#query = query;
    this.#found = words.length === 0 ? among : among.filter((one) => words.every((word) => one.words.includes(word)));
    return this.#found;
  }
}

function indexOf(view: HubView): Indexed[] {
  const nameOf = ({ entry }: DeviceView) => entry.name || entry.device;
  const devices = [...view.devices.values()].sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  return devices.flatMap((device) => {
    const { entry } = device;
    const whose = [entry.name, entry.device, entry.kind, ...Object.values(entry.labels ?? {})].join(" ");
    return [...device.series.values()]
      .sort((a, b) => compareNames(labelOf(a), labelOf(b)))
      .map((series) => {
        const { label, metric, unit } = series.entry;
        return { device, series, words: `${whose} ${label ?? ""} ${metric} ${unit ?? ""}`.toLowerCase() };
      });
  });
}

function labelOf({ entry }: SeriesView): string {
  return entry.label || entry.metric;
}
