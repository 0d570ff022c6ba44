/**
 * Reads `readings` frames from their bytes, without an object for each row: the form that nearly every sender uses, nearly always.
 * Whatever is not quite that, and whatever would be refused, is left to `JSON.parse` and the schemas (`decode.ts`): those say what is
 * right, and a frame that is taken here says the same there (test/protocol/scan.test.ts).
 */
import { ByteNames } from "./byte-names.ts";
import { judge, type Schema } from "./problems.ts";
import { ScannedRows } from "./scanned-rows.ts";
import { deviceName, metricName } from "./values.ts";

const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const exponent = 0x45;
const listBegins = 0x5b;
const backslash = 0x5c;
const listEnds = 0x5d;
const smallExponent = 0x65;
const begins = 0x7b;
const ends = 0x7d;
const firstLetter = { d: 0x64, f: 0x66, i: 0x69, m: 0x6d, r: 0x72, s: 0x73, t: 0x74, v: 0x76 } as const;

/** A double holds any whole number of so many digits, and then one division by a power of ten rounds as JSON does (Clinger 1990, PLDI). */
const exactDigits = 15;
const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, digits) => 10 ** digits);
const longNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const longestNumber = 40;

const rememberedNames = 4096;

const metricNames = new ByteNames(rememberedNames, (name) => standsUnder(metricName, name));
const deviceNames = new ByteNames(rememberedNames, (name) => standsUnder(deviceName, name));

function standsUnder(schema: Schema, name: string): boolean {
  const judged = judge(schema, name);
  return judged.ok && judged.value === name;
}

/**
 * Methods answer where what they read ends, -1 where the frame is not one of those that are read here. Behind the last byte there is
 * `undefined`, which equals nothing and is in no range.
 */
export class RowScanner {
  readonly #rows = new ScannedRows();
  #bytes: Uint8Array = new Uint8Array(0);
  #number = 0;
  #name = "";

  /** The rows of a frame of at most `most`; undefined where `decode.ts` has to read it. */
  scan(bytes: Uint8Array, most: number): ScannedRows | undefined {
    this.#bytes = bytes;
    this.#rows.begin(bytes);
    const end = this.#frame(most);
    return end >= 0 && behindSpace(bytes, end) === bytes.length ? this.#rows : undefined;
  }

  #frame(most: number): number {
    const bytes = this.#bytes;
    const rows = this.#rows;
    let at = behindSpace(bytes, 0);
    if (bytes[at] !== begins) return -1;
    let seen = 0;
    do {
      at = behindSpace(bytes, at + 1);
      if (bytes[at] !== quote) return -1;
      let field = 0;
      switch (bytes[at + 1]) {
        case firstLetter.t:
          field = 1;
          at = this.#behindWord(this.#behindKey(at, keys.type), words.readings);
          break;
        case firstLetter.s:
          field = 2;
          at = this.#positive(this.#behindKey(at, keys.seq));
          rows.seq = this.#number;
          break;
        case firstLetter.i:
          field = 4;
          at = this.#positive(this.#behindKey(at, keys.id));
          rows.id = this.#number;
          break;
        case firstLetter.d:
          field = 8;
          at = this.#text(this.#behindKey(at, keys.device), deviceNames);
          rows.device = this.#name;
          break;
        case firstLetter.r:
          field = 16;
          at = this.#list(this.#behindKey(at, keys.readings), most);
          break;
        default:
          return -1;
      }
      if (at < 0) return -1;
      // Of two of one name the last one stands, as in JSON.
      seen |= field;
      at = behindSpace(bytes, at);
    } while (bytes[at] === comma);
    return bytes[at] === ends && (seen & 17) === 17 ? at + 1 : -1;
  }

  #list(from: number, most: number): number {
    const bytes = this.#bytes;
    if (from < 0 || bytes[from] !== listBegins) return -1;
    const rows = this.#rows;
    rows.length = 0;
    let at = behindSpace(bytes, from + 1);
    if (bytes[at] === listEnds) return at + 1;
    for (let count = 0; count < most; ) {
      if (count === rows.times.length) rows.grow();
      at = this.#row(at, count);
      if (at < 0) return -1;
      rows.length = ++count;
      at = behindSpace(bytes, at);
      if (bytes[at] === listEnds) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = behindSpace(bytes, at + 1);
    }
    return -1;
  }

  #row(from: number, index: number): number {
    const bytes = this.#bytes;
    const rows = this.#rows;
    let at = from;
    if (bytes[at] !== begins) return -1;
    rows.times[index] = Number.NaN;
    rows.devices[index] = undefined;
    let seen = 0;
    do {
      at = behindSpace(bytes, at + 1);
      if (bytes[at] !== quote) return -1;
      let field = 0;
      switch (bytes[at + 1]) {
        case firstLetter.m:
          field = 1;
          at = this.#text(this.#behindKey(at, keys.metric), metricNames);
          rows.metrics[index] = this.#name;
          break;
        case firstLetter.v:
          field = 2;
          at = this.#value(this.#behindKey(at, keys.value), index);
          break;
        case firstLetter.t:
          field = 4;
          at = this.#whole(this.#behindKey(at, keys.time));
          rows.times[index] = this.#number;
          break;
        case firstLetter.d:
          field = 8;
          at = this.#text(this.#behindKey(at, keys.device), deviceNames);
          rows.devices[index] = this.#name;
          break;
        default:
          return -1;
      }
      if (at < 0) return -1;
      seen |= field;
      at = behindSpace(bytes, at);
    } while (bytes[at] === comma);
    return bytes[at] === ends && (seen & 3) === 3 ? at + 1 : -1;
  }

  /** Where the value of a field begins whose key, with its quotes, should stand at `from`. */
  #behindKey(from: number, key: Uint8Array): number {
    const bytes = this.#bytes;
    // Its first two bytes are known.
    for (let index = 2; index < key.length; index++) if (bytes[from + index] !== key[index]) return -1;
    const at = behindSpace(bytes, from + key.length);
    return bytes[at] === colon ? behindSpace(bytes, at + 1) : -1;
  }

  #behindWord(from: number, word: Uint8Array): number {
    if (from < 0) return -1;
    for (let index = 0; index < word.length; index++) if (this.#bytes[from + index] !== word[index]) return -1;
    return from + word.length;
  }

  /** A name of ASCII without an escape. */
  #text(from: number, names: ByteNames): number {
    const bytes = this.#bytes;
    if (from < 0 || bytes[from] !== quote) return -1;
    let hash = 0;
    let at = from + 1;
    for (let byte = bytes[at] as number; byte !== quote; byte = bytes[++at] as number) {
      if (!(byte >= 0x20 && byte < 0x7f) || byte === backslash) return -1;
      hash = ByteNames.hash(hash, byte);
    }
    const name = names.find(bytes, from + 1, at, hash);
    if (name === undefined) return -1;
    this.#name = name;
    return at + 1;
  }

  #value(from: number, index: number): number {
    if (from < 0) return -1;
    const rows = this.#rows;
    const byte = this.#bytes[from];
    const isTrue = byte === firstLetter.t;
    if (isTrue || byte === firstLetter.f) {
      rows.numbers[index] = isTrue ? 1 : 0;
      rows.areBooleans[index] = 1;
      return this.#behindWord(from, isTrue ? words.true : words.false);
    }
    const at = this.#decimal(from);
    rows.numbers[index] = this.#number;
    rows.areBooleans[index] = 0;
    return at;
  }

  #positive(from: number): number {
    const at = this.#whole(from);
    return this.#number > 0 ? at : -1;
  }

  /** A whole number, of which there is one zero. */
  #whole(from: number): number {
    if (from < 0) return -1;
    const at = this.#decimal(from);
    if (!Number.isInteger(this.#number) || Math.abs(this.#number) > largestWhole) return -1;
    this.#number += 0;
    return at;
  }

  #decimal(from: number): number {
    const bytes = this.#bytes;
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
    this.#number = isNegative ? -number : number;
    return at;
  }

  /** A number of many digits, or with an exponent; none that JSON may have rounded to a whole one, which is warned of. */
  #long(from: number): number {
    let text = "";
    let at = from;
    for (let byte = this.#bytes[at] as number; isOfNumber(byte); byte = this.#bytes[++at] as number) {
      if (at - from === longestNumber) return -1;
      text += String.fromCharCode(byte);
    }
    if (!longNumber.test(text)) return -1;
    this.#number = Number(text);
    return Math.abs(this.#number) <= Number.MAX_SAFE_INTEGER ? at : -1;
  }
}

/** Larger times are judged elsewhere. */
const largestWhole = 10 ** exactDigits - 1;

const keys = {
  type: bytesOf('"type"'),
  seq: bytesOf('"seq"'),
  id: bytesOf('"id"'),
  device: bytesOf('"device"'),
  readings: bytesOf('"readings"'),
  metric: bytesOf('"metric"'),
  value: bytesOf('"value"'),
  time: bytesOf('"time"'),
} as const;
const words = { readings: bytesOf('"readings"'), true: bytesOf("true"), false: bytesOf("false") } as const;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
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
function behindSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at] as number;
  if (byte > 0x20) return at;
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] as number;
  return at;
}
