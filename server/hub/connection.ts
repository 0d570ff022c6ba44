/** One connection, before and after it is known whose it is: text in, decoded, given to the session of its side. */

import type { Clock, Timer } from "../ports.ts";
import { type CloseCode, unreadableCodes } from "../protocol/codes.ts";
import { decodeDevice, decodeFirst, decodeViewer, type FirstMessage } from "../protocol/decode.ts";
import type { Pong } from "../protocol/device.ts";
import { type ErrorMessage, Refusal } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { ViewerMessage } from "../protocol/viewer.ts";
import type { Access } from "./access.ts";
import { type Arrivals, Origin } from "./arrivals.ts";
import type { DeviceSession } from "./devices/device-session.ts";
import type { ConnectionEnd } from "./devices/presence.ts";
import { type Intake, Valve } from "./ingest/intake.ts";
import type { Peer } from "./peer.ts";

/** What a transport sees of a connection that the hub accepted. */
export interface Session {
  /** One text frame. */
  receive(text: string): void;
  /** A frame that is not text: refused, and counted as unreadable. */
  receiveBinary(): void;
  /** A frame that the way in could not read, and for which it ends the connection. */
  unreadable(refusal: Refusal): void;
  /** The connection is gone. Once, as the last call. */
  closed(end: ConnectionEnd): void;
}

/** A viewer's side of a connection. */
export interface ViewerSide {
  receive(message: ViewerMessage): void;
  closed(): void;
}

export interface ConnectionDeps {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly access: Access;
  readonly intake: Intake;
  readonly arrivals: Pick<Arrivals, "refused">;
  readonly device: (peer: Peer, valve: Valve, origin: Origin) => DeviceSession;
  readonly viewer: (peer: Peer) => ViewerSide;
  /** The connection is gone. */
  readonly onClosed: (connection: Connection) => void;
}

/** Unreadable frames in a row that end a connection. */
const maxUnreadable = 20;

/** One that was never let in has so long to take its close frame, ms. */
const strangerPatienceMs = 1_000;

type Side =
  | { readonly side: "either" }
  | { readonly side: "device"; readonly session: DeviceSession }
  | { readonly side: "viewer"; readonly session: ViewerSide }
  | { readonly side: "closed" };

export class Connection implements Session {
  readonly peer: Peer;
  readonly #deps: ConnectionDeps;
  readonly #valve: Valve;
  #side: Side = { side: "either" };
  /** Made with the first thing that is worth recording: viewers need none. */
  #origin: Origin | undefined;
  #unreadable = 0;
  /** The hub has closed it, and takes nothing of what still comes: nobody could be told what became of it. */
  #leaving = false;
  #signedIn: boolean;
  /** Until it signs in: its deadline for that. */
  #deadline: Timer | undefined;

  constructor(peer: Peer, deps: ConnectionDeps) {
    this.peer = peer;
    this.#deps = deps;
    this.#valve = new Valve(peer, deps.intake);
    this.#signedIn = peer.signedIn;
    const { firstMessageMs } = deps.limits;
    if (!peer.signedIn)
      this.#deadline = deps.clock.after(firstMessageMs, () =>
        this.#turnAway(4408, `no token came within ${firstMessageMs} ms`),
      );
  }

  /** Whose it is; `either` as long as its first message did not settle it. */
  get side(): Side["side"] {
    return this.#side.side;
  }

  /** Frames that are neither stored nor refused yet. */
  get undecidedFrames(): number {
    return this.#valve.frames;
  }

  receive(text: string): void {
    if (this.#leaving) return;
    const side = this.#side;
    switch (side.side) {
      case "device": {
        const message = decodeDevice(text, this.#deps.limits);
        if (message instanceof Refusal) this.#refuse(message, text);
        else {
          this.#unreadable = 0;
          side.session.receive(message, text.length);
        }
        return;
      }
      case "viewer": {
        const message = decodeViewer(text, this.#deps.limits);
        if (message instanceof Refusal) this.#refuse(message, text);
        else {
          this.#unreadable = 0;
          side.session.receive(message);
        }
        return;
      }
      case "either":
        this.#first(text);
        return;
      case "closed":
        return;
      default:
        side satisfies never;
    }
  }

  receiveBinary(): void {
    this.#refuse(new Refusal("invalid_json", "this is a binary frame: send one JSON object in each text frame"));
  }

  unreadable(refusal: Refusal): void {
    this.#record(refusal);
  }

  closed(end: ConnectionEnd): void {
    const side = this.#side;
    this.#side = { side: "closed" };
    if (this.#origin) this.#origin.connected = false;
    this.#deadline?.cancel();
    this.#valve.close();
    if (side.side === "device") side.session.end(end);
    else if (side.side === "viewer") side.session.closed();
    this.#deps.onClosed(this);
  }

  /** The hub goes. */
  shutDown(): void {
    this.#leave(1012, "the hub is stopping; come back");
  }

  #first(text: string): void {
    const first = decodeFirst(text, this.#deps.limits);
    if (first instanceof Refusal) {
      this.#refuse(first, text);
      return;
    }
    this.#unreadable = 0;
    // A ping tells nothing of the hub and settles nothing; the deadline stays.
    if (first.side !== "either" && !this.#signedIn && !this.#signIn(first)) return;
    switch (first.side) {
      case "either": {
        const { id, time } = first.message;
        this.#send({ type: "pong", id, time, hubTime: this.#deps.clock.now() });
        return;
      }
      case "device": {
        const session = this.#deps.device(this.peer, this.#valve, this.#from);
        this.#side = { side: "device", session };
        session.receive(first.message, text.length);
        return;
      }
      case "viewer": {
        const session = this.#deps.viewer(this.peer);
        this.#side = { side: "viewer", session };
        session.receive(first.message);
        return;
      }
      default:
        first satisfies never;
    }
  }

  /** Looks for the hub's token in the first message; without it the connection ends. */
  #signIn({ message }: FirstMessage): boolean {
    const token = "token" in message ? message.token : undefined;
    const about = "id" in message ? { id: message.id } : {};
    const refusal = this.#deps.access.judge({ address: this.peer.address, local: false, token }, about);
    if (!refusal) {
      this.#signedIn = true;
      this.#deadline?.cancel();
      return true;
    }
    this.#send(refusal.toMessage());
    this.#record(refusal);
    // One that is blocked for a while may well have the right token: it comes back.
    if (refusal.code === "rate_limited") this.#turnAway(1008, "too many wrong tokens came from this address");
    else this.#turnAway(4401, token === undefined ? "this hub needs its token" : "this is not the hub's token");
    return false;
  }

  /** Ends a connection that was never let in; one that takes no close frame holds its socket no longer than needed. */
  #turnAway(code: CloseCode, reason: string): void {
    this.#deadline?.cancel();
    this.#leave(code, reason);
    this.#deadline = this.#deps.clock.after(strangerPatienceMs, () => this.peer.terminate());
  }

  #refuse(refusal: Refusal, raw?: string): void {
    const side = this.#side;
    if (side.side === "closed" || this.#leaving) return;
    this.#record(refusal, raw);
    if (side.side === "device") side.session.refuse(refusal);
    else this.#send(refusal.toMessage());
    if (!unreadableCodes.has(refusal.code)) return;
    this.#unreadable += 1;
    if (this.#unreadable >= maxUnreadable)
      this.#leave(1008, `${maxUnreadable} unreadable frames in a row, the last: ${refusal.code}`);
  }

  get #from(): Origin {
    this.#origin ??= new Origin("socket", this.peer.address);
    return this.#origin;
  }

  #record({ code, message }: Refusal, raw?: string): void {
    this.#deps.arrivals.refused(this.#from, { code, message, raw });
  }

  #leave(code: CloseCode, reason: string): void {
    this.#leaving = true;
    this.peer.close(code, reason);
  }

  #send(message: Pong | ErrorMessage): void {
    this.peer.send(JSON.stringify(message));
    this.#valve.watchUnread();
  }
}
