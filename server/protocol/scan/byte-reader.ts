/** Reads the parts of JSON that frames of readings are made of, from bytes. */
import { judge, type Schema } from "../problems.ts";
import { deviceName, metricName } from "../values.ts";
import { ByteNames } from "./byte-names.ts";
import type { Literal } from "./literal.ts";

export const quote = 0x22;
const plus = 0x2b;
export const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const exponent = 0x45;
export const listBegins = 0x5b;
const backslash = 0x5c;
export const listEnds = 0x5d;
const smallExponent = 0x65;
export const begins = 0x7b;
export const ends = 0x7d;

/** A double holds any whole number of so many digits, and then one division by a power of ten rounds as JSON does (Clinger 1990, PLDI). */
const exactDigits = 15;
const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, digits) => 10 ** digits);
/** Larger times are judged elsewhere. */
const largestWhole = 10 ** exactDigits - 1;
const longNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const longestNumber = 40;

/** A fleet behind a few gateways has ten thousands of devices, and each of its devices few metrics. */
const rememberedDevices = 2 ** 15;
const rememberedMetrics = 2 ** 13;

/** Zeros behind a frame, a double of them: reads of four bytes end among them. */
const padding = 8;
const firstCapacity = 2 ** 16;

export const metricNames = new ByteNames(rememberedMetrics, (name) => standsUnder(metricName, name));
export const deviceNames = new ByteNames(rememberedDevices, (name) => standsUnder(deviceName, name));

function standsUnder(schema: Schema, name: string): boolean {
  const judged = judge(schema, name);
  return judged.ok && judged.value === name;
}

/** The first letters of names of fields and words. */
export const letters = {
  d: 0x64,
  f: 0x66,
  i: 0x69,
  m: 0x6d,
  n: 0x6e,
  r: 0x72,
  s: 0x73,
  t: 0x74,
  v: 0x76,
  y: 0x79,
} as const;

const words = { true: bytesOf("true"), false: bytesOf("false") } as const;

/** The bytes of a text of ASCII. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * Methods answer where what they read ends, -1 where it is not what is read here, or begins at -1.
 *
 * A frame is copied: bytes behind which zeros stand, which are part of nothing, are read without a look at where they end, and V8
 * reads them twice as fast as those of a Node `Buffer` that may end at any byte.
 */
export class ByteReader {
  protected bytes = new Uint8Array(firstCapacity);
  /** The same, four bytes at once. */
  protected fours = new DataView(this.bytes.buffer);
  /** What was read last. */
  protected number = 0;
  /** Whether the last value was one; `number` is 0 or 1 then. */
  protected isBoolean = false;
  protected name = "";

  /** What is read from now on. */
  protected load(frame: Uint8Array): void {
    const needed = frame.length + padding;
    if (needed > this.bytes.length) {
      this.bytes = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
      this.fours = new DataView(this.bytes.buffer);
    }
    this.bytes.set(frame);
    this.fours.setFloat64(frame.length, 0);
  }

  /** Where the value of a field begins whose key, with its quotes, should stand at `from`. */
  protected behindKey(from: number, key: Uint8Array): number {
    const { bytes } = this;
    // Its first two bytes are known.
    for (let index = 2; index < key.length; index++) if (bytes[from + index] !== key[index]) return -1;
    return this.behindColon(from + key.length);
  }

  protected behindColon(from: number): number {
    const { bytes } = this;
    if (from < 0) return -1;
    const at = behindSpace(bytes, from);
    return bytes[at] === colon ? behindSpace(bytes, at + 1) : -1;
  }

  protected behindWord(from: number, word: Uint8Array): number {
    if (from < 0) return -1;
    for (let index = 0; index < word.length; index++) if (this.bytes[from + index] !== word[index]) return -1;
    return from + word.length;
  }

  /** What stands at `from` is the literal. */
  protected behindLiteral(from: number, { words, wholeBytes, lastMask, length }: Literal): number {
    if (from < 0) return -1;
    const { fours } = this;
    let word = 0;
    for (const end = from + wholeBytes; word < end - from; word += 4)
      if (fours.getInt32(from + word, true) !== words[word >> 2]) return -1;
    const last = fours.getInt32(from + wholeBytes, true) ^ (words[wholeBytes >> 2] as number);
    return (last & lastMask) === 0 ? from + length : -1;
  }

  /** A name of ASCII without an escape. */
  protected text(from: number, names: ByteNames): number {
    const { bytes } = this;
    if (from < 0 || bytes[from] !== quote) return -1;
    let hash = 0;
    let at = from + 1;
    for (let byte = bytes[at] as number; byte !== quote; byte = bytes[++at] as number) {
      if (!(byte >= 0x20 && byte < 0x7f) || byte === backslash) return -1;
      hash = ByteNames.hash(hash, byte);
    }
    const name = names.find(bytes, from + 1, at, hash);
    if (name === undefined) return -1;
    this.name = name;
    return at + 1;
  }

  protected positive(from: number): number {
    const at = this.whole(from);
    return this.number > 0 ? at : -1;
  }

  /** A number, which a boolean is too. */
  protected value(from: number): number {
    if (from < 0) return -1;
    const byte = this.bytes[from];
    const isTrue = byte === letters.t;
    this.isBoolean = isTrue || byte === letters.f;
    if (!this.isBoolean) return this.decimal(from);
    this.number = isTrue ? 1 : 0;
    return this.behindWord(from, isTrue ? words.true : words.false);
  }

  /** A whole number, of which there is one zero. */
  protected whole(from: number): number {
    if (from < 0) return -1;
    const { bytes, fours } = this;
    let at = from;
    let number = 0;
    if (bytes[from] !== zero) {
      for (let four = fours.getInt32(at, true); areDigits(four); four = fours.getInt32(at, true)) {
        number = number * 10_000 + numberOf(four);
        at += 4;
      }
      for (let byte = bytes[at] as number; byte >= zero && byte <= nine; byte = bytes[++at] as number)
        number = number * 10 + (byte - zero);
    }
    const behind = bytes[at];
    const isPlain = behind !== dot && behind !== exponent && behind !== smallExponent;
    if (at === from || at - from > exactDigits || !isPlain) return this.#wholeOf(from);
    this.number = number;
    return at;
  }

  /** A whole number in whatever way JSON may write it. */
  #wholeOf(from: number): number {
    const at = this.decimal(from);
    if (!Number.isInteger(this.number) || Math.abs(this.number) > largestWhole) return -1;
    this.number += 0;
    return at;
  }

  protected decimal(from: number): number {
    const { bytes } = this;
    const isNegative = bytes[from] === minus;
    const first = isNegative ? from + 1 : from;
    let at = first;
    let byte = bytes[at] as number;
    let number = 0;
    if (byte === zero) byte = bytes[++at] as number;
    else for (; byte >= zero && byte <= nine; byte = bytes[++at] as number) number = number * 10 + (byte - zero);
    if (at === first) return -1;
    let digits = at - first;
    let scale = 0;
    if (byte === dot) {
      const point = at;
      byte = bytes[++at] as number;
      for (; byte >= zero && byte <= nine; byte = bytes[++at] as number) number = number * 10 + (byte - zero);
      scale = at - point - 1;
      if (scale === 0) return -1;
      digits += scale;
    }
    if (digits > exactDigits || byte === smallExponent || byte === exponent) return this.#long(from);
    if (scale > 0) number /= powersOfTen[scale] as number;
    this.number = isNegative ? -number : number;
    return at;
  }

  /** A number of many digits, or with an exponent; none that JSON may have rounded to a whole one, which is warned of. */
  #long(from: number): number {
    let text = "";
    let at = from;
    for (let byte = this.bytes[at] as number; isOfNumber(byte); byte = this.bytes[++at] as number) {
      if (at - from === longestNumber) return -1;
      text += String.fromCharCode(byte);
    }
    if (!longNumber.test(text)) return -1;
    this.number = Number(text);
    return Math.abs(this.number) <= Number.MAX_SAFE_INTEGER ? at : -1;
  }
}

/** Whether four bytes, the first one lowest, are four digits. */
function areDigits(four: number): boolean {
  return ((four & 0xf0f0f0f0) | (((four + 0x06060606) & 0xf0f0f0f0) >>> 4)) === 0x33333333;
}

/** The number that four digits are: of two neighbours at once, then of both. */
function numberOf(four: number): number {
  const digits = four & 0x0f0f0f0f;
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function isOfNumber(byte: number): boolean {
  return (
    (byte >= zero && byte <= nine) ||
    byte === minus ||
    byte === dot ||
    byte === smallExponent ||
    byte === exponent ||
    byte === plus
  );
}

/** Where what is no white space of JSON begins. */
export function behindSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at] as number;
  if (byte > 0x20) return at;
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] as number;
  return at;
}
