/** What comes by one socket, and what becomes of it. Most sockets are idle: each has one object, and no listeners of its own. */
import { WebSocket } from "ws";
import type { Principal } from "../hub/access/principal.ts";
import type { Throttle } from "../hub/access/throttle.ts";
import { placeOf } from "../hub/address.ts";
import type { Session } from "../hub/connection.ts";
import { senderOf, Turn, type Turns } from "../hub/ingest/turns.ts";
import type { Clock, Log } from "../ports.ts";
import { Refusal } from "../protocol/errors.ts";
import { type Limits, limitText } from "../protocol/limits.ts";
import { ControlRate } from "./control-rate.ts";
import type { SocketPeer } from "./socket-peer.ts";
import { firstSliceBytes, nextSliceBytes, type SliceReader } from "./socket-slices.ts";

/** Codes of a close in good order: normal, going away, none given. */
const cleanCodes: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** What all sockets of a way in share. */
export interface LineDeps {
  readonly turns: Turns;
  /** Connections that ended for unreadable frames, by place. */
  readonly unreadable: Throttle;
  /** Places whose senders were told of in the log of late: that they wait for their turn. */
  readonly heldBefore: Throttle;
  readonly limits: Pick<Limits, "frameBytes" | "pingsPerSecond" | "unreadablePauseMs">;
  readonly clock: Clock;
  readonly log: Log;
  /** Its socket is closed, and the hub knows. */
  readonly onGone: (peer: SocketPeer) => void;
}

/**
 * A socket of the server; `ws` makes it. What `ws` tells of it goes straight to its line: five listeners would cost each idle
 * socket more than its line does.
 */
export class HubSocket extends WebSocket {
  line: SocketLine | undefined;

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { line } = this;
    if (!line) return super.emit(event, first, second);
    switch (event) {
      case "message":
        if (first instanceof Buffer) line.message(first, second === true);
        return true;
      case "ping":
        line.control();
        return true;
      case "pong":
        if (!line.peer.answered()) line.control();
        return true;
      case "error":
        // `ws` closes by itself after these: too large (1009), not UTF-8 (1007), too many fragments (1008), broken frames (1002).
        if (first instanceof Error) line.error(first);
        return true;
      case "close":
        if (typeof first === "number") line.closed(first);
        return true;
      default:
        return super.emit(event, first, second);
    }
  }
}

export class SocketLine implements SliceReader {
  readonly peer: SocketPeer;
  readonly #session: Session;
  readonly #deps: LineDeps;
  #turnOf: Principal | undefined;
  /** Made with the first ping, or pong that nobody asked for. */
  #control: ControlRate | undefined;
  /** It is what the last slices took that says how large the next one is. */
  sliceBytes = firstSliceBytes;

  constructor(peer: SocketPeer, session: Session, deps: LineDeps) {
    this.peer = peer;
    this.#session = session;
    this.#deps = deps;
    const waitMs = deps.unreadable.blockLeftMs(placeOf(peer.address));
    if (waitMs > 0) {
      this.#wait();
      // Not all at once: a hundred that came meanwhile would be a burst that others wait behind.
      deps.clock.after(waitMs + Math.random() * deps.limits.unreadablePauseMs, () => this.#goOn());
    }
  }

  get waits(): boolean {
    return this.peer.waits;
  }

  letsGo(bytes: number): boolean {
    return this.peer.letsGo(bytes);
  }

  beginSlice(): void {
    this.#deps.turns.begin();
  }

  endSlice(bytes: number): void {
    const { turns } = this.#deps;
    // Made with the first message: who does no more than answer pings needs none.
    const turn = this.peer.turn && this.#turnNow();
    // What it is answered at once is its own too: a system call costs more than the frame that it answers.
    this.peer.flush();
    const isOver = turns.end(turn);
    this.sliceBytes = nextSliceBytes(this.sliceBytes, bytes, turns.tookMs);
    if (!turn || !isOver || this.peer.waits || !this.peer.canWait) return;
    this.#wait();
    turn.wait(() => this.#goOn());
    const { heldBefore, log } = this.#deps;
    const { address } = this.peer;
    // Nobody is told over the wire: it is slowed by TCP, and loses nothing.
    if (heldBefore.fail(placeOf(address)) === "first")
      log.debug("read more slowly beside others (--limit-sender-share, --limit-frames-per-second)", { address });
  }

  message(data: Buffer, isBinary: boolean): void {
    // The hub has closed it, and nobody could be told what became of this.
    if (this.peer.closedFor !== undefined) return;
    this.peer.answered();
    this.#turnNow().frame();
    if (isBinary) this.#session.receiveBinary();
    else this.#session.receive(data);
  }

  /** A ping, or a pong that nobody asked for. */
  control(): void {
    const { clock, limits } = this.#deps;
    // The hub has closed it, and what still comes is let go by.
    if (this.peer.closedFor !== undefined) return;
    this.#control ??= new ControlRate(clock, limits.pingsPerSecond);
    if (this.#control.take()) return;
    this.peer.stopReading(1008, `more pings than are taken in a second: ${limits.pingsPerSecond}`);
  }

  error(error: Error & { code?: string }): void {
    this.#deps.log.debug("socket error", { address: this.peer.address, error: error.message });
    const { code } = error;
    // `ws` closes it for that by itself.
    if (code?.startsWith("WS_ERR_") && this.peer.closedFor === undefined)
      this.#deps.unreadable.fail(placeOf(this.peer.address));
    const refusal = unreadableFrame(code, this.#deps.limits);
    if (refusal) this.#session.unreadable(refusal);
  }

  closed(code: number): void {
    const { unreadable, onGone } = this.#deps;
    const { peer } = this;
    if (peer.closedFor === 1008) unreadable.fail(placeOf(peer.address));
    peer.left();
    this.#session.closed({ reason: peer.timedOut ? "timeout" : "closed", clean: cleanCodes.has(code) });
    onGone(peer);
  }

  /** Until its first message it may be nobody's. */
  #turnNow(): Turn {
    const { principal } = this.#session;
    const { peer } = this;
    if (peer.turn && this.#turnOf === principal) return peer.turn;
    const { turns } = this.#deps;
    const name = senderOf(principal);
    if (!peer.turn || name !== undefined) peer.turn = name === undefined ? new Turn(turns) : turns.of(name);
    this.#turnOf = principal;
    return peer.turn;
  }

  #wait(): void {
    this.peer.waitForTurn(true);
  }

  #goOn(): void {
    this.peer.waitForTurn(false);
  }
}

/** What a person is told of a frame that `ws` ended its connection for; undefined where it was no frame. */
function unreadableFrame(code: string | undefined, limits: Pick<Limits, "frameBytes">): Refusal | undefined {
  switch (code) {
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
