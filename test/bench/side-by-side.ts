/** The order of a part: case after case, round after round, and within a round every system in turn. */
import type { Context, Figure } from "./part.ts";
import type { System } from "./systems/system.ts";

/** What came of one measurement, by the names of its kinds; undefined where a system has no such figure. */
export type Measured = Readonly<Record<string, number | undefined>>;

/**
 * Measures every system in every case that is wanted; a smoke is content with the first.
 * @param rounds how often; by default as often as the context says
 */
export async function* sideBySide<Case extends { readonly name: string }>(
  context: Context,
  cases: readonly Case[],
  systems: readonly System[],
  measure: (system: System, of: Case) => Promise<Measured>,
  rounds = context.rounds,
): AsyncGenerator<Figure> {
  const wanted = cases.filter(({ name }) => context.wants(name));
  for (const each of context.quick ? wanted.slice(0, 1) : wanted) {
    for (let round = 1; round <= rounds; round++) {
      for (const system of systems) {
        context.say(`${each.name}, round ${round} of ${rounds}: ${system.name}`);
        for (const [figure, value] of Object.entries(await measure(system, each))) {
          if (value !== undefined) yield { case: each.name, system: system.name, round, figure, value };
        }
      }
    }
  }
}
