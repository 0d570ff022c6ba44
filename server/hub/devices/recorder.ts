/**
 * Keeps the timeline of each device: every change of its state or reason, when the hub ran, and when it took no readings. The
 * rules are [P64]–[P66] and [P123] of `protocol/README.md`. Changes are written a little later, many at once, and never in the
 * way of a commit.
 */
import type { Clock, Log, Timer } from "../../ports.ts";
import { type PresenceChange, StoreError, type StoreState, type TelemetryStore } from "../../store/store.ts";
import type { Device } from "../catalog.ts";
import type { StateOfDevice } from "./presence.ts";
import { type HubPast, hubRefusals, Refusing } from "./refusing.ts";
import { downSpans, hubItself, inRange, type PresenceEntry, timelineOf } from "./timeline.ts";

/** A change waits so long for company, ms: a sensor that connects, reports and leaves meanwhile costs one write of its page. */
const writeAfterMs = 1_000;
/** Changes in one transaction: where ten thousand devices change at once, each change touches a page of its own. */
const changesPerWrite = 128;
/** Between two of them commits have the disk for themselves, ms: so long at least, and nine times as long as the one before took. */
const leastPauseMs = 50;
const pauseShare = 9;
/** At a stop nobody waits for the disk: so many go in one transaction, and for so long, ms. */
const changesPerLastWrite = 1_000;
const stopPatienceMs = 2_000;
/** Changes that wait while the store takes none; beyond these the oldest are let go. */
const maxWaiting = 50_000;
/** How often the store is told that the hub runs, ms: what a hub that is killed does not know of its end. */
const aliveEveryMs = 60_000;

export interface RecorderOptions {
  readonly store: Pick<TelemetryStore, "appendPresence" | "readPresence">;
  /** What `store.open` told. */
  readonly state: Pick<StoreState, "nextPresence" | "aliveMs" | "recovered">;
  readonly clock: Clock;
  readonly log: Log;
}

/** A change that is not on disk yet; `of` is undefined for one of the hub itself or of its refusals. */
interface Unwritten {
  readonly change: PresenceChange;
  readonly of: Device | undefined;
}

export class PresenceRecorder {
  /** When the hub took no readings, kept as its starts and ends are. */
  readonly refusals: Refusing;
  readonly #options: RecorderOptions;
  readonly #alive: Timer;
  #next: number;
  #waiting: Unwritten[] = [];
  /** On their way to the disk. */
  #leaving: Unwritten[] = [];
  #writing: Promise<void> | undefined;
  #timer: Timer | undefined;
  /** Devices being removed: nothing is written meanwhile, or a removed device would leave changes behind. */
  readonly #removing: string[] = [];
  /** Told once, until all is well again. */
  #failing = false;
  #losing = false;
  #stopped = false;
  /** When the store was told last that the hub runs, monotonic ms. */
  #aliveMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecorderOptions) {
    const { state, clock } = options;
    this.#options = options;
    this.#next = state.nextPresence;
    this.refusals = new Refusing(clock, (...change) => this.#hub(hubRefusals, ...change));
    if (state.aliveMs !== null) this.#hub(hubItself, "offline", state.recovered ? "killed" : "stopped", state.aliveMs);
    this.#hub(hubItself, "online", "started", clock.now());
    this.#alive = clock.every(aliveEveryMs, () => void this.#write());
  }

  /** A device's state or its reason is another one since `atMs`, ms since the epoch: the same as `since` where the state is. */
  changed(device: Device, { state, reason, since }: StateOfDevice, atMs: number): void {
    this.#add({ device: device.id, atMs, state, reason, sinceMs: since }, device);
  }

  /**
   * What is known of a device, whose state now is `shown`, from `fromMs` on (included) until `toMs` (excluded), in order. It
   * begins with the entry that held at `fromMs`, with its own earlier time. Rejects with a `StoreError`.
   */
  async timeline(device: Device, shown: StateOfDevice, fromMs: number, toMs: number): Promise<PresenceEntry[]> {
    const [own = [], hub = []] = await this.#changes([device.id, hubItself]);
    const entries = timelineOf(own, hub);
    // Of a device that never was here in the time of timelines only this is known, and of one whose last change was let go.
    if (entries.at(-1)?.state !== shown.state)
      entries.push({ atMs: shown.since, state: shown.state, reason: shown.reason });
    return inRange(entries, fromMs, toMs);
  }

  /** When no hub ran, and when one took no readings, what is not on disk yet too. Rejects with a `StoreError`. */
  async hubPast(): Promise<HubPast> {
    const [own = [], refusals = []] = await this.#changes([hubItself, hubRefusals]);
    return { down: downSpans(own), refusing: this.refusals.spans([...own, ...refusals]) };
  }

  /** Runs the removal of a device with nothing written beside it: what was written before goes with the device, what waits is nobody's. */
  async duringRemoval<T>(id: string, remove: () => Promise<T>): Promise<T> {
    // A hub that stops removes nothing any more, and its last changes wait for nobody.
    if (this.#stopped) return remove();
    this.#removing.push(id);
    try {
      return await remove();
    } finally {
      this.#removing.splice(this.#removing.indexOf(id), 1);
      this.#writeLater(leastPauseMs);
    }
  }

  /** Writes what waits, within a few seconds, and that the hub ran until now, if it served anybody. Changes after this call are not kept. Idempotent. */
  async stop(): Promise<void> {
    this.refusals.settle();
    this.halt();
    await this.#writing;
    // Nobody waits for these removals any more, and what becomes of their devices is not known.
    const removing = new Set(this.#removing.splice(0));
    this.#waiting = this.#waiting.filter(({ change }) => !removing.has(change.device));
    // A hub that served nobody, as where its port is taken, leaves no word: many such starts would push out what was before.
    if (this.#waiting.length > 0 && this.#waiting.every(({ change }) => change.device === hubItself)) return;
    const endMs = this.#options.clock.monotonic() + stopPatienceMs;
    do {
      await this.#write(changesPerLastWrite);
    } while (this.#waiting.length > 0 && !this.#failing && this.#options.clock.monotonic() < endMs);
  }

  /** Keeps nothing any more. */
  halt(): void {
    this.#stopped = true;
    this.#alive.cancel();
    this.#timer?.cancel();
  }

  /** All changes of each of these names that are known, those on their way to the disk too, in order. */
  #changes(names: readonly string[]): Promise<PresenceChange[][]> {
    // Taken first: what is written meanwhile is in both.
    const unwritten = [...this.#leaving, ...this.#waiting].filter(({ of }) => !of?.removed).map(({ change }) => change);
    return Promise.all(
      names.map(async (name) => {
        const changes = new Map<number, PresenceChange>();
        for (const change of await this.#options.store.readPresence(name)) changes.set(change.number, change);
        for (const change of unwritten) if (change.device === name) changes.set(change.number, change);
        return [...changes.values()].sort((a, b) => a.number - b.number);
      }),
    );
  }

  #hub(device: typeof hubItself | typeof hubRefusals, state: string, reason: string, atMs: number): void {
    this.#add({ device, atMs, state, reason, sinceMs: atMs }, undefined);
  }

  #add(change: Omit<PresenceChange, "number">, of: Device | undefined): void {
    if (this.#stopped) return;
    if (this.#waiting.length >= maxWaiting) this.#letGo();
    this.#waiting.push({ change: { ...change, number: this.#next++ }, of });
    this.#writeLater(writeAfterMs);
  }

  /** The newest change of each device tells where it stands: the oldest are missed least. */
  #letGo(): void {
    const oldest = this.#waiting.splice(0, changesPerWrite);
    this.#waiting.unshift(...oldest.filter(({ of }) => !of));
    if (!this.#losing)
      this.#options.log.warn("changes of presence come faster than they can be stored, and some are lost");
    this.#losing = true;
  }

  #writeLater(delayMs: number): void {
    if (this.#stopped || this.#waiting.length === 0) return;
    this.#timer ??= this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.#write();
    });
  }

  /** One transaction, unless one is under way: the oldest of what waits, or the word alone that the hub runs. Never rejects. */
  #write(most = changesPerWrite): Promise<void> {
    // Who is under way goes on with what waits, and so does the end of a removal.
    if (this.#writing || this.#removing.length > 0) return this.#writing ?? Promise.resolve();
    const startMs = this.#options.clock.monotonic();
    this.#writing = this.#writeSome(most).finally(() => {
      this.#writing = undefined;
      this.#leaving = [];
      const tookMs = this.#options.clock.monotonic() - startMs;
      this.#writeLater(this.#failing ? writeAfterMs : Math.max(leastPauseMs, pauseShare * tookMs));
    });
    return this.#writing;
  }

  async #writeSome(most: number): Promise<void> {
    const { store, clock, log } = this.#options;
    this.#leaving = this.#waiting.splice(0, most).filter(({ of }) => !of?.removed);
    const changes = this.#leaving.map(({ change }) => change);
    try {
      await store.appendPresence(changes, clock.now());
      this.#aliveMs = clock.monotonic();
      this.#failing = false;
      this.#losing &&= this.#waiting.length > 0;
    } catch (error) {
      if (!this.#failing) log.warn("changes of presence could not be stored and wait", { error: String(error) });
      this.#failing = true;
      this.#waiting.unshift(...this.#leaving);
      if (error instanceof StoreError && error.code === "storage_full") await this.#writeOfHub();
    }
  }

  /** For what is of the hub itself, and that it runs, there may be room where there is none for what is of devices. Never rejects. */
  async #writeOfHub(): Promise<void> {
    const { store, clock } = this.#options;
    const ofHub = this.#waiting.filter(({ of }) => !of);
    const isKnownAlive = !this.#stopped && clock.monotonic() - this.#aliveMs < aliveEveryMs;
    if (ofHub.length === 0 && isKnownAlive) return;
    try {
      await store.appendPresence(
        ofHub.map(({ change }) => change),
        clock.now(),
      );
      this.#aliveMs = clock.monotonic();
      this.#waiting = this.#waiting.filter((one) => !ofHub.includes(one));
    } catch {
      // It waits with the others.
    }
  }
}
