/** What is in `schema-3.db.gz`: five series of one boiler in chunks of format 1, the newest readings in the journal alone. */
import type { Row } from "../world.ts";

const at = Date.UTC(2026, 10, 26);
const readings = 2_800;

/** About one a second: the clock wanders by some ms. */
const timeOf = (index: number): number => at + index * 1_000 + ((index * 7) % 11);

const values: readonly ((index: number) => Row[1])[] = [
  (index) => Math.round(200 + 30 * Math.sin(index / 50)) / 10,
  (index) => index % 90 < 40,
  (index) => ["heating", "idle", "off ☾"][Math.floor(index / 200) % 3] as string,
  (index) => Math.sin(index) / 3,
  (index) => (index < 1_900 ? index * 3 : (index - 1_900) * 3),
];

/** As the boiler sent them: temperature, burning, mode, ratio, starts. */
export function rowsOfSchema3(series: number): Row[] {
  const value = values[series - 1] as (index: number) => Row[1];
  return Array.from({ length: readings }, (_, index): Row => [timeOf(index), value(index)]);
}

/** Came last, for the first series: one in the place of an earlier one, one between two, one before all. */
export function lateOfSchema3(): Row[] {
  return [
    [timeOf(10), -273.1],
    [timeOf(20) + 500, 99.9],
    [at - 86_400_000, 1.5],
  ];
}

/** Was deleted of the first series after that. */
export const deletedOfSchema3 = { fromMs: timeOf(100), toMs: timeOf(160) };
