/** Reads the parts of JSON that frames of readings are made of, from bytes. */
import { judge, type Schema } from "../problems.ts";
import { deviceName, metricName } from "../values.ts";
import { ByteNames } from "./byte-names.ts";

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

const rememberedNames = 4096;

export const metricNames = new ByteNames(rememberedNames, (name) => standsUnder(metricName, name));
export const deviceNames = new ByteNames(rememberedNames, (name) => standsUnder(deviceName, name));

function standsUnder(schema: Schema, name: string): boolean {
  const judged = judge(schema, name);
  return judged.ok && judged.value === name;
}

/**
 * Methods answer where what they read ends, -1 where it is not what is read here, or begins at -1. Behind the last byte there is
 * `undefined`, which equals nothing and is in no range.
 */
export class ByteReader {
  protected bytes: Uint8Array = new Uint8Array(0);
  /** What was read last. */
  protected number = 0;
  protected name = "";

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

  /** A whole number, of which there is one zero. */
  protected whole(from: number): number {
    if (from < 0) return -1;
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
