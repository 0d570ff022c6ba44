/** Booleans and texts: what holds for a while and then changes. */
import { ByteReader, ByteWriter, CodecError } from "./bytes.ts";
import { readDifferences, writeDifferences } from "./differences.ts";
import { readBytes, writeBytes } from "./plane.ts";
import { readInts, writeInts } from "./planes.ts";

const asBits = 0;
const asRuns = 1;
/** A run takes a byte or two, and eight booleans take one. */
const minRunLength = 16;
/** Texts of one chunk are far shorter; a damaged one must not fill the memory. */
const maxTextBytes = 64 * 1024 * 1024;

const textWriter = new ByteWriter(1 << 12);

/** Writes the first `count` booleans (0 or 1), and makes its own room. Their number is not written. */
export function writeBooleans(writer: ByteWriter, values: Float64Array, count: number): void {
  writer.room(16);
  const runs: number[] = [];
  let begun = 0;
  for (let index = 1; index <= count; index++) {
    if (index < count && values[index] === values[begun]) continue;
    runs.push(index - begun);
    begun = index;
  }
  if (runs.length * minRunLength <= count) {
    writer.byte(asRuns);
    writer.byte(values[0] as number);
    writer.unsigned(runs.length);
    writeInts(writer, Float64Array.from(runs), runs.length);
    return;
  }
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (let index = 0; index < count; index++) {
    bits[index >> 3] = (bits[index >> 3] as number) | ((values[index] as number) << (index & 7));
  }
  writer.byte(asBits);
  writeBytes(writer, bits);
}

/** Reads `count` booleans. */
export function readBooleans(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  const way = reader.byte();
  if (way === asBits) {
    const bits = readBytes(reader, Math.ceil(count / 8));
    for (let index = 0; index < count; index++) values[index] = ((bits[index >> 3] as number) >> (index & 7)) & 1;
    return values;
  }
  if (way !== asRuns) throw new CodecError(`unknown coding ${way} of booleans`);
  let value = reader.byte() & 1;
  const runs = reader.unsigned();
  if (runs > count) throw new CodecError(`${runs} runs of ${count} booleans`);
  let index = 0;
  for (const length of readInts(reader, runs)) {
    if (length < 1 || index + length > count) throw new CodecError(`a run of ${length} booleans`);
    values.fill(value, index, index + length);
    index += length;
    value = 1 - value;
  }
  if (index !== count) throw new CodecError(`${index} of ${count} booleans`);
  return values;
}

/** Writes the first `count` texts: those that occur, each once, numbered in order of first use, then a number each. */
export function writeStrings(
  writer: ByteWriter,
  values: Float64Array,
  strings: readonly string[],
  count: number,
): void {
  const numbers = new Map<string, number>();
  const indexes = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const text = strings[values[index] as number] as string;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    indexes[index] = number;
  }
  textWriter.length = 0;
  for (const text of numbers.keys()) textWriter.text(text);
  writer.room(16);
  writer.unsigned(numbers.size);
  writer.unsigned(textWriter.length);
  writeBytes(writer, textWriter.bytes.subarray(0, textWriter.length));
  writeDifferences(writer, indexes, count);
}

/** Reads `count` texts as indexes into those that occur. */
export function readStrings(
  reader: ByteReader,
  count: number,
): { readonly values: Float64Array<ArrayBuffer>; readonly strings: readonly string[] } {
  const size = reader.unsigned();
  const length = reader.unsigned();
  if (size > count) throw new CodecError(`${size} texts for ${count} readings`);
  if (length > maxTextBytes) throw new CodecError(`texts of ${length} bytes`);
  const texts = new ByteReader(readBytes(reader, length));
  const strings = Array.from({ length: size }, () => texts.text());
  if (texts.left > 0) throw new CodecError("texts that nobody counted");
  const values = new Float64Array(count);
  readDifferences(reader, count, values);
  for (let index = 0; index < count; index++) {
    const number = values[index] as number;
    if (!(number >= 0 && number < size)) throw new CodecError(`text ${number} of ${size}`);
  }
  return { values, strings };
}
