/** From when on readings may lie in a head: both threads that ask and the one that writes see it, without a word between them. */

/** Larger than every time of a reading. */
const none = 2n ** 63n - 1n;

export class OpenFrom {
  readonly buffer: SharedArrayBuffer;
  readonly #cell: BigInt64Array;

  /** @param buffer of another one, which this one tells the same as */
  constructor(buffer = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cell = new BigInt64Array(buffer);
  }

  /** All readings before it are sealed, but for those whose commit was not told yet; Infinity where all are. */
  get ms(): number {
    const ms = Atomics.load(this.#cell, 0);
    return ms === none ? Number.POSITIVE_INFINITY : Number(ms);
  }

  set ms(ms: number) {
    Atomics.store(this.#cell, 0, ms === Number.POSITIVE_INFINITY ? none : BigInt(Math.floor(ms)));
  }
}
