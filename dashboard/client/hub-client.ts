import type {
  DevicesMessage,
  ErrorMessage,
  HistoryMessage,
  HistoryRequest,
  Ping,
  SeriesMessage,
  Subscribe,
  Subscribed,
  Update,
  ViewerHello,
} from "../../server/protocol/index.ts";
import { Link, type LinkOptions, type LinkState } from "./link.ts";
import { readMessage } from "./messages.ts";

export interface SubscriptionRequest {
  readonly devices?: readonly string[];
  readonly metrics?: readonly string[];
  /** At most one update a series in so many ms. */
  readonly interval?: number;
  /** Asked anew at each connection, since `to` moves with the clock. */
  readonly history?: () => HistoryRequest;
  /**
   * Whether the listener still holds all that it was told. Asked after a cut: the hub then goes on from there if it can, and
   * sends no history. Without it everything is asked for anew.
   */
  readonly keeps?: () => boolean;
}

/**
 * What a subscription is told, in this order: subscribed, devices, series, history, ready, then updates and changes. Where
 * `subscribed` says `resumed` all that it was told before stands: it is told what changed, gets the updates that it missed,
 * and `ready`.
 */
export interface SubscriptionListener {
  subscribed?(message: Subscribed): void;
  devices?(entries: DevicesMessage["devices"]): void;
  series?(entries: SeriesMessage["series"]): void;
  history?(message: HistoryMessage): void;
  /** The seam: all that was asked for is here, what follows is live. */
  ready?(): void;
  update?(message: Update): void;
  refused?(error: ErrorMessage): void;
}

export interface Subscription {
  close(): void;
}

interface Watch {
  readonly request: SubscriptionRequest;
  readonly listener: SubscriptionListener;
  /** The number of its latest `subscribe`; 0 while nothing was sent. */
  id: number;
  /** The hub's set, once told. */
  set: number | undefined;
  ready: boolean;
  /** The hub goes on where this was cut: what comes before `ready` was missed. */
  resumed: boolean;
  epoch: string;
  /** What it has been told everything up to. */
  known: Subscribe["resume"];
  /** Set while a past is waited for. */
  end: (() => void) | undefined;
}

export interface HubClientOptions
  extends Pick<LinkOptions, "open" | "timers" | "random" | "backoff" | "heartbeat" | "connectMs"> {
  /** The token of this tab, asked at each connection; who signed in, and a hub that is open, needs none. */
  readonly token?: () => string | undefined;
  /** The hub does not know, or no longer, who sits here; by this token, if the connection came with one. */
  readonly notSignedIn?: (token: string | undefined) => void;
  /** A person waits for a past from now on; returns what is called when that is over. */
  readonly began?: () => () => void;
}

/** The hub did not let this page in. */
export interface Refused {
  readonly code: ErrorMessage["code"];
  readonly message: string;
  /** False where it only asked for a token. */
  readonly withToken: boolean;
}

/** A subscription that was refused for now is made again after this long, ms. */
const retryMs = 5_000;

/** The hub's time is asked for this often while updates come, ms: its clock may be set, and so may this machine's. */
const clockMs = 60_000;

/** One socket to the hub, shared by everything on the page. Subscriptions survive cuts: each is made again when it is back. */
export class HubClient {
  readonly #link: Link;
  readonly #options: HubClientOptions;
  readonly #watches = new Set<Watch>();
  readonly #listeners = new Set<() => void>();
  #lastId = 0;
  #skewMs = 0;
  /** When the hub's time was told or asked for last, monotonic ms. */
  #clockAtMs = 0;
  #heardAt: number | undefined;
  #token: string | undefined;
  #refused: Refused | undefined;

  constructor(options: HubClientOptions) {
    this.#options = options;
    this.#link = new Link({
      ...options,
      opened: () => this.#opened(),
      message: (text) => this.#receive(text),
      changed: () => this.#changed(),
      ping: () => this.#ping(),
    });
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** Why the hub did not let this page in; undefined once it did, and before it was asked. */
  get refused(): Refused | undefined {
    return this.#refused;
  }

  /** When the hub last said anything, ms by the hub's clock; undefined before its first word. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** The hub's clock, ms. A tablet on a wall may be minutes off; ages and moving charts must not be. */
  now(): number {
    return this.#options.timers.now() + this.#skewMs;
  }

  /** The moment that the page shows: now while it is connected, else the hub's last word. */
  shownNow(): number {
    return this.state.state === "open" ? this.now() : (this.#heardAt ?? this.now());
  }

  start(): void {
    this.#link.start();
  }

  stop(): void {
    this.#link.stop();
  }

  wake(): void {
    this.#link.wake();
  }

  /** See `Link.doubt`. */
  doubt(): void {
    this.#link.doubt();
  }

  retry(): void {
    this.#link.retry();
  }

  /** Calls whenever the connection's state changed. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  subscribe(request: SubscriptionRequest, listener: SubscriptionListener): Subscription {
    const watch: Watch = {
      ...{ request, listener, id: 0, set: undefined },
      ...{ ready: false, resumed: false, epoch: "", known: undefined, end: undefined },
    };
    this.#watches.add(watch);
    if (this.#link.isOpen) this.#subscribe(watch);
    return {
      close: () => {
        watch.end?.();
        if (!this.#watches.delete(watch) || watch.id === 0) return;
        this.#link.send(JSON.stringify({ type: "unsubscribe", id: watch.id }));
      },
    };
  }

  #opened(): void {
    this.#token = this.#options.token?.();
    if (this.#token !== undefined)
      this.#link.send(JSON.stringify({ type: "hello", viewer: true, token: this.#token } satisfies ViewerHello));
    this.#subscribeAll();
  }

  #subscribeAll(): void {
    for (const watch of this.#watches) this.#subscribe(watch);
  }

  #subscribe(watch: Watch): void {
    watch.id = this.#nextId();
    watch.set = undefined;
    watch.ready = false;
    watch.resumed = false;
    const { devices, metrics, interval, history, keeps } = watch.request;
    const resume = keeps?.() ? watch.known : undefined;
    watch.end?.();
    watch.end = history && !resume ? this.#options.began?.() : undefined;
    const message: Subscribe = {
      type: "subscribe",
      id: watch.id,
      ...(devices ? { devices: [...devices] } : {}),
      ...(metrics ? { metrics: [...metrics] } : {}),
      ...(interval === undefined ? {} : { interval }),
      ...(history ? { history: history() } : {}),
      ...(resume ? { resume } : {}),
    };
    this.#link.send(JSON.stringify(message));
  }

  #receive(text: string): void {
    const message = readMessage(text);
    if (!message) return;
    this.#heardAt = this.now();
    switch (message.type) {
      case "subscribed": {
        this.#setClock(message.hubTime);
        this.#letIn();
        const watch = this.#watchOf(message.id);
        if (!watch) return;
        watch.set = message.set;
        watch.epoch = message.epoch;
        watch.resumed = message.resumed;
        // What is sent anew may be cut before it is whole.
        if (!message.resumed) watch.known = undefined;
        watch.listener.subscribed?.(message);
        return;
      }
      case "devices":
        for (const watch of this.#watchesOf(message.set)) watch.listener.devices?.(message.devices);
        return;
      case "series":
        for (const watch of this.#watchesOf(message.set)) watch.listener.series?.(message.series);
        return;
      case "history":
        this.#watchOf(message.id)?.listener.history?.(message);
        return;
      case "ready": {
        const watch = this.#watchOf(message.id);
        if (!watch) return;
        watch.ready = true;
        watch.end?.();
        reached(watch, message.offset);
        watch.listener.ready?.();
        return;
      }
      case "update":
        this.#checkClock();
        for (const watch of this.#watchesOf(message.set)) {
          // Before the seam an update belongs to another subscription of the same set; the history has its readings.
          if (!watch.ready && !watch.resumed) continue;
          reached(watch, message.offset);
          watch.listener.update?.(message);
        }
        return;
      case "error":
        if (this.#isDoor(message)) {
          const { code, message: words } = message;
          this.#refused = { code, message: words, withToken: this.#token !== undefined };
          if (code === "not_signed_in") this.#options.notSignedIn?.(this.#token);
          this.#changed();
          return;
        }
        if (message.id !== undefined) {
          const watch = this.#watchOf(message.id);
          watch?.end?.();
          watch?.listener.refused?.(message);
          if (watch && message.retryable) this.#retryLater(watch);
        }
        return;
      case "welcome":
        this.#setClock(message.hubTime);
        this.#letIn();
        return;
      case "pong":
        this.#setClock(message.hubTime);
        return;
      case "result":
        return;
      default:
        message satisfies never;
    }
  }

  /** What the hub could not do just now it is asked for again, as long as somebody wants it. */
  #retryLater(watch: Watch): void {
    const { id } = watch;
    this.#options.timers.after(retryMs, () => {
      if (this.#watches.has(watch) && watch.id === id && this.state.state === "open") this.#subscribe(watch);
    });
  }

  /** A refusal of the whole page, not of what it asked. */
  #isDoor({ code, id }: ErrorMessage): boolean {
    return code === "not_signed_in" || (code === "rate_limited" && id === undefined);
  }

  #letIn(): void {
    if (this.#refused === undefined) return;
    this.#refused = undefined;
    this.#changed();
  }

  #watchOf(id: number): Watch | undefined {
    for (const watch of this.#watches) if (watch.id === id) return watch;
    return undefined;
  }

  #watchesOf(set: number): Watch[] {
    return [...this.#watches].filter((watch) => watch.set === set);
  }

  #checkClock(): void {
    const nowMs = this.#options.timers.monotonic();
    if (nowMs - this.#clockAtMs < clockMs) return;
    this.#clockAtMs = nowMs;
    this.#link.send(this.#ping());
  }

  #ping(): string {
    return JSON.stringify({ type: "ping", id: this.#nextId(), time: this.#options.timers.now() } satisfies Ping);
  }

  #setClock(hubTime: number): void {
    this.#clockAtMs = this.#options.timers.monotonic();
    this.#skewMs = hubTime - this.#options.timers.now();
    this.#heardAt = hubTime;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #changed(): void {
    if (!this.#link.isOpen) for (const watch of this.#watches) watch.end?.();
    for (const call of [...this.#listeners]) call();
  }
}

function reached(watch: Watch, offset: number): void {
  watch.known = { epoch: watch.epoch, offset };
}
