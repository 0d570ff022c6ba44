/** What a person is told of rows that are wrong. */
import type { Trouble } from "./row.ts";

/** Rows told in full; the others are counted. */
export const troublesTold = 3;

export function sentence(line: number, { column, expected, found }: Trouble): string {
  return `Line ${line}${column === undefined ? "" : `, column "${column}"`}: expected ${expected}, found ${found}.`;
}

/** `told`: the first of them, as sentences. `wrong` and `fine`: how many rows there are of each. */
export function refusal(told: readonly string[], wrong: number, fine: number): string {
  const number = new Intl.NumberFormat("en-US");
  const more = wrong > told.length ? ` (${number.format(wrong - told.length)} more)` : "";
  const rows = `${number.format(wrong)} of ${number.format(wrong + fine)} rows ${wrong === 1 ? "is" : "are"} wrong${more}`;
  const way =
    fine === 0
      ? "none is fine"
      : `${number.format(fine)} ${fine === 1 ? "is" : "are"} fine, and played with --skip-wrong`;
  return [...told, `${rows}; ${way}. Nothing was sent.`].join("\n");
}
