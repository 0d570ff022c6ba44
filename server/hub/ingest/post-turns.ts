/** Requests wait for the turn of their sender before their bodies are read. */
import { Refusal } from "../../protocol/errors.ts";
import { limitText } from "../../protocol/limits.ts";
import type { Turn, Turns } from "./turns.ts";

/** What a request takes beside its readings: its head is read and its answer is written, ms. */
const requestMs = 0.15;
/** A request waits for so long before it is refused, ms. */
const patienceMs = 5_000;
/** Most requests of one sender that wait at once; each holds a connection. */
const mostWaiting = 256;

export class PostTurns {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Resolves when a request of this sender may be taken. Throws a `Refusal` where that is not soon. */
  async begin(sender: string): Promise<void> {
    const { clock } = this.#turns;
    const turn = this.#turns.of(sender);
    const sinceMs = clock.monotonic();
    if (turn.mustWait(sinceMs)) {
      if (turn.waiting >= mostWaiting) throw this.#tooMuch();
      await new Promise<void>((go) => turn.wait(go));
      if (clock.monotonic() - sinceMs > patienceMs) throw this.#tooMuch();
    }
    turn.frame();
    this.#took(turn, requestMs);
  }

  /** The readings of a request took so long, ms. */
  took(sender: string, ms: number): void {
    this.#took(this.#turns.of(sender), ms);
  }

  #took(turn: Turn, ms: number): void {
    turn.took(ms, this.#turns.clock.monotonic());
  }

  #tooMuch(): Refusal {
    const { senderShare, framesPerSecond } = this.#turns.limits;
    const share = limitText("senderShare", senderShare);
    const pace = framesPerSecond > 0 ? `, and ${limitText("framesPerSecond", framesPerSecond)}` : "";
    const sentence = `this sender posts more than it gets of the hub's time beside others: ${share}${pace}`;
    return new Refusal("rate_limited", `${sentence}. Send more readings in each request, or fewer`, { retryAfter: 1 });
  }
}
