/** How fast counters grow. */
import type { Counters } from "./machine.ts";

export class Rates {
  readonly #monotonic: () => number;
  #last: (Counters & { readonly at: number }) | undefined;

  /** `monotonic`: ms, never set back. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /**
   * Growth each second since the last call, in the order of `counts`. Empty where there is nothing to compare with: at first,
   * and where a counter fell or is another's. Undefined where these are no counts; the next rate is then of the whole time.
   */
  since(now: Counters | undefined): readonly number[] | undefined {
    // All zero is what the library says where it could not ask.
    if (!now?.counts.every((count) => count >= 0) || now.counts.every((count) => count === 0)) return undefined;
    const at = this.#monotonic();
    const last = this.#last;
    this.#last = { ...now, at };
    if (!last || last.from !== now.from || at <= last.at) return [];
    const rates = now.counts.map((count, index) => ((count - (last.counts[index] ?? 0)) * 1_000) / (at - last.at));
    return rates.every((rate) => rate >= 0) ? rates : [];
  }
}
