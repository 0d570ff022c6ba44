/** About how much is older than given policies say: the writer knows which series there are, the reader what their chunks hold. */
import type { Ages, Policy } from "../../protocol/keep.ts";
import { type Aged, ageCuts, nothingAged, placeFinder, togetherAged } from "../retention.ts";
import { AgedFinder } from "./aged.ts";
import type { Db } from "./driver.ts";
import type { WriterParts } from "./parts.ts";
import type { TierShape } from "./plan.ts";

/** The reader answers other questions after so long, ms. */
const turnMs = 15;
const chunksAtOnce = 512;
/** Frames of one tier of one series that are counted. */
const mostFrames = 10_000;
/** What a reading takes that is in the journal alone, bytes. */
const openBytes = 8;

/** Which policy counts for each series, by its place, and what of the series is not in chunks; all arrays are parallel. */
export interface AgedSeries {
  readonly series: Float64Array;
  readonly place: Uint16Array;
  readonly open: Float64Array;
  readonly openFirstMs: Float64Array;
  readonly openLastMs: Float64Array;
}

/** The writer's part. */
export function agedSeries({ heads }: WriterParts, policies: readonly Policy[]): AgedSeries {
  const all = heads.all();
  const placeOf = placeFinder(policies);
  const column = (of: (head: (typeof all)[number]) => number) => Float64Array.from(all, of);
  return {
    series: column((head) => head.identity.series),
    place: Uint16Array.from(all, ({ identity: { device, metric } }) => placeOf(device, metric)),
    open: column((head) => head.length),
    openFirstMs: column((head) => head.firstMs()),
    openLastMs: column((head) => head.newestRow()?.timeMs ?? Number.NEGATIVE_INFINITY),
  };
}

/** Where the reader goes on: at the series of this row, after this end of a chunk; what it found of that series before. */
export interface AgedTurn {
  readonly row: number;
  readonly afterMs: number;
  readonly found: Aged;
}

/** What one turn found, by place. */
export interface AgedAnswer {
  readonly places: readonly (readonly [place: number, aged: Aged])[];
  readonly next: AgedTurn | null;
}

/** The reader's part: what goes of chunks and tiers at `nowMs`, of as many series as one turn has time for. */
export function agedTurn(
  db: Db,
  shape: TierShape,
  { series, place }: AgedSeries,
  ages: readonly Ages[],
  nowMs: number,
  { row, afterMs, found }: AgedTurn,
): AgedAnswer {
  const endMs = performance.now() + turnMs;
  const finder = new AgedFinder(db, shape, chunksAtOnce);
  const cuts = ages.map((one) => ageCuts(one, nowMs));
  const sums = new Map<number, Aged>();
  let [at, after, one] = [row, afterMs, found];
  while (at < series.length && performance.now() < endMs) {
    const number = series[at] as number;
    const here = place[at] as number;
    const cut = cuts[here] as (typeof cuts)[number];
    const { runs, nextAfterMs } = finder.page(number, after, cut);
    for (const { readings, bytes, lost, firstMs, toMs } of runs) {
      const ends = { firstMs, lastMs: toMs - 1 };
      one = togetherAged(one, { ...ends, series: 0, readings, bytes, lost: lost ? readings : 0 });
    }
    if (nextAfterMs !== null) {
      after = nextAfterMs;
      continue;
    }
    const frames = finder.frames(number, cut, mostFrames).reduce((sum, { bytes }) => sum + bytes, 0);
    if (one.readings > 0 || frames > 0) {
      const whole = { ...one, series: 1, bytes: one.bytes + frames };
      sums.set(here, togetherAged(sums.get(here) ?? nothingAged, whole));
    }
    [at, after, one] = [at + 1, Number.NEGATIVE_INFINITY, nothingAged];
  }
  return { places: [...sums], next: at < series.length ? { row: at, afterMs: after, found: one } : null };
}

/** What goes of readings that are in no chunk yet, by place: those of which nothing has to stay. */
export function* agedOpen(of: AgedSeries, ages: readonly Ages[], nowMs: number): Generator<readonly [number, Aged]> {
  const cuts = ages.map((one) => ageCuts(one, nowMs));
  for (const [row, place] of of.place.entries()) {
    const { lostMs } = cuts[place] as (typeof cuts)[number];
    const [firstMs, lastMs] = [of.openFirstMs[row] as number, of.openLastMs[row] as number];
    const open = of.open[row] as number;
    if (open === 0 || firstMs >= lostMs) continue;
    const share = lastMs < lostMs ? 1 : (lostMs - firstMs) / Math.max(1, lastMs - firstMs);
    // The newest of a series stays.
    const readings = Math.round(share * open) - (share === 1 ? 1 : 0);
    if (readings <= 0) continue;
    const ends = { firstMs, lastMs: Math.min(lastMs, lostMs) };
    yield [place, { ...ends, series: 0, readings, lost: readings, bytes: readings * openBytes }];
  }
}
