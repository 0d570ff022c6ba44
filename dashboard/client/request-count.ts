/** How many devices ask to be let in, as pages show it. Who asks the hub for it comes behind the first load. */
export class RequestCount {
  readonly #listeners = new Set<() => void>();
  #count = 0;
  #poll: RequestPolling | undefined;
  #stopped = false;

  get value(): number {
    return this.#count;
  }

  /** Somebody who asked, or looks at the requests, knows. */
  readonly tell = (count: number): void => {
    if (count === this.#count) return;
    this.#count = count;
    for (const call of [...this.#listeners]) call();
  };

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** From now on it is asked for. */
  follow(poll: RequestPolling): void {
    if (this.#stopped) poll.stop();
    else this.#poll = poll;
  }

  /** The page is seen again, or the hub is back. */
  wake(): void {
    this.#poll?.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#poll?.stop();
  }
}

/** Who asks. */
interface RequestPolling {
  wake(): void;
  stop(): void;
}
