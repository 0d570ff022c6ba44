/** What is in `schema-4.db.gz`: one series of a boiler in chunks of format 2 with tiers, a late reading and a hole among them. */
import type { Row } from "../world.ts";

const at = Date.UTC(2026, 10, 25);
const readings = 50_000;
const everyMs = 2_000;

const timeOf = (index: number): number => at + index * everyMs;

/** As the boiler sent them: 28 hours of power. */
export function rowsOfSchema4(): Row[] {
  return Array.from({ length: readings }, (_, index): Row => [timeOf(index), 1_500 + (index % 45) * 10]);
}

/** Came when all of that was sealed and rolled up. */
export const lateOfSchema4: readonly Row[] = [[timeOf(1_000) + 500, 9_999]];

/** Was deleted after that. */
export const deletedOfSchema4 = { fromMs: timeOf(20_000), toMs: timeOf(20_100) };

/** Came last, and is in the journal alone. */
export const lastOfSchema4: Row = [at + 110_000_000, 0.125];
