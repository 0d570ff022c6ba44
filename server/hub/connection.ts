/** One connection, before and after it is known whose it is: text in, decoded, given to the session of its side. */

import type { Clock, Timer } from "../ports.ts";
import { type CloseCode, unreadableCodes } from "../protocol/codes.ts";
import { decodeDevice, decodeFirst, decodeViewer, type FirstMessage } from "../protocol/decode.ts";
import type { Pong } from "../protocol/device.ts";
import { type About, type ErrorMessage, Refusal } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import { FrameScanner } from "../protocol/scan/frame-scanner.ts";
import type { ViewerMessage } from "../protocol/viewer.ts";
import type { Access } from "./access/access.ts";
import { may, type Principal, whoIs } from "./access/principal.ts";
import { type Arrivals, Origin } from "./arrivals.ts";
import type { DeviceSession } from "./devices/device-session.ts";
import type { ConnectionEnd } from "./devices/presence.ts";
import { type Intake, Valve } from "./ingest/intake.ts";
import type { Peer } from "./peer.ts";

/** What a transport sees of a connection that the hub accepted. */
export interface Session {
  /** Who it is; undefined until it is known. */
  readonly principal: Principal | undefined;
  /** One text frame, as text or as its bytes, which are looked at in this call alone. */
  receive(frame: string | Buffer): void;
  /** A frame that is not text: refused, and counted as unreadable. */
  receiveBinary(): void;
  /** A frame that the way in could not read, and for which it ends the connection. */
  unreadable(refusal: Refusal): void;
  /** The connection is gone. Once, as the last call. */
  closed(end: ConnectionEnd): void;
}

/** A viewer's side of a connection. */
export interface ViewerSide {
  readonly side: "viewer";
  receive(message: ViewerMessage): void;
  closed(): void;
}

export interface ConnectionDeps {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly access: Access;
  readonly intake: Intake;
  readonly arrivals: Pick<Arrivals, "refused">;
  readonly device: (peer: Peer, valve: Valve, origin: Origin, principal: Principal) => DeviceSession;
  readonly viewer: (peer: Peer, principal: Principal) => ViewerSide;
  /** The connection is gone. */
  readonly onClosed: (connection: Connection) => void;
}

/** Unreadable frames in a row that end a connection. */
const maxUnreadable = 20;

/** One that was never let in has so long to take its close frame, ms. */
const strangerPatienceMs = 1_000;

/** Longest reason that a close frame takes, bytes of UTF-8. */
const longestReasonBytes = 123;
const utf8 = new TextEncoder();

/** One for all: what it answers is used up before the next frame. */
const scanner = new FrameScanner();

const either = { side: "either" } as const;
const gone = { side: "closed" } as const;

type Side = typeof either | DeviceSession | ViewerSide | typeof gone;

export class Connection implements Session {
  readonly peer: Peer;
  readonly #deps: ConnectionDeps;
  readonly #valve: Valve;
  #side: Side = either;
  /** Made with the first thing that is worth recording: viewers need none. */
  #origin: Origin | undefined;
  #unreadable = 0;
  /** The hub has closed it, and takes nothing of what still comes: nobody could be told what became of it. */
  #leaving = false;
  #principal: Principal | undefined;
  /** Until it signs in: its deadline for that. */
  #deadline: Timer | undefined;

  constructor(peer: Peer, deps: ConnectionDeps) {
    this.peer = peer;
    this.#deps = deps;
    this.#valve = new Valve(peer, deps.intake);
    this.#principal = peer.principal;
    const { firstMessageMs } = deps.limits;
    if (!peer.principal)
      this.#deadline = deps.clock.after(firstMessageMs, () =>
        this.#turnAway(4408, `no token came within ${firstMessageMs} ms`),
      );
  }

  /** Whose it is; `either` as long as its first message did not settle it. */
  get side(): Side["side"] {
    return this.#side.side;
  }

  /** Who it is; undefined until it is known. */
  get principal(): Principal | undefined {
    return this.#principal;
  }

  /** Frames that are neither stored nor refused yet. */
  get undecidedFrames(): number {
    return this.#valve.frames;
  }

  receive(frame: string | Buffer): void {
    if (this.#leaving) return;
    const side = this.#side;
    if (typeof frame !== "string" && side.side === "device" && side.speaker) {
      const scanned = scanner.scan(frame, this.#deps.limits.readingsPerFrame);
      if (scanned) {
        this.#unreadable = 0;
        side.receiveScanned(scanned, frame.length);
        return;
      }
    }
    const text = typeof frame === "string" ? frame : frame.toString();
    switch (side.side) {
      case "device": {
        const message = decodeDevice(text, this.#deps.limits);
        if (message instanceof Refusal) this.#refuse(message, text);
        else {
          this.#unreadable = 0;
          side.receive(message, text.length);
        }
        return;
      }
      case "viewer": {
        const message = decodeViewer(text, this.#deps.limits);
        if (message instanceof Refusal) this.#refuse(message, text);
        else {
          this.#unreadable = 0;
          side.receive(message);
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
    this.#side = gone;
    if (this.#origin) this.#origin.connected = false;
    this.#deadline?.cancel();
    this.#valve.close();
    if (side.side === "device") side.end(end);
    else if (side.side === "viewer") side.closed();
    this.#deps.onClosed(this);
  }

  /** What let it in is over, or has changed. */
  end(code: CloseCode, reason: string): void {
    this.#turnAway(code, reason);
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
    const principal = first.side === "either" ? undefined : this.#signIn(first);
    if (first.side !== "either" && !principal) return;
    switch (first.side) {
      case "either": {
        const { id, time } = first.message;
        this.#send({ type: "pong", id, time, hubTime: this.#deps.clock.now() });
        return;
      }
      case "device": {
        const session = this.#deps.device(this.peer, this.#valve, this.#from, principal as Principal);
        this.#side = session;
        session.receive(first.message, text.length);
        return;
      }
      case "viewer": {
        const session = this.#deps.viewer(this.peer, principal as Principal);
        this.#side = session;
        session.receive(first.message);
        return;
      }
      default:
        first satisfies never;
    }
  }

  /** Who it is, by what it brought or by the token in its first message; without either, or the right to do so, nothing comes of it. */
  #signIn({ side, message }: FirstMessage): Principal | undefined {
    const known = this.#principal;
    const token = "token" in message ? message.token : undefined;
    const about = "id" in message ? { id: message.id } : {};
    // What a person put into a message is meant, whoever the browser says it is.
    if (known && (token === undefined || known.kind === "open")) return this.#admit(known, side, about);
    const device = "device" in message && typeof message.device === "string" ? message.device : undefined;
    const { address } = this.peer;
    const judged = this.#deps.access.judge({ address, local: false, token, device }, about);
    if (!(judged instanceof Refusal)) {
      this.#principal = judged;
      this.#deadline?.cancel();
      return this.#admit(judged, side, about);
    }
    const refusal = judged;
    this.#send(refusal.toMessage());
    this.#record(refusal);
    // One that is blocked for a while may well have the right token: it comes back.
    if (refusal.code === "rate_limited") this.#turnAway(4429, laterWords(refusal));
    else this.#turnAway(4401, wordsOf(refusal, token));
    return undefined;
  }

  /** A message of a kind that it may not send is refused by itself: the connection goes on, and may send others. */
  #admit(principal: Principal, side: FirstMessage["side"], about: About): Principal | undefined {
    if (may(principal, side === "viewer" ? "watch" : "send")) return principal;
    const what = side === "viewer" ? "may not watch" : "may not send readings";
    const refusal = new Refusal("not_allowed", `${whoIs(principal)} ${what}.`, undefined, about);
    this.#send(refusal.toMessage());
    this.#record(refusal);
    return undefined;
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
    if (side.side === "device") side.refuse(refusal);
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

/** What was too much, and when to come again, as far as a close frame takes it: the refusal itself tells more. */
function laterWords({ message, details }: Refusal): string {
  const [what = ""] = message.split(":");
  const words = `${what.charAt(0).toLowerCase()}${what.slice(1)}; come again in ${details?.retryAfter} s`;
  return words.slice(0, utf8.encodeInto(words, new Uint8Array(longestReasonBytes)).read);
}

function wordsOf({ details }: Refusal, token: string | undefined): string {
  if (token === undefined) return "this hub asks who you are";
  return details?.request === undefined ? "nobody is known by this token" : "nobody let this device in yet";
}
