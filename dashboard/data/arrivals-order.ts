/** The order of senders in a list that a person reads while it changes: newcomers come on top, all others stay where they are. */
import type { ArrivalsAnswer } from "../../server/protocol/index.ts";
import { compareNames } from "./format.ts";

type Sender = ArrivalsAnswer["senders"][number];

/** The same for a sender from answer to answer. */
export function senderKey({ way, address, device = "" }: Pick<Sender, "way" | "address" | "device">): string {
  return `${way} ${address} ${device}`;
}

export class ArrivalsOrder {
  /** In the order in which they came; of those that came with one answer the names decide. */
  #ranks = new Map<string, number>();
  #next = 0;

  /** The senders of an answer, as they are shown. */
  of(senders: readonly Sender[]): Sender[] {
    const known = senders.filter((sender) => this.#ranks.has(senderKey(sender)));
    const fresh = senders
      .filter((sender) => !this.#ranks.has(senderKey(sender)))
      .sort((a, b) => compareNames(b.device ?? "", a.device ?? "") || compareNames(b.address, a.address));
    const ranks = new Map(known.map((sender) => [senderKey(sender), this.#ranks.get(senderKey(sender)) as number]));
    for (const sender of fresh) ranks.set(senderKey(sender), this.#next++);
    this.#ranks = ranks;
    const rank = (sender: Sender) => ranks.get(senderKey(sender)) as number;
    return [...senders].sort((a, b) => rank(b) - rank(a));
  }
}
