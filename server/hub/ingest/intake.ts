/**
 * How much may be undecided: per socket and in all. Who goes beyond it is not read until some of it is decided; TCP then
 * slows the sender, and nothing is lost.
 */
import type { Clock, Timer } from "../../ports.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { Peer } from "../peer.ts";

/** A sender that leaves so many bytes of answers unread is not read either. */
const unreadBytes = 1024 * 1024;
/** How often a sender with unread answers is looked at, ms. */
const unreadLookMs = 200;
/** A sender that reads nothing of its answers for so long is cut, ms. */
const unreadPatienceMs = 30_000;

type IntakeLimits = Pick<Limits, "undecidedFrames" | "undecidedBytes" | "undecidedBytesTotal">;

/** All sockets together. */
export class Intake {
  readonly limits: IntakeLimits;
  readonly clock: Clock;
  readonly #full = new Set<Valve>();
  #bytes = 0;

  constructor(limits: IntakeLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Undecided bytes of all sockets and requests. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True where nothing more should be taken for now. */
  get full(): boolean {
    return this.#bytes > this.limits.undecidedBytesTotal;
  }

  take(bytes: number, valve?: Valve): void {
    this.#bytes += bytes;
    if (!valve || !this.full) return;
    this.#full.add(valve);
    valve.hold("total");
  }

  settle(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#full.size === 0 || this.#bytes > this.limits.undecidedBytesTotal / 2) return;
    const waiting = [...this.#full];
    this.#full.clear();
    for (const valve of waiting) valve.release("total");
  }

  forget(valve: Valve): void {
    this.#full.delete(valve);
  }
}

/** Why a socket is not read: too much of its own or of all is undecided, its answers are unread, or it is being greeted. */
export type HoldReason = "own" | "total" | "unread" | "greeting";

/** One socket's part of the intake: read only while there is no reason against it. */
export class Valve {
  readonly #peer: Peer;
  readonly #intake: Intake;
  /** None for most sockets, most of the time. */
  #reasons: Set<HoldReason> | undefined;
  #frames = 0;
  #bytes = 0;
  #look: Timer | undefined;

  constructor(peer: Peer, intake: Intake) {
    this.#peer = peer;
    this.#intake = intake;
  }

  /** Undecided frames of this socket. */
  get frames(): number {
    return this.#frames;
  }

  /** A frame was taken and is undecided; `frames` 0 where one that was taken turns out to hold more. */
  take(bytes: number, frames: 0 | 1 = 1): void {
    this.#frames += frames;
    this.#bytes += bytes;
    const { undecidedFrames, undecidedBytes } = this.#intake.limits;
    if (this.#frames >= undecidedFrames || this.#bytes >= undecidedBytes) this.hold("own");
    this.#intake.take(bytes, this);
  }

  /** Frames of this socket are decided. */
  settle(frames: number, bytes: number): void {
    this.#frames -= frames;
    this.#bytes -= bytes;
    this.#intake.settle(bytes);
    const { undecidedFrames, undecidedBytes } = this.#intake.limits;
    if (this.#frames <= undecidedFrames / 2 && this.#bytes <= undecidedBytes / 2) this.release("own");
  }

  hold(reason: HoldReason): void {
    if (!this.#reasons) {
      this.#reasons = new Set();
      this.#peer.pause();
    }
    this.#reasons.add(reason);
  }

  release(reason: HoldReason): void {
    if (!this.#reasons?.delete(reason) || this.#reasons.size > 0) return;
    this.#reasons = undefined;
    this.#peer.resume();
  }

  /** Stops reading a sender that does not read its answers; call after sending. */
  watchUnread(): void {
    if (this.#look || this.#peer.bufferedBytes() <= unreadBytes) return;
    this.hold("unread");
    this.#lookAgain(this.#peer.bufferedBytes(), this.#intake.clock.monotonic());
  }

  /** The socket is gone. */
  close(): void {
    this.#look?.cancel();
    this.#look = undefined;
    this.#intake.forget(this);
  }

  #lookAgain(before: number, sinceMs: number): void {
    const { clock } = this.#intake;
    this.#look = clock.after(unreadLookMs, () => {
      this.#look = undefined;
      const now = this.#peer.bufferedBytes();
      if (now <= unreadBytes / 2) this.release("unread");
      else if (now < before) this.#lookAgain(now, clock.monotonic());
      else if (clock.monotonic() - sinceMs < unreadPatienceMs) this.#lookAgain(before, sinceMs);
      else this.#peer.terminate();
    });
  }
}
