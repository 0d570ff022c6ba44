/**
 * Fan-out: what was committed goes to every viewer that watches it, encoded once for each distinct selection. Which sets
 * a series belongs to is worked out once, not for each reading.
 */
import type { Timer } from "../../ports.ts";
import { valueAt } from "../../store/columns.ts";
import type { Commit, RecentCommits } from "../../store/store.ts";
import type { Device, Series } from "../catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf, type SeriesSpan } from "../entries.ts";
import { isHidden } from "../hidden.ts";
import { pagesOf } from "../pages.ts";
import { Announcer } from "./announcer.ts";
import { ChangeLog } from "./change-log.ts";
import { CommitRing } from "./commit-ring.ts";
import { LiveSet, type Position, type Selection, selectionKey, type Watcher } from "./live-set.ts";
import { missedBy, type ResumeDeps, resumeFramesOf } from "./resume.ts";
import { type Snapshot, type SnapshotDeps, Snapshots } from "./snapshot.ts";

/** The sets that a series belongs to. */
interface Membership {
  readonly series: Series;
  readonly sets: LiveSet[];
}

/** Of a series seen for the first time: its span within the commit that brought it, which is all there is of it. */
interface Newcomer {
  readonly membership: Membership;
  readonly times: Set<number>;
}

export interface LiveSetsDeps extends SnapshotDeps {
  /** The store's newest commit at the start. */
  readonly offset: number;
  /** The commits up to there, for viewers that were cut before the start; without them nobody goes on from an earlier one. */
  readonly recent?: RecentCommits | undefined;
}

export class LiveSets {
  readonly #deps: LiveSetsDeps;
  readonly #sets = new Map<string, LiveSet>();
  /** By series number. Filled as series are first met while somebody watches. */
  readonly #memberships = new Map<number, Membership>();
  readonly #windows = new Map<LiveSet, Timer>();
  readonly #snapshots: Snapshots;
  readonly #announcer: Announcer;
  readonly #heartbeat: Timer;
  readonly #position: Position;
  readonly #ring: CommitRing;
  readonly #log: ChangeLog;
  readonly #resume: ResumeDeps;
  /** Sets that the commit being looked at has readings for; kept to spare a small commit an object. */
  readonly #touched: LiveSet[] = [];
  #nextSet = 1;

  constructor(deps: LiveSetsDeps) {
    this.#deps = deps;
    this.#position = { commit: deps.offset };
    this.#snapshots = new Snapshots(deps);
    this.#log = new ChangeLog(deps.offset);
    this.#ring = ringOf(deps);
    this.#resume = { ...deps, ring: this.#ring, log: this.#log };
    this.#announcer = new Announcer({ ...deps, sets: this.#sets, position: this.#position, log: this.#log });
    this.#heartbeat = deps.clock.every(deps.settings.heartbeatMs, () => {
      for (const set of this.#sets.values()) set.beat();
    });
  }

  /** Distinct selections that somebody watches. */
  get count(): number {
    return this.#sets.size;
  }

  /** Adds a viewer; the set is made if nobody watches this selection yet. */
  join(selection: Selection, watcher: Watcher): LiveSet {
    const key = selectionKey(selection);
    let set = this.#sets.get(key);
    if (!set) {
      set = this.#make(selection);
      this.#sets.set(key, set);
    }
    set.watchers.add(watcher);
    return set;
  }

  /** What a new viewer of a set is told first: begun now (`own`), or shared with others that come at about this time. */
  snapshot(set: LiveSet, own: boolean): Snapshot {
    return own ? this.#snapshots.begin(set) : this.#snapshots.share(set);
  }

  /**
   * What a viewer of a set lacks that was cut and knows everything up to `offset`, shared with others that come back with
   * the same one. Undefined where it cannot be told whole: it has to begin anew.
   */
  resume(set: LiveSet, offset: number): Snapshot | undefined {
    if (offset > this.#position.commit) return undefined;
    return this.#snapshots.resume(set, offset, () => {
      const missed = missedBy(set, offset, this.#resume);
      return missed && resumeFramesOf(set, missed, this.#deps);
    });
  }

  /** Takes a viewer away; a set that nobody watches is forgotten. */
  leave(set: LiveSet, watcher: Watcher): void {
    set.watchers.delete(watcher);
    if (set.watchers.size > 0 || this.#sets.get(set.key) !== set) return;
    this.#sets.delete(set.key);
    this.#snapshots.renew(set);
    this.#windows.get(set)?.cancel();
    this.#windows.delete(set);
    for (const number of set.series.keys()) {
      const sets = this.#memberships.get(number)?.sets;
      const at = sets?.indexOf(set) ?? -1;
      if (at >= 0) sets?.splice(at, 1);
    }
    if (this.#sets.size === 0) this.#memberships.clear();
  }

  /** A batch that arrived at `receivedMs` (since the epoch) is on disk, and the catalog knows its newest readings. Its columns are not kept. */
  committed({ commit, columns }: Commit, receivedMs: number): void {
    this.#position.commit = commit;
    const { floor } = this.#ring;
    this.#ring.push(commit, columns, receivedMs);
    if (this.#ring.floor !== floor) this.#log.trim(this.#ring.floor);
    if (this.#sets.size === 0) return;
    const touched = this.#touched;
    let newcomers: Map<number, Newcomer> | undefined;
    for (let index = 0; index < columns.length; index++) {
      const number = columns.series[index] as number;
      let membership = this.#memberships.get(number);
      if (!membership) {
        membership = this.#meet(number);
        if (!membership) continue;
        newcomers ??= new Map();
        newcomers.set(number, { membership, times: new Set() });
      }
      if (membership.sets.length === 0) continue;
      const timeMs = columns.times[index] as number;
      if (isHidden(membership.series, timeMs)) continue;
      if (newcomers) newcomers.get(number)?.times.add(timeMs);
      const value = valueAt(columns, index, membership.series.type);
      for (const set of membership.sets) {
        if (set.collect(number, timeMs, value)) touched.push(set);
      }
    }
    if (newcomers) this.#introduce(newcomers);
    for (const set of touched) this.#settle(set, commit);
    touched.length = 0;
  }

  /** The first readings of a series are on disk, and `committed` follows: whoever is told of that commit is told of the series before. */
  seriesAppeared(series: Series): void {
    this.#log.deviceChanged(series.device, this.#position.commit);
    this.#log.seriesChanged(series, this.#position.commit);
  }

  /** Metadata or presence of a device changed, or it is new: told soon, several changes at once. */
  deviceChanged(device: Device): void {
    this.#announcer.deviceChanged(device);
  }

  /** Metadata of a series changed: told soon. */
  seriesChanged(series: Series): void {
    this.#announcer.seriesChanged(series);
  }

  /**
   * Some readings of each were deleted, hidden, or are shown again. Resolves once viewers were told: no later commit may come before that.
   */
  async readingsDeleted(from: readonly Series[]): Promise<void> {
    for (const series of from) {
      this.#log.readingsDeleted(series, this.#position.commit);
      for (const set of this.#sets.values()) {
        if (!set.matches(series)) continue;
        set.leaveOut(series.number);
        this.#snapshots.renew(set);
      }
    }
    await this.#announcer.tellNow(from);
  }

  /**
   * A series has another name than `before`. Resolves once viewers were told: those for whom it is one of theirs now, or none
   * any more, too. No commit may come before that.
   */
  async seriesRenamed(series: Series, before: string): Promise<void> {
    const { number, device } = series;
    this.#log.seriesRenamed(series, before, this.#position.commit);
    const sets = this.#memberships.get(number)?.sets;
    for (const set of this.#sets.values()) {
      const known = set.series.has(number);
      if (known === set.matches(series)) continue;
      this.#snapshots.renew(set);
      if (known) {
        set.announceSeries([{ series: number, removed: true }]);
        sets?.splice(sets.indexOf(set), 1);
      } else {
        set.announceDevices([deviceEntryOf(device, this.#deps.presence, set.sees)]);
        set.know([series]);
        sets?.push(set);
      }
    }
    await this.#announcer.tellNow([series]);
  }

  /** A series is gone from store and catalog. */
  seriesRemoved(series: Series): void {
    this.#memberships.delete(series.number);
    this.#log.seriesRemoved(series, this.#position.commit);
    for (const set of this.#sets.values()) {
      if (set.series.has(series.number)) set.announceSeries([{ series: series.number, removed: true }]);
    }
    if (!series.device.removed) this.deviceChanged(series.device);
  }

  /** A device is gone from store and catalog, with its series. */
  deviceRemoved(device: Device): void {
    for (const series of device.series.values()) this.seriesRemoved(series);
    this.#log.deviceRemoved(device, this.#position.commit);
    // A set may not have heard of it yet while a snapshot of it already tells of it: so all that could are told.
    for (const set of this.#sets.values()) {
      if (set.matchesDevice(device.id)) set.announceDevices([{ device: device.id, removed: true }]);
    }
  }

  stop(): void {
    this.#heartbeat.cancel();
    this.#announcer.stop();
    for (const timer of this.#windows.values()) timer.cancel();
  }

  #make(selection: Selection): LiveSet {
    const { catalog } = this.#deps;
    const set = new LiveSet(this.#nextSet++, selection, this.#position);
    const series = catalog
      .select(selection.devices, selection.metrics)
      .filter(({ device }) => set.matchesDevice(device.id));
    set.know(series);
    for (const one of series) {
      const known = this.#memberships.get(one.number);
      if (known) known.sets.push(set);
      else this.#memberships.set(one.number, { series: one, sets: [set] });
    }
    return set;
  }

  /** Works out the sets of a series; undefined where it was removed while its reading was on the way. */
  #meet(number: number): Membership | undefined {
    const series = this.#deps.catalog.findSeries(number);
    if (!series) return undefined;
    const membership = { series, sets: [...this.#sets.values()].filter((set) => set.matches(series)) };
    this.#memberships.set(number, membership);
    return membership;
  }

  /** Tells each set of the series it has not heard of, before the first update that holds them. */
  #introduce(newcomers: ReadonlyMap<number, Newcomer>): void {
    const bySet = new Map<LiveSet, Newcomer[]>();
    for (const newcomer of newcomers.values()) {
      for (const set of newcomer.membership.sets) {
        if (set.series.has(newcomer.membership.series.number)) continue;
        const found = bySet.get(set);
        if (found) found.push(newcomer);
        else bySet.set(set, [newcomer]);
      }
    }
    for (const [set, found] of bySet) this.#introduceTo(set, found);
  }

  #introduceTo(set: LiveSet, found: readonly Newcomer[]): void {
    const { presence } = this.#deps;
    // Those that are known have one series more. And what is known may be gone by the time a snapshot comes to it.
    const devices = [...new Set(found.map(({ membership }) => membership.series.device))];
    for (const page of pagesOf(devices))
      set.announceDevices(page.map((device) => deviceEntryOf(device, presence, set.sees)));
    for (const page of pagesOf(found)) {
      set.announceSeries(
        page.map(({ membership, times }) => liveSeriesEntryOf(membership.series, spanOf(times), presence)),
      );
    }
    set.know(found.map(({ membership }) => membership.series));
  }

  /** Sends at once where the interval has passed, and opens the next one. */
  #settle(set: LiveSet, commit: number): void {
    if (set.intervalMs === 0) {
      set.settle(commit, false);
      return;
    }
    const wait = this.#windows.has(set);
    set.settle(commit, wait);
    if (!wait) this.#openWindow(set);
  }

  #openWindow(set: LiveSet): void {
    const close = () => {
      this.#windows.delete(set);
      if (!set.waiting) return;
      set.release();
      this.#openWindow(set);
    };
    this.#windows.set(set, this.#deps.clock.after(set.intervalMs, close));
  }
}

/** Filled with what the store still has. */
function ringOf({ offset, recent, settings }: LiveSetsDeps): CommitRing {
  const commits = recent?.commits ?? [];
  // Without a word from the store something may have been deleted right before the start.
  const ring = new CommitRing(settings, offset - commits.length, recent?.afterCommit ?? offset + 1);
  for (const { commit, columns, receivedMs } of commits) ring.push(commit, columns, receivedMs);
  return ring;
}

function spanOf(times: ReadonlySet<number>): SeriesSpan {
  let firstTimeMs = Number.POSITIVE_INFINITY;
  let lastTimeMs = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < firstTimeMs) firstTimeMs = time;
    if (time > lastTimeMs) lastTimeMs = time;
  }
  return { firstTimeMs, lastTimeMs, count: times.size };
}
