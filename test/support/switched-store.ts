/** A store whose appends a test can fail or hold up; all else is the engine behind it. Faults at the port, where real ones come in. */
import type { Mask, NewMask } from "../../server/store/masks.ts";
import type { SeriesSizes } from "../../server/store/sizes.ts";
import {
  type Batch,
  type Commit,
  type Deletion,
  type Latest,
  type PresenceChange,
  type Range,
  type RecentCommits,
  type Refusal,
  type SeriesState,
  StoreError,
  type StoreState,
  type StoreStats,
  type TelemetryStore,
} from "../../server/store/store.ts";

/** Where calls wait until it is opened. */
class Gate {
  #open = () => {};
  #reach = () => {};
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  /** Resolves once somebody waits at it. */
  readonly reached = new Promise<void>((resolve) => {
    this.#reach = resolve;
  });

  pass(): Promise<void> {
    this.#reach();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}

export class SwitchedStore implements TelemetryStore {
  readonly access;
  readonly ledger;
  readonly retention;
  readonly names;
  readonly quarantine;
  readonly merges;
  readonly #inner: TelemetryStore;
  readonly #failures: (StoreError | undefined)[] = [];
  readonly #lastSeqFailures: StoreError[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #removalFailures: StoreError[] = [];
  readonly #lostRemovals: StoreError[] = [];
  readonly #latestFailures: (StoreError | undefined)[] = [];
  #appends: Gate | undefined;
  #removals: Gate | undefined;
  /** Readings of each append that was called with any, in order. */
  readonly appended: number[] = [];
  /** How often a sender's highest number was asked for. */
  lastSeqAsked = 0;

  constructor(inner: TelemetryStore) {
    this.#inner = inner;
    this.access = inner.access;
    this.quarantine = inner.quarantine;
    this.ledger = inner.ledger;
    this.retention = inner.retention;
    this.names = inner.names;
    this.merges = inner.merges;
  }

  /** The next append stores nothing and fails like this. */
  failNextAppend(error = new StoreError("store_unavailable", "The store was told to refuse this batch.")): void {
    this.#failures.push(error);
  }

  /** The next append is stored, and the one behind it fails. */
  failAppendAfterNext(): void {
    this.#failures.push(undefined);
    this.failNextAppend();
  }

  /** The next question for a sender's highest number fails like this. */
  failNextLastSeq(error: StoreError): void {
    this.#lastSeqFailures.push(error);
  }

  /** Appends wait from now on; the answer lets them go. */
  holdAppends(): () => void {
    const gate = new Gate();
    this.#appends = gate;
    return () => gate.open();
  }

  /** Removals wait from now on, the store not yet asked; the answer lets them go. */
  holdRemovals(): () => void {
    const gate = new Gate();
    this.#removals = gate;
    return () => gate.open();
  }

  /** The next removal removes nothing and fails like this. */
  failNextRemoval(error: StoreError): void {
    this.#removalFailures.push(error);
  }

  /** The next removal is done, and its answer is lost: it fails like this. */
  loseNextRemoval(error: StoreError): void {
    this.#lostRemovals.push(error);
  }

  /** The next question for newest readings that is not spoken for fails like this; without an error it is answered. */
  failNextLatest(error: StoreError | undefined): void {
    this.#latestFailures.push(error);
  }

  /** Lets go what a test left waiting. */
  letGo(): void {
    this.#appends?.open();
    this.#removals?.open();
  }

  /** Resolves once a removal is waiting. */
  async removalWaits(): Promise<void> {
    await this.#removals?.reached;
  }

  /** Resolves once `count` appends with readings were called, those that wait or failed among them. */
  async appends(count: number): Promise<void> {
    while (this.appended.length < count) {
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  async append(batch: Batch): Promise<Commit> {
    if (batch.columns.length > 0) this.appended.push(batch.columns.length);
    for (const called of this.#watchers) called();
    this.#watchers.clear();
    await this.#appends?.pass();
    const error = this.#failures.shift();
    if (error) throw error;
    return this.#inner.append(batch);
  }

  addMask(mask: NewMask): Promise<Mask | null> {
    return this.#inner.addMask(mask);
  }

  removeMask(id: number): Promise<Mask | null> {
    return this.#inner.removeMask(id);
  }

  masks(series: readonly number[]): Promise<Mask[]> {
    return this.#inner.masks(series);
  }

  open(): Promise<StoreState> {
    return this.#inner.open();
  }

  async lastSeq(device: string, session: string): Promise<number> {
    this.lastSeqAsked += 1;
    const error = this.#lastSeqFailures.shift();
    if (error) throw error;
    return this.#inner.lastSeq(device, session);
  }

  recent(limitBytes: number, fromMs: number): Promise<RecentCommits> {
    return this.#inner.recent(limitBytes, fromMs);
  }

  readRaw(...asked: Parameters<TelemetryStore["readRaw"]>): ReturnType<TelemetryStore["readRaw"]> {
    return this.#inner.readRaw(...asked);
  }

  readChanges(...asked: Parameters<TelemetryStore["readChanges"]>): ReturnType<TelemetryStore["readChanges"]> {
    return this.#inner.readChanges(...asked);
  }

  timeBefore(...asked: Parameters<TelemetryStore["timeBefore"]>): ReturnType<TelemetryStore["timeBefore"]> {
    return this.#inner.timeBefore(...asked);
  }

  readBuckets(...asked: Parameters<TelemetryStore["readBuckets"]>): ReturnType<TelemetryStore["readBuckets"]> {
    return this.#inner.readBuckets(...asked);
  }

  readManyBuckets(
    ...asked: Parameters<TelemetryStore["readManyBuckets"]>
  ): ReturnType<TelemetryStore["readManyBuckets"]> {
    return this.#inner.readManyBuckets(...asked);
  }

  readAt(...asked: Parameters<TelemetryStore["readAt"]>): ReturnType<TelemetryStore["readAt"]> {
    return this.#inner.readAt(...asked);
  }

  readManyHoles(...asked: Parameters<TelemetryStore["readManyHoles"]>): ReturnType<TelemetryStore["readManyHoles"]> {
    return this.#inner.readManyHoles(...asked);
  }

  readHoles(...asked: Parameters<TelemetryStore["readHoles"]>): ReturnType<TelemetryStore["readHoles"]> {
    return this.#inner.readHoles(...asked);
  }

  seriesState(series: readonly number[]): Promise<SeriesState[]> {
    return this.#inner.seriesState(series);
  }

  async latest(series: readonly number[]): Promise<Latest[]> {
    const error = this.#latestFailures.shift();
    if (error) throw error;
    return this.#inner.latest(series);
  }

  refusals(device: string): Promise<Refusal[]> {
    return this.#inner.refusals(device);
  }

  appendPresence(changes: readonly PresenceChange[], atMs: number): Promise<void> {
    return this.#inner.appendPresence(changes, atMs);
  }

  readPresence(device: string): Promise<PresenceChange[]> {
    return this.#inner.readPresence(device);
  }

  deleteReadings(ranges: readonly Range[]): Promise<Deletion[]> {
    return this.#removal(() => this.#inner.deleteReadings(ranges));
  }

  deleteDevice(device: string): Promise<void> {
    return this.#removal(() => this.#inner.deleteDevice(device));
  }

  sizes(fromMs: number, toMs: number): Promise<SeriesSizes> {
    return this.#inner.sizes(fromMs, toMs);
  }

  stats(): Promise<StoreStats> {
    return this.#inner.stats();
  }

  close(patienceMs?: number): Promise<void> {
    return this.#inner.close(patienceMs);
  }

  async #removal<T>(remove: () => Promise<T>): Promise<T> {
    await this.#removals?.pass();
    const refusal = this.#removalFailures.shift();
    if (refusal) throw refusal;
    const done = await remove();
    const loss = this.#lostRemovals.shift();
    if (loss) throw loss;
    return done;
  }
}
