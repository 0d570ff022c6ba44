/** What comes by one socket, and what becomes of it. Most sockets are idle: listeners are shared by all, and each has one object. */
import { type RawData, WebSocket } from "ws";
import type { Throttle } from "../hub/access/throttle.ts";
import type { Session } from "../hub/connection.ts";
import { type Turns, WaitingFrames } from "../hub/ingest/turns.ts";
import type { Clock, Log } from "../ports.ts";
import { Refusal } from "../protocol/errors.ts";
import { type Limits, limitText } from "../protocol/limits.ts";
import { ControlRate } from "./control-rate.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { SocketPeer } from "./socket-peer.ts";

/** Codes of a close in good order: normal, going away, none given. */
const cleanCodes: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** What all sockets of a way in share. */
export interface LineDeps {
  readonly turns: Turns;
  readonly heartbeat: Heartbeat;
  /** Connections that ended for unreadable frames, by address. */
  readonly unreadable: Throttle;
  readonly limits: Pick<Limits, "frameBytes" | "pingsPerSecond">;
  readonly clock: Clock;
  readonly log: Log;
  /** Its socket is closed, and the hub knows. */
  readonly onGone: (line: SocketLine) => void;
}

/** A socket of the server; `ws` makes it. */
export class HubSocket extends WebSocket {
  line: SocketLine | undefined;
}

export class SocketLine {
  readonly peer: SocketPeer;
  readonly #session: Session;
  readonly #deps: LineDeps;
  readonly #frames: WaitingFrames;
  /** Made with the first ping or pong. */
  #control: ControlRate | undefined;

  constructor(peer: SocketPeer, session: Session, deps: LineDeps) {
    this.peer = peer;
    this.#session = session;
    this.#deps = deps;
    this.#frames = new WaitingFrames(deps.turns, session, peer);
    const waitMs = deps.unreadable.blockLeftMs(peer.address);
    if (waitMs > 0) this.#frames.wait(waitMs);
    deps.heartbeat.add(peer);
  }

  message(data: RawData, isBinary: boolean): void {
    // The hub has closed it, and nobody could be told what became of this.
    if (this.peer.closedFor !== undefined) return;
    this.peer.answered();
    this.#frames.receive(isBinary ? undefined : (data as Buffer).toString());
  }

  /** A ping or a pong. */
  control(): void {
    const { clock, limits } = this.#deps;
    // The hub has closed it, and what still comes is let go by.
    if (this.peer.closedFor !== undefined) return;
    this.#control ??= new ControlRate(clock, limits.pingsPerSecond);
    if (this.#control.take()) return;
    this.peer.stopReading(1008, `more pings than are taken in a second: ${limits.pingsPerSecond}`);
  }

  error(error: Error): void {
    this.#deps.log.debug("socket error", { address: this.peer.address, error: error.message });
    const refusal = unreadableFrame(error, this.#deps.limits);
    if (refusal) this.#session.unreadable(refusal);
  }

  closed(code: number): void {
    const { heartbeat, unreadable, onGone } = this.#deps;
    const { peer } = this;
    if (peer.closedFor === 1008) unreadable.fail(peer.address);
    heartbeat.remove(peer);
    peer.left();
    this.#frames.close();
    this.#session.closed({ reason: peer.timedOut ? "timeout" : "closed", clean: cleanCodes.has(code) });
    onGone(this);
  }
}

/** Gives what comes by a socket to its line. */
export function listen(websocket: HubSocket, line: SocketLine): void {
  websocket.line = line;
  websocket.on("message", onMessage).on("ping", onPing).on("pong", onPong).on("error", onError).on("close", onClose);
}

function lineOf(websocket: WebSocket): SocketLine | undefined {
  return websocket instanceof HubSocket ? websocket.line : undefined;
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  lineOf(this)?.message(data, isBinary);
}

function onPing(this: WebSocket): void {
  lineOf(this)?.control();
}

function onPong(this: WebSocket): void {
  const line = lineOf(this);
  line?.peer.answered();
  line?.control();
}

/** `ws` closes by itself after these: too large (1009), not UTF-8 (1007), too many fragments (1008), broken frames (1002). */
function onError(this: WebSocket, error: Error): void {
  lineOf(this)?.error(error);
}

function onClose(this: WebSocket, code: number): void {
  lineOf(this)?.closed(code);
}

/** What a person is told of a frame that `ws` ended its connection for; undefined where it was no frame. */
function unreadableFrame(error: Error & { code?: string }, limits: Pick<Limits, "frameBytes">): Refusal | undefined {
  switch (error.code) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
      return new Refusal(
        "frame_too_large",
        `a frame was larger than is taken: ${limitText("frameBytes", limits.frameBytes)}. Send smaller ones`,
      );
    case "WS_ERR_INVALID_UTF8":
      return new Refusal("invalid_json", "a text frame was not UTF-8, as WebSockets need it");
    default:
      return undefined;
  }
}
