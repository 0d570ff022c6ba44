import type { Pending, Timers } from "./timers.ts";

export interface PollOptions<Answer> {
  readonly timers: Timers;
  /** From question to question, ms; asked anew with each answer where that tells it. */
  readonly everyMs: number | (() => number);
  readonly ask: (signal: AbortSignal) => Promise<Answer>;
  /** False while nobody sees the page: nothing is asked then. */
  readonly seen: () => boolean;
  readonly answered: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
}

/** An answer that did not come within so many turns is not waited for: a browser has few connections to one hub. */
const patientTurns = 4;

/** Asks the hub the same again and again while somebody sees the page, one question at a time. */
export class Poll<Answer> {
  readonly #options: PollOptions<Answer>;
  #pending: Pending | undefined;
  /** What the next question waits for, ms. */
  #pendingMs = 0;
  /** The question that is under way. */
  #question: AbortController | undefined;

  constructor(options: PollOptions<Answer>) {
    this.#options = options;
  }

  /** Asks at once, and from then on; again while it runs, it asks at once as well. */
  start(): void {
    this.#pending?.cancel();
    this.#turn();
  }

  stop(): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    this.#question?.abort();
    this.#question = undefined;
  }

  #turn(): void {
    this.#wait();
    if (this.#options.seen() && !this.#question) void this.#ask();
  }

  #wait(): void {
    this.#pendingMs = this.#everyMs();
    this.#pending = this.#options.timers.after(this.#pendingMs, () => this.#turn());
  }

  #everyMs(): number {
    const { everyMs } = this.#options;
    return typeof everyMs === "number" ? everyMs : everyMs();
  }

  async #ask(): Promise<void> {
    const { timers, ask, failed } = this.#options;
    const question = new AbortController();
    this.#question = question;
    const impatient = timers.after(this.#everyMs() * patientTurns, () => question.abort());
    try {
      const answer = await ask(question.signal);
      if (this.#question === question) this.#answered(answer);
    } catch (error) {
      if (this.#question === question) failed(error);
    } finally {
      impatient.cancel();
      if (this.#question === question) this.#question = undefined;
    }
  }

  /** What was answered may tell that the next question has more time, or less. */
  #answered(answer: Answer): void {
    this.#options.answered(answer);
    if (!this.#pending || this.#everyMs() === this.#pendingMs) return;
    this.#pending.cancel();
    this.#wait();
  }
}
