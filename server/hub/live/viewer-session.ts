/** One viewer's connection: what it asks for and, for each subscription, the past, the seam and the present. */

import { jsonText } from "../../formats/json.ts";
import type { Clock, Log } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { HubToViewer, Subscribe, ViewerMessage } from "../../protocol/viewer.ts";
import { zoneNamed } from "../../protocol/zones.ts";
import { StoreError } from "../../store/store.ts";
import type { Principal } from "../access/principal.ts";
import { scopedTo } from "../access/scope.ts";
import type { Catalog, Series } from "../catalog.ts";
import { failureRefusal } from "../failure.ts";
import type { HistoryQuery } from "../history/query.ts";
import type { History } from "../history.ts";
import type { Peer } from "../peer.ts";
import { type Selection, selectionKey } from "./live-set.ts";
import type { LiveSets } from "./live-sets.ts";
import type { LiveSettings } from "./live-settings.ts";
import { Pace } from "./pace.ts";
import type { SlowViewers } from "./slow-viewers.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Account, ViewersBudget } from "./viewers-budget.ts";
import { maxNoticeLength, Watch } from "./watch.ts";

/** Subscriptions on one socket at most. */
const maxSubscriptions = 100;

export interface ViewerSessionDeps {
  readonly live: LiveSets;
  readonly history: History;
  readonly catalog: Catalog;
  readonly slow: SlowViewers;
  readonly budget: ViewersBudget;
  readonly settings: LiveSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly epoch: string;
}

interface Subscription {
  readonly id: number;
  /** None while its history is being checked. */
  place: Place | undefined;
}

/** A set that this socket watches, for one subscription or several. */
interface Place {
  readonly key: string;
  readonly watch: Watch;
  readonly set: ReturnType<LiveSets["join"]>;
  readonly subscriptions: Set<Subscription>;
}

export class ViewerSession {
  readonly side = "viewer";
  readonly #peer: Peer;
  readonly #principal: Principal;
  readonly #deps: ViewerSessionDeps;
  readonly #pace: Pace;
  readonly #account: Account;
  /** Snapshots that it is being sent. */
  readonly #carried = new Set<Snapshot>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #places = new Map<string, Place>();
  #identified = false;
  #closed = false;

  constructor(peer: Peer, principal: Principal, deps: ViewerSessionDeps) {
    this.#peer = peer;
    this.#principal = principal;
    this.#deps = deps;
    this.#account = deps.budget.open({
      unsentBytes: () => peer.bufferedBytes(),
      sharedBytes: () => this.#carriedBytes(),
      cut: (bytes) => {
        const { viewersBytes } = deps.settings;
        const most = `${bytes} bytes waited for it, more than for any other`;
        this.#drop(`${most}, when all viewers together passed ${viewersBytes} bytes (setting --viewers-bytes)`);
      },
    });
    this.#pace = new Pace(peer, deps.clock, deps.settings, {
      waits: (bytes) => this.#account.unsent(bytes),
      slowed: () => deps.slow.mark(this),
      drained: () => this.#drained(),
      stuck: (bytes) => {
        const { slowViewerBytes, slowViewerMs } = deps.settings;
        const nothing = `it took nothing for ${slowViewerMs} ms (setting --slow-viewer-ms)`;
        this.#drop(
          `${nothing} while ${bytes} bytes waited, more than ${slowViewerBytes} (setting --slow-viewer-bytes)`,
        );
      },
    });
  }

  /** Takes one message, checked against its schema. Answers go to the peer, refusals among them. */
  receive(message: ViewerMessage): void {
    if (this.#closed) return;
    // A viewer that asks and does not read would fill the memory with answers: it is not read either.
    if (this.#pace.over) this.#peer.pause();
    try {
      this.#handle(message);
    } catch (error) {
      this.#refuse(error, "id" in message ? message.id : undefined);
    }
  }

  /** The connection is gone. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pace.stop();
    this.#deps.slow.unmark(this);
    for (const { set, watch } of this.#places.values()) {
      this.#deps.live.leave(set, watch);
      // What waited would be made into frames for nobody when its past comes to its end.
      watch.stop();
    }
    this.#places.clear();
    this.#subscriptions.clear();
    for (const snapshot of this.#carried) this.#letGo(snapshot);
    this.#account.close();
  }

  #handle(message: ViewerMessage): void {
    const { clock, epoch, settings } = this.#deps;
    if (this.#peer.restricted) {
      throw new Refusal("not_allowed", "A page without an origin (a file, a sandboxed frame) may send readings only.");
    }
    switch (message.type) {
      case "hello": {
        if (this.#identified)
          throw new Refusal("already_identified", "This connection said hello before; once is enough.");
        this.#identified = true;
        const heartbeat = settings.heartbeatMs;
        this.#send({
          type: "welcome",
          viewer: true,
          protocol: 1,
          epoch,
          hubTime: clock.now(),
          heartbeat,
          durability: "fsync",
        });
        return;
      }
      case "ping":
        this.#send({ type: "pong", id: message.id, time: message.time, hubTime: clock.now() });
        return;
      case "subscribe":
        void this.#subscribe(message);
        return;
      case "unsubscribe":
        this.#unsubscribe(message.id);
        return;
      default:
        message satisfies never;
    }
  }

  async #subscribe(message: Subscribe): Promise<void> {
    const { id } = message;
    if (this.#subscriptions.has(id)) {
      this.#refuse(
        new Refusal("conflict", `Subscription ${id} of this connection exists; unsubscribe it or take another id.`),
        id,
      );
      return;
    }
    if (this.#subscriptions.size >= maxSubscriptions) {
      this.#refuse(
        new Refusal(
          "conflict",
          `This connection has ${maxSubscriptions} subscriptions, and more are not allowed; unsubscribe one.`,
        ),
        id,
      );
      return;
    }
    const subscription: Subscription = { id, place: undefined };
    this.#subscriptions.set(id, subscription);
    try {
      await this.#answer(message, subscription);
    } catch (error) {
      if (!this.#current(subscription)) return;
      this.#remove(subscription);
      this.#refuse(error, id);
    }
  }

  async #answer(message: Subscribe, subscription: Subscription): Promise<void> {
    const { catalog, clock, epoch, history, live, settings, slow } = this.#deps;
    const { id } = message;
    const query = message.history && queryOf(message.history, clock.now());
    const selection = { ...message, scope: this.#principal.devices };
    if (query) await history.check(scopedTo(this.#principal, catalog).select(message.devices, message.metrics), query);
    if (!this.#current(subscription)) return;
    const { set, watch, key, subscriptions } = this.#enter(selection, subscription);
    const { resume } = message;
    // What was missed goes to all subscriptions of the set on this socket: one that has seen it would see it twice.
    const isAlone = subscriptions.size === 1;
    const resumed = resume?.epoch === epoch && isAlone ? live.resume(set, resume.offset) : undefined;
    // One that holds updates already saw none of those that a shared snapshot brings along.
    const snapshot = resumed ?? live.snapshot(set, watch.holding);
    const { offset } = snapshot;
    watch.begin(set, snapshot);
    this.#carry(snapshot);
    try {
      const lastDrop = slow.tell(this.#peer.address, key, clock.now());
      this.#send({
        type: "subscribed",
        id,
        set: set.number,
        epoch,
        offset,
        resumed: resumed !== undefined,
        hubTime: clock.now(),
        heartbeat: settings.heartbeatMs,
        ...(lastDrop ? { lastDrop } : {}),
      });
      const series = [...set.series.values()];
      for await (const text of snapshot.frames()) {
        // It is counted with the snapshot already.
        if (!(await this.#page(subscription, text, 0))) return;
      }
      if (!this.#current(subscription)) return;
      // What it was told of the past before the cut it still has.
      if (query && !resumed && !(await this.#past(subscription, series, query))) return;
      this.#send({ type: "ready", id, offset });
    } finally {
      this.#letGo(snapshot);
      watch.end();
    }
  }

  /** Sends the past of each series; false where the subscription ended meanwhile. */
  async #past(subscription: Subscription, series: readonly Series[], query: HistoryQuery): Promise<boolean> {
    const { id } = subscription;
    for await (const { series: one, page } of this.#deps.history.each(series, query)) {
      const { everyMs: every, tier, columns, done } = page;
      const text = jsonText({ type: "history", id, series: one.number, every, tier, ...columns, done });
      if (!(await this.#page(subscription, text, text.length))) return false;
    }
    return this.#current(subscription);
  }

  /** Sends one page as soon as there is room; false where the subscription ended meanwhile. `bytes` wait until then. */
  async #page(subscription: Subscription, text: string, bytes: number): Promise<boolean> {
    this.#account.waiting(bytes);
    await this.#pace.room();
    this.#account.waiting(-bytes);
    if (!this.#current(subscription)) return false;
    this.#pace.send(text);
    return true;
  }

  /** The place in the set asked for: one a set and socket, so that its frames are sent once. */
  #enter(selection: Selection, subscription: Subscription): Place {
    const key = selectionKey(selection);
    let place = this.#places.get(key);
    if (!place) {
      const { live } = this.#deps;
      const watch = new Watch(this.#pace, this.#account, () => {
        this.#drop(`${maxNoticeLength} bytes of news waited for it while it read nothing`);
      });
      place = { key, watch, set: live.join(selection, watch), subscriptions: new Set() };
      this.#places.set(key, place);
    }
    place.subscriptions.add(subscription);
    subscription.place = place;
    return place;
  }

  #unsubscribe(id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) {
      const ids = [...this.#subscriptions.keys()];
      const known = ids.length === 0 ? "it has none" : `it has ${ids.slice(0, 20).join(", ")}`;
      throw new Refusal("not_found", `This connection has no subscription ${id}; ${known}.`);
    }
    this.#remove(subscription);
    this.#send({ type: "result", id, ok: true });
  }

  #remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.id);
    const { place } = subscription;
    if (!place) return;
    place.subscriptions.delete(subscription);
    if (place.subscriptions.size > 0) return;
    this.#places.delete(place.key);
    this.#deps.live.leave(place.set, place.watch);
    place.watch.stop();
  }

  #carry(snapshot: Snapshot): void {
    this.#carried.add(snapshot);
    snapshot.hold.take();
  }

  #letGo(snapshot: Snapshot): void {
    if (this.#carried.delete(snapshot)) snapshot.hold.leave();
  }

  #carriedBytes(): number {
    let bytes = 0;
    for (const { hold } of this.#carried) bytes += hold.part;
    return bytes;
  }

  #current(subscription: Subscription): boolean {
    return !this.#closed && this.#subscriptions.get(subscription.id) === subscription;
  }

  #drained(): void {
    this.#deps.slow.unmark(this);
    this.#peer.resume();
    for (const { watch } of this.#places.values()) watch.flush();
  }

  /** Cuts a viewer that does not read. No close frame would reach it: the next `subscribed` tells it why. */
  #drop(why: string): void {
    if (this.#closed) return;
    const { clock, log, slow } = this.#deps;
    const reason = `The connection was cut: ${why}.`;
    slow.dropped(this.#peer.address, this.#places.keys(), { code: "4429", reason, at: clock.now() });
    log.warn("viewer cut", { address: this.#peer.address, reason });
    this.closed();
    this.#peer.terminate();
  }

  #refuse(error: unknown, id: number | undefined): void {
    if (this.#closed) return;
    if (error instanceof Refusal) this.#send(error.toMessage({ id }));
    else if (error instanceof StoreError) this.#send(new Refusal(error.code, error.message).toMessage({ id }));
    else this.#send(failureRefusal(this.#deps.log, "viewer request failed", error).toMessage({ id }));
  }

  #send(message: HubToViewer): void {
    this.#pace.send(JSON.stringify(message));
  }
}

/** The request as `History` takes it. Without `to` it reaches as far as there are readings, those of fast clocks too. */
function queryOf(request: NonNullable<Subscribe["history"]>, nowMs: number): HistoryQuery {
  const toMs = request.to ?? Number.POSITIVE_INFINITY;
  if (toMs <= request.from) throw new Refusal("invalid_message", "history.from must be before history.to.");
  const everyMs = request.every === undefined ? undefined : Math.max(1, Math.round(request.every));
  const { from: fromMs, points, aggregates, tz } = request;
  return { fromMs, toMs, nowMs, points, everyMs, aggregates, zone: tz === undefined ? undefined : zoneNamed(tz) };
}
