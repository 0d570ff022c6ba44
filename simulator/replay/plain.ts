/** Rows of a CSV file before its first quote: lines, each split at its delimiters. Several times as fast as a parser that minds quotes. */
import { maxRowBytes } from "./row.ts";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = "\uFEFF";

/** Takes the cells of a row, and its line, counted from 1. */
export type TakeRow = (cells: readonly string[], line: number) => void;

export class PlainRows {
  readonly #delimiter: string;
  readonly #take: TakeRow;
  /** The line that has not ended yet. */
  #rest: Buffer = Buffer.alloc(0);
  #lines = 0;
  #isOver = false;

  constructor(delimiter: string, take: TakeRow) {
    this.#delimiter = delimiter;
    this.#take = take;
  }

  /** Lines that were split here. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Splits the lines that end in this piece. From the first piece on that has a quote or belongs to a very long line, it
   * splits nothing more, and gives back what a parser has to read: the line that has not ended, and this piece.
   */
  split(piece: Uint8Array): Uint8Array | undefined {
    if (this.#isOver) return piece;
    const more = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const bytes = this.#rest.length === 0 ? more : Buffer.concat([this.#rest, more]);
    if (more.includes(quote) || this.#rest.length > maxRowBytes / 2) {
      this.#isOver = true;
      return bytes;
    }
    // A return at the very end may be half of a line break.
    const feed = bytes.lastIndexOf(lineFeed);
    const end = 1 + (feed >= 0 ? feed : bytes.subarray(0, -1).lastIndexOf(carriageReturn));
    this.#rest = bytes.subarray(end);
    if (end > 0) this.#splitText(bytes.toString("utf8", 0, end));
    return undefined;
  }

  /** The last line may have no end. */
  end(): void {
    if (!this.#isOver && this.#rest.length > 0) this.#splitText(this.#rest.toString("utf8"));
  }

  #splitText(text: string): void {
    const whole = this.#lines === 0 && text.startsWith(byteOrderMark) ? text.slice(1) : text;
    const lines = whole.includes("\r") ? whole.split(/\r\n|\n|\r/) : whole.split("\n");
    // Behind the last line break there is nothing.
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      this.#lines++;
      if (line !== "") this.#take(line.split(this.#delimiter), this.#lines);
    }
  }
}
