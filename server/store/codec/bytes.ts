/** Bytes in and out: variable-length integers (7 bits a byte, low first), zigzag for signed ones, doubles little-endian. */

/** A blob that is not what this codec wrote: damaged, cut short, or of a version it does not know. */
export class CodecError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CodecError";
  }
}

/** A blob that is as a newer version may have written it: nothing is wrong with it, and this codec cannot read it. */
export class NewerVersionError extends CodecError {
  constructor(kind: string, found: number, known: number) {
    super(`${kind} version ${found}; this hub knows ${known}`);
    this.name = "NewerVersionError";
  }
}

/** Versions are counted one by one: a number far beyond the known ones is damage. */
const versionsAhead = 15;

/**
 * Throws where a blob of `kind` does not begin with the version `known`. `isKnownBehind` says whether what follows is sound as
 * that version: then the number itself is damaged. Newer versions must not pass for it (their checksums cover the number).
 */
export function requireVersion(kind: string, blob: Buffer, known: number, isKnownBehind: () => boolean): void {
  const found = blob[0];
  if (found === known) return;
  const isAhead = found !== undefined && found > known && found <= known + versionsAhead;
  if (isAhead && !isKnownBehind()) throw new NewerVersionError(kind, found, known);
  throw new CodecError(`${kind} version ${found} is not known; this hub reads version ${known}`);
}

/** Of the last byte of a number. */
const maxWeight = 2 ** 49;

/** Puts an integer from 0 to 2^53 at `at`; answers where it ends, at most 8 bytes behind. A loop over many keeps that to itself. */
export function putUnsigned(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  // Bit operations know 32 bits only; what lies above is taken off by division.
  while (rest >= 0x80000000) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    bytes[end++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}

/** A signed integer as an unsigned one, small where it is near 0. */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** Appends to a buffer that grows. `room` first, then the put calls up to what was asked for. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 65_536) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes sure that `count` more bytes fit. */
  room(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  /** An integer from 0 to 2^53; at most 8 bytes. */
  unsigned(value: number): void {
    this.length = putUnsigned(this.bytes, this.length, value);
  }

  /** An integer from -2^52 to 2^52; at most 8 bytes. */
  signed(value: number): void {
    this.unsigned(zigzag(value));
  }

  /** 8 bytes. */
  double(value: number): void {
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  /** A text in UTF-8 behind its length in bytes; makes its own room. The text must be well-formed. */
  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.room(size + 8);
    this.unsigned(size);
    this.length += this.bytes.write(value, this.length);
  }

  /** A copy of what was written. */
  copy(from = 0): Buffer {
    return Buffer.from(this.bytes.subarray(from, this.length));
  }
}

/** Reads what `ByteWriter` wrote; throws `CodecError` beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new CodecError("the blob ends too early");
    return value;
  }

  unsigned(): number {
    let next = this.byte();
    if (next < 128) return next;
    let value = next & 127;
    let weight = 128;
    do {
      if (weight > maxWeight) throw new CodecError("the blob has a number of more than 8 bytes");
      next = this.byte();
      value += (next & 127) * weight;
      weight *= 128;
    } while (next >= 128);
    return value;
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    return this.take(8).readDoubleLE(0);
  }

  text(): string {
    return this.take(this.unsigned()).toString("utf8");
  }

  /** A count of things that take at least `bytesEach` bytes (may be below 1): a damaged one must not make huge arrays. */
  count(bytesEach: number): number {
    const value = this.unsigned();
    if (value * bytesEach > this.left)
      throw new CodecError(`the blob claims ${value} entries and is too short for them`);
    return value;
  }

  /** The next `size` bytes, not copied. */
  take(size: number): Buffer {
    if (size > this.left) throw new CodecError("the blob ends too early");
    const part = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return part;
  }
}
