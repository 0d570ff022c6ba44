/** Figures of several rounds put together. Ratios are taken within a round and then the median: what the machine does beside it cancels. */
import type { Figure, FigureKind, Part } from "./part.ts";

/** What the rounds gave. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  /** In their order. */
  readonly rounds: readonly number[];
}

/** One system in one case. */
export interface Row {
  readonly case: string;
  readonly system: string;
  /** By the names of their kinds. */
  readonly figures: Readonly<Record<string, Spread>>;
  /** This system's figure divided by another's, by kind and the other's name; of hubs only. */
  readonly ratios: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
}

/** What came of a part. */
export interface PartReport {
  readonly name: string;
  readonly about: string;
  readonly figures: readonly FigureKind[];
  readonly rows: readonly Row[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

function spread(rounds: readonly number[]): Spread {
  return { median: median(rounds), least: Math.min(...rounds), greatest: Math.max(...rounds), rounds };
}

/** Medians and ratios of what a part measured; cases and systems in the order in which they came. `hubs`: names of what ratios are of. */
export function reportOf(
  { name, about, figures: kinds, against }: Pick<Part, "name" | "about" | "figures" | "against">,
  figures: readonly Figure[],
  hubs: readonly string[],
): PartReport {
  const values = new Map<string, Figure[]>();
  const known = new Set(kinds.map((kind) => kind.name));
  const order = new Map<string, { case: string; system: string }>();
  for (const figure of figures) {
    if (!known.has(figure.figure)) throw new Error(`${name} has no figure ${figure.figure}`);
    order.set(keyOf(figure.case, figure.system), { case: figure.case, system: figure.system });
    const key = keyOf(figure.case, figure.system, figure.figure);
    values.set(key, [...(values.get(key) ?? []), figure]);
  }
  const of = (each: string, system: string, kind: FigureKind): Figure[] =>
    (values.get(keyOf(each, system, kind.name)) ?? []).sort((a, b) => a.round - b.round);

  const rows = [...order.values()].map(({ case: each, system }) => {
    const own: Record<string, Spread> = {};
    const ratios: Record<string, Record<string, Spread>> = {};
    for (const kind of kinds) {
      const mine = of(each, system, kind);
      if (mine.length === 0) continue;
      own[kind.name] = spread(mine.map(({ value }) => value));
      if (kind.better === undefined || !hubs.includes(system)) continue;
      for (const other of kind.against ?? against) {
        const theirs = new Map(of(each, other, kind).map(({ round, value }) => [round, value]));
        const shared = mine.flatMap(({ round, value }) => {
          const their = theirs.get(round);
          return their === undefined ? [] : [value / their];
        });
        if (shared.length > 0) ratios[kind.name] = { ...ratios[kind.name], [other]: spread(shared) };
      }
    }
    return { case: each, system, figures: own, ratios };
  });
  return { name, about, figures: kinds, rows };
}

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);
