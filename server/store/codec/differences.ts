/** Integers that follow each other: as they are, as differences or as differences of differences, whichever is smallest. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readInts, writeInts } from "./planes.ts";

/** How many integers are looked at to choose: enough to tell a slope from noise, few enough to cost nothing. */
const samples = 63;
const minSamples = 12;
/** An order has to be better by so much: reading differences back is one pass more. */
const clearly = 0.97;

/** Where a common factor may shorten what is left: below, all of it lies in one plane anyway. */
const minBitsOfFactored = 7;
/** Set in the byte of the order where all integers are so many times a common factor away from the first. */
const factored = 4;

const scratch = { rests: new Float64Array(1 << 13), quotients: new Float64Array(1 << 13) };
const values = new Float64Array(samples);
const steps = new Float64Array(samples);
const changes = new Float64Array(samples);
const sizes = new Float64Array(samples);
const powersOfTwo = Float64Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/**
 * Writes the first `count` integers, each within ±2^51, and makes its own room. Their number is not written. Layout: order
 * (0–2), where factored the first integer and the factor, a start, the drift (order 1), planes of what is left.
 */
export function writeDifferences(writer: ByteWriter, ints: Float64Array, count: number): void {
  writer.room(40);
  const shape = shapeOf(ints, count);
  const factor = shape.bits < minBitsOfFactored ? 1 : factorOf(ints, count);
  if (factor === 1) {
    writer.byte(shape.order);
    writeRests(writer, ints, count, shape);
    return;
  }
  const { quotients } = roomFor(count);
  const reduced = shapeOf(quotients, count);
  writer.byte(reduced.order + factored);
  writer.signed(ints[0] as number);
  writer.unsigned(factor);
  writeRests(writer, quotients, count, reduced);
}

function writeRests(writer: ByteWriter, ints: Float64Array, count: number, { order, drift, middle }: Shape): void {
  const { rests } = roomFor(count);
  const start = order === 0 ? centreOf(ints, count, middle) : firstOf(ints, count);
  writer.signed(start);
  if (order === 1) writer.signed(drift);
  if (order === 0) fromStart(ints, count, start, rests);
  else if (order === 1) stepsOf(ints, count, drift, rests);
  else changesOf(ints, count, rests);
  writeInts(writer, rests, count);
}

function firstOf(ints: Float64Array, count: number): number {
  return count === 0 ? 0 : (ints[0] as number);
}

function fromStart(ints: Float64Array, count: number, start: number, rests: Float64Array): void {
  for (let index = 0; index < count; index++) rests[index] = (ints[index] as number) - start;
}

/** The first is the start: no step leads to it. */
function stepsOf(ints: Float64Array, count: number, drift: number, rests: Float64Array): void {
  let previous = firstOf(ints, count) - drift;
  for (let index = 0; index < count; index++) {
    const value = ints[index] as number;
    rests[index] = value - previous - drift;
    previous = value;
  }
}

function changesOf(ints: Float64Array, count: number, rests: Float64Array): void {
  let previous = firstOf(ints, count);
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
  const way = reader.byte();
  const order = way & ~factored;
  if (order > 2) throw new CodecError(`unknown order ${way} of differences`);
  if (way === order) {
    readRests(reader, order, count, into, divisor);
    return into;
  }
  const first = reader.signed();
  const factor = reader.unsigned();
  readRests(reader, order, count, into, 1);
  for (let index = 0; index < count; index++) into[index] = (first + (into[index] as number) * factor) / divisor;
  return into;
}

function readRests(
  reader: ByteReader,
  order: number,
  count: number,
  into: Float64Array<ArrayBuffer>,
  divisor: number,
): void {
  const start = reader.signed();
  const drift = order === 1 ? reader.signed() : 0;
  readInts(reader, count, into);
  let value = start;
  if (order === 0) {
    for (let index = 0; index < count; index++) into[index] = (start + (into[index] as number)) / divisor;
  } else if (order === 1) {
    value -= drift;
    for (let index = 0; index < count; index++) {
      value += (into[index] as number) + drift;
      into[index] = value / divisor;
    }
  } else {
    let step = 0;
    for (let index = 0; index < count; index++) {
      step += into[index] as number;
      value += step;
      into[index] = value / divisor;
    }
  }
}

/** How a column moves, judged by a sample of it. */
interface Shape {
  /** Whose integers have the fewest bits. */
  readonly order: 0 | 1 | 2;
  /** The median step, and the median itself. */
  readonly drift: number;
  readonly middle: number;
  /** Bits of one integer of that order. */
  readonly bits: number;
}

function shapeOf(ints: Float64Array, count: number): Shape {
  const taken = Math.min(samples, Math.max(minSamples, count >> 2), count - 2);
  if (taken < 1) return { order: 1, drift: 0, middle: 0, bits: 0 };
  const spacing = (count - 2) / taken;
  const at = (sample: number, back: number): number => ints[2 + Math.floor(sample * spacing) - back] as number;
  for (let sample = 0; sample < taken; sample++) {
    values[sample] = at(sample, 0);
    steps[sample] = at(sample, 0) - at(sample, 1);
    changes[sample] = at(sample, 0) - at(sample, 1) - (at(sample, 1) - at(sample, 2));
  }
  const middle = medianOf(values, taken);
  const drift = medianOf(steps, taken);
  const bits0 = bitsEach(values, taken, middle);
  const bits1 = bitsEach(steps, taken, drift);
  const bits2 = bitsEach(changes, taken, 0);
  if (bits0 < bits1 * clearly && bits0 <= bits2) return { order: 0, drift, middle, bits: bits0 };
  return bits2 < bits1 * clearly ? { order: 2, drift, middle, bits: bits2 } : { order: 1, drift, middle, bits: bits1 };
}

/**
 * The greatest factor that all distances to the first integer have, such as 1,000 for times in whole seconds; 1 where there is
 * none. The distances divided by it lie in the scratch then.
 */
function factorOf(ints: Float64Array, count: number): number {
  const first = ints[0] as number;
  let factor = 0;
  for (let sample = 0; sample < samples && factor !== 1; sample++) {
    const distance = (ints[Math.floor((sample * count) / samples)] as number) - first;
    factor = greatestCommon(factor, Math.abs(distance));
  }
  if (factor < 2) return 1;
  const { quotients } = roomFor(count);
  for (let index = 0; index < count; index++) {
    const quotient = ((ints[index] as number) - first) / factor;
    if (!Number.isInteger(quotient)) return 1;
    quotients[index] = quotient;
  }
  return factor;
}

function greatestCommon(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** The median of the first `count` numbers, which it puts into another order; 0 of none. Hoare's selection: a sort takes eight times as long. */
export function medianOf(numbers: Float64Array, count: number): number {
  if (count === 0) return 0;
  const middle = count >> 1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = numbers[middle] as number;
    let left = low;
    let right = high;
    do {
      while ((numbers[left] as number) < pivot) left++;
      while ((numbers[right] as number) > pivot) right--;
      if (left > right) break;
      const held = numbers[left] as number;
      numbers[left++] = numbers[right] as number;
      numbers[right--] = held;
    } while (left <= right);
    if (right < middle) low = left;
    if (left > middle) high = right;
  }
  return numbers[middle] as number;
}

/**
 * Bits that each of the first `count` integers takes, seen from `middle`, in a code made for them, about: as if they were noise
 * that falls off evenly, but for those far out. A sum of the bits of each would not tell noise from the differences of noise.
 */
export function bitsEach(ints: Float64Array, count: number, middle: number): number {
  let bits = 0;
  for (let index = 0; index < count; index++) {
    const size = Math.abs((ints[index] as number) - middle);
    sizes[index] = size;
    bits += bitsOf(size);
  }
  if (bits === 0) return 0;
  const far = 4 * aboutPowerOfTwo(bits / count);
  let near = 0;
  let sum = 0;
  let farBits = 0;
  for (let index = 0; index < count; index++) {
    const size = sizes[index] as number;
    if (size > far) farBits += bitsOf(size);
    else {
      near++;
      sum += size;
    }
  }
  return near === 0 ? farBits / count : (farBits + near * Math.log2(1 + (2 * Math.E * sum) / near)) / count;
}

/** Bits of the size of an integer, and of its sign. */
function bitsOf(size: number): number {
  return size < 2 ** 31 ? 32 - Math.clz32(size * 2) : 2 + Math.floor(Math.log2(size));
}

/** 2 to the power of a number from 0 to 63, at most 6 % too much: the exact one takes ten times as long as all else here. */
export function aboutPowerOfTwo(exponent: number): number {
  const whole = Math.floor(exponent);
  return (powersOfTwo[whole] as number) * (1 + exponent - whole);
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

function roomFor(count: number): typeof scratch {
  if (scratch.rests.length < count) {
    scratch.rests = new Float64Array(count * 2);
    scratch.quotients = new Float64Array(count * 2);
  }
  return scratch;
}
