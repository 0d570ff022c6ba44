/**
 * Bytes as one block of raw deflate with a Huffman code of their own and no repetitions (RFC 1951, 3.2.7), which any inflate
 * reads. zlib makes the same in four times as long: a call of it takes 10 µs before the first byte, and then looks for what is
 * not there.
 */
import type { ByteWriter } from "./bytes.ts";

/** A byte each, and the end of the block. */
const symbols = 257;
const endOfBlock = 256;
/** Lengths of codes may have so many bits, and those of the code that tells them. */
const maxBits = 15;
const maxLengthBits = 7;
/** A dynamic block, the last one; its numbers of codes: 257 of bytes, one of distances, which stands for none. */
const blockHead = 0b101;
const countBits = 5 + 5 + 4;
/** Lengths of the code of lengths are told in this order, the trailing zeros left out. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const leastLengthCodes = 4;
/** Symbols of that code beside the lengths themselves: the last one 3 to 6 times more, zero 3 to 10 times, zero 11 to 138 times. */
const repeatLast = 16;
const fewZeros = 17;
const manyZeros = 18;
const extraBits = [2, 3, 7];

const lengths = new Uint8Array(symbols + 1);
const codes = new Uint32Array(symbols);
const lengthTimes = new Uint32Array(19);
const lengthLengths = new Uint8Array(19);
const lengthCodes = new Uint32Array(19);
/** How the lengths are told: symbols, and what each says more. */
const told = new Uint8Array(symbols + 1);
const toldExtra = new Uint8Array(symbols + 1);

/** Where bits go, the low ones first. */
const bits = { held: 0, count: 0 };

/**
 * Writes the first `count` bytes, which come as often as `times` says (256 numbers), behind the length of that; nothing, and
 * false, where it would take `belowBytes` or more.
 */
export function writeHuffman(
  writer: ByteWriter,
  bytes: Uint8Array,
  count: number,
  times: Uint32Array,
  belowBytes: number,
): boolean {
  codeLengths(times, symbols, maxBits, lengths);
  lengths[symbols] = 0;
  const toldCount = tellLengths();
  codeLengths(lengthTimes, lengthLengths.length, maxLengthBits, lengthLengths);
  let lengthCount = lengthOrder.length;
  while (lengthCount > leastLengthCodes && lengthLengths[lengthOrder[lengthCount - 1] as number] === 0) lengthCount--;
  const size = Math.ceil((3 + countBits + lengthCount * 3 + bitsOfLengths() + bitsOfBytes(times)) / 8);
  if (size >= belowBytes) return false;
  writer.unsigned(size);
  assignCodes(lengths, symbols, codes);
  assignCodes(lengthLengths, lengthLengths.length, lengthCodes);
  bits.held = 0;
  bits.count = 0;
  put(writer, blockHead, 3);
  put(writer, (lengthCount - leastLengthCodes) << 10, countBits);
  for (let place = 0; place < lengthCount; place++)
    put(writer, lengthLengths[lengthOrder[place] as number] as number, 3);
  for (let at = 0; at < toldCount; at++) {
    const symbol = told[at] as number;
    put(writer, lengthCodes[symbol] as number, lengthLengths[symbol] as number);
    if (symbol >= repeatLast) put(writer, toldExtra[at] as number, extraBits[symbol - repeatLast] as number);
  }
  putAll(writer, bytes, count);
  put(writer, codes[endOfBlock] as number, lengths[endOfBlock] as number);
  if (bits.count > 0) writer.byte(bits.held);
  if (bits.count > 8) writer.byte(bits.held >>> 8);
  return true;
}

function bitsOfBytes(times: Uint32Array): number {
  let sum = lengths[endOfBlock] as number;
  for (let symbol = 0; symbol < endOfBlock; symbol++) sum += (times[symbol] as number) * (lengths[symbol] as number);
  return sum;
}

function bitsOfLengths(): number {
  let sum = 0;
  for (let symbol = 0; symbol < lengthTimes.length; symbol++) {
    const extra = symbol < repeatLast ? 0 : (extraBits[symbol - repeatLast] as number);
    sum += (lengthTimes[symbol] as number) * ((lengthLengths[symbol] as number) + extra);
  }
  return sum;
}

/** At most 16 bits at a time. */
function put(writer: ByteWriter, value: number, count: number): void {
  bits.held |= value << bits.count;
  bits.count += count;
  if (bits.count < 16) return;
  writer.bytes[writer.length] = bits.held;
  writer.bytes[writer.length + 1] = bits.held >>> 8;
  writer.length += 2;
  bits.held >>>= 16;
  bits.count -= 16;
}

function putAll(writer: ByteWriter, bytes: Uint8Array, count: number): void {
  const into = writer.bytes;
  let at = writer.length;
  let held = bits.held;
  let heldBits = bits.count;
  for (let index = 0; index < count; index++) {
    const byte = bytes[index] as number;
    held |= (codes[byte] as number) << heldBits;
    heldBits += lengths[byte] as number;
    if (heldBits < 16) continue;
    into[at] = held;
    into[at + 1] = held >>> 8;
    at += 2;
    held >>>= 16;
    heldBits -= 16;
  }
  writer.length = at;
  bits.held = held;
  bits.count = heldBits;
}

/** Turns the lengths into symbols of the code that tells them; answers how many, and counts them in `lengthTimes`. */
function tellLengths(): number {
  lengthTimes.fill(0);
  let count = 0;
  const tell = (symbol: number, extra: number): void => {
    told[count] = symbol;
    toldExtra[count++] = extra;
    lengthTimes[symbol] = (lengthTimes[symbol] as number) + 1;
  };
  let at = 0;
  while (at < lengths.length) {
    const length = lengths[at] as number;
    let run = 1;
    while (at + run < lengths.length && lengths[at + run] === length) run++;
    at += run;
    if (length > 0) {
      tell(length, 0);
      run--;
    }
    while (run >= 3) {
      const most = length > 0 ? 6 : 138;
      const taken = Math.min(run, most);
      if (length > 0) tell(repeatLast, taken - 3);
      else if (taken <= 10) tell(fewZeros, taken - 3);
      else tell(manyZeros, taken - 11);
      run -= taken;
    }
    for (; run > 0; run--) tell(length, 0);
  }
  return count;
}

const order = new Float64Array(symbols);
const weights = new Float64Array(symbols);
/** Place of a symbol in `order`, below the weight: weights are below 2^32. */
const placeFactor = 512;

/**
 * Lengths of a code that is shortest for symbols which come so often, none longer than `most`; 0 for those that never come.
 * The end of a block comes once, whatever `times` says. At least two get a length, since a code of one has no bits to tell.
 */
function codeLengths(times: Uint32Array, count: number, most: number, into: Uint8Array): void {
  for (let halvings = 0; ; halvings++) {
    let used = 0;
    for (let symbol = 0; symbol < count; symbol++) {
      into[symbol] = 0;
      const often = symbol === endOfBlock ? 1 : (times[symbol] as number);
      if (often > 0) order[used++] = (((often - 1) >>> halvings) + 1) * placeFactor + symbol;
    }
    if (used < 2) {
      const only = (order[0] as number) % placeFactor;
      into[only] = 1;
      into[only === 0 ? 1 : 0] = 1;
      return;
    }
    order.subarray(0, used).sort();
    for (let place = 0; place < used; place++) weights[place] = Math.floor((order[place] as number) / placeFactor);
    // Coarser weights make a flatter code.
    if (lengthsOfWeights(used) > most) continue;
    for (let place = 0; place < used; place++) into[(order[place] as number) % placeFactor] = weights[place] as number;
    return;
  }
}

/**
 * Puts the lengths of the best code in the place of the first `count` weights, which rise; answers the longest. In place: Moffat
 * and Katajainen, "In-place calculation of minimum-redundancy codes", 1995.
 */
function lengthsOfWeights(count: number): number {
  const a = weights;
  a[0] = (a[0] as number) + (a[1] as number);
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < count - 1; next++) {
    for (let half = 0; half < 2; half++) {
      const isNode = leaf >= count || (root < next && (a[root] as number) < (a[leaf] as number));
      const weight = a[isNode ? root : leaf] as number;
      a[next] = half === 0 ? weight : (a[next] as number) + weight;
      if (isNode) a[root++] = next;
      else leaf++;
    }
  }
  // What was the weight of a node is its parent by now, and becomes its depth.
  a[count - 2] = 0;
  for (let node = count - 3; node >= 0; node--) a[node] = (a[a[node] as number] as number) + 1;
  let depth = 0;
  let available = 1;
  let node = count - 2;
  let place = count - 1;
  while (available > 0) {
    let used = 0;
    while (node >= 0 && a[node] === depth) {
      used++;
      node--;
    }
    for (; available > used; available--) a[place--] = depth;
    available = 2 * used;
    depth++;
  }
  return a[0] as number;
}

const nextCodes = new Uint32Array(maxBits + 2);

/** Codes by their lengths (RFC 1951, 3.2.2), turned over: they are put in with the low bits first. */
function assignCodes(of: Uint8Array, count: number, into: Uint32Array): void {
  nextCodes.fill(0);
  for (let symbol = 0; symbol < count; symbol++) {
    const length = of[symbol] as number;
    if (length > 0) nextCodes[length + 1] = (nextCodes[length + 1] as number) + 1;
  }
  for (let length = 1; length <= maxBits; length++) {
    nextCodes[length] = ((nextCodes[length] as number) + (nextCodes[length - 1] as number)) << 1;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = of[symbol] as number;
    if (length === 0) continue;
    const code = nextCodes[length] as number;
    nextCodes[length] = code + 1;
    let turned = 0;
    for (let bit = 0; bit < length; bit++) turned |= ((code >>> bit) & 1) << (length - 1 - bit);
    into[symbol] = turned;
  }
}
