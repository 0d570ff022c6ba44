/** What became of the readings, counted, and told to whoever listens. */
import { type Content, problemOf, type Reading } from "./content.ts";
import type { Ack } from "./messages.ts";
import type { LinkOptions, LinkStats, Refused } from "./options.ts";
import { tell } from "./tell.ts";

/** The refusals that an ack spells out, each with its reading. */
export function refusedBy(ack: Ack, contentOf: (seq: number) => Content | undefined): Refused[] {
  return (ack.rejected ?? []).map((rejection) => {
    const reading = contentOf(rejection.seq ?? ack.seq ?? 0)?.find(rejection.index, rejection.metric);
    return { ...reading, ...rejection };
  });
}

export class Tally {
  readonly #listeners: Pick<LinkOptions, "onRejected" | "onDropped">;
  #sent = 0;
  #stored = 0;
  #rejected = 0;
  #dropped = 0;
  #resent = 0;

  constructor(listeners: Pick<LinkOptions, "onRejected" | "onDropped">) {
    this.#listeners = listeners;
  }

  stats(pending: number): LinkStats {
    return {
      sent: this.#sent,
      stored: this.#stored,
      rejected: this.#rejected,
      dropped: this.#dropped,
      pending,
      resent: this.#resent,
    };
  }

  /** A reading was given to the link. False where no hub would take it: then it is rejected. */
  given(reading: Reading): boolean {
    this.#sent++;
    const problem = problemOf(reading);
    if (problem) this.#reject({ ...reading, ...problem });
    return !problem;
  }

  stored(count: number): void {
    this.#stored += count;
  }

  resent(count: number): void {
    this.#resent += count;
  }

  dropped(count: number): void {
    this.#dropped += count;
    tell(this.#listeners.onDropped, this.#dropped);
  }

  /** All of a frame was refused. */
  refused(content: Content, seq: number, code: string, message: string): void {
    // All are counted before the first is told.
    this.#rejected += content.count;
    for (const reading of content.readings()) tell(this.#listeners.onRejected, { ...reading, seq, code, message });
  }

  /** An ack has decided so many readings; those it refused are counted, and no more than there were. */
  acknowledged(ack: Ack, decided: number): void {
    const rejected = Math.min(decided, ack.rejectedCount ?? ack.rejected?.length ?? 0);
    this.#rejected += rejected;
    this.#stored += decided - rejected;
  }

  #reject(refused: Refused): void {
    this.#rejected++;
    tell(this.#listeners.onRejected, refused);
  }
}
