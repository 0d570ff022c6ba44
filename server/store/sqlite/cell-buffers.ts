/**
 * Buffers that heads let go, for heads that grow: rows of a series fill one, are sealed, and the next fill it again. Made anew each
 * time they are zeroed first, and their memory, which lies outside V8's heap, makes it collect all of that again and again. Twelve
 * lengths are kept, 12 MiB at most: so much lies beside the budget of heads.
 */

/** Of one size are kept so many, bytes together. */
const mostBytesEach = 2 ** 20;
/** Smaller ones cost little. */
const leastLength = 2 ** 6;
const sizes = 32;

export class CellBuffers {
  /** By the power of two of their length. */
  readonly #free: Float64Array<ArrayBuffer>[][] = Array.from({ length: sizes }, () => []);

  /** A buffer of `length`, a power of two; what it holds means nothing. */
  take(length: number): Float64Array<ArrayBuffer> {
    return (length < leastLength ? undefined : this.#free[sizeOf(length)]?.pop()) ?? new Float64Array(length);
  }

  /** Nobody reads it any more. */
  give(buffer: Float64Array<ArrayBuffer>): void {
    if (buffer.length < leastLength) return;
    const free = this.#free[sizeOf(buffer.length)] as Float64Array<ArrayBuffer>[];
    if ((free.length + 1) * buffer.byteLength <= mostBytesEach) free.push(buffer);
  }
}

/** The power of two that `length` is. */
function sizeOf(length: number): number {
  return sizes - 1 - Math.clz32(length);
}
