/** Integers that follow each other: as they are, as differences or as differences of differences, whichever is smallest. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readInts, writeInts } from "./planes.ts";

/** How many integers are looked at to choose: enough to tell a slope from noise, few enough to cost nothing. */
const samples = 63;
/** An order has to be better by so much: reading differences back is one pass more. */
const clearly = 0.97;

const scratch = { rests: new Float64Array(1 << 13) };
const sampled = new Float64Array(samples);

/**
 * Writes the first `count` integers, each within ±2^51, and makes its own room. Their number is not written. Layout: order
 * (0–2), a start, the drift (order 1), planes of what is left.
 */
export function writeDifferences(writer: ByteWriter, ints: Float64Array, count: number): void {
  writer.room(24);
  const rests = roomFor(count);
  const { order, drift, middle } = chooseOrder(ints, count);
  const start = order === 0 ? centreOf(ints, count, middle) : (ints[0] ?? 0);
  writer.byte(order);
  writer.signed(start);
  if (order === 1) writer.signed(drift);
  if (order === 0) fromStart(ints, count, start, rests);
  else if (order === 1) steps(ints, count, drift, rests);
  else stepChanges(ints, count, rests);
  writeInts(writer, rests, count);
}

function fromStart(ints: Float64Array, count: number, start: number, rests: Float64Array): void {
  for (let index = 0; index < count; index++) rests[index] = (ints[index] as number) - start;
}

/** The first is the start: no step leads to it. */
function steps(ints: Float64Array, count: number, drift: number, rests: Float64Array): void {
  let previous = (ints[0] ?? 0) - drift;
  for (let index = 0; index < count; index++) {
    const value = ints[index] as number;
    rests[index] = value - previous - drift;
    previous = value;
  }
}

function stepChanges(ints: Float64Array, count: number, rests: Float64Array): void {
  let previous = ints[0] ?? 0;
  let previousStep = 0;
  for (let index = 0; index < count; index++) {
    const value = ints[index] as number;
    const step = value - previous;
    rests[index] = step - previousStep;
    previousStep = step;
    previous = value;
  }
}

/**
 * Reads `count` integers into the beginning of `into`, each divided by `divisor`. The caller has made sure that `count` is sane.
 */
export function readDifferences(
  reader: ByteReader,
  count: number,
  into = new Float64Array(count),
  divisor = 1,
): typeof into {
  const order = reader.byte();
  if (order > 2) throw new CodecError(`unknown order ${order} of differences`);
  const start = reader.signed();
  const drift = order === 1 ? reader.signed() : 0;
  readInts(reader, count, into);
  if (order === 0) {
    for (let index = 0; index < count; index++) into[index] = ((into[index] as number) + start) / divisor;
    return into;
  }
  if (order === 1) {
    let value = start - drift;
    for (let index = 0; index < count; index++) {
      value += (into[index] as number) + drift;
      into[index] = value / divisor;
    }
    return into;
  }
  let value = start;
  let step = 0;
  for (let index = 0; index < count; index++) {
    step += into[index] as number;
    value += step;
    into[index] = value / divisor;
  }
  return into;
}

/** How a column moves, judged by a sample of it. */
interface Shape {
  /** Whose integers have the fewest bits. */
  readonly order: 0 | 1 | 2;
  /** The median step, and the median itself. */
  readonly drift: number;
  readonly middle: number;
}

function chooseOrder(ints: Float64Array, count: number): Shape {
  const taken = Math.min(samples, count - 2);
  if (taken < 1) return { order: 1, drift: 0, middle: 0 };
  for (let sample = 0; sample < taken; sample++) {
    const index = 2 + Math.floor((sample * (count - 2)) / taken);
    sampled[sample] = (ints[index] as number) - (ints[index - 1] as number);
  }
  const drift = medianOf(sampled, taken);
  for (let sample = 0; sample < taken; sample++) {
    sampled[sample] = ints[2 + Math.floor((sample * (count - 2)) / taken)] as number;
  }
  const middle = medianOf(sampled, taken);
  let bits0 = 0;
  let bits1 = 0;
  let bits2 = 0;
  for (let sample = 0; sample < taken; sample++) {
    const index = 2 + Math.floor((sample * (count - 2)) / taken);
    const value = ints[index] as number;
    const before = ints[index - 1] as number;
    const step = value - before;
    bits0 += bitsOf(value - middle);
    bits1 += bitsOf(step - drift);
    bits2 += bitsOf(step - (before - (ints[index - 2] as number)));
  }
  if (bits0 < bits1 * clearly && bits0 <= bits2) return { order: 0, drift, middle };
  return { order: bits2 < bits1 * clearly ? 2 : 1, drift, middle };
}

/** The median of the first `count` numbers, which it sorts; 0 of none. */
export function medianOf(numbers: Float64Array, count: number): number {
  return count === 0 ? 0 : (numbers.subarray(0, count).sort()[count >> 1] as number);
}

/** Bits of an integer and its sign. */
export function bitsOf(value: number): number {
  const size = Math.abs(value);
  return size < 2 ** 31 ? 32 - Math.clz32(size * 2) : 2 + Math.floor(Math.log2(size));
}

/** What all are seen from: the median, or where one plane holds them all from there, half way between the ends. */
function centreOf(ints: Float64Array, count: number, median: number): number {
  let least = ints[0] as number;
  let most = least;
  for (let index = 1; index < count; index++) {
    const value = ints[index] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least < 256 ? Math.floor((least + most) / 2) : median;
}

function roomFor(count: number): Float64Array {
  if (scratch.rests.length < count) scratch.rests = new Float64Array(count * 2);
  return scratch.rests;
}
