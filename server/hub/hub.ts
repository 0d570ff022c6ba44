/** The hub: puts its parts together, takes connections and requests, and ends in good order. */
import type { Clock, Ports } from "../ports.ts";
import type { DeviceEdit } from "../protocol/edit.ts";
import type { HealthAnswer, PostedAnswer, StatusAnswer } from "../protocol/http.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Commit, RecentCommits, StoreError, StoreState, TelemetryStore } from "../store/store.ts";
import type { Access } from "./access/access.ts";
import type { Principal } from "./access/principal.ts";
import { Arrivals } from "./arrivals.ts";
import { Catalog, type Device } from "./catalog.ts";
import { closeInSteps, closeStore, StopTime, stopMs, through } from "./closing.ts";
import { CommitNotes } from "./commit-notes.ts";
import { Connection, type ConnectionDeps, type Session } from "./connection.ts";
import { DeviceSession, type DeviceSessionDeps } from "./devices/device-session.ts";
import { editDevice } from "./devices/edit.ts";
import { Presence } from "./devices/presence.ts";
import { Quarantine } from "./devices/quarantine.ts";
import { PresenceRecorder } from "./devices/recorder.ts";
import type { PresenceEntry } from "./devices/timeline.ts";
import { GapLedger } from "./gaps/ledger.ts";
import { type HubState, healthOf, readiness } from "./health.ts";
import { History } from "./history.ts";
import type { OpenBatch } from "./ingest/batch.ts";
import { Committer } from "./ingest/committer.ts";
import { Ingest } from "./ingest/ingest.ts";
import { Intake } from "./ingest/intake.ts";
import { type PostDeps, type PostedBody, postReadings } from "./ingest/post.ts";
import { PostTurns } from "./ingest/post-turns.ts";
import { SequenceSpaces } from "./ingest/sequence.ts";
import { Turns } from "./ingest/turns.ts";
import { LiveSets } from "./live/live-sets.ts";
import {
  defaultHistorySettings,
  defaultLiveSettings,
  type HistorySettings,
  type LiveSettings,
} from "./live/live-settings.ts";
import { SlowViewers } from "./live/slow-viewers.ts";
import { ViewerSession, type ViewerSessionDeps } from "./live/viewer-session.ts";
import { ViewersBudget } from "./live/viewers-budget.ts";
import { Masks } from "./masks.ts";
import { DoorCounts, type LatencyCounts, Meters } from "./meters.ts";
import type { Peer } from "./peer.ts";
import { type RemovalDeps, type Removed, removeDevice, removeReadings } from "./removal.ts";
import { type SeriesNames, seriesNames } from "./rename.ts";
import { statusOf } from "./status.ts";

export interface HubOptions {
  /** Open already; the hub closes it. */
  readonly store: TelemetryStore;
  /** What `store.open` told. */
  readonly state: StoreState;
  /** What `store.recent` gave; without it no viewer goes on from before the start. */
  readonly recent?: RecentCommits | undefined;
  readonly config: { readonly commitDelayMs: number; readonly limits: Limits };
  readonly ports: Ports;
  readonly version: string;
  /** Delay of the event loop at the 99th percentile, ms. */
  readonly loopDelayMs: () => number;
  /** The hub can't promise anything any more: nothing is acknowledged from now on, and the process must end. */
  readonly onFatal: (error: unknown) => void;
  /** What was lost or cannot be read while the hub goes on, one sentence each; grows while it runs. */
  readonly troubles?: readonly string[];
  /** Settings of the store that figures of `status` run into. */
  readonly storeLimits?: Partial<StatusAnswer["limits"]>;
  /** Who may use it. */
  readonly access: Access;
  readonly live?: LiveSettings;
  readonly history?: HistorySettings;
}

export class Hub {
  readonly catalog: Catalog;
  readonly presence: Presence;
  readonly history: History;
  readonly live: LiveSets;
  /** When series were silent, and why. */
  readonly gaps: GapLedger;
  /** Ranges that are hidden. */
  readonly masks: Masks;
  readonly names: SeriesNames;
  /** What arrived lately, and why it was refused. */
  readonly arrivals: Arrivals;
  readonly quarantine: Quarantine;
  /** Connections, as the way in counts them. */
  readonly door = new DoorCounts();
  /** Whose frames are read now. */
  readonly turns: Turns;
  readonly #options: HubOptions;
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #committer: Committer;
  readonly #intake: Intake;
  readonly #meters: Meters;
  readonly #slow = new SlowViewers();
  readonly #connections = new Set<Connection>();
  readonly #device: DeviceSessionDeps;
  readonly #viewer: ViewerSessionDeps;
  readonly #connection: ConnectionDeps;
  readonly #post: PostDeps;
  readonly #removal: RemovalDeps;
  readonly #recorder: PresenceRecorder;
  readonly #notes: CommitNotes;
  readonly #startedAt: number;
  #offset: number;
  #state: HubState = "running";

  constructor(options: HubOptions) {
    const { store, state, recent, config, ports } = options;
    const { clock, log } = ports;
    const { limits } = config;
    this.#options = options;
    this.#clock = clock;
    this.#access = options.access;
    this.#access.watch(
      (affected, code, reason) => {
        for (const connection of this.#connections)
          if (connection.principal && affected(connection.principal)) connection.end(code, reason);
      },
      () => [...this.#connections].flatMap(({ principal }) => principal ?? []),
    );
    this.#startedAt = clock.now();
    this.#offset = state.commit;
    this.catalog = new Catalog(state);
    this.#meters = new Meters(clock);
    this.arrivals = new Arrivals(clock);
    this.turns = new Turns(limits, clock);
    this.#intake = new Intake(limits, clock);
    this.presence = new Presence({
      clock,
      devices: this.catalog.devices(),
      onChange: (device, shown, atMs) => {
        // A hub that goes closes its devices itself: nobody may read that they left.
        if (this.#state !== "running") return;
        this.live.deviceChanged(device);
        this.#recorder.changed(device, shown, atMs);
      },
    });
    this.#recorder = new PresenceRecorder({ store, state, clock, log });
    this.history = new History(store, options.history ?? defaultHistorySettings, this.presence);
    const timeline: Hub["timeline"] = (...asked) => this.timeline(...asked);
    const { arrivals, catalog, presence, history } = this;
    const hubPast = () => this.#recorder.hubPast();
    const heardCommit = () => this.#offset;
    this.gaps = new GapLedger({ store, catalog, presence, timeline, hubPast, heardCommit, clock, log });
    const spans = (numbers: readonly number[]) => store.seriesState(numbers);
    const settings = options.live ?? defaultLiveSettings;
    const budget = new ViewersBudget(settings.viewersBytes, clock);
    this.live = new LiveSets({ catalog, presence, clock, settings, offset: state.commit, recent, spans, budget });
    this.#notes = new CommitNotes({ catalog, presence, gaps: this.gaps, live: this.live });
    this.#committer = new Committer({
      store,
      clock,
      delayMs: config.commitDelayMs,
      onCommit: (commit, batch, receivedMs) => this.#committed(commit, batch, receivedMs),
      onRefused: (error, refused, receivedMs) => {
        if (error.cause !== undefined) log.error("the store failed at a batch", { error: String(error.cause) });
        this.#refused(error, refused, receivedMs);
      },
      onTold: (commit, _batch, receivedMs) => this.live.committed(commit, receivedMs),
      onFatal: (error) => this.fail(error),
    });
    const committer = this.#committer;
    this.masks = new Masks({ store, catalog, committer, live: this.live, limits, clock });
    const onSpokenFor = (device: Device, speaker: Device | undefined) => this.#spokenFor(device, speaker);
    const quarantine = new Quarantine({ store, catalog, committer, limits, clock });
    this.quarantine = quarantine;
    const ingest = new Ingest({ arrivals, catalog, committer, limits, quarantine, onSpokenFor });
    const spaces = new SequenceSpaces(store);
    const onAcked = (ms: number) => this.#meters.ackMs.add(ms);
    const { epoch } = state;
    this.#device = {
      ...{ catalog, committer, ingest, spaces, limits, clock, log, epoch, presence, arrivals, onSpokenFor },
      onAcked,
      sessions: new Map<string, DeviceSession>(),
      onDescribed: (device) => this.#described(device),
      onSkewed: (device) => this.live.deviceChanged(device),
    };
    const turns = new PostTurns(this.turns, limits);
    const { access } = options;
    const intake = this.#intake;
    this.#connection = {
      ...{ limits, clock, access, intake, arrivals },
      device: (of, valve, origin, principal) => new DeviceSession(of, valve, origin, principal, this.#device),
      viewer: (of, principal) => new ViewerSession(of, principal, this.#viewer),
      onClosed: (gone) => this.#connections.delete(gone),
    };
    this.#post = { access, arrivals, committer, ingest, intake, turns, spaces, limits, clock, onAcked };
    this.#viewer = { catalog, live: this.live, history, slow: this.#slow, budget, settings, clock, log, epoch };
    this.#removal = { store, catalog, committer, live: this.live, presence, clock };
    this.names = seriesNames({ store, catalog, committer, live: this.live, presence, log }, state.merges);
  }

  /** Takes a connection; the transport gives it what comes in, and tells when it is gone. */
  accept(peer: Peer): Session {
    const connection = new Connection(peer, this.#connection);
    this.#connections.add(connection);
    if (this.#state !== "running") connection.shutDown();
    return connection;
  }

  /** Takes the body that `read` brings once it is the turn of whoever posts it; resolves after the commit. Throws a `Refusal`. */
  post(read: () => Promise<PostedBody>, address: string, principal: Principal): Promise<PostedAnswer> {
    return postReadings(read, { address, principal }, this.#post);
  }

  /** Changes what is known of a device, as a person wants it; resolves once that is on disk. Throws a `Refusal`. */
  editDevice(device: Device, edit: DeviceEdit): Promise<void> {
    return editDevice(device, edit, { ...this.#post, onDescribed: (one) => this.#described(one) });
  }

  /** Removes a device with everything it sent; false where there is none. Rejects with a `StoreError`. */
  removeDevice(id: string): Promise<boolean> {
    return this.#recorder.duringRemoval(id, () => removeDevice(id, this.#removal));
  }

  /** Removes a range of each of these series: `fromMs` included, `toMs` excluded. Rejects with a `StoreError`; some may be gone by then. */
  removeReadings(series: readonly number[], fromMs: number, toMs: number): Promise<Removed> {
    return removeReadings(series, fromMs, toMs, this.#removal);
  }

  /** When a device was there, in order; begins with what held at `fromMs` (included), ends before `toMs`. Rejects with a `StoreError`. */
  timeline(device: Device, fromMs: number, toMs: number): Promise<PresenceEntry[]> {
    return this.#recorder.timeline(device, this.presence.stateOf(device), fromMs, toMs);
  }

  /** The disk of the store has room. Call it again and again. */
  hasRoom(): void {
    this.#recorder.refusals.hasRoom(this.#clock.now());
  }

  status(): Promise<StatusAnswer> {
    const { catalog, presence } = this;
    return statusOf({
      ...{ ...this.#options, ...this.#viewer, catalog, presence, access: this.#access, intake: this.#intake },
      ...{ connections: this.#connections, door: this.door, meters: this.#meters },
      ...{ startedAt: this.#startedAt, offset: this.#offset },
      health: this.health(),
    });
  }

  /** Acknowledgements (from the arrival of a frame to the answer) and commits since the start, counted by how long they took. */
  latencies(): { readonly ackMs: LatencyCounts; readonly commitMs: LatencyCounts } {
    return { ackMs: this.#meters.ackMs.counts(), commitMs: this.#meters.commitMs.counts() };
  }

  /** True where the hub before this one did not end in good order. */
  get uncleanStop(): boolean {
    return this.#options.state.recovered;
  }

  /** Whether the hub works at all. */
  health(): HealthAnswer {
    return healthOf(this.#state, this.#options.troubles ?? []);
  }

  /** Whether the hub should be sent traffic now. */
  ready(): HealthAnswer {
    return readiness(this.#state, this.#options.loopDelayMs());
  }

  /** Nothing that is told from now on could be relied on: nothing is told any more, and the process has to end. */
  fail(error: unknown): void {
    if (this.#state === "failed") return;
    this.#state = "failed";
    this.#committer.halt();
    this.#options.onFatal(error);
  }

  /** Commits and acknowledges what was received, closes every connection (1012), and closes the store. Idempotent. Rejects where the store is not closed within `withinMs`. */
  async stop(withinMs = stopMs): Promise<void> {
    if (this.#state === "stopping") return;
    const time = new StopTime(withinMs, this.#clock);
    if (this.#state === "running") {
      this.#state = "stopping";
      // New ones are sent away meanwhile.
      await closeInSteps([...this.#connections], () => this.#committer.settled(), time);
      // What comes from now on is not acknowledged: its senders resend it.
      this.#committer.halt();
      await time.until(through.presence, () => this.#recorder.stop());
      await this.gaps.stop(time.leftMs(through.gaps));
    }
    this.#recorder.halt();
    this.gaps.halt();
    this.presence.stop();
    this.live.stop();
    for (const connection of this.#connections) connection.shutDown();
    await closeStore(this.#options.store, time);
  }

  #committed({ columns, commit, commitMs }: Commit, batch: OpenBatch, receivedMs: number): void {
    this.#offset = commit;
    this.#recorder.refusals.taken(receivedMs);
    this.#notes.note(columns, batch, { commit, receivedMs, atMs: this.#clock.monotonic() });
    for (const { sender, parts } of batch.receipts) {
      let stored = 0;
      let rejected = 0;
      for (const part of parts) {
        stored += part.stored;
        rejected += part.rejectedCount;
      }
      this.#meters.rejected += rejected;
      if (sender.origin) this.arrivals.decided(sender.origin, stored, rejected);
    }
    this.#meters.stored += columns.length;
    this.#meters.rate.add(columns.length);
    this.#meters.commitMs.add(commitMs);
  }

  /** Nothing is taken of anybody for now: those who sent are there all the same. */
  #refused({ code, retryable }: StoreError, refused: readonly OpenBatch[], receivedMs: number): void {
    if (!retryable || code === "internal") return;
    this.#recorder.refusals.refused(code, receivedMs);
    const atMs = this.#clock.monotonic();
    for (const { senders } of refused) {
      for (const device of senders) {
        if (device.removed) continue;
        device.lastSeenMs = Math.max(device.lastSeenMs ?? receivedMs, receivedMs);
        this.presence.refused(device, atMs);
      }
    }
  }

  #spokenFor(device: Device, speaker: Device | undefined): void {
    if (speaker) this.presence.spokenFor(device, speaker);
    const via = this.#device.sessions.has(device.id) ? undefined : speaker?.id;
    if (device.via === via) return;
    device.via = via;
    this.live.deviceChanged(device);
  }

  #described(device: Device): void {
    this.presence.declared(device);
    this.live.deviceChanged(device);
    for (const series of device.series.values()) this.live.seriesChanged(series);
  }
}
