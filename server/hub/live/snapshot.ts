/**
 * What a viewer of a set is told first: its devices and series, in pages of one frame each. Made once for all viewers
 * that come within a short time, so that a hub that was restarted does not encode the same fleet for each of them.
 */
import { jsonText } from "../../formats/json.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { SeriesState } from "../../store/store.ts";
import type { Catalog } from "../catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf, type PresenceView } from "../entries.ts";
import { pagesOf } from "../pages.ts";
import type { Follower, LiveSet } from "./live-set.ts";
import type { LiveSettings } from "./live-settings.ts";
import { Outbox } from "./outbox.ts";
import type { Points } from "./points.ts";
import type { CommonHold, ViewersBudget } from "./viewers-budget.ts";

export interface SnapshotDeps {
  readonly catalog: Catalog;
  readonly presence: PresenceView;
  readonly clock: Clock;
  readonly settings: LiveSettings;
  readonly spans: (series: readonly number[]) => Promise<readonly SeriesState[]>;
  readonly budget: Pick<ViewersBudget, "share">;
}

/** The frames of a set as they are made, and what happened to the set since: whoever joins later needs both. */
export class Snapshot implements Follower {
  /** The set's offset when it was begun. */
  readonly offset: number;
  readonly #missed: Outbox;
  readonly #notices: string[] = [];
  readonly #frames: string[] = [];
  #bytes = 0;
  #state: "making" | "made" | { readonly failed: unknown } = "making";
  #waiting: (() => void)[] = [];

  /** Memory of its frames and of what came since, and who holds it. */
  readonly hold: CommonHold;

  constructor(offset: number, capacity: number, hold: CommonHold) {
    this.offset = offset;
    this.#missed = new Outbox(capacity);
    this.hold = hold;
  }

  /** Readings since it was begun, and the announcements, as a copy for one viewer. */
  get missed(): { readonly outbox: Outbox; readonly notices: string[] } {
    return { outbox: this.#missed.copy(), notices: [...this.#notices] };
  }

  update(points: Points): void {
    this.#missed.hold(points);
    this.#count();
  }

  announce(text: string): void {
    this.#notices.push(text);
    this.#bytes += text.length;
    this.#count();
  }

  drop(series: number): void {
    this.#missed.drop(series);
    this.#count();
  }

  /** Its frames, from the first, as fast as they are made. Throws what its making failed with. */
  async *frames(): AsyncGenerator<string> {
    for (let index = 0; ; ) {
      const frame = this.#frames[index];
      if (frame !== undefined) {
        index += 1;
        yield frame;
      } else if (this.#state === "made") {
        return;
      } else if (this.#state !== "making") {
        throw this.#state.failed;
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  /** Makes the frames; resolves when all are there or none will come any more, for nobody holds it. */
  async make(frames: AsyncIterable<string>): Promise<void> {
    try {
      for await (const frame of frames) {
        if (!this.hold.held) break;
        this.#frames.push(frame);
        this.#bytes += frame.length;
        this.#count();
        this.#wake();
      }
      this.#state = "made";
    } catch (failed) {
      this.#state = { failed };
    }
    this.#wake();
  }

  #count(): void {
    this.hold.size(this.#bytes + this.#missed.bytes);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

/** In place of an offset: for viewers that know nothing. */
const fromTheStart = -1;
/** What was missed of one set is told from so many different offsets at a time. */
const mostResumed = 8;

/** The snapshots of all sets. */
export class Snapshots {
  readonly #deps: SnapshotDeps;
  /** Those that viewers to come are given, by set and by the offset that they know everything up to. */
  readonly #kept = new Map<LiveSet, Map<number, Snapshot>>();

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  /** One of its own, begun now. */
  begin(set: LiveSet): Snapshot {
    const snapshot = this.#new(set, () => {});
    void snapshot.make(framesOf(set, this.#deps));
    return snapshot;
  }

  /** The set's present one, or one begun now that others share until `snapshotMs` after it was made. */
  share(set: LiveSet): Snapshot {
    return this.#shareFrom(set, fromTheStart, () => framesOf(set, this.#deps)) as Snapshot;
  }

  /** The same for viewers that know everything up to the offset `from`; `frames` makes what they lack, or tells that it cannot. */
  resume(set: LiveSet, from: number, frames: () => AsyncIterable<string> | undefined): Snapshot | undefined {
    return this.#shareFrom(set, from, frames);
  }

  /** Whoever comes from now on gets a snapshot that is begun then. */
  renew(set: LiveSet): void {
    for (const snapshot of this.#kept.get(set)?.values() ?? []) snapshot.hold.drop();
  }

  #shareFrom(set: LiveSet, from: number, frames: () => AsyncIterable<string> | undefined): Snapshot | undefined {
    const kept = this.#kept.get(set) ?? new Map<number, Snapshot>();
    const known = kept.get(from);
    if (known) return known;
    // Each is made of a walk through the ring, and holds what comes meanwhile: of viewers that were cut at many different
    // moments the rest begin anew, together.
    if (from !== fromTheStart && kept.size - Number(kept.has(fromTheStart)) >= mostResumed) return undefined;
    const making = frames();
    if (!making) return undefined;
    let timer: Timer | undefined;
    const forget = () => {
      if (kept.get(from) !== snapshot) return;
      timer?.cancel();
      kept.delete(from);
      if (kept.size === 0) this.#kept.delete(set);
      set.followers.delete(snapshot);
      snapshot.hold.keep(false);
    };
    const snapshot = this.#new(set, forget);
    this.#kept.set(set, kept);
    kept.set(from, snapshot);
    set.followers.add(snapshot);
    snapshot.hold.keep(true);
    const { clock, settings } = this.#deps;
    void snapshot.make(making).then(() => {
      if (kept.get(from) === snapshot) timer = clock.after(settings.snapshotMs, forget);
    });
    return snapshot;
  }

  #new(set: LiveSet, drop: () => void): Snapshot {
    const { budget, settings } = this.#deps;
    return new Snapshot(set.offset, settings.joinReadings, budget.share(drop));
  }
}

/**
 * What comes while they are made is announced, and left out here: a series must not be shown before its device is. What
 * is removed meanwhile is left out too.
 */
export async function* framesOf(set: LiveSet, { catalog, presence, spans }: SnapshotDeps): AsyncGenerator<string> {
  const numbers = [...set.series.keys()];
  for (const page of pagesOf(catalog.selectDevices(set.selection.devices).filter(({ id }) => set.matchesDevice(id)))) {
    const devices = page.map((device) => deviceEntryOf(device, presence, set.sees));
    yield JSON.stringify({ type: "devices", set: set.number, devices });
  }
  for (const page of pagesOf(numbers)) {
    const known = await spans(page);
    const series = known.flatMap((span) => {
      const one = catalog.findSeries(span.series);
      return one ? [liveSeriesEntryOf(one, span, presence)] : [];
    });
    if (series.length > 0) yield jsonText({ type: "series", set: set.number, series });
  }
}
