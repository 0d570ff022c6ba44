import type { RequestsAnswer } from "../../server/protocol/index.ts";
import type { Access } from "./access.ts";
import type { HubApi } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import { Poll } from "./poll.ts";
import type { Timers } from "./timers.ts";

/** Nothing announces a device that asks to be let in: the hub is asked this often while somebody sees the page, ms. */
export const requestsEveryMs = 20_000;

export interface RequestPollOptions {
  readonly access: Pick<Access, "may" | "listen">;
  readonly client: Pick<HubClient, "state">;
  readonly api: Pick<HubApi, "get">;
  readonly timers: Timers;
  /** False while nobody sees the page: nothing is asked then. */
  readonly visible: () => boolean;
  readonly tell: (count: number) => void;
}

/** Asks how many devices ask to be let in, for those who may say yes. */
export class RequestPoll {
  readonly #options: RequestPollOptions;
  readonly #poll: Poll<RequestsAnswer>;
  #asks = false;

  constructor(options: RequestPollOptions) {
    this.#options = options;
    const { access, api, client, timers, visible, tell } = options;
    this.#poll = new Poll({
      timers,
      everyMs: requestsEveryMs,
      ask: (signal) => api.get<RequestsAnswer>("requests", { signal, quiet: true }),
      seen: () => visible() && client.state.state === "open",
      answered: ({ requests }) => tell(requests.length),
      // What was told last stands: the next question is soon.
      failed: () => {},
    });
    access.listen(() => this.#rights());
    this.#rights();
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
      this.#options.tell(0);
    }
  }
}
