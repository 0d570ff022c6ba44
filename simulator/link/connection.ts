/** A socket that comes back: connecting, back-off, heartbeat, and when to stay away. What is said on it is the link's. */
import type { LinkPorts, LinkState, Socket, SocketConstructor } from "./options.ts";

/** Close codes after which nobody comes back by himself: not signed in, not allowed, replaced by a newer connection. */
export const stopCodes: ReadonlySet<number> = new Set([4401, 4403, 4409]);

/** Back-off with full jitter: a random part of a span that doubles from the first to the longest, ms. */
export const backoffMs = { first: 500, longest: 30_000 } as const;

/** A connection that has no welcome by then is given up, ms. */
export const welcomeWithinMs = 10_000;

/** Who speaks on the connection. */
export interface Speaker {
  opened(): void;
  received(text: string): void;
  /** The connection is gone; `code` is 1006 where no close frame came. */
  lost(code: number): void;
  changed(state: LinkState): void;
}

export class Connection {
  readonly #url: string;
  readonly #WebSocket: SocketConstructor;
  readonly #ports: LinkPorts;
  readonly #speaker: Speaker;
  #state: LinkState = { state: "connecting" };
  #socket: Socket | undefined;
  #attempts = 0;
  #heard = false;
  #pings = 0;
  /** The welcome's deadline, the next heartbeat or the next attempt: one at a time. */
  #cancelWait: (() => void) | undefined;

  constructor(url: string, WebSocket: SocketConstructor, ports: LinkPorts, speaker: Speaker) {
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#ports = ports;
    this.#speaker = speaker;
  }

  get state(): LinkState {
    return this.#state;
  }

  get open(): boolean {
    return this.#state.state === "open";
  }

  /** Throws where the URL is none. */
  connect(): void {
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    let trouble = "no answer";
    // A socket that was given up may still speak; nobody listens to it then.
    const current = () => this.#socket === socket;
    socket.addEventListener("open", () => {
      trouble = "the connection was cut";
      if (current()) this.#speaker.opened();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!current() || typeof data !== "string") return;
      this.#heard = true;
      this.#speaker.received(data);
    });
    socket.addEventListener("error", (event) => {
      trouble = troubleOf(event) ?? trouble;
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (current()) this.#lose(code, reason || (code === 1006 ? trouble : `closed with code ${code}`));
    });
    this.#wait(welcomeWithinMs, () => this.#abandon("no welcome in time"));
    // The last step: whoever hears of it may close the link at once.
    this.#enter({ state: "connecting" });
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** The hub has let us in. Its heartbeat is also ours, ms. */
  welcomed(epoch: string, heartbeatMs: number): void {
    this.#heard = false;
    this.#wait(heartbeatMs, () => this.#beat(heartbeatMs, false));
    this.#enter({ state: "open", epoch });
  }

  /** Something was achieved: the next cut starts with a short back-off again. */
  progressed(): void {
    this.#attempts = 0;
  }

  /** ms to wait before the next attempt; grows with each call until `progressed`. */
  backoff(): number {
    return this.#ports.random() * Math.min(backoffMs.longest, backoffMs.first * 2 ** this.#attempts++);
  }

  /** Leaves for good. */
  stop(reason: string): void {
    if (this.#state.state === "stopped") return;
    const socket = this.#socket;
    this.#socket = undefined;
    this.#cancelWait?.();
    socket?.close();
    this.#speaker.lost(1000);
    this.#enter({ state: "stopped", reason });
  }

  /** A connection can die without a word (a cable, a sleeping laptop): after a silent span ask, after a second one leave. */
  #beat(everyMs: number, asked: boolean): void {
    const heard = this.#heard;
    this.#heard = false;
    if (!heard && asked) {
      this.#abandon("no answer to ping");
      return;
    }
    if (heard) this.progressed();
    else this.send(JSON.stringify({ type: "ping", id: ++this.#pings, time: this.#ports.now() }));
    this.#wait(everyMs, () => this.#beat(everyMs, !heard));
  }

  #abandon(reason: string): void {
    const socket = this.#socket;
    this.#lose(1006, reason);
    socket?.close();
  }

  #lose(code: number, reason: string): void {
    if (stopCodes.has(code)) {
      this.stop(reason);
      return;
    }
    this.#socket = undefined;
    this.#speaker.lost(code);
    const retryInMs = Math.round(this.backoff());
    this.#wait(retryInMs, () => this.#retry());
    this.#enter({ state: "waiting", reason, retryInMs });
  }

  #retry(): void {
    try {
      this.connect();
    } catch (error) {
      // The URL is a good one, as the first attempt has shown: it may go better another time.
      this.#lose(1006, error instanceof Error ? error.message : String(error));
    }
  }

  #wait(delayMs: number, call: () => void): void {
    this.#cancelWait?.();
    this.#cancelWait = this.#ports.after(delayMs, call);
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#speaker.changed(state);
  }
}

/** What an error event says, where it says anything: browsers tell nothing, Node a message or at least a code. */
function troubleOf(event: object): string | undefined {
  const { message, error } = event as { message?: string; error?: { code?: string } };
  return message || error?.code || undefined;
}
