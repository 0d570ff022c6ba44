import { shouldComeBack } from "../../server/protocol/index.ts";
import { type BackoffOptions, backoffMs, defaultBackoff } from "./backoff.ts";
import { defaultHeartbeat, Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";
import type { Pending, Timers } from "./timers.ts";

/** The members of a browser's `WebSocket` that the link uses. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type LinkState =
  /** `attempt` counts from 0 since the last connection that lasted, or since something changed that gives hope. */
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "open" }
  /** Open, but something suggests that it may be cut: until the hub says anything, what is shown may be old. */
  | { readonly state: "doubtful" }
  /** `retryAt`: wall clock, ms. */
  | { readonly state: "waiting"; readonly attempt: number; readonly retryAt: number; readonly code: number }
  /** The hub said not to come back (see the close-code table), or `stop` was called. */
  | { readonly state: "ended"; readonly code: number; readonly reason: string };

export interface LinkOptions {
  /** Opens a socket to the hub. */
  readonly open: () => SocketLike;
  readonly timers: Timers;
  /** [0, 1), for the jitter. */
  readonly random: () => number;
  readonly opened: () => void;
  readonly message: (text: string) => void;
  readonly changed: (state: LinkState) => void;
  /** The text of a ping; whatever comes after it counts as an answer. */
  readonly ping: () => string;
  readonly backoff?: BackoffOptions;
  readonly heartbeat?: HeartbeatOptions;
  /** A socket that is not open by then is given up, ms. */
  readonly connectMs?: number;
}

/** A connection on which the hub was heard lasted after this long, ms: the waits after it are short again. */
const lastingMs = 5_000;

/** The browser's close code for a connection that broke without a close frame. */
const brokenCode = 1006;

/** A socket that comes back by itself: full-jitter waits, a deadline for silence, at once when the network returns. */
export class Link {
  readonly #options: LinkOptions;
  readonly #heartbeat: Heartbeat;
  #state: LinkState = { state: "ended", code: 1000, reason: "not started" };
  #socket: SocketLike | undefined;
  #pending: Pending | undefined;
  /** Attempts since the last connection that lasted. */
  #attempt = 0;
  #openedMs = 0;
  #wasHeard = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(
      options.timers,
      options.heartbeat ?? defaultHeartbeat,
      () => this.send(options.ping()),
      () => this.#lost(brokenCode, "no answer"),
    );
  }

  get state(): LinkState {
    return this.#state;
  }

  /** True while there is a socket that texts can be sent over, whatever may be thought of it. */
  get isOpen(): boolean {
    return this.#state.state === "open" || this.#state.state === "doubtful";
  }

  start(): void {
    if (this.#state.state === "ended") this.#connect(0);
  }

  /** Ends the link for good (until `start`). */
  stop(): void {
    this.#drop();
    this.#enter({ state: "ended", code: 1000, reason: "stopped" });
  }

  /** Sends a text; false where there is no open connection. */
  send(text: string): boolean {
    if (!this.isOpen || !this.#socket) return false;
    this.#socket.send(text);
    return true;
  }

  /**
   * Something suggests that things changed (network back, page visible again): tries at once where it waits, and asks the
   * hub where it believes itself connected. A hub not heard of for longer than an open connection is quiet is doubted: this
   * machine may have slept. An attempt under way goes on, since it may succeed on a slow line; one that the change breaks is
   * followed by another soon. A link that was told to stay away stays away.
   */
  wake(): void {
    if (this.#state.state === "waiting") this.#connect(0);
    else if (this.#state.state === "connecting") this.#attempt = 0;
    else if (this.#heartbeat.isOverdue()) this.doubt();
    else if (this.isOpen) this.#heartbeat.probe();
  }

  /** The network is said to be gone: doubts an open connection until the hub answers. One to this very machine still may. */
  doubt(): void {
    if (!this.isOpen) return;
    this.#heartbeat.probe();
    if (this.#state.state === "open") this.#enter({ state: "doubtful" });
  }

  /** A person asks to try now, whatever the hub said. */
  retry(): void {
    if (this.#state.state === "ended") this.#connect(0);
    else this.wake();
  }

  #connect(attempt: number): void {
    this.#drop();
    this.#attempt = attempt;
    this.#wasHeard = false;
    this.#enter({ state: "connecting", attempt });
    const socket = this.#options.open();
    this.#socket = socket;
    const { timers, connectMs = 10_000 } = this.#options;
    this.#pending = timers.after(connectMs, () => this.#lost(brokenCode, "not open in time"));
    socket.onopen = () => {
      this.#pending?.cancel();
      this.#openedMs = timers.monotonic();
      this.#enter({ state: "open" });
      this.#heartbeat.start();
      this.#options.opened();
    };
    socket.onmessage = (event: { data: unknown }) => {
      this.#heartbeat.heard();
      this.#wasHeard = true;
      if (this.#state.state === "doubtful") this.#enter({ state: "open" });
      if (typeof event.data === "string") this.#options.message(event.data);
    };
    socket.onclose = (event: { code: number; reason: string }) => this.#lost(event.code, event.reason);
  }

  #lost(code: number, reason: string): void {
    this.#drop();
    if (!shouldComeBack(code)) {
      this.#enter({ state: "ended", code, reason });
      return;
    }
    const { timers, random, backoff = defaultBackoff } = this.#options;
    // A hub that lets in and closes at once, or that is never heard, is no better than one that does not open.
    const lasted = this.#wasHeard && timers.monotonic() - this.#openedMs >= lastingMs;
    const attempt = lasted ? 0 : this.#attempt;
    const delayMs = backoffMs(attempt, random, backoff);
    this.#pending = timers.after(delayMs, () => this.#connect(attempt + 1));
    this.#enter({ state: "waiting", attempt, retryAt: timers.now() + delayMs, code });
  }

  /** Forgets the present socket: nothing it still says reaches anyone. */
  #drop(): void {
    this.#heartbeat.stop();
    this.#pending?.cancel();
    this.#pending = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#options.changed(state);
  }
}
