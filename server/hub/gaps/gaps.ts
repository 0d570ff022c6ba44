/** When series were silent and why: what the ledger keeps, and the silence that lasts. */
import type { HoleCause, Holes } from "../../store/ledger.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import { type CauseDeps, Causes, type Stretch } from "./cause.ts";

export interface GapsDeps extends CauseDeps {
  readonly store: CauseDeps["store"] & Pick<TelemetryStore, "seriesState">;
  readonly ledger: {
    read(series: readonly Series[], fromMs: number, toMs: number, limit: number): Promise<Holes[]>;
    graceMs(series: Series): number;
  };
}

/** `cause`: undefined of the one that lasts. */
interface Gap extends Stretch {
  readonly cause: HoleCause | undefined;
}

export interface GapSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/**
 * Parallel columns: from the last reading before each gap, or the start of the span, to the first one after it, or the end. One
 * during which no hub ran for a while is told in parts, which follow each other.
 */
export interface SeriesGaps {
  readonly series: Series;
  /** null where no reading is expected, so that there are no gaps. */
  readonly graceMs: number | null;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly cause: readonly HoleCause[];
  /** Which part of the time since the series' first reading was no gap; null where there was none, or no reading is expected. */
  readonly complete: number | null;
}

/** Gaps of these series in their order; undefined in place of one that has more than `most`. Rejects with a `StoreError`. */
export async function gapsOf(
  series: readonly Series[],
  span: GapSpan,
  most: number,
  deps: GapsDeps,
): Promise<(SeriesGaps | undefined)[]> {
  const { fromMs, nowMs } = span;
  const toMs = Math.min(span.toMs, nowMs);
  const expected = series.filter((one) => deps.ledger.graceMs(one) !== Number.POSITIVE_INFINITY);
  const numbers = expected.map(({ number }) => number);
  const [kept, states] = await Promise.all([
    deps.ledger.read(expected, fromMs, toMs, most + 1),
    deps.store.seriesState(numbers),
  ]);
  const firsts = new Map(states.map((state) => [state.series, state.firstTimeMs]));
  const causes = new Causes(deps);
  const answers: (SeriesGaps | undefined)[] = [];
  const rows = new Map(numbers.map((number, row) => [number, row]));
  for (const one of series) {
    const holes = kept[rows.get(one.number) ?? -1];
    const firstMs = firsts.get(one.number) ?? null;
    if (!holes) answers.push({ series: one, graceMs: null, from: [], to: [], cause: [], complete: null });
    else if (holes.fromMs.length > most) answers.push(undefined);
    else {
      const graceMs = deps.ledger.graceMs(one);
      const gaps = holes.fromMs.map((startMs, at): Gap => {
        return { fromMs: startMs, toMs: holes.toMs[at] as number, cause: holes.cause[at] };
      });
      const lastMs = one.latestTimeMs;
      if (nowMs - lastMs > graceMs && lastMs < toMs) gaps.push({ fromMs: lastMs, toMs: nowMs, cause: undefined });
      const told: (Stretch & { readonly cause: HoleCause })[] = [];
      for (const gap of gaps) told.push(...(await causes.parts(one, gap, graceMs, gap.cause)));
      const within = told.filter((part) => part.toMs > fromMs && part.fromMs < toMs);
      if (within.length > most) {
        answers.push(undefined);
        continue;
      }
      const from = within.map((part) => Math.max(part.fromMs, fromMs));
      const to = within.map((part) => Math.min(part.toMs, toMs));
      const sinceMs = firstMs === null ? toMs : Math.max(firstMs, fromMs);
      const silentMs = from.reduce((sum, startMs, index) => sum + (to[index] as number) - startMs, 0);
      const complete = sinceMs < toMs ? 1 - silentMs / (toMs - sinceMs) : null;
      answers.push({ series: one, graceMs, from, to, cause: within.map(({ cause }) => cause), complete });
    }
  }
  return answers;
}
