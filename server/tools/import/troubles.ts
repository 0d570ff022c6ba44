/** What can be wrong with a file or a row of it, in words for the person who has the file. */

/** Nothing of the file can be taken, or nothing more. */
export class WrongFile extends Error {}

/** A row, or one cell of it, that is not taken; the others are. `line`: where the row begins, from 1, the header's among them. */
export interface Trouble {
  readonly line: number;
  readonly column: string;
  /** What is allowed, and what was found. */
  readonly problem: string;
}

/** A cell as a message shows it. */
export function shown(text: string): string {
  const plain = text.trim();
  return JSON.stringify(plain.length > 60 ? `${plain.slice(0, 60)}…` : plain);
}

/** Some names in a message, the rest counted. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, 12).map(shown).join(", ");
  return names.length > 12 ? `${first} and ${names.length - 12} more` : first;
}
