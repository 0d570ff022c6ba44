/** Finding by words, the best first: in any order, beginnings before middles. Ten thousand take a few ms. */
import { compareNames } from "./format.ts";

/** What is searched. Lower case, made once for each thing. */
export interface Searchable {
  /** What a person reads. */
  readonly title: string;
  /** Title and all else that it is found by, in one text or several. */
  readonly texts: readonly string[];
}

/** The words that are looked for, in lower case. */
export function wordsIn(query: string): string[] {
  return query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
}

/** How well it fits, 0 the best: the title begins so; each word begins one of the title; begins any; is in it. */
export function closeness({ title, texts }: Searchable, words: readonly string[]): 0 | 1 | 2 | 3 | undefined {
  if (!words.every((word) => texts.some((text) => text.includes(word)))) return undefined;
  const [first = ""] = words;
  if (title.startsWith(first) && words.every((word) => begins(title, word))) return 0;
  if (words.every((word) => begins(title, word))) return 1;
  return words.every((word) => texts.some((text) => begins(text, word))) ? 2 : 3;
}

const wordSign = /[\p{L}\p{N}]/u;

/** Whether a word of the text begins so. */
function begins(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !wordSign.test(text[at - 1] ?? "")) return true;
  }
  return false;
}

/** The best so many of what is offered, in their order, without putting all in order. */
export class Best<Thing> {
  readonly #most: number;
  readonly #found: { readonly thing: Thing; readonly rank: number; readonly title: string }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** `titleOf` is asked only where the title decides. */
  offer(thing: Thing, rank: number, titleOf: (thing: Thing) => string): void {
    const found = this.#found;
    const isFull = found.length === this.#most;
    if (isFull && rank > (found.at(-1)?.rank ?? 0)) return;
    const title = titleOf(thing);
    const goesBefore = (at: number) => {
      const other = found[at];
      return other !== undefined && (rank - other.rank || compareNames(title, other.title)) < 0;
    };
    if (isFull && !goesBefore(found.length - 1)) return;
    let at = found.length;
    while (at > 0 && goesBefore(at - 1)) at--;
    found.splice(at, 0, { thing, rank, title });
    if (found.length > this.#most) found.pop();
  }

  get things(): Thing[] {
    return this.#found.map(({ thing }) => thing);
  }
}
