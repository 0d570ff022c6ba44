/** Names by their bytes, so that the same few, which come with every reading, are no new texts each time. */

/** Longest name that is looked up, bytes: names of ASCII alone are no longer. */
const longestName = 128;
/** Slots that a name may stand in: whoever makes up names of one hash must not make a lookup long. Others are made anew each time. */
const mostSlots = 8;
/** Room for the bytes of names, bytes a name: beyond it all are forgotten. */
const bytesEach = 32;

export class ByteNames {
  readonly #most: number;
  readonly #isRight: (name: string) => boolean;
  /** Open addressing: the number of a name, 0 for none. Twice as many slots as names, so that an empty one is near. */
  readonly #slots: Uint16Array;
  readonly #hashes: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint8Array;
  readonly #names: string[] = [""];
  readonly #bytes: Uint8Array;
  #bytesUsed = 0;

  /**
   * Remembers up to `most` names (a power of two, at most 2^15), and forgets all of them before the next one: who makes names up must
   * not fill the memory. `isRight`: whether a name may be taken as it stands.
   */
  constructor(most: number, isRight: (name: string) => boolean) {
    this.#most = most;
    this.#isRight = isRight;
    this.#slots = new Uint16Array(most * 2);
    this.#hashes = new Int32Array(most + 1);
    this.#starts = new Uint32Array(most + 1);
    this.#lengths = new Uint8Array(most + 1);
    this.#bytes = new Uint8Array(most * bytesEach);
  }

  /** One byte more of a name: `hash` of none is 0. */
  static hash(hash: number, byte: number): number {
    return (Math.imul(hash, 31) + byte) | 0;
  }

  /** The name of ASCII that stands in `bytes` from `start` to `end`, with its `hash`; undefined where it cannot be taken as it stands. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): string | undefined {
    const length = end - start;
    const slots = this.#slots;
    let slot = this.#slotOf(hash);
    for (let looked = 0; looked < mostSlots; looked++) {
      const name = slots[slot] as number;
      if (name === 0) return this.#add(bytes, start, end, hash, slot);
      if (this.#hashes[name] === hash && this.#lengths[name] === length && this.#isAt(name, bytes, start, end))
        return this.#names[name];
      slot = (slot + 1) & (slots.length - 1);
    }
    return this.#made(bytes, start, end);
  }

  #isAt(name: number, bytes: Uint8Array, start: number, end: number): boolean {
    let known = this.#starts[name] as number;
    for (let at = start; at < end; at++, known++) if (bytes[at] !== this.#bytes[known]) return false;
    return true;
  }

  /** The name made anew, and checked. */
  #made(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (end - start > longestName) return undefined;
    const name = String.fromCharCode(...bytes.subarray(start, end));
    return this.#isRight(name) ? name : undefined;
  }

  /** Remembers it in a slot that is free. */
  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): string | undefined {
    const name = this.#made(bytes, start, end);
    if (name === undefined) return undefined;
    const length = end - start;
    if (this.#names.length > this.#most || this.#bytesUsed + length > this.#bytes.length) this.#forget();
    const number = this.#names.push(name) - 1;
    this.#hashes[number] = hash;
    this.#starts[number] = this.#bytesUsed;
    this.#lengths[number] = length;
    this.#bytes.set(bytes.subarray(start, end), this.#bytesUsed);
    this.#bytesUsed += length;
    this.#slots[slot] = number;
    return name;
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }

  #forget(): void {
    this.#slots.fill(0);
    this.#names.length = 1;
    this.#bytesUsed = 0;
  }
}
