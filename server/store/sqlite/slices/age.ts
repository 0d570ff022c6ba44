/** Takes away what is older than its policy says, where that was asked for: series after series, run after run. */
import type { Policy } from "../../../protocol/keep.ts";
import { type AgeCuts, ageCuts, nothingAged, placeFinder, togetherAged } from "../../retention.ts";
import { AgedFinder } from "../aged.ts";
import { transact } from "../driver.ts";
import type { SealedState, SeriesHead } from "../head.ts";
import { thin } from "../thin.ts";
import type { Workplace } from "./job.ts";
import { sealSome } from "./seal.ts";

/** Chunks of one series that are looked at, frames that go, and heads that are sealed, in one go. */
const chunksAtOnce = 64;
const framesAtOnce = 16;
const headsAtOnce = 16;

/** A walk over all series. */
interface Round {
  /** Those that it began with: others mean other ages. */
  readonly policies: readonly Policy[];
  /** Series with ages, and their cuts. Of `open` ones old readings are not sealed yet. */
  readonly open: SeriesHead[];
  readonly todo: (readonly [SeriesHead, AgeCuts])[];
  /** Where the walk stands in the last of them. */
  afterMs: number;
}

/** One slice; true where more is to be looked at. */
export function ageSlice(place: Workplace): () => boolean {
  const { parts, settings } = place;
  const { db, heads, policies } = parts;
  const finder = new AgedFinder(db, settings.tiers, chunksAtOnce);
  const removeFrame = db.prepare("DELETE FROM tiers WHERE id = ?");
  const rawFrom = db.prepare("UPDATE rolled SET raw_from_ms = max(coalesce(raw_from_ms, ?), ?) WHERE series = ?");
  let round: Round | undefined;

  function begin(nowMs: number): Round {
    const { all, otherwise } = policies;
    const cuts = [...all.map(({ ages }) => ages), otherwise].map((ages) => ageCuts(ages, nowMs));
    const placeOf = placeFinder(all);
    const todo = heads.all().flatMap((head): (readonly [SeriesHead, AgeCuts])[] => {
      const cut = cuts[placeOf(head.identity.device, head.identity.metric)] as AgeCuts;
      return Object.values(cut.full).every((ms) => ms === Number.POSITIVE_INFINITY) ? [] : [[head, cut]];
    });
    const open = todo.flatMap(([head, { rawMs }]) => (head.length > 0 && head.firstMs() < rawMs ? head : []));
    return { policies: all, open, todo, afterMs: Number.NEGATIVE_INFINITY };
  }

  /** One page of a series: its state afterwards, and what went. */
  function step(walk: Round, head: SeriesHead, cuts: AgeCuts, known: SealedState) {
    const { series } = head.identity;
    const { runs, nextAfterMs } = finder.page(series, walk.afterMs, cuts);
    let state = known;
    let gone = nothingAged;
    for (const { fromMs, toMs, firstMs, bytes, lost } of runs) {
      // A damaged chunk refuses the questions that need it, and stays.
      const one = thin(parts, head, state, fromMs, toMs - 1);
      if (one === undefined) continue;
      rawFrom.run(toMs, toMs, series);
      state = one.state;
      gone = {
        ...{ series: 0, readings: gone.readings + one.readings, bytes: gone.bytes + bytes },
        lost: gone.lost + (lost ? one.readings : 0),
        firstMs: Math.min(gone.firstMs, firstMs),
        lastMs: Math.max(gone.lastMs, one.lastMs),
      };
    }
    if (nextAfterMs !== null) walk.afterMs = nextAfterMs;
    else {
      const frames = finder.frames(series, cuts, framesAtOnce);
      for (const { id, bytes } of frames) {
        removeFrame.run(id);
        gone = { ...gone, bytes: gone.bytes + bytes };
      }
      // Those that are left are found once more.
      if (frames.length === 0) skip(walk);
    }
    return { state, gone };
  }

  function skip(walk: Round): void {
    walk.todo.pop();
    walk.afterMs = Number.NEGATIVE_INFINITY;
  }

  return () => {
    // A person has changed their mind: what they say now is asked for anew.
    if (round && round.policies !== policies.all) round = undefined;
    // A walk comes to its end before the next one begins: begun anew with each call it might never get there.
    if (round === undefined && policies.orderedMs !== undefined) {
      round = begin(policies.orderedMs);
      policies.orderedMs = undefined;
    }
    if (round === undefined) return false;
    const walk = round;
    const old = walk.open.splice(0, headsAtOnce).filter((head) => head.length > 0 && !head.removed);
    if (old.length > 0) sealSome(place, old, Number.POSITIVE_INFINITY);
    if (walk.open.length > 0) return true;
    const endMs = performance.now() + settings.sliceMs;
    const changed = new Map<SeriesHead, SealedState>();
    let all = nothingAged;
    try {
      transact(db, () => {
        for (let next = walk.todo.at(-1); next; next = performance.now() < endMs ? walk.todo.at(-1) : undefined) {
          const [head, cuts] = next;
          // Of those in a merge nothing goes until it is over: it counts on what it found.
          if (head.removed || parts.stale.isMerging(head.identity.series)) {
            skip(walk);
            continue;
          }
          const { state, gone } = step(walk, head, cuts, changed.get(head) ?? head.sealed);
          changed.set(head, state);
          all = togetherAged(all, gone);
        }
      });
    } catch (error) {
      // What was undone is found again at the next time.
      round = undefined;
      throw error;
    }
    for (const [head, state] of changed) head.sealed = state;
    if (all.bytes > 0 || all.readings > 0) policies.went(all);
    if (walk.todo.length > 0) return true;
    round = undefined;
    return policies.orderedMs !== undefined;
  };
}
