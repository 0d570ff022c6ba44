/**
 * Gaps of two series that become one, where a part of either was thinned away: nobody can look for them in the readings. They
 * are those of both at once, and before the first and behind the last reading each series has nothing.
 */
import type { HoleCause } from "../ledger.ts";
import type { Db } from "./driver.ts";
import type { Interval } from "./plan.ts";

export interface Hole extends Interval {
  readonly cause: HoleCause;
}

/** What is known of the time of one series: its ends, and its gaps in rising order. */
export interface Silences {
  /** Of its first and its last reading, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly holes: readonly Hole[];
}

/** Where neither has a reading for longer than `graceMs`. A gap has the cause that it had of the first where that had one, else of the other. Pure. */
export function sharedHoles(one: Silences, other: Silences, graceMs: number): Hole[] {
  const [mine, theirs] = [silencesOf(one), silencesOf(other)];
  const found: Hole[] = [];
  for (let [at, next] = [0, 0]; at < mine.length && next < theirs.length; ) {
    const [a, b] = [mine[at] as Silence, theirs[next] as Silence];
    const [fromMs, toMs] = [Math.max(a.fromMs, b.fromMs), Math.min(a.toMs, b.toMs)];
    if (toMs - fromMs > graceMs && Number.isFinite(fromMs) && Number.isFinite(toMs))
      found.push({ fromMs, toMs, cause: a.cause ?? b.cause ?? "unknown" });
    if (a.toMs < b.toMs) at += 1;
    else next += 1;
  }
  return found;
}

interface Silence extends Interval {
  readonly cause?: HoleCause;
}

function silencesOf({ fromMs, toMs, holes }: Silences): Silence[] {
  const within = holes.filter((hole) => hole.fromMs < toMs && hole.toMs > fromMs);
  return [
    { fromMs: Number.NEGATIVE_INFINITY, toMs: fromMs },
    ...within,
    { fromMs: toMs, toMs: Number.POSITIVE_INFINITY },
  ];
}

/** Of the first and the last reading of both, thinned away or not, before anything moved; ms. */
export interface MergedEnds {
  readonly from: Interval;
  readonly into: Interval;
}

/**
 * A merge of two series of which a part was thinned away is over: the other gets the gaps that both have, as far as they begin
 * where nobody looks at readings any more. All of `from` before `movedMs` is moved (Infinity: all), and its gaps there go.
 * Inside the caller's transaction.
 */
export function joinHolesOf(db: Db, from: number, into: number, ends: MergedEnds, movedMs: number): void {
  const find = db.prepare(
    "SELECT from_ms AS fromMs, to_ms AS toMs, cause FROM holes WHERE series = ? ORDER BY from_ms",
  );
  const grace = db.prepare("SELECT grace_ms FROM looked WHERE series = ?").pluck();
  const remove = db.prepare("DELETE FROM holes WHERE series = ? AND from_ms < ?");
  const put = db.prepare("INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?)");
  const rawMs = db.prepare("SELECT raw_from_ms FROM rolled WHERE series = ?").pluck().get(into) as number | null;
  // Without an interval no gap is told of a series, and one that gets it is looked at.
  const graceMs = (grace.get(into) ?? grace.get(from)) as number | undefined;
  if (typeof rawMs === "number" && graceMs !== undefined) {
    const own = find.all(from) as Hole[];
    const last = own.find((hole) => hole.fromMs < movedMs && hole.toMs >= movedMs);
    const toMs = Math.min(ends.from.toMs, last?.fromMs ?? movedMs);
    const theirs = { ...ends.into, holes: find.all(into) as Hole[] };
    const shared = sharedHoles(theirs, { ...ends.from, toMs, holes: own }, graceMs);
    remove.run(into, rawMs);
    for (const hole of shared) if (hole.fromMs < rawMs) put.run(into, hole.fromMs, hole.toMs, hole.cause);
  }
  remove.run(from, movedMs);
}
