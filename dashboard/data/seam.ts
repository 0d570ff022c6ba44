import type { HubClient, Subscription, SubscriptionRequest } from "../client/hub-client.ts";
import type { Value } from "../client/hub-view.ts";

/** Readings of one series, oldest first. */
export interface Readings {
  readonly times: number[];
  readonly values: Value[];
}

/**
 * The last seconds of some series, reading by reading. A reading that is committed while the past is read may come as an
 * update too, and a bucket does not tell which readings it holds: it would count there twice. So the buckets end before
 * these seconds, and of these the page knows each reading by its time.
 */
export class Seam {
  readonly #subscription: Subscription;
  readonly readings = new Map<number, Readings>();
  #settled = false;
  #problem: string | undefined;

  /** `settled` is called once: all of it is here, or the hub refused it. */
  constructor(
    client: HubClient,
    selection: Pick<SubscriptionRequest, "devices" | "metrics">,
    fromMs: number,
    settled: () => void,
  ) {
    const settle = (problem?: string) => {
      this.#settled = true;
      this.#problem = problem;
      this.#subscription.close();
      settled();
    };
    this.#subscription = client.subscribe(
      { ...selection, history: () => ({ from: fromMs }) },
      {
        subscribed: () => this.readings.clear(),
        history: ({ series, times, values }) => {
          const known = this.readings.get(series) ?? { times: [], values: [] };
          known.times.push(...times);
          known.values.push(...((values ?? []) as Value[]));
          this.readings.set(series, known);
        },
        ready: () => settle(),
        refused: ({ message }) => settle(message),
      },
    );
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Why the hub refused it, in its words: these seconds are not known. */
  get problem(): string | undefined {
    return this.#problem;
  }

  close(): void {
    this.#subscription.close();
  }
}
