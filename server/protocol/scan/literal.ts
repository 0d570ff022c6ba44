/** Bytes that stand as they are. */
export class Literal {
  /** Four bytes each, the first one lowest; the last word holds the bytes that are left, none at least. */
  readonly words: Int32Array;
  /** Bytes of `words` that are whole. */
  readonly wholeBytes: number;
  /** The bits of the last word that count. */
  readonly lastMask: number;
  readonly length: number;

  constructor(bytes: Uint8Array, begin: number, end: number) {
    this.length = end - begin;
    this.wholeBytes = this.length & ~3;
    this.lastMask = (1 << ((this.length & 3) * 8)) - 1;
    this.words = new Int32Array((this.wholeBytes >> 2) + 1);
    for (let at = 0; at < this.length; at++)
      this.words[at >> 2] = (this.words[at >> 2] as number) | ((bytes[begin + at] as number) << ((at & 3) * 8));
  }
}
