import type { RefusedAnswer } from "../../server/protocol/index.ts";
import type { HubApi } from "./hub-api.ts";
import type { Pending, Timers } from "./timers.ts";

export type RefusedReading = RefusedAnswer["refused"][number];

/** Nothing announces a refusal to viewers: they are asked for this often while a device is looked at, ms. */
export const askMs = 10_000;

/** An answer that did not come by then is not waited for: a browser has few connections to one hub. */
const answerMs = 3 * askMs;

export interface RefusalsOptions {
  readonly timers: Timers;
  /** Asks the hub; undefined where it did not tell. */
  readonly ask: (device: string) => Promise<RefusedAnswer | undefined>;
  /** False while nobody sees the page. */
  readonly seen: () => boolean;
  readonly changed: () => void;
}

/** The last readings of one device that were refused for good, newest first: what a silent device may suffer from. */
export class Refusals {
  readonly #options: RefusalsOptions;
  #device: string | undefined;
  #readings: readonly RefusedReading[] = [];
  #quarantined = 0;
  #pending: Pending | undefined;
  /** Questions so far, and the newest of those whose answers are not wanted any more. */
  #asked = 0;
  #settled = 0;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  get readings(): readonly RefusedReading[] {
    return this.#readings;
  }

  /** How many of the device wait for a person's decision. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** Something was decided: asks now, and goes on from there. */
  again(): void {
    this.#pending?.cancel();
    if (this.#device !== undefined) void this.#ask(this.#device);
  }

  /** Follows this device from now on, and no other; undefined: none. */
  follow(device: string | undefined): void {
    if (device === this.#device) return;
    this.#device = device;
    this.#readings = [];
    this.#quarantined = 0;
    this.#pending?.cancel();
    // What was asked for the device before may be answered while this one, or that one again, is followed.
    this.#settled = this.#asked;
    if (device !== undefined) void this.#ask(device);
  }

  async #ask(device: string): Promise<void> {
    const { ask, changed, seen, timers } = this.#options;
    // Before the answer: one that never comes must not be the last.
    this.#pending = timers.after(askMs, () => void this.#ask(device));
    if (!seen()) return;
    this.#asked += 1;
    const question = this.#asked;
    const answer = await ask(device);
    if (!answer || question <= this.#settled) return;
    this.#settled = question;
    const { refused, quarantined } = answer;
    if (refused.length === 0 && this.#readings.length === 0 && quarantined === this.#quarantined) return;
    this.#readings = refused;
    this.#quarantined = quarantined;
    changed();
  }
}

/** Asks the hub; undefined where it did not tell. */
export async function askRefused(api: HubApi, device: string): Promise<RefusedAnswer | undefined> {
  const signal = AbortSignal.timeout(answerMs);
  return api
    .get<RefusedAnswer>(`devices/${encodeURIComponent(device)}/refused`, { signal, quiet: true })
    .catch(() => undefined);
}
