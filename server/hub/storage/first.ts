/** The first few of many in some order. */
import { Turns } from "../turns.ts";

const atOnce = 1_000;

/** The first `limit` of `all` in the order that `compare` makes. Others have their turn meanwhile: a sort of 50,000 would not let them. */
export async function firstOf<T>(all: readonly T[], compare: (a: T, b: T) => number, limit: number): Promise<T[]> {
  const turns = new Turns();
  let first: T[] = [];
  for (let from = 0; from < all.length; from += atOnce) {
    const last = first.length < limit ? undefined : first.at(-1);
    const some = all.slice(from, from + atOnce).filter((one) => last === undefined || compare(one, last) < 0);
    if (some.length > 0) first = [...first, ...some].sort(compare).slice(0, limit);
    if (turns.isOver) await turns.next();
  }
  return first;
}
