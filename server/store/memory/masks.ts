/** Masks of the reference engine: looked through one by one. */
import type { Mask, NewMask } from "../masks.ts";
import type { Range } from "../store.ts";
import type { MemoryData } from "./data.ts";

export function isHidden({ masks }: MemoryData, series: number, timeMs: number): boolean {
  for (const mask of masks.values()) {
    if (mask.series === series && timeMs >= mask.fromMs && timeMs < mask.toMs) return true;
  }
  return false;
}

/** In the order of `numbers`, then from the earliest on. */
export function masksOf({ masks }: MemoryData, numbers: readonly number[]): Mask[] {
  const all = [...masks.values()].sort((a, b) => a.fromMs - b.fromMs || a.id - b.id);
  return numbers.flatMap((series) => all.filter((mask) => mask.series === series));
}

export function addMask(data: MemoryData, mask: NewMask): Mask | null {
  if (!data.series.has(mask.series)) return null;
  data.wholeAfter = data.commit + 1;
  data.ledger.changed(mask);
  const made = { ...mask, id: data.nextMask++ };
  data.masks.set(made.id, made);
  return made;
}

export function removeMask(data: MemoryData, id: number): Mask | null {
  const mask = data.masks.get(id);
  if (!mask) return null;
  data.wholeAfter = data.commit + 1;
  data.ledger.changed(mask);
  data.masks.delete(id);
  return mask;
}

/** Removes those that lie in a range. */
export function forgetMasks({ masks }: MemoryData, { series, fromMs, toMs }: Range): void {
  for (const mask of [...masks.values()]) {
    if (mask.series === series && mask.fromMs >= fromMs && mask.toMs <= toMs) masks.delete(mask.id);
  }
}
