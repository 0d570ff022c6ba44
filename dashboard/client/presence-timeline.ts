/** Asks the hub when a device was there, and why not. */
import type { PresenceAnswer } from "../../server/protocol/index.ts";
import { type HubApi, HubRefusal } from "./hub-api.ts";

/** An answer that did not come by then is not waited for, ms. */
const answerMs = 30_000;

/** The last answer for one question; a newer question makes older answers worthless. */
export class PresenceTimeline {
  readonly #api: () => HubApi;
  readonly #changed: () => void;
  #question = "";
  #device: string | undefined;
  #answer: PresenceAnswer | undefined;
  #problem: string | undefined;

  constructor(api: () => HubApi, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  /** What the hub told last of this device, of an earlier range until it tells of this one. */
  get answer(): PresenceAnswer | undefined {
    return this.#answer;
  }

  /** Why the hub told nothing, in its words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Both ends are whole ms that a `Date` can hold. Asks where `cause` is another one than the last: whatever makes the answer another one. `toMs` undefined: open. */
  follow(device: string, fromMs: number, toMs: number | undefined, cause: string): void {
    const question = JSON.stringify([device, cause]);
    if (question === this.#question) return;
    this.#question = question;
    if (device !== this.#device) {
      this.#answer = undefined;
      this.#problem = undefined;
    }
    this.#device = device;
    void this.#ask(question, device, fromMs, toMs);
  }

  async #ask(question: string, device: string, fromMs: number, toMs: number | undefined): Promise<void> {
    const params = { from: fromMs, to: toMs };
    const signal = AbortSignal.timeout(answerMs);
    try {
      const path = `devices/${encodeURIComponent(device)}/presence`;
      const answer = await this.#api().get<PresenceAnswer>(path, { params, signal });
      if (question !== this.#question) return;
      this.#answer = answer;
      this.#problem = undefined;
    } catch (error) {
      if (question !== this.#question) return;
      // While the hub is away the page says so; it is asked again when it is back.
      if (error instanceof HubRefusal) this.#problem = error.message;
    }
    this.#changed();
  }
}
