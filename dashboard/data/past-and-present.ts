import type { HistoryMessage, HistoryRequest, SeriesMessage, Update } from "../../server/protocol/index.ts";
import type { HubClient, Subscription, SubscriptionRequest } from "../client/hub-client.ts";
import { type Readings, Seam } from "./seam.ts";

/** What is asked of the past. */
export interface AskedPast {
  readonly history: HistoryRequest;
  /** Where it ends and the readings one by one begin, ms; undefined: it is wanted without a present. */
  readonly seamFromMs: number | undefined;
}

/** Told in this order, again from `begun` on wherever the hub tells all anew after a cut. */
export interface PastAndPresentOptions<Asked extends AskedPast> {
  readonly client: HubClient;
  readonly selection: Pick<SubscriptionRequest, "devices" | "metrics">;
  /** What is wanted now. `afterCut`: the hub was not told yet what came in the meantime, nor was the page. */
  readonly ask: (afterCut: boolean) => Asked;
  /** Whether all that was told is still here, so that the hub may go on from there after a cut. */
  readonly keeps: () => boolean;
  /** The hub begins to tell what it was asked for. */
  readonly begun: (asked: Asked) => void;
  readonly series: (entries: SeriesMessage["series"]) => void;
  readonly page: (message: HistoryMessage) => void;
  /** The past is whole, with the readings of the seam by series. */
  readonly whole: (seam: ReadonlyMap<number, Readings>) => void;
  readonly update: (update: Update) => void;
  readonly changed: () => void;
}

/**
 * The past of some series and what comes live, each reading once: buckets up to the seam, the readings of the seam, and
 * then the updates, which are held back until the past is whole. Survives cuts.
 */
export class PastAndPresent<Asked extends AskedPast> {
  readonly #options: PastAndPresentOptions<Asked>;
  readonly #subscription: Subscription;
  /** What the hub was asked for last; it counts once the hub begins to tell it, for it may go on where it was cut instead. */
  #asked: Asked | undefined;
  #seam: Seam | undefined;
  /** The past is here but for the seam. */
  #past = false;
  #ready = false;
  #closed = false;
  #held: Update[] = [];
  #problem: string | undefined;

  constructor(options: PastAndPresentOptions<Asked>) {
    this.#options = options;
    const { client, selection, keeps, series, page, changed } = options;
    let opening = true;
    const history = () => {
      this.#asked = options.ask(!opening);
      return this.#asked.history;
    };
    this.#subscription = client.subscribe(
      { ...selection, history, keeps: () => this.#ready && !this.hasHole && keeps() },
      {
        subscribed: ({ resumed }) => {
          this.#problem = undefined;
          if (!resumed) this.#begin();
        },
        series,
        history: page,
        ready: () => {
          this.#past = true;
          this.#join();
        },
        refused: ({ message }) => {
          this.#problem = message;
          changed();
        },
        update: (message) => {
          if (this.#ready) options.update(message);
          else this.#held.push(message);
        },
      },
    );
    opening = false;
  }

  /** True while all that was asked for is here, but for what `problem` tells. */
  get ready(): boolean {
    return this.#ready;
  }

  /** True where the hub refused the seam: those seconds are not known, and all has to be asked for again. */
  get hasHole(): boolean {
    return this.#seam?.problem !== undefined;
  }

  /** Why the hub refused to tell all or a part, in its words. */
  get problem(): string | undefined {
    return this.#problem ?? this.#seam?.problem;
  }

  /** Nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#subscription.close();
    this.#seam?.close();
  }

  #begin(): void {
    const asked = this.#asked as Asked;
    this.#ready = false;
    this.#past = false;
    this.#held = [];
    this.#options.begun(asked);
    this.#seam?.close();
    this.#seam = undefined;
    const { client, selection } = this.#options;
    if (asked.seamFromMs !== undefined) this.#seam = new Seam(client, selection, asked.seamFromMs, () => this.#join());
  }

  /** The past is whole once the seam is here too, whichever comes last. */
  #join(): void {
    if (this.#ready || !this.#past || this.#seam?.settled === false) return;
    this.#ready = true;
    this.#options.whole(this.#seam?.readings ?? new Map());
    const held = this.#held;
    this.#held = [];
    for (const update of held) if (!this.#closed) this.#options.update(update);
    if (!this.#closed) this.#options.changed();
  }
}
