/**
 * Turns between senders. One thread reads for all of them, so what one sends stands before what the others do. Where one takes
 * far more of that thread's time than those beside it, it gets a share of it, a short slice at a time; what it sent beyond that
 * waits unread, so that TCP slows it. Alone, and among others that send as much, everybody gets all they can take.
 */
import type { Clock } from "../../ports.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { Principal } from "../access/principal.ts";
import { networkOf, plainAddress } from "../address.ts";
import { TokenBucket } from "../token-bucket.ts";

/** What a sender may take at once after a rest, ms of the hub's time; a frame may take more, and is waited for then. */
const sliceMs = 0.5;
/** Use is compared over this window and the one before, ms: who was heard in neither is not there, and nobody waits for them. */
const windowMs = 100;
/** So many times what the others take on average is far more than they do. */
const farMore = 8;
/** A single measure may hold a pause of the whole process, which is nobody's, ms. */
const mostAtOnceMs = 20;
/** More than this is not owed, ms: a sender goes on within a fraction of a second. */
const mostOwedMs = 50;
/** Senders with a name that are remembered; beyond it the one that was named longest ago begins anew. */
const mostSenders = 10_000;

/** The name of one who has an account or a token; undefined where nobody signs in. */
export function senderOf(principal: Principal | undefined): string | undefined {
  return principal && principal.id !== "" ? `${principal.kind} ${principal.id}` : undefined;
}

/** The name of one that is known by its address alone. */
export function senderAt(address: string): string {
  const plain = plainAddress(address);
  return `at ${networkOf(plain) ?? plain}`;
}

export type TurnLimits = Pick<Limits, "senderShare" | "framesPerSecond">;

/** All senders together. */
export class Turns {
  readonly limits: TurnLimits;
  readonly clock: Clock;
  readonly #named = new Map<string, Turn>();
  /** When the slice that is read now began: one thread reads, one slice at a time. */
  #sinceMs = 0;
  #window = 0;
  /** What all took in the window and in the one before, ms, and how many they were. */
  #usedMs = 0;
  #usedBeforeMs = 0;
  #senders = 0;
  #sendersBefore = 0;

  constructor(limits: TurnLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** The turn of whoever has this name, over however many connections and requests. */
  of(name: string): Turn {
    let turn = this.#named.get(name);
    if (turn) this.#named.delete(name);
    else turn = new Turn(this);
    this.#named.set(name, turn);
    if (this.#named.size > mostSenders) this.#named.delete(this.#named.keys().next().value as string);
    return turn;
  }

  /** Something of a connection is read. */
  begin(): void {
    this.#sinceMs = this.clock.monotonic();
  }

  /** It was read, and was this one's; true where that has to wait now. */
  end(turn: Turn): boolean {
    const nowMs = this.clock.monotonic();
    return turn.took(nowMs - this.#sinceMs, nowMs);
  }

  /** Somebody took `ms` in a window, for the first time in it or again. */
  used(window: number, ms: number, isFirst: boolean): void {
    this.#roll(window);
    this.#usedMs += ms;
    if (isFirst) this.#senders += 1;
  }

  /** Whether one that took `ms` in two windows took far more than the others that were heard in them. */
  isFarMore(window: number, ms: number, heardNow: boolean, heardBefore: boolean): boolean {
    this.#roll(window);
    const others = Math.max(this.#senders - (heardNow ? 1 : 0), this.#sendersBefore - (heardBefore ? 1 : 0));
    return others > 0 && ((this.#usedMs + this.#usedBeforeMs - ms) / others) * farMore <= ms;
  }

  #roll(window: number): void {
    if (window === this.#window) return;
    const isNext = window === this.#window + 1;
    this.#usedBeforeMs = isNext ? this.#usedMs : 0;
    this.#sendersBefore = isNext ? this.#senders : 0;
    this.#usedMs = 0;
    this.#senders = 0;
    this.#window = window;
  }
}

/** What one sender takes of the hub's time, and what of its waits for that. */
export class Turn {
  readonly #turns: Turns;
  /** ms that it has left; below 0 it waits. */
  #leftMs = sliceMs;
  #atMs = 0;
  #window = -2;
  #usedMs = 0;
  #usedBeforeMs = 0;
  #pace: TokenBucket | undefined;
  /** What goes on when it is its turn again, in order; undefined while nothing has to wait. */
  #waiting: (() => void)[] | undefined;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** How many of its connections and requests wait. */
  get waiting(): number {
    return this.#waiting?.length ?? 0;
  }

  /** A frame or a request of it came. */
  frame(): void {
    const { clock, limits } = this.#turns;
    const { framesPerSecond: perSecond } = limits;
    if (perSecond === 0) return;
    this.#pace ??= new TokenBucket(clock, { perSecond, burst: perSecond });
    this.#pace.spend(1);
  }

  /** It took so long, until `nowMs` of the monotonic clock; true where it has to wait. */
  took(ms: number, nowMs: number): boolean {
    const counted = Math.min(ms, mostAtOnceMs);
    this.#use(counted, nowMs);
    this.#rest(nowMs);
    this.#leftMs = Math.max(this.#leftMs - counted, -mostOwedMs);
    return this.#waitMs(nowMs) > 0;
  }

  /** Whether it has to wait. */
  mustWait(nowMs: number): boolean {
    this.#rest(nowMs);
    return this.#waiting !== undefined || this.#waitMs(nowMs) > 0;
  }

  /** Calls `goOn` when it is its turn: behind what waits already. */
  wait(goOn: () => void): void {
    if (this.#waiting) {
      this.#waiting.push(goOn);
      return;
    }
    this.#waiting = [goOn];
    this.#later();
  }

  #later(): void {
    const { clock } = this.#turns;
    clock.after(Math.ceil(this.#waitMs(clock.monotonic())), () => this.#goOn());
  }

  /** One at a time: what it takes says when the next may go on. */
  #goOn(): void {
    const waiting = this.#waiting as (() => void)[];
    waiting.shift()?.();
    // A socket is read in this turn of the event loop, and held again where that was too much.
    setImmediate(() => {
      const nowMs = this.#turns.clock.monotonic();
      this.#rest(nowMs);
      if (waiting.length === 0) this.#waiting = undefined;
      else if (this.#waitMs(nowMs) > 0) this.#later();
      else this.#goOn();
    });
  }

  #use(ms: number, nowMs: number): void {
    const window = Math.floor(nowMs / windowMs);
    const isFirst = window !== this.#window;
    if (isFirst) {
      this.#usedBeforeMs = window === this.#window + 1 ? this.#usedMs : 0;
      this.#usedMs = 0;
      this.#window = window;
    }
    this.#usedMs += ms;
    this.#turns.used(window, ms, isFirst);
  }

  #rest(nowMs: number): void {
    this.#leftMs = Math.min(sliceMs, this.#leftMs + ((nowMs - this.#atMs) * this.#turns.limits.senderShare) / 100);
    this.#atMs = nowMs;
  }

  #waitMs(nowMs: number): number {
    const paceMs = this.#pace?.waitMs() ?? 0;
    if (this.#leftMs >= 0) return paceMs;
    if (!this.#isBounded(nowMs)) {
      this.#leftMs = 0;
      return paceMs;
    }
    // Half a slice is worth going on for.
    return Math.max(paceMs, ((sliceMs / 2 - this.#leftMs) * 100) / this.#turns.limits.senderShare);
  }

  #isBounded(nowMs: number): boolean {
    if (this.#turns.limits.senderShare === 100) return false;
    const window = Math.floor(nowMs / windowMs);
    const heardNow = window === this.#window;
    const heardBefore = heardNow ? this.#usedBeforeMs > 0 : window === this.#window + 1;
    const beforeMs = heardNow ? this.#usedBeforeMs : heardBefore ? this.#usedMs : 0;
    return this.#turns.isFarMore(window, (heardNow ? this.#usedMs : 0) + beforeMs, heardNow, heardBefore);
  }
}
