/** How the bytes of a file are text. */

/** By the mark that the file begins with. */
export function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8";
}

/** The same text in UTF-8. */
export async function* inUtf8(
  pieces: AsyncIterable<Uint8Array>,
  encoding: "utf-8" | "utf-16le" | "utf-16be",
): AsyncGenerator<Uint8Array> {
  if (encoding === "utf-8") {
    yield* pieces;
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const piece of pieces) yield Buffer.from(decoder.decode(piece, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** Looks at bytes on their way for some that are no UTF-8. What stands for them in text, U+FFFD, may also stand in a file itself. */
export class EncodingWatch {
  isUtf8 = true;

  async *watch(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    for await (const piece of pieces) {
      this.#look(() => decoder.decode(piece, { stream: true }));
      yield piece;
    }
    this.#look(() => decoder.decode());
  }

  #look(decode: () => void): void {
    if (!this.isUtf8) return;
    try {
      decode();
    } catch {
      this.isUtf8 = false;
    }
  }
}
