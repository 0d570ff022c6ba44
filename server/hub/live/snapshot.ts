/**
 * What a viewer of a set is told first: its devices and series, in pages of one frame each. Made once for all viewers
 * that come within a short time, so that a hub that was restarted does not encode the same fleet for each of them.
 */
import { jsonText } from "../../formats/json.ts";
import type { Clock } from "../../ports.ts";
import type { SeriesState } from "../../store/store.ts";
import type { Catalog } from "../catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf, type PresenceView } from "../entries.ts";
import { pagesOf } from "../pages.ts";
import type { Follower, LiveSet } from "./live-set.ts";
import type { LiveSettings } from "./live-settings.ts";
import { Outbox } from "./outbox.ts";
import type { Points } from "./points.ts";

export interface SnapshotDeps {
  readonly catalog: Catalog;
  readonly presence: PresenceView;
  readonly clock: Clock;
  readonly settings: LiveSettings;
  readonly spans: (series: readonly number[]) => Promise<readonly SeriesState[]>;
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

  /** Viewers that come later may be given it too. */
  shared = false;

  constructor(offset: number, capacity: number) {
    this.offset = offset;
    this.#missed = new Outbox(capacity);
  }

  /** Memory of its frames and of what came since, bytes. */
  get bytes(): number {
    return this.#bytes + this.#missed.bytes;
  }

  /** Readings since it was begun, and the announcements, as a copy for one viewer. */
  get missed(): { readonly outbox: Outbox; readonly notices: string[] } {
    return { outbox: this.#missed.copy(), notices: [...this.#notices] };
  }

  update(points: Points): void {
    this.#missed.hold(points);
  }

  announce(text: string): void {
    this.#notices.push(text);
    this.#bytes += text.length;
  }

  drop(series: number): void {
    this.#missed.drop(series);
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

  /** Makes the frames; resolves when all are there or none will come any more. */
  async make(frames: AsyncIterable<string>): Promise<void> {
    try {
      for await (const frame of frames) {
        this.#frames.push(frame);
        this.#bytes += frame.length;
        this.#wake();
      }
      this.#state = "made";
    } catch (failed) {
      this.#state = { failed };
    }
    this.#wake();
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
  readonly #shared = new WeakMap<LiveSet, Map<number, Snapshot>>();

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  /** One of its own, begun now. */
  begin(set: LiveSet): Snapshot {
    return this.#make(set, framesOf(set, this.#deps)).snapshot;
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
    for (const snapshot of this.#shared.get(set)?.values() ?? []) set.followers.delete(snapshot);
    this.#shared.delete(set);
  }

  #shareFrom(set: LiveSet, from: number, frames: () => AsyncIterable<string> | undefined): Snapshot | undefined {
    const shared = this.#shared.get(set) ?? new Map<number, Snapshot>();
    const known = shared.get(from);
    if (known) return known;
    // Each is made of a walk through the ring, and holds what comes meanwhile: of viewers that were cut at many different
    // moments the rest begin anew, together.
    if (from !== fromTheStart && shared.size - Number(shared.has(fromTheStart)) >= mostResumed) return undefined;
    const making = frames();
    if (!making) return undefined;
    const { snapshot, made } = this.#make(set, making);
    this.#shared.set(set, shared);
    shared.set(from, snapshot);
    snapshot.shared = true;
    set.followers.add(snapshot);
    const forget = () => {
      if (shared.get(from) === snapshot) shared.delete(from);
      set.followers.delete(snapshot);
    };
    const { clock, settings } = this.#deps;
    void made.then(() => clock.after(settings.snapshotMs, forget));
    return snapshot;
  }

  #make(set: LiveSet, frames: AsyncIterable<string>): { snapshot: Snapshot; made: Promise<void> } {
    const snapshot = new Snapshot(set.offset, this.#deps.settings.joinReadings);
    return { snapshot, made: snapshot.make(frames) };
  }
}

/**
 * What comes while they are made is announced, and left out here: a series must not be shown before its device is. What
 * is removed meanwhile is left out too.
 */
export async function* framesOf(set: LiveSet, { catalog, presence, spans }: SnapshotDeps): AsyncGenerator<string> {
  const numbers = [...set.series.keys()];
  for (const page of pagesOf(catalog.selectDevices(set.selection.devices))) {
    const devices = page.map((device) => deviceEntryOf(device, presence));
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
