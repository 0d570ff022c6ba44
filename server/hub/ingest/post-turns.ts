/** Requests of one sender, one after the other where they take more of the hub than others leave it. */
import type { Clock } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import { limitText } from "../../protocol/limits.ts";
import { Turn, type Turns } from "./turns.ts";

/** What a request takes beside what is measured: its head is read and its answer is written, ms. */
const requestMs = 0.15;
/** A request waits for so long before it is refused, ms. */
const patienceMs = 5_000;
/** Senders remembered; beyond it the one that was quiet longest begins anew. */
const mostSenders = 10_000;

interface Waiting {
  readonly sinceMs: number;
  go(): void;
  refuse(refusal: Refusal): void;
}

interface PostSender {
  readonly turn: Turn;
  readonly waiting: Waiting[];
  /** It has to wait, and a timer says when it goes on. */
  held: boolean;
}

export class PostTurns {
  readonly #turns: Turns;
  readonly #clock: Clock;
  readonly #senders = new Map<string, PostSender>();

  constructor(turns: Turns) {
    this.#turns = turns;
    this.#clock = turns.clock;
  }

  /** Resolves when a request of this sender may be taken. Throws a `Refusal` where that is not soon. */
  async wait(key: string): Promise<void> {
    const sender = this.#sender(key);
    if (!sender.held) return;
    const sinceMs = this.#clock.monotonic();
    await new Promise<void>((go, refuse) => sender.waiting.push({ sinceMs, go, refuse }));
  }

  /** A request of this sender was taken, which took so long. */
  took(key: string, ms: number): void {
    const sender = this.#sender(key);
    const waitMs = sender.turn.took(requestMs + ms);
    if (waitMs > 0 && !sender.held) this.#hold(sender, waitMs);
  }

  #hold(sender: PostSender, ms: number): void {
    sender.held = true;
    this.#clock.after(Math.ceil(ms), () => {
      sender.held = false;
      this.#goOn(sender);
    });
  }

  /** Lets go those that have waited too long, and one more; what that one takes says when the next may go. */
  #goOn(sender: PostSender): void {
    const nowMs = this.#clock.monotonic();
    while (sender.waiting.length > 0 && nowMs - (sender.waiting[0] as Waiting).sinceMs > patienceMs)
      sender.waiting.shift()?.refuse(this.#tooMuch());
    const next = sender.waiting.shift();
    if (!next) return;
    next.go();
    // It is taken in this turn of the event loop; the next one waits for what it took.
    if (sender.waiting.length > 0) setImmediate(() => !sender.held && this.#goOn(sender));
  }

  #tooMuch(): Refusal {
    const { senderShare, framesPerSecond } = this.#turns.limits;
    const share = limitText("senderShare", senderShare);
    const pace = framesPerSecond > 0 ? `, and ${limitText("framesPerSecond", framesPerSecond)}` : "";
    const sentence = `this sender posts more than it gets of the hub's time while others send: ${share}${pace}`;
    return new Refusal("rate_limited", `${sentence}. Send more readings in each request, or fewer`, { retryAfter: 1 });
  }

  #sender(key: string): PostSender {
    let sender = this.#senders.get(key);
    if (sender) this.#senders.delete(key);
    else sender = { turn: new Turn(this.#turns), waiting: [], held: false };
    this.#senders.set(key, sender);
    if (this.#senders.size > mostSenders) this.#senders.delete(this.#senders.keys().next().value as string);
    return sender;
  }
}
