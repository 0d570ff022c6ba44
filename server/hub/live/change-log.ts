/**
 * What viewers were told beside readings, and when: which devices and series came or changed, which went, where readings
 * were deleted. A viewer that knows everything up to an offset is told what came at that commit or later: some of it
 * twice, none of it never.
 */
import type { Device, Series } from "../catalog.ts";

/** A series or a device that is gone. */
interface Removal {
  readonly commit: number;
  readonly device: string;
  /** None where the device itself went. */
  readonly series?: { readonly number: number; readonly metric: string };
}

/** Readings of a series were deleted. */
interface Deletion {
  readonly commit: number;
  readonly series: Series;
}

/** What a viewer has not been told. */
export interface Changes {
  /** In the order in which they went. */
  readonly removals: readonly Removal[];
  /** Those that came or changed; undefined where that is not known any more, and each might have. */
  readonly changed: { readonly devices: readonly Device[]; readonly series: readonly Series[] } | undefined;
}

/** Devices and series of which it is remembered when they changed. */
const maxChanged = 200_000;
/** Removals and deletions that are remembered. */
const maxGone = 10_000;

export class ChangeLog {
  /** The commit at which each was told last; the longest ago comes first. */
  readonly #devices = new Map<Device, number>();
  readonly #series = new Map<Series, number>();
  #removals: Removal[] = [];
  #deletions: Deletion[] = [];
  /** Of what changed at this commit or before nothing is known. */
  #changedAfter: number;
  /** Of what went at this commit or before nothing is known. */
  #goneAfter = -1;

  /** `commit`: the newest at the start. Whatever held before, every device came or went with the hub. */
  constructor(commit: number) {
    this.#changedAfter = commit;
  }

  deviceChanged(device: Device, commit: number): void {
    this.#changedAfter = Math.max(this.#changedAfter, note(this.#devices, device, commit));
  }

  seriesChanged(series: Series, commit: number): void {
    this.#changedAfter = Math.max(this.#changedAfter, note(this.#series, series, commit));
  }

  deviceRemoved(device: Device, commit: number): void {
    this.#devices.delete(device);
    this.#removals.push({ commit, device: device.id });
    this.#bound();
  }

  seriesRemoved(series: Series, commit: number): void {
    this.#series.delete(series);
    const { device, number, metric } = series;
    this.#removals.push({ commit, device: device.id, series: { number, metric } });
    this.#bound();
  }

  /** A series has another name: for whom that is none of theirs it is gone. */
  seriesRenamed({ device, number }: Series, before: string, commit: number): void {
    this.#removals.push({ commit, device: device.id, series: { number, metric: before } });
    this.#bound();
  }

  /** Readings of a series were deleted, and not all of them: whoever has them has them still. */
  readingsDeleted(series: Series, commit: number): void {
    this.#deletions.push({ commit, series });
    this.#bound();
  }

  /** True where a viewer that knows everything up to `offset` may hold readings that were deleted, of series that `matches`. */
  isStale(offset: number, matches: (series: Series) => boolean): boolean {
    if (offset <= this.#goneAfter) return true;
    return this.#deletions.some(({ commit, series }) => commit >= offset && matches(series));
  }

  /** What a viewer that knows everything up to `offset` has to be told; not to be asked where it `isStale`. */
  since(offset: number): Changes {
    const removals = this.#removals.filter(({ commit }) => commit >= offset);
    if (offset <= this.#changedAfter) return { removals, changed: undefined };
    return {
      removals,
      changed: { devices: notedSince(this.#devices, offset), series: notedSince(this.#series, offset) },
    };
  }

  /** Forgets what no viewer can ask for: those that know less than everything up to `floor` are told all. */
  trim(floor: number): void {
    if ((this.#removals[0]?.commit ?? floor) < floor) {
      this.#removals = this.#removals.filter(({ commit }) => commit >= floor);
    }
    if ((this.#deletions[0]?.commit ?? floor) < floor) {
      this.#deletions = this.#deletions.filter(({ commit }) => commit >= floor);
    }
    forgetBefore(this.#devices, floor);
    forgetBefore(this.#series, floor);
  }

  #bound(): void {
    while (this.#removals.length + this.#deletions.length > maxGone) {
      const [removal] = this.#removals;
      const [deletion] = this.#deletions;
      const isRemoval = removal !== undefined && (deletion === undefined || removal.commit <= deletion.commit);
      const oldest = isRemoval ? this.#removals.shift() : this.#deletions.shift();
      this.#goneAfter = Math.max(this.#goneAfter, oldest?.commit ?? -1);
    }
  }
}

/** Moves a key to the end; answers the commit of what was forgotten for it, or -1. */
function note<T>(map: Map<T, number>, key: T, commit: number): number {
  // A Map keeps room for each key that left its place: of ten thousand devices that say hello it would be as much again.
  if (map.get(key) === commit) return -1;
  map.delete(key);
  map.set(key, commit);
  if (map.size <= maxChanged) return -1;
  const [oldest, at] = map.entries().next().value as [T, number];
  map.delete(oldest);
  return at;
}

function forgetBefore<T>(map: Map<T, number>, floor: number): void {
  for (const [key, commit] of map) {
    if (commit >= floor) return;
    map.delete(key);
  }
}

function notedSince<T>(map: ReadonlyMap<T, number>, offset: number): T[] {
  const found: T[] = [];
  for (const [key, commit] of map) if (commit >= offset) found.push(key);
  return found;
}
