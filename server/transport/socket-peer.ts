/** A socket as the hub sees it. */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Principal } from "../hub/access/principal.ts";
import type { Turn } from "../hub/ingest/turns.ts";
import type { Peer } from "../hub/peer.ts";
import type { Clock, Timer } from "../ports.ts";
import type { CloseCode } from "../protocol/codes.ts";
import type { Pulse } from "./heartbeat.ts";

/** A peer that does not answer a close frame is cut after this, ms. */
export const closePatienceMs = 3_000;
/** A peer that was closed for what it sent may send so much more before it has read that, bytes. */
const farewellBytes = 64 * 1024;
/** So much of what comes after a close is parsed, bytes: the answer to it stands there, of whoever stops for it. */
const answerBytes = 1024;
/** What is sent is text, whether it comes as a string or as UTF-8. */
const textFrame = { binary: false } as const;

type Trust = Pick<Peer, "restricted" | "principal">;

/** One function for all sockets: most are idle, and what each holds counts. */
function flush(peer: SocketPeer): void {
  peer.flush();
}

/** A socket as the hub sees it. */
export class SocketPeer implements Peer, Pulse {
  readonly websocket: WebSocket;
  readonly address: string;
  readonly restricted: boolean;
  readonly principal: Principal | undefined;
  readonly #clock: Clock;
  readonly #socket: Duplex;
  #corked = false;
  /** Held by the hub. */
  #paused = false;
  /** Until it is its turn; `waitForTurn` says so. */
  waits = false;
  #pingedMs: number | undefined;
  #cut: Timer | undefined;
  /** What came since it was closed, bytes. */
  #farewell = 0;
  /** Its own, or that of all connections of whoever it is; made with the first thing that comes. */
  turn: Turn | undefined;
  timedOut = false;
  /** The hub has closed it, with this code. */
  closedFor: CloseCode | undefined;

  constructor(websocket: WebSocket, socket: Duplex, address: string, trust: Trust, clock: Clock) {
    this.websocket = websocket;
    this.#socket = socket;
    this.address = address;
    this.restricted = trust.restricted;
    this.principal = trust.principal;
    this.#clock = clock;
  }

  /** Frames sent in one turn leave in one system call, which costs more than all the rest of a frame. */
  send(text: string | Buffer): void {
    if (this.websocket.readyState !== this.websocket.OPEN) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(flush, this);
    }
    this.websocket.send(text, textFrame);
  }

  flush(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }

  took(ms: number): void {
    const sinceMs = this.#clock.monotonic();
    this.flush();
    const nowMs = this.#clock.monotonic();
    this.turn?.took(ms + nowMs - sinceMs, nowMs);
  }

  bufferedBytes(): number {
    return this.websocket.bufferedAmount;
  }

  pause(): void {
    this.#paused = true;
    this.websocket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.waits) this.websocket.resume();
  }

  /** Others' frames come first: it is not read until it is its turn. */
  waitForTurn(waits: boolean): void {
    if (!this.canWait) return;
    this.waits = waits;
    if (waits) this.websocket.pause();
    else if (!this.#paused) this.websocket.resume();
  }

  /** One that leaves is read on, so that the answer to its close frame is found; but for one that was closed for what it sent. */
  get canWait(): boolean {
    const { readyState, OPEN, CLOSING } = this.websocket;
    return readyState === OPEN || (readyState === CLOSING && this.closedFor === 1008);
  }

  close(code: CloseCode, reason: string): void {
    this.closedFor ??= code;
    // A paused socket would never read the answer to its close frame.
    this.waits = false;
    this.resume();
    this.websocket.close(code, reason);
    this.#cut ??= this.#clock.after(closePatienceMs, () => this.websocket.terminate());
  }

  /** Who was closed and sends on as before would be parsed for nothing until its time to leave is over. */
  letsGo(bytes: number): boolean {
    if (this.closedFor === undefined) return false;
    const before = this.#farewell;
    this.#farewell += bytes;
    if (this.closedFor === 1008 && this.#farewell > farewellBytes) this.websocket.terminate();
    return before >= answerBytes;
  }

  /** Ends a connection of which nothing more is read, not even the answer to its close frame. */
  stopReading(code: CloseCode, reason: string): void {
    this.close(code, reason);
    this.pause();
  }

  terminate(): void {
    this.websocket.terminate();
  }

  ping(): void {
    if (this.#paused || this.waits || this.websocket.readyState !== this.websocket.OPEN) return;
    this.#pingedMs ??= this.#clock.monotonic();
    this.websocket.ping();
  }

  /** Any frame is a sign of life, so that a pong queued behind a long upload costs nobody the connection. */
  answered(): void {
    this.#pingedMs = undefined;
  }

  /** A paused socket's answer may lie unread: it has no deadline. */
  get unansweredSinceMs(): number | undefined {
    return this.#paused || this.waits ? undefined : this.#pingedMs;
  }

  timeOut(): void {
    this.timedOut = true;
    this.close(4408, "no answer to ping");
    // Nobody is there to read the close frame.
    this.websocket.terminate();
  }

  left(): void {
    this.#cut?.cancel();
  }
}
