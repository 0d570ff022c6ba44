/**
 * Turns between senders. One thread reads for all of them, so what one sends stands before what the others do. Where one takes
 * far more of that thread's time than those beside it, it gets a share of it, a short slice at a time; what it sent beyond that
 * waits unread, so that TCP slows it. Alone, and among others that send as much, everybody gets all they can take.
 */
import type { Clock } from "../../ports.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { Principal } from "../access/principal.ts";
import { placeOf } from "../address.ts";
import { TokenBucket } from "../token-bucket.ts";

/** What a sender may take at once after a rest, ms of the hub's time; a frame may take more, and is waited for then. */
const sliceMs = 0.5;
/** Use is compared over this window and the one before, ms: who was heard in neither is not there, and nobody waits for them. */
const windowMs = 100;
/** Eight times (2^3) what the others take is far more than they do. */
const farMoreLog = 3;
/** Less than this is not looked at, ms: a logarithm needs something. */
const leastMs = 0.001;
/** Before somebody took so much in a window that is not over, the others may just not have come to their turn, ms. */
const noticedMs = 20;
/** A single measure may hold a pause of the whole process, which is nobody's, ms. */
const mostAtOnceMs = 100;
/** More than this is not owed, ms: a sender goes on within a fraction of a second. */
const mostOwedMs = 100;
/** Senders with a name that are remembered; beyond it the one that was named longest ago begins anew. */
const mostSenders = 10_000;

/** The name of one who has an account or a token; undefined where nobody signs in. */
export function senderOf(principal: Principal | undefined): string | undefined {
  return principal && principal.id !== "" ? `${principal.kind} ${principal.id}` : undefined;
}

/** The name of one that is known by its address alone. */
export function senderAt(address: string): string {
  return `at ${placeOf(address)}`;
}

export type TurnLimits = Pick<Limits, "senderShare" | "framesPerSecond">;

/** What was taken in one window, for telling who took far more than others did. */
class Use {
  window = -1;
  #senders = 0;
  /** Sum of the logarithms (to base 2) of what each took, ms. */
  #logs = 0;

  begin(window: number): void {
    this.window = window;
    this.#senders = 0;
    this.#logs = 0;
  }

  /** One that had taken `beforeMs` has now taken `ms`. */
  add(beforeMs: number, ms: number): void {
    if (beforeMs === 0) this.#senders += 1;
    this.#logs += Math.log2(ms) - (beforeMs === 0 ? 0 : Math.log2(beforeMs));
  }

  /**
   * Whether one that took `ms` took far more than the others, with `ms` among what was taken here or not. Their geometric mean is
   * asked: a second one that floods hardly moves it.
   */
  isFarMore(ms: number, isAmong: boolean): boolean {
    const others = this.#senders - (isAmong ? 1 : 0);
    if (ms === 0 || others < 1) return false;
    const own = Math.log2(ms);
    return own - (this.#logs - (isAmong ? own : 0)) / others >= farMoreLog;
  }
}

/** All senders together. */
export class Turns {
  readonly limits: TurnLimits;
  readonly clock: Clock;
  readonly #named = new Map<string, Turn>();
  /** When the slice that is read now began: one thread reads, one slice at a time. */
  #sinceMs = 0;
  /** How long the slice took that was read last, ms. */
  tookMs = 0;
  #use = new Use();
  #useBefore = new Use();

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

  /** It was read, and was this one's, if anybody's who is counted; true where that has to wait now. */
  end(turn: Turn | undefined): boolean {
    const nowMs = this.clock.monotonic();
    this.tookMs = nowMs - this.#sinceMs;
    return turn?.took(this.tookMs, nowMs) ?? false;
  }

  /** Somebody who had taken `beforeMs` in a window has now taken `ms`. */
  used(window: number, beforeMs: number, ms: number): void {
    this.#roll(window);
    this.#use.add(beforeMs, ms);
  }

  /**
   * Whether one that took so much in a window, or in the one before, took far more than those that were heard beside it. Not
   * `isBefore`: it took that in an older one, and was held since.
   */
  isFarMore(window: number, ms: number, beforeMs: number, isBefore: boolean): boolean {
    this.#roll(window);
    return (ms >= noticedMs && this.#use.isFarMore(ms, true)) || this.#useBefore.isFarMore(beforeMs, isBefore);
  }

  #roll(window: number): void {
    const latest = this.#use;
    if (window === latest.window) return;
    this.#use = this.#useBefore;
    this.#use.begin(window);
    this.#useBefore = latest;
    if (latest.window !== window - 1) latest.begin(window - 1);
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
  /** In the window before that; while it is held, in the last one in which it took anything. */
  #usedBeforeMs = 0;
  #isBefore = false;
  /** When it may go on that was held last: what it took before counts until then, or it would be let go for having had to wait. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #pace: TokenBucket | undefined;
  /** What goes on when it is its turn again, in order; undefined while nothing has to wait. */
  #waiting: (() => void)[] | undefined;

  constructor(turns: Turns) {
    this.#turns = turns;
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

  /** Whether a new one could not be told apart from it: most senders rest for most of the time, and need none meanwhile. */
  isLikeNew(nowMs: number): boolean {
    this.#rest(nowMs);
    const isRested = this.#waiting === undefined && this.#leftMs === sliceMs && (this.#pace?.isFull ?? true);
    return isRested && Math.floor(nowMs / windowMs) > this.#window + 1 && !this.#wasHeld(nowMs);
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
    if (window !== this.#window) {
      this.#isBefore = window === this.#window + 1;
      this.#usedBeforeMs = this.#isBefore || this.#wasHeld(nowMs) ? this.#usedMs : 0;
      this.#usedMs = 0;
      this.#window = window;
    }
    const beforeMs = this.#usedMs;
    this.#usedMs += Math.max(ms, leastMs);
    this.#turns.used(window, beforeMs, this.#usedMs);
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
    const waitMs = Math.max(paceMs, ((sliceMs / 2 - this.#leftMs) * 100) / this.#turns.limits.senderShare);
    this.#heldUntilMs = nowMs + waitMs;
    return waitMs;
  }

  /** Whether it was held until now, or nearly so. */
  #wasHeld(nowMs: number): boolean {
    return nowMs < this.#heldUntilMs + windowMs;
  }

  #isBounded(nowMs: number): boolean {
    if (this.#turns.limits.senderShare === 100) return false;
    const window = Math.floor(nowMs / windowMs);
    if (window === this.#window) return this.#turns.isFarMore(window, this.#usedMs, this.#usedBeforeMs, this.#isBefore);
    const isBefore = window === this.#window + 1;
    return this.#turns.isFarMore(window, 0, isBefore || this.#wasHeld(nowMs) ? this.#usedMs : 0, isBefore);
  }
}
