/** For parts that measure all cases of a system in one life of it. */
import type { Figure } from "./part.ts";

/** The same figures, those of one case together, cases in the order in which they came first. */
export function byCase(figures: readonly Figure[]): Figure[] {
  const names = [...new Set(figures.map((figure) => figure.case))];
  return names.flatMap((name) => figures.filter((figure) => figure.case === name));
}
