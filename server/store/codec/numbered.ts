/** Number columns of few different values: each value once, then the number of each reading's. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readDifferences, writeDifferences } from "./differences.ts";
import { readDoubles, writeDoubles } from "./doubles.ts";

const stretchLength = 128;
const mostlyNew = 0.7;

let numbers = new Float64Array(1 << 13);

/** Writes the first `count` values, and makes its own room; false where they are too many different ones, and nothing is written. */
export function writeNumbered(writer: ByteWriter, values: Float64Array, count: number): boolean {
  const distinct = numberThem(values, count);
  if (distinct === undefined) return false;
  writer.room(8);
  writer.unsigned(distinct.length);
  writeDoubles(writer, distinct, distinct.length);
  writeDifferences(writer, numbers, count);
  return true;
}

/** Reads `count` values. */
export function readNumbered(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const size = reader.unsigned();
  if (size > count) throw new CodecError(`${size} different ones of ${count} values`);
  const distinct = readDoubles(reader, size);
  const values = new Float64Array(count);
  readDifferences(reader, count, values);
  for (let index = 0; index < count; index++) {
    const value = distinct[values[index] as number];
    if (value === undefined) throw new CodecError(`value ${values[index]} of ${size}`);
    values[index] = value;
  }
  return values;
}

/**
 * The different values, rising, with the number of each value among them in `numbers`: what a converter of few bits tells, times
 * a factor of full precision, moves in small steps there. Undefined where more than a quarter of all differ, or one is a -0,
 * which a `Map` takes for 0.
 */
function numberThem(values: Float64Array, count: number): Float64Array | undefined {
  // Full precision is rarely told twice, and most columns of it are known by a short stretch.
  const middle = count >> 1;
  const stretch = values.subarray(middle, Math.min(count, middle + stretchLength));
  if (new Set(stretch).size > stretch.length * mostlyNew) return undefined;
  if (numbers.length < count) numbers = new Float64Array(count * 2);
  const seen = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    if (Object.is(value, -0)) return undefined;
    let number = seen.get(value);
    if (number === undefined) {
      if (seen.size === count >> 2) return undefined;
      number = seen.size;
      seen.set(value, number);
    }
    numbers[index] = number;
  }
  const distinct = Float64Array.from(seen.keys()).sort();
  const places = new Float64Array(distinct.length);
  for (const [place, value] of distinct.entries()) places[seen.get(value) as number] = place;
  for (let index = 0; index < count; index++) numbers[index] = places[numbers[index] as number] as number;
  return distinct;
}
