/** Heads of columns as senders repeat them: `"temperature":[`, in the same order again and again. */
import { Literal } from "./literal.ts";

/** Heads that are remembered; beyond it all are forgotten, before a frame: who makes up names must not fill the memory. */
export const mostHeads = 4096;
/** Longer ones, which is white space, are read each time, bytes. */
const longestHead = 256;

export class ColumnHead {
  readonly name: string;
  /** Up to the first cell; undefined where it is read each time. */
  literal: Literal | undefined;
  /** Number of the last frame that it stood in: a second time in the same one is seen by it. */
  frame = 0;
  /** That of the column which stood behind it last. */
  next: ColumnHead | undefined;

  constructor(name: string, literal: Literal | undefined) {
    this.name = name;
    this.literal = literal;
  }
}

export class ColumnHeads {
  readonly #byName = new Map<string, ColumnHead>();

  /** To be called before the columns of a frame are read, all of which are remembered to its end. True where all heads of before are forgotten: none of them may be expected any more, since it would stand beside another one of its name. */
  beginFrame(): boolean {
    if (this.#byName.size <= mostHeads) return false;
    this.#byName.clear();
    return true;
  }

  /** The head of a column that was read from `begin` to `end`. `tried` is the one that it was not like. */
  of(bytes: Uint8Array, begin: number, end: number, name: string, tried: ColumnHead | undefined): ColumnHead {
    const known = this.#byName.get(name);
    if (known !== undefined) {
      // Its layout is another one now.
      if (known === tried) known.literal = literalOf(bytes, begin, end);
      return known;
    }
    const head = new ColumnHead(name, literalOf(bytes, begin, end));
    this.#byName.set(name, head);
    return head;
  }
}

function literalOf(bytes: Uint8Array, begin: number, end: number): Literal | undefined {
  return end - begin > longestHead ? undefined : new Literal(bytes, begin, end);
}
