import type { HealthAnswer, StatusAnswer } from "../../server/protocol/index.ts";
import type { HubApi } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import { Poll } from "./poll.ts";
import type { Rights } from "./rights.ts";
import type { Timers } from "./timers.ts";

/** Nothing announces to viewers how the hub is: it is asked this often while somebody sees the page, ms. */
export const healthEveryMs = 10_000;

/** After so many questions without an answer nobody knows how the hub is. */
const mostMisses = 3;

/** A hub that is not well. */
export interface HubIllness {
  /** In the hub's own words, English; undefined where it does not tell. */
  readonly reason: string | undefined;
  /** No reading of any device is taken, since the disk has too little free space. */
  readonly refuses: boolean;
}

export interface HubHealthOptions {
  readonly client: Pick<HubClient, "listen" | "state" | "refused">;
  readonly api: Pick<HubApi, "get" | "health">;
  readonly timers: Timers;
  /** False while nobody sees the page: nothing is asked then. */
  readonly visible: () => boolean;
  /** What whoever sits here may do: the figures are not for everybody. */
  readonly may: Rights["may"];
}

/**
 * How the hub says it is. A hub that is well is asked `/health` alone, which costs it nothing; one that is not also for the
 * figures of its disk, since why it is not well it says in a sentence, and a page has to know whether readings are refused.
 */
export class HubHealth {
  readonly #options: HubHealthOptions;
  readonly #poll: Poll<HubIllness | undefined>;
  readonly #listeners = new Set<() => void>();
  #illness: HubIllness | undefined;
  #misses = 0;
  #wasOpen = false;
  #end: (() => void) | undefined;

  constructor(options: HubHealthOptions) {
    this.#options = options;
    const { client, timers, visible } = options;
    this.#poll = new Poll({
      timers,
      everyMs: healthEveryMs,
      ask: (signal) => this.#ask(signal),
      seen: () => visible() && client.state.state === "open" && !client.refused,
      answered: (illness) => {
        this.#misses = 0;
        this.#tell(illness);
      },
      failed: () => {
        this.#misses += 1;
        if (this.#misses >= mostMisses) this.#tell(undefined);
      },
    });
  }

  /** Undefined while the hub is well, and while nobody knows how it is. */
  get illness(): HubIllness | undefined {
    return this.#illness;
  }

  /** True while the hub takes no reading of any device. */
  get refuses(): boolean {
    return this.#illness?.refuses ?? false;
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  start(): void {
    this.#end ??= this.#options.client.listen(() => this.#connection());
    this.#connection();
    this.#poll.start();
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
    this.#poll.stop();
  }

  /** The page is seen again: asks now, and goes on from there. */
  wake(): void {
    if (this.#end) this.#poll.start();
  }

  /** A hub that is back may be another one than it was; of one that is gone nothing is known. */
  #connection(): void {
    const { state } = this.#options.client.state;
    const isOpen = state === "open" || state === "doubtful";
    if (isOpen && !this.#wasOpen) this.#poll.start();
    this.#wasOpen = isOpen;
    if (!isOpen) this.#tell(undefined);
  }

  async #ask(signal: AbortSignal): Promise<HubIllness | undefined> {
    const { api, may } = this.#options;
    const health = await api.health(signal);
    if (health.status === "ok") return undefined;
    if (!may("status")) return illnessOf(health, undefined);
    const status = await api.get<StatusAnswer>("status", { signal, quiet: true }).catch(() => undefined);
    return illnessOf(status?.health ?? health, status);
  }

  #tell(illness: HubIllness | undefined): void {
    if (illness?.reason === this.#illness?.reason && illness?.refuses === this.#illness?.refuses) return;
    this.#illness = illness;
    for (const call of [...this.#listeners]) call();
  }
}

/** `status`: undefined where the hub could not tell its figures. */
function illnessOf({ status: is, reason }: HealthAnswer, status: StatusAnswer | undefined): HubIllness | undefined {
  if (is === "ok") return undefined;
  // As the hub decides it.
  const least = Math.max(1, status?.limits.minFreeBytes ?? 0);
  return { reason, refuses: status !== undefined && status.store.diskFreeBytes < least };
}
