/** A socket as the hub sees it. */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Principal } from "../hub/access/principal.ts";
import type { Turn } from "../hub/ingest/turns.ts";
import type { Peer } from "../hub/peer.ts";
import type { Clock, Timer } from "../ports.ts";
import type { CloseCode } from "../protocol/codes.ts";
import type { Pulse } from "./heartbeat.ts";
import { textFrameOf } from "./text-frame.ts";

/** A peer that does not answer a close frame is cut after this, ms. */
export const closePatienceMs = 3_000;
/** A peer that was closed for what it sent may send so much more before it has read that, bytes. */
const farewellBytes = 64 * 1024;
/** So much of what comes after a close is parsed, bytes: the answer to it stands there, of whoever stops for it. */
const answerBytes = 1024;

type Trust = Pick<Peer, "restricted" | "principal">;

/** What is known of a peer that the hub has closed. */
interface Farewell {
  readonly code: CloseCode;
  readonly cut: Timer;
  /** It answered no ping. */
  timedOut: boolean;
  /** What came since, bytes. */
  bytes: number;
}

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
  /** Held by the hub. */
  #paused = false;
  /** Until it is its turn; `waitForTurn` says so. */
  waits = false;
  #pingedMs: number | undefined;
  #farewell: Farewell | undefined;
  /** Its own, or that of all connections of whoever it is; made with the first message, and let go once it is like a new one. */
  turn: Turn | undefined;

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
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(flush, this);
    }
    // Nothing is compressed, so that `ws` never has a frame of its own half written when one is put between its own.
    if (typeof text === "string") this.websocket.send(text);
    else this.#socket.write(textFrameOf(text));
  }

  flush(): void {
    if (this.#socket.writableCorked > 0) this.#socket.uncork();
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

  /** The hub has closed it, with this code. */
  get closedFor(): CloseCode | undefined {
    return this.#farewell?.code;
  }

  /** Closed for that it answered no ping, or answering none since it was closed. */
  get timedOut(): boolean {
    return this.#farewell?.timedOut ?? false;
  }

  close(code: CloseCode, reason: string): void {
    this.#farewell ??= {
      code,
      cut: this.#clock.after(closePatienceMs, () => this.websocket.terminate()),
      timedOut: false,
      bytes: 0,
    };
    // A paused socket would never read the answer to its close frame.
    this.waits = false;
    this.resume();
    this.websocket.close(code, reason);
  }

  /** Who was closed and sends on as before would be parsed for nothing until its time to leave is over. */
  letsGo(bytes: number): boolean {
    const farewell = this.#farewell;
    if (!farewell) return false;
    const before = farewell.bytes;
    farewell.bytes += bytes;
    if (farewell.code === 1008 && farewell.bytes > farewellBytes) this.websocket.terminate();
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
    const nowMs = this.#clock.monotonic();
    if (this.turn?.isLikeNew(nowMs)) this.turn = undefined;
    this.#pingedMs ??= nowMs;
    this.websocket.ping();
  }

  /** Any frame is a sign of life, so that a pong queued behind a long upload costs nobody the connection. True where one was waited for. */
  answered(): boolean {
    const wasAsked = this.#pingedMs !== undefined;
    this.#pingedMs = undefined;
    return wasAsked;
  }

  /** A paused socket's answer may lie unread: it has no deadline. */
  get unansweredSinceMs(): number | undefined {
    return this.#paused || this.waits ? undefined : this.#pingedMs;
  }

  timeOut(): void {
    this.close(4408, "no answer to ping");
    if (this.#farewell) this.#farewell.timedOut = true;
    // Nobody is there to read the close frame.
    this.websocket.terminate();
  }

  left(): void {
    this.#farewell?.cut.cancel();
  }
}
