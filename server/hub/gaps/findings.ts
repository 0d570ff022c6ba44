/** What commits told of gaps, until it is written: gaps between two readings, and stretches into which late readings fell. */
import type { Stretch } from "./cause.ts";

interface Gaps {
  readonly fromMs: number[];
  readonly toMs: number[];
}

export class Findings {
  #gaps = new Map<number, Gaps>();
  #count = 0;
  readonly #late = new Map<number, Stretch>();

  /** Gaps that wait. */
  get gaps(): number {
    return this.#count;
  }

  gap(series: number, fromMs: number, toMs: number): void {
    const known = this.#gaps.get(series);
    if (known) {
      known.fromMs.push(fromMs);
      known.toMs.push(toMs);
    } else this.#gaps.set(series, { fromMs: [fromMs], toMs: [toMs] });
    this.#count += 1;
  }

  late(series: number, timeMs: number): void {
    const known = this.#late.get(series);
    if (known && timeMs >= known.fromMs && timeMs < known.toMs) return;
    this.lateAgain(series, { fromMs: timeMs, toMs: timeMs + 1 });
  }

  lateAgain(series: number, { fromMs, toMs }: Stretch): void {
    const known = this.#late.get(series) ?? { fromMs, toMs };
    this.#late.set(series, { fromMs: Math.min(known.fromMs, fromMs), toMs: Math.max(known.toMs, toMs) });
  }

  lateSeries(): number[] {
    return [...this.#late.keys()];
  }

  takeLate(series: number): Stretch | undefined {
    const late = this.#late.get(series);
    this.#late.delete(series);
    return late;
  }

  has(series: number): boolean {
    return this.#late.has(series) || this.#gaps.has(series);
  }

  hasGaps(series: number): boolean {
    return this.#gaps.has(series);
  }

  /** Gaps of all series, which wait no more. */
  takeGaps(): Map<number, Gaps> {
    const taken = this.#gaps;
    this.#gaps = new Map();
    this.#count = 0;
    return taken;
  }

  /** They could not be written: they come before those that were heard of since. */
  gapsAgain(series: number, { fromMs, toMs }: Gaps): void {
    const since = this.#gaps.get(series);
    this.#gaps.set(series, {
      fromMs: [...fromMs, ...(since?.fromMs ?? [])],
      toMs: [...toMs, ...(since?.toMs ?? [])],
    });
    this.#count += fromMs.length;
  }

  /** Up to where nothing of a series waits, ms. */
  firstMs(series: number): number {
    const lateMs = this.#late.get(series)?.fromMs ?? Number.POSITIVE_INFINITY;
    return Math.min(lateMs - 1, this.#gaps.get(series)?.fromMs[0] ?? Number.POSITIVE_INFINITY);
  }

  forget(series: number): void {
    this.#late.delete(series);
    this.#count -= this.#gaps.get(series)?.fromMs.length ?? 0;
    this.#gaps.delete(series);
  }
}
