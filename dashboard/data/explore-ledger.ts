/** Why readings of the series of one chart are missing, as the hub's ledger of gaps has it. */
import type { GapCause, GapsAnswer } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import { keyOf, type SeriesName } from "./explore-choice.ts";
import { eachWithin, type Stretches } from "./explore-gaps.ts";
import { type CauseTimes, type Gap, joinedGaps } from "./missing.ts";
import { instant } from "./past-request.ts";
import type { TimeSpan, TimeWindow } from "./ranges.ts";

/** Gaps end, and causes become known, while somebody looks at them: they are asked for anew so often, ms. */
export const ledgerEveryMs = 20_000;

/** Of a silence that goes on and has no cause yet, ms. */
export const ledgerSoonMs = 5_000;

/** A window that stands or follows a hand is asked for with so much on both sides, as a part of it: who looks a little further finds it told. */
const sparePart = 0.5;

export class ExploreLedger {
  readonly #api: Pick<HubApi, "get">;
  readonly #changed: () => void;
  #under: AbortController | undefined;
  #asked: { readonly series: readonly SeriesName[]; readonly span: TimeSpan; readonly atMs: number } | undefined;
  #gaps: ReadonlyMap<string, readonly Gap[]> = new Map();
  #joined:
    | { readonly of: ReadonlyMap<string, readonly Gap[]>; readonly keys: readonly string[]; readonly gaps: Gap[] }
    | undefined;

  constructor(api: Pick<HubApi, "get">, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  /**
   * Asks where what was told is of other series, of another time, or older than `freshMs`; one question at a time. `hubMs`: the
   * hub's clock, beyond which no gap is told.
   */
  want(
    series: readonly SeriesName[],
    { fromMs, toMs, live }: TimeWindow,
    hubMs: number,
    freshMs: number = ledgerEveryMs,
    nowMs: number = performance.now(),
  ): void {
    if (this.#under || series.length === 0) return;
    const asked = this.#asked;
    // A window that moves along with time is a little ahead of what was told.
    const aheadMs = live ? ledgerEveryMs : 0;
    const isTold =
      asked !== undefined &&
      areSame(asked.series, series) &&
      fromMs >= asked.span.fromMs - aheadMs &&
      toMs <= asked.span.toMs + aheadMs;
    if (isTold && nowMs - asked.atMs < freshMs) return;
    const spareMs = live ? 0 : (toMs - fromMs) * sparePart;
    const span = { fromMs: fromMs - spareMs, toMs: Math.max(toMs, Math.min(toMs + spareMs, hubMs)) };
    const from = Math.floor(instant(span.fromMs));
    this.#asked = { series, span, atMs: nowMs };
    void this.#ask(series, { from, to: Math.max(from + 1, Math.ceil(instant(span.toMs))) });
  }

  close(): void {
    this.#under?.abort();
    this.#under = undefined;
    this.#asked = undefined;
  }

  async #ask(series: readonly SeriesName[], range: { readonly from: number; readonly to: number }): Promise<void> {
    const under = new AbortController();
    this.#under = under;
    const metrics = [...new Set(series.map(({ metric }) => metric))];
    const gaps = new Map<string, readonly Gap[]>();
    try {
      for (const metric of metrics) {
        const device = series.flatMap((one) => (one.metric === metric ? [one.device] : []));
        const params = { device, metric, ...range };
        const answer = await this.#api.get<GapsAnswer>("gaps", { params, signal: under.signal, quiet: true });
        for (const one of answer.series) gaps.set(keyOf(one), gapsOf(one.gaps, answer.to));
      }
      if (this.#under === under) this.#gaps = gaps;
    } catch {
      // That readings are missing is seen without the reason; it is asked for again in a while.
    }
    if (this.#under !== under) return;
    this.#under = undefined;
    this.#changed();
  }

  /** Of these series in one, in rising time: the same array for the same keys while nothing else is told. */
  joined(keys: readonly string[]): readonly Gap[] {
    const known = this.#joined;
    if (known?.of === this.#gaps && known.keys === keys) return known.gaps;
    const gaps = joinedGaps(keys.map((key) => this.#gaps.get(key) ?? []));
    this.#joined = { of: this.#gaps, keys, gaps };
    return gaps;
  }

  /** Why a series has nothing at a moment. */
  causeAt(key: string, timeMs: number): GapCause | undefined {
    return this.#gaps.get(key)?.find(({ fromMs, toMs }) => fromMs < timeMs && timeMs < toMs)?.cause;
  }
}

function areSame(some: readonly SeriesName[], others: readonly SeriesName[]): boolean {
  if (some === others) return true;
  return some.length === others.length && some.every((one, at) => keyOf(one) === keyOf(others[at] as SeriesName));
}

/** Gaps are told up to now at most, which is a moment later at the hub, ms. */
const openMs = 1_000;

/** One that was open when the hub was asked grows until a reading comes, which the line itself tells. */
function gapsOf({ from, to, cause }: GapsAnswer["series"][number]["gaps"], askedToMs: number): Gap[] {
  return from.map((fromMs, row) => {
    const toMs = to[row] as number;
    return {
      fromMs,
      toMs: toMs >= askedToMs - openMs ? Number.POSITIVE_INFINITY : toMs,
      cause: cause[row] as GapCause,
    };
  });
}

/** How long each cause lasted within what is missing, the longest first. */
export function causesWithin(gaps: readonly Gap[], missing: Readonly<Stretches>): CauseTimes {
  const times = new Map<GapCause, number>();
  eachWithin(gaps, missing, ({ cause }, fromMs, toMs) => times.set(cause, (times.get(cause) ?? 0) + toMs - fromMs));
  return [...times].sort((a, b) => b[1] - a[1]);
}
