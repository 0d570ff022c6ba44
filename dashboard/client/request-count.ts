import type { RequestsAnswer } from "../../server/protocol/index.ts";
import type { Access } from "./access.ts";
import type { HubApi } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import { Poll } from "./poll.ts";
import type { Timers } from "./timers.ts";

/** Nothing announces a device that asks to be let in: the hub is asked this often while somebody sees the page, ms. */
export const requestsEveryMs = 20_000;

export interface RequestCountOptions {
  readonly access: Pick<Access, "may" | "listen">;
  readonly client: Pick<HubClient, "state">;
  readonly api: Pick<HubApi, "get">;
  readonly timers: Timers;
  /** False while nobody sees the page: nothing is asked then. */
  readonly visible: () => boolean;
}

/** How many devices ask to be let in, for those who may say yes. */
export class RequestCount {
  readonly #options: RequestCountOptions;
  readonly #poll: Poll<RequestsAnswer>;
  readonly #listeners = new Set<() => void>();
  #count = 0;
  #asks = false;

  constructor(options: RequestCountOptions) {
    this.#options = options;
    const { access, api, client, timers, visible } = options;
    this.#poll = new Poll({
      timers,
      everyMs: requestsEveryMs,
      ask: (signal) => api.get<RequestsAnswer>("requests", { signal, quiet: true }),
      seen: () => visible() && client.state.state === "open",
      answered: ({ requests }) => this.tell(requests.length),
      // What was told last stands: the next question is soon.
      failed: () => {},
    });
    access.listen(() => this.#rights());
  }

  get value(): number {
    return this.#count;
  }

  /** Somebody who looks at the requests knows. */
  tell(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    for (const call of [...this.#listeners]) call();
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** The page is seen again, or the hub is back: asks now, and goes on from there. */
  wake(): void {
    if (this.#asks) this.#poll.start();
  }

  stop(): void {
    this.#asks = false;
    this.#poll.stop();
  }

  #rights(): void {
    const may = this.#options.access.may("admit");
    if (may === this.#asks) return;
    this.#asks = may;
    if (may) this.#poll.start();
    else {
      this.#poll.stop();
      this.tell(0);
    }
  }
}
