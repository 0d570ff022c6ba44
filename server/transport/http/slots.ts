import { Refusal } from "../../protocol/errors.ts";

/** How many of something costly may be under way at once. */
export class Slots {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one; the answer gives it back, once. Throws a retryable `Refusal` where none is free. */
  take(): () => void {
    if (this.#taken >= this.#limit) {
      throw new Refusal(
        "rate_limited",
        `${this.#limit} answers about the past are on their way, and no more are made at once. Ask again in a second.`,
      );
    }
    this.#taken += 1;
    let given = false;
    return () => {
      if (!given) this.#taken -= 1;
      given = true;
    };
  }
}
