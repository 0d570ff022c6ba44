/**
 * Takes away the oldest raw readings of all series where the budget is full, chunk by chunk: those whose hours stay in a tier
 * before it is, any once it would be passed otherwise. Of each series the chunk that ends
 * last stays: its newest reading is shown, and the hub by itself empties no series.
 */
import { CodecError } from "../codec/bytes.ts";
import type { Thinned } from "../sizes.ts";
import { type Surplus, together } from "./budget.ts";
import { countReadings, cut } from "./deletes.ts";
import { transact } from "./driver.ts";
import type { SealedState, SeriesHead } from "./head.ts";
import type { WriterParts } from "./parts.ts";
import type { Interval } from "./plan.ts";
import type { Workplace } from "./slices/job.ts";
import { joinHoles } from "./thinned-holes.ts";

/** Chunks of one series that are looked at together. */
const chunksAtOnce = 64;
/** Buckets that tell enough of raw readings for those to go. */
const heldByMs = 3_600_000;
/** Where nothing may go it is looked for again once the database has grown by this at most, or by this part of what has to go. */
const lookAgainBytes = 2 ** 20;
const lookAgainShare = 1 / 8;

/** When a chunk ends, and what it takes. */
interface End {
  readonly lastMs: number;
  readonly bytes: number;
}

/** A series and when its oldest chunk ends. */
interface Oldest {
  readonly series: number;
  readonly lastMs: number;
}

/** What went of one series, and what is left of it. */
interface Went extends Thinned {
  readonly state: SealedState;
}

/** One slice; true where more has to go and there is more that may. */
export function thinSlice({ parts, settings }: Workplace): () => boolean {
  const { budget, db, heads } = parts;
  const doomed = db.prepare("SELECT 1 FROM doomed LIMIT 1").pluck();
  const ends = db.prepare("SELECT last_ms AS lastMs, bytes FROM chunks WHERE series = ? ORDER BY last_ms LIMIT ?");
  const rawFrom = db.prepare("UPDATE rolled SET raw_from_ms = max(coalesce(raw_from_ms, ?), ?) WHERE series = ?");
  const frames = db.prepare(
    `SELECT frame_ms AS fromMs, through_ms AS toMs FROM tiers
     WHERE series = ? AND width_ms = ${heldByMs} AND frame_ms <= ? AND through_ms > ? ORDER BY frame_ms`,
  );
  const stale = db.prepare("SELECT 1 FROM stale WHERE series = ? AND from_ms <= ? LIMIT 1").pluck();
  /** Where nothing was found that may go: what was looked for, and how large the database is when it is looked for again. */
  let fruitless: { readonly untilBytes: number; readonly which: Surplus["which"] } | undefined;
  /** The series whose oldest chunk is the oldest of all stands last. */
  let order: Oldest[] = [];
  /** Series that have no place in it yet; undefined while nothing has to go. */
  let unseen: SeriesHead[] | undefined;
  let sought: Surplus["which"] = "held";

  /** The oldest chunks of a series in the order in which they end, without those that end last. */
  function oldEnds(series: number): End[] {
    const found = ends.all(series, chunksAtOnce + 1) as End[];
    return found.filter(({ lastMs }) => lastMs < (found.at(-1) as End).lastMs);
  }

  /** The end of a series' oldest run of chunks that ends before others begin to be older, and takes no more than has to go; undefined for none. */
  function endOfRun(series: number, othersMs: number, left: number): number | undefined {
    let throughMs: number | undefined;
    let runBytes = 0;
    for (const { lastMs, bytes } of oldEnds(series)) {
      if (throughMs !== undefined && (lastMs > othersMs || runBytes >= left)) break;
      throughMs = lastMs;
      runBytes += bytes;
    }
    return throughMs;
  }

  /** Gives series their places; true once each has one. */
  function look(untilMs: number): boolean {
    if (unseen?.length === 0) return true;
    unseen ??= heads.all();
    for (let head = unseen.pop(); head !== undefined; head = unseen.pop()) {
      place(head.identity.series);
      if (performance.now() >= untilMs) return false;
    }
    return true;
  }

  function place(series: number): void {
    const [oldest] = oldEnds(series);
    if (oldest) order.splice(placeOf(order, oldest.lastMs), 0, { series, lastMs: oldest.lastMs });
  }

  function forget(): void {
    order = [];
    unseen = undefined;
  }

  /** True where a tier has the hours of all from `fromMs` to then, without a gap, and none of them has to be rolled up anew from what would go. */
  function isHeld(series: number, fromMs: number, throughMs: number): boolean {
    if (stale.get(series, throughMs) !== undefined) return false;
    let heldMs = fromMs;
    for (const frame of frames.all(series, throughMs, fromMs) as Interval[]) {
      if (frame.fromMs > heldMs) return false;
      heldMs = frame.toMs;
    }
    return heldMs > throughMs;
  }

  /** Takes away the oldest run of chunks of all series, where `left` bytes have to go; answers its bytes, 0 where it may not go. */
  function thinOldest(went: Map<SeriesHead, Went>, which: Surplus["which"], left: number): number {
    const oldest = order.pop();
    const head = oldest && heads.get(oldest.series);
    // Readings that a merge counts on stay until it is over.
    if (oldest === undefined || head === undefined || parts.stale.isMerging(oldest.series)) return 0;
    const othersMs = order.at(-1)?.lastMs ?? Number.POSITIVE_INFINITY;
    const throughMs = endOfRun(oldest.series, othersMs, left);
    if (throughMs === undefined) return 0;
    const before = went.get(head);
    const { firstMs } = before?.state ?? head.sealed;
    const hoursStay = isHeld(oldest.series, firstMs ?? throughMs, throughMs);
    if (which === "held" && !hoursStay) return 0;
    const one = thin(parts, head, before?.state ?? head.sealed, Number.NEGATIVE_INFINITY, throughMs);
    // A damaged chunk refuses the questions that need it, and stays.
    if (one === undefined) return 0;
    rawFrom.run(throughMs + 1, throughMs + 1, oldest.series);
    const thinned = { ...one, lost: hoursStay ? 0 : one.readings };
    went.set(head, { ...(before ? together(before, thinned) : thinned), state: one.state });
    place(oldest.series);
    return one.bytes;
  }

  return () => {
    const surplus = budget.surplus(parts.journal.bytes);
    // What was deleted by somebody goes first, and may be enough.
    if (surplus === undefined || doomed.get() !== undefined) {
      forget();
      return false;
    }
    const { which } = surplus;
    const { usedBytes } = budget;
    if (fruitless?.which === which && usedBytes < fruitless.untilBytes) return false;
    if (which !== sought) forget();
    sought = which;
    const untilMs = performance.now() + settings.sliceMs;
    if (!look(untilMs)) return true;
    const went = new Map<SeriesHead, Went>();
    let left = surplus.bytes;
    try {
      transact(db, () => {
        do left -= thinOldest(went, which, left);
        while (left > 0 && order.length > 0 && performance.now() < untilMs);
      });
    } catch (error) {
      forget();
      throw error;
    }
    for (const [head, { state, ...thinned }] of went) {
      head.sealed = state;
      budget.took(thinned);
    }
    if (order.length > 0) return true;
    forget();
    // Series that were passed over may be rolled up by then.
    fruitless = { untilBytes: usedBytes + Math.min(lookAgainBytes, surplus.bytes * lookAgainShare), which };
    return false;
  };
}

/** Takes away all of a series from `fromMs` to `throughMs` inside the caller's transaction; undefined where a damaged chunk is in the way. */
export function thin(
  parts: WriterParts,
  head: SeriesHead,
  before: SealedState,
  fromMs: number,
  throughMs: number,
): Omit<Went, "lost"> | undefined {
  const { chunks, sealer } = parts;
  const { series } = head.identity;
  const toMs = throughMs + 1;
  const found = chunks.overlapping(series, fromMs, throughMs);
  let readings: number;
  try {
    readings = countReadings(parts, head, found, fromMs, toMs);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
  for (const chunk of found) cut(chunks, head, chunk, fromMs, toMs);
  joinHoles(parts.db, series, Math.max(fromMs, before.firstMs ?? fromMs), toMs);
  const state = { ...before, count: before.count - readings, firstMs: chunks.firstMs(series) };
  sealer.save(series, state, head.sealedNewest);
  const bytes = found.reduce(
    (sum, chunk) => sum + (chunk.firstMs >= fromMs && chunk.lastMs <= throughMs ? chunk.bytes : 0),
    0,
  );
  return { state, readings, bytes, lastMs: throughMs };
}

/** Where an entry belongs that ends then. */
function placeOf(order: readonly Oldest[], lastMs: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] as Oldest).lastMs > lastMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
