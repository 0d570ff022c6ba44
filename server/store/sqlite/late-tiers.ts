/**
 * Tiers that a database was rolled up without: an older hub had no such width. They are filled beside the commits, series by
 * series. How far is kept in memory only; a restart passes over what is there.
 */
import type { TierShape } from "./plan.ts";
import type { Meta } from "./schema.ts";

export class LateTiers {
  readonly #meta: Pick<Meta, "get" | "set">;
  readonly #shape: TierShape;
  readonly #reached = new Map<number, Map<number, number>>();
  /** Widths that are filled, ms, the coarsest first. */
  widthsMs: readonly number[];

  constructor(meta: Pick<Meta, "get" | "set">, shape: TierShape) {
    this.#meta = meta;
    this.#shape = shape;
    const known = meta.get("tier_widths").split(",").map(Number);
    this.widthsMs = shape.widthsMs.filter((widthMs) => !known.includes(widthMs)).reverse();
  }

  /** Where the tier of a series has to be filled from; undefined: from its first reading on. */
  fromMs(series: number, widthMs: number): number | undefined {
    return this.#reached.get(series)?.get(widthMs);
  }

  /** The tier of a series is filled up to `untilMs`. */
  goOn(series: number, widthMs: number, untilMs: number): void {
    const reached = this.#reached.get(series) ?? new Map<number, number>();
    this.#reached.set(series, reached.set(widthMs, untilMs));
  }

  /** What was filled last may have been undone: it is looked for anew. */
  undone(): void {
    this.#reached.clear();
  }

  /** All series are. */
  done(): void {
    if (this.widthsMs.length === 0) return;
    this.#meta.set("tier_widths", this.#shape.widthsMs.join(","));
    this.#reached.clear();
    this.widthsMs = [];
  }
}
