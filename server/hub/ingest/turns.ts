/**
 * Turns between senders. While others send too, one sender gets a share of the time that the hub has for reading frames, a
 * short slice at a time; what it sent beyond that waits unread, so that TCP slows it and the others' frames are not behind it.
 * Alone it gets all.
 */
import type { Clock, Timer } from "../../ports.ts";
import type { Limits } from "../../protocol/limits.ts";
import { TokenBucket } from "../token-bucket.ts";

/** What a sender may take at once after a rest, ms of the hub's time; one frame may take more, and is waited for then. */
const sliceMs = 1;
/** Others are there where one was heard within so long, ms. */
const othersMs = 10_000;
/** Smaller frames are timed by samples, one of so many on average: to look at the clock costs a twentieth of such a frame. */
const smallLength = 2_048;
const sampleOf = 16;
/** A sample may have met a pause of the whole process, which is nobody's: what it stands for is bounded, ms. */
const mostOfSampleMs = 2;

export type TurnLimits = Pick<Limits, "senderShare" | "framesPerSecond">;

/** All senders together. */
export class Turns {
  readonly limits: TurnLimits;
  readonly clock: Clock;
  #latest: Turn | undefined;
  /** When the latest one was heard after another. */
  #turnedMs = Number.NEGATIVE_INFINITY;

  constructor(limits: TurnLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** A sender is heard. */
  heard(turn: Turn): void {
    if (turn === this.#latest) return;
    if (this.#latest) this.#turnedMs = this.clock.monotonic();
    this.#latest = turn;
  }

  /** Whether somebody else sends. */
  othersThan(turn: Turn, nowMs: number): boolean {
    return turn !== this.#latest || nowMs - this.#turnedMs < othersMs;
  }
}

/** What one sender has taken of the hub's time. */
export class Turn {
  readonly #turns: Turns;
  /** ms that it has left; below 0 it waits. */
  #leftMs = sliceMs;
  #atMs = 0;
  /** Small frames until one is timed, and how many that one stands for. */
  #untilTimed = 1;
  #standsFor = 1;
  readonly #pace: TokenBucket | undefined;

  constructor(turns: Turns) {
    this.#turns = turns;
    const { framesPerSecond: perSecond } = turns.limits;
    if (perSecond > 0) this.#pace = new TokenBucket(turns.clock, { perSecond, burst: perSecond });
  }

  /** Before a frame; what it answers is for `end`. */
  begin(length: number): number | undefined {
    this.#turns.heard(this);
    if (length < smallLength) {
      this.#untilTimed -= 1;
      if (this.#untilTimed > 0) return undefined;
    }
    return this.#turns.clock.monotonic();
  }

  /** After a frame: how long the sender has to wait, ms. */
  end(length: number, sinceMs: number | undefined): number {
    this.#pace?.spend(1);
    if (sinceMs === undefined) return this.#paceMs();
    const nowMs = this.#turns.clock.monotonic();
    let tookMs = nowMs - sinceMs;
    if (length < smallLength) {
      tookMs = Math.min(tookMs * this.#standsFor, Math.max(tookMs, mostOfSampleMs));
      // Nobody can tell which one is timed, and let the others be dear.
      this.#standsFor = 1 + Math.floor(Math.random() * (2 * sampleOf - 1));
      this.#untilTimed = this.#standsFor;
    }
    return Math.max(this.#spend(tookMs, nowMs), this.#paceMs());
  }

  /** The same for a request, which took so long. */
  took(ms: number): number {
    this.#turns.heard(this);
    this.#pace?.spend(1);
    return Math.max(this.#spend(ms, this.#turns.clock.monotonic()), this.#paceMs());
  }

  #spend(ms: number, nowMs: number): number {
    const { senderShare } = this.#turns.limits;
    this.#leftMs -= ms;
    if (this.#leftMs >= 0) return 0;
    const share = senderShare / 100;
    this.#leftMs = Math.min(sliceMs, this.#leftMs + (nowMs - this.#atMs) * share);
    this.#atMs = nowMs;
    if (this.#leftMs >= 0) return 0;
    if (senderShare === 100 || !this.#turns.othersThan(this, nowMs)) {
      this.#leftMs = sliceMs;
      return 0;
    }
    // Half a slice is worth going on for.
    return (sliceMs / 2 - this.#leftMs) / share;
  }

  #paceMs(): number {
    return this.#pace?.waitMs() ?? 0;
  }
}

/** Whoever takes the frames of a socket. */
export interface FrameTaker {
  receive(text: string): void;
  /** One that is not text. */
  receiveBinary(): void;
}

/** A socket that can be left unread. */
export interface Unread {
  /** It is to be read no more for now (true), or again. */
  waitForTurn(waits: boolean): void;
}

/** Frames of one socket that wait for its turn, in their order. */
export class WaitingFrames {
  readonly #taker: FrameTaker;
  readonly #turn: Turn;
  readonly #clock: Clock;
  readonly #socket: Unread;
  #frames: (string | undefined)[] | undefined;
  #timer: Timer | undefined;

  constructor(turns: Turns, taker: FrameTaker, socket: Unread) {
    this.#taker = taker;
    this.#turn = new Turn(turns);
    this.#clock = turns.clock;
    this.#socket = socket;
  }

  /** A frame came; undefined is one that is not text. Some come after the socket was held: those of the piece that was read. */
  receive(frame: string | undefined): void {
    if (this.#frames) this.#frames.push(frame);
    else {
      const waitMs = this.#run(frame);
      if (waitMs > 0) this.wait(waitMs);
    }
  }

  /** Nothing is taken for so long, ms. */
  wait(ms: number): void {
    if (!this.#frames) {
      this.#frames = [];
      this.#socket.waitForTurn(true);
    }
    this.#timer = this.#clock.after(Math.ceil(ms), () => this.#goOn());
  }

  /** The socket is gone: what it sent before is taken all the same. */
  close(): void {
    this.#timer?.cancel();
    const frames = this.#frames ?? [];
    this.#frames = undefined;
    for (const frame of frames) this.#take(frame);
  }

  #take(frame: string | undefined): void {
    if (frame === undefined) this.#taker.receiveBinary();
    else this.#taker.receive(frame);
  }

  #run(frame: string | undefined): number {
    const length = frame?.length ?? 0;
    const since = this.#turn.begin(length);
    this.#take(frame);
    return this.#turn.end(length, since);
  }

  #goOn(): void {
    const frames = this.#frames ?? [];
    for (const [index, frame] of frames.entries()) {
      const waitMs = this.#run(frame);
      if (waitMs === 0) continue;
      this.#frames = frames.slice(index + 1);
      this.wait(waitMs);
      return;
    }
    this.#frames = undefined;
    this.#socket.waitForTurn(false);
  }
}
