/** Gaps of readings that are thinned away. They stay, and of a series that never keeps to its interval each step is one. */
import type { Db } from "./driver.ts";

interface Hole {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cause: string;
}

/**
 * Makes gaps of a series that follow each other for the same cause one, where all readings from `fromMs` (included) to `toMs`
 * (excluded) go: nothing that is kept lies between them, and nobody looks there again. Inside the caller's transaction.
 */
export function joinHoles(db: Db, series: number, fromMs: number, toMs: number): void {
  const find = db.prepare(
    `SELECT from_ms AS fromMs, to_ms AS toMs, cause FROM holes
     WHERE series = ? AND from_ms >= ? AND from_ms < ? AND to_ms < ? ORDER BY from_ms`,
  );
  const chains: { readonly first: Hole; last: Hole }[] = [];
  for (const hole of find.all(series, fromMs, toMs, toMs) as Hole[]) {
    const chain = chains.at(-1);
    if (chain && chain.last.toMs === hole.fromMs && chain.last.cause === hole.cause) chain.last = hole;
    else chains.push({ first: hole, last: hole });
  }
  const remove = db.prepare("DELETE FROM holes WHERE series = ? AND from_ms > ? AND from_ms <= ?");
  const end = db.prepare("UPDATE holes SET to_ms = ? WHERE series = ? AND from_ms = ?");
  for (const { first, last } of chains) {
    if (first === last) continue;
    remove.run(series, first.fromMs, last.fromMs);
    end.run(last.toMs, series, first.fromMs);
  }
}
