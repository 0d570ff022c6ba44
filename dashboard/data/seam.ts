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
  #complete = false;

  /**
   * `fromMs`: asked anew at each connection, but for `once`: then the owner makes another one where it needs it.
   * `completed` is called whenever all of it is here, or cannot be had.
   */
  constructor(
    client: HubClient,
    selection: Pick<SubscriptionRequest, "devices" | "metrics">,
    fromMs: () => number,
    completed: () => void,
    once = false,
  ) {
    const complete = () => {
      this.#complete = true;
      if (once) this.#subscription.close();
      completed();
    };
    this.#subscription = client.subscribe(
      { ...selection, history: () => ({ from: fromMs() }) },
      {
        subscribed: () => this.reset(),
        history: ({ series, times, values }) => {
          const known = this.readings.get(series) ?? { times: [], values: [] };
          known.times.push(...times);
          known.values.push(...((values ?? []) as Value[]));
          this.readings.set(series, known);
        },
        ready: complete,
        refused: complete,
      },
    );
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Forgets what came: the hub is being asked anew. */
  reset(): void {
    this.readings.clear();
    this.#complete = false;
  }

  close(): void {
    this.#subscription.close();
  }
}
