/** Asks the hub when a device was there, and why not. */
import type { PresenceAnswer } from "../../server/protocol/index.ts";
import { backoffMs } from "./backoff.ts";
import { type HubApi, HubRefusal } from "./hub-api.ts";
import type { Timers } from "./timers.ts";

/** An answer that did not come by then is not waited for, ms. */
const answerMs = 30_000;

/** A question that failed is asked again: at first within the shorter, later within the longer of these, ms. */
const again = { firstMs: 4_000, mostMs: 60_000 };

export interface PresenceTimelineOptions {
  readonly api: () => Pick<HubApi, "get">;
  readonly timers: Pick<Timers, "monotonic">;
  /** [0, 1), for the jitter. */
  readonly random: () => number;
  readonly changed: () => void;
}

/** Why there is no answer: the hub's words, or none where it was not reached. */
export interface PresenceProblem {
  readonly message: string | undefined;
}

/** The last answer for one question; a newer question makes older answers worthless. */
export class PresenceTimeline {
  readonly #options: PresenceTimelineOptions;
  #question = "";
  #device: string | undefined;
  #answer: PresenceAnswer | undefined;
  #problem: PresenceProblem | undefined;
  /** Questions that failed one after another, and when the present one is asked again, monotonic ms. */
  #failures = 0;
  #againAtMs = Number.POSITIVE_INFINITY;

  constructor(options: PresenceTimelineOptions) {
    this.#options = options;
  }

  /** What the hub told last of this device, of an earlier range until it tells of this one. */
  get answer(): PresenceAnswer | undefined {
    return this.#answer;
  }

  /** Why the hub did not answer the last question; undefined once it answers. */
  get problem(): PresenceProblem | undefined {
    return this.#problem;
  }

  /**
   * Called again and again while the hub is connected. Both ends are whole ms that a `Date` can hold. Asks where `cause`,
   * whatever makes the answer another one, is another than the last, and again a while after a question that failed.
   * `toMs` undefined: open.
   */
  follow(device: string, fromMs: number, toMs: number | undefined, cause: string): void {
    const question = JSON.stringify([device, cause]);
    if (question === this.#question && this.#options.timers.monotonic() < this.#againAtMs) return;
    this.#question = question;
    this.#againAtMs = Number.POSITIVE_INFINITY;
    if (device !== this.#device) {
      this.#answer = undefined;
      this.#problem = undefined;
      this.#failures = 0;
    }
    this.#device = device;
    void this.#ask(question, device, fromMs, toMs);
  }

  async #ask(question: string, device: string, fromMs: number, toMs: number | undefined): Promise<void> {
    const { api, timers, random, changed } = this.#options;
    const params = { from: fromMs, to: toMs };
    const signal = AbortSignal.timeout(answerMs);
    try {
      const path = `devices/${encodeURIComponent(device)}/presence`;
      const answer = await api().get<PresenceAnswer>(path, { params, signal, quiet: this.#failures > 0 });
      if (question !== this.#question) return;
      this.#answer = answer;
      this.#problem = undefined;
      this.#failures = 0;
    } catch (error) {
      if (question !== this.#question) return;
      this.#problem = { message: error instanceof HubRefusal ? error.message : undefined };
      this.#againAtMs = timers.monotonic() + backoffMs(this.#failures, random, again);
      this.#failures += 1;
    }
    changed();
  }
}
