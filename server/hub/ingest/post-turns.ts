/** Requests wait for the turn of their sender before they are looked at. */
import type { Timer } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import { type Limits, limitText } from "../../protocol/limits.ts";
import type { Turn, Turns } from "./turns.ts";

/** What a request takes beside its readings, ms: its head is read, its answer is written, and it is mostly alone in its commit. */
const requestMs = 1;
/** A request waits for so long before it is refused, ms. */
const patienceMs = 5_000;
/** Most requests of one sender that wait at once; each holds a connection. */
const mostWaiting = 256;

/** What of one sender waits. */
interface Waiting {
  requests: number;
  bytes: number;
}

export class PostTurns {
  readonly #turns: Turns;
  readonly #limits: Pick<Limits, "undecidedBytes">;
  readonly #waiting = new Map<Turn, Waiting>();

  constructor(turns: Turns, limits: Pick<Limits, "undecidedBytes">) {
    this.#turns = turns;
    this.#limits = limits;
  }

  /** Resolves when a request of this sender, of so many bytes, may be looked at. Throws a `Refusal` where that is not soon. */
  async begin(sender: string, bytes: number): Promise<void> {
    const turn = this.#turns.of(sender);
    const nowMs = this.#turns.clock.monotonic();
    if (turn.mustWait(nowMs)) await this.#wait(turn, bytes);
    turn.frame();
    this.#took(turn, requestMs);
  }

  /** The readings of a request took so long, ms. */
  took(sender: string, ms: number): void {
    this.#took(this.#turns.of(sender), ms);
  }

  async #wait(turn: Turn, bytes: number): Promise<void> {
    const waiting = this.#waiting.get(turn) ?? { requests: 0, bytes: 0 };
    if (
      waiting.requests >= mostWaiting ||
      (waiting.requests > 0 && waiting.bytes + bytes > this.#limits.undecidedBytes)
    )
      throw this.#tooMuch();
    this.#waiting.set(turn, waiting);
    waiting.requests += 1;
    waiting.bytes += bytes;
    let patience: Timer | undefined;
    try {
      await new Promise<void>((go, refuse) => {
        patience = this.#turns.clock.after(patienceMs, () => refuse(this.#tooMuch()));
        turn.wait(go);
      });
    } finally {
      patience?.cancel();
      waiting.requests -= 1;
      waiting.bytes -= bytes;
      if (waiting.requests === 0) this.#waiting.delete(turn);
    }
  }

  #took(turn: Turn, ms: number): void {
    turn.took(ms, this.#turns.clock.monotonic());
  }

  #tooMuch(): Refusal {
    const { senderShare, framesPerSecond } = this.#turns.limits;
    const share = limitText("senderShare", senderShare);
    const pace = framesPerSecond > 0 ? `, and ${limitText("framesPerSecond", framesPerSecond)}` : "";
    const sentence = `this sender posts more than it gets of the hub's time beside others: ${share}${pace}`;
    const advice = "Send more readings in each request, or fewer; without a token, all of an address are one sender";
    return new Refusal("rate_limited", `${sentence}. ${advice}`, { retryAfter: 1 });
  }
}
