/** What the page waits for, told of in one place: whatever takes longer than a moment is shown by the bar on top. */
import type { Observable } from "./controllers.ts";
import { browserTimers, type Timers } from "./timers.ts";

/** What takes longer than this is said, ms. */
export const patienceMs = 300;

export class Progress implements Observable {
  readonly #timers: Pick<Timers, "after">;
  readonly #late = new Set<() => void>();
  readonly #listeners = new Set<() => void>();

  constructor(timers: Pick<Timers, "after">) {
    this.#timers = timers;
  }

  /** True while something takes longer than `patienceMs`. */
  get busy(): boolean {
    return this.#late.size > 0;
  }

  /** Something is waited for from now on. Returns how to end it; ending it again does nothing. */
  readonly begin = (): (() => void) => {
    const timer = this.#timers.after(patienceMs, () => {
      this.#late.add(end);
      if (this.#late.size === 1) this.#tell();
    });
    const end = () => {
      timer.cancel();
      if (this.#late.delete(end) && this.#late.size === 0) this.#tell();
    };
    return end;
  };

  /** Waits for an answer, whatever it is. */
  async during<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const end = this.begin();
    try {
      return await answer;
    } finally {
      end();
    }
  }

  /** Calls whenever `busy` changed. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  #tell(): void {
    for (const call of [...this.#listeners]) call();
  }
}

/** The page's own. */
export const progress = new Progress(browserTimers);
