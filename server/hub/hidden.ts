/** What masks hide of a series, by heart: each reading that comes late is held against it. */
import { holding, type Interval, joined } from "../store/intervals.ts";
import type { Mask } from "../store/masks.ts";

export interface Hiding {
  /** How many masks there are: whoever is told of another number asks for the readings anew. */
  readonly count: number;
  /** In rising order, none of which meet. */
  readonly spans: readonly Interval[];
}

interface Hideable {
  readonly number: number;
  /** Undefined where nothing is hidden, which is so of nearly all. */
  masks?: Hiding | undefined;
}

/** Notes the masks of these series; `masks` has all of theirs. */
export function noteMasks(series: Iterable<Hideable>, masks: readonly Mask[]): void {
  const bySeries = new Map<number, Mask[]>();
  for (const mask of masks) {
    const known = bySeries.get(mask.series);
    if (known) known.push(mask);
    else bySeries.set(mask.series, [mask]);
  }
  for (const one of series) {
    const found = bySeries.get(one.number);
    one.masks = found && { count: found.length, spans: joined(found) };
  }
}

/** Hides what `more` hides, too. */
export function joinMasks(series: Hideable, more: Hiding): void {
  const { count = 0, spans = [] } = series.masks ?? {};
  series.masks = { count: count + more.count, spans: joined([...spans, ...more.spans]) };
}

/** True where a reading of that time is not to be shown. */
export function isHidden({ masks }: Pick<Hideable, "masks">, timeMs: number): boolean {
  return masks !== undefined && holding(masks.spans, timeMs) !== undefined;
}
