/** Encodes buckets of a tier as version 2, of which few can be read without the others. */
import { deflateRawSync } from "node:zlib";
import { ByteWriter } from "./bytes.ts";
import type { Cells } from "./cell-columns.ts";
import { fillSums, powersOfTen, type Scaled } from "./cell-scale.ts";
import { writeSteps } from "./cell-steps.ts";
import {
  bitsOfWidth,
  blockPlaces,
  headerBytes,
  maxPlaces,
  mostBits,
  pack,
  packedChecksum,
  packedColumns,
  packedVersion,
  padding,
  stepsDeflatedFlag,
  zigzag,
} from "./packed-bits.ts";

type Column = Float64Array<ArrayBuffer>;

const scratch = new ByteWriter(1 << 16);
const steps = new ByteWriter(1 << 16);
const none = new Float64Array(0);

/** Encodes buckets as version 2; undefined where a number of a block has too many bits, a sum is no such integer, or a 0 is a -0. */
export function packCells(
  cells: Cells,
  widthMs: number,
  frameMs: number,
  { scale, values }: Scaled,
): Buffer | undefined {
  const { times, count } = cells;
  const { length } = times;
  const [first, last, min, max] = values;
  const sums = new Float64Array(length);
  if (hasNegativeZero(cells) || !fillSums(sums, cells, powersOfTen[scale] as number, min, max)) return undefined;
  const writer = scratch;
  writer.length = 0;
  const frame = frameMs / widthMs;
  const placeOf = (index: number) => (times[index] as number) / widthMs - frame;
  if (length > 0 && placeOf(length - 1) >= maxPlaces) return undefined;
  for (let from = 0, block = 0; from < length; block++) {
    let to = from;
    let present = 0;
    for (; to < length && placeOf(to) < (block + 1) * blockPlaces; to++)
      present |= 1 << (placeOf(to) - block * blockPlaces);
    writer.room(2 + 4 + 8 + 8 + packedColumns * blockPlaces * 4);
    writer.byte(present & 0xff);
    writer.byte(present >> 8);
    if (from === to) continue;
    let fewest = count[from] as number;
    for (let index = from; index < to; index++) fewest = Math.min(fewest, count[index] as number);
    const numbers = [
      count.subarray(from, to).map((readings) => readings - fewest),
      each(from, to, (index) => (index === from ? 0 : zigzag((first[index] as number) - (last[index - 1] as number)))),
      each(from, to, (index) => zigzag((last[index] as number) - (first[index] as number))),
      each(from, to, (index) => (max[index] as number) - Math.max(first[index] as number, last[index] as number)),
      each(from, to, (index) => Math.min(first[index] as number, last[index] as number) - (min[index] as number)),
      each(from, to, (index) => zigzag(sums[index] as number)),
    ];
    const widths = numbers.map((column) => Math.ceil(Math.log2(Math.max(...column) + 1)));
    if (!widths.every((width) => width <= mostBits)) return undefined;
    // Sums of powers: the highest of 30 bits must not make it negative.
    writer.length = writer.bytes.writeUInt32LE(
      widths.reduce((all, width, at) => all + width * 2 ** (at * bitsOfWidth), 0),
      writer.length,
    );
    writer.signed(first[from] as number);
    writer.unsigned(fewest);
    for (const [at, column] of numbers.entries()) pack(writer, column, widths[at] as number);
    from = to;
  }
  return sealed(writer, cells, widthMs, scale);
}

function sealed(blocks: ByteWriter, cells: Cells, widthMs: number, scale: number): Buffer {
  steps.length = 0;
  const flags = writeSteps(steps, cells, widthMs, powersOfTen[scale]);
  const plain = steps.bytes.subarray(0, steps.length);
  const deflated = steps.length > 0 ? deflateRawSync(plain, { level: 1, memLevel: 4 }) : plain;
  const isShorter = deflated.length < plain.length;
  const lengths = new ByteWriter(16);
  lengths.unsigned(cells.times.length);
  lengths.unsigned(blocks.length);
  const blob = Buffer.concat([
    Buffer.alloc(headerBytes),
    ...[lengths.copy(), blocks.bytes.subarray(0, blocks.length), Buffer.alloc(padding)],
    isShorter ? deflated : plain,
  ]);
  blob[0] = packedVersion;
  blob[1] = scale | flags | (isShorter ? stepsDeflatedFlag : 0);
  blob.writeUInt32LE(packedChecksum(blob), 2);
  return blob;
}

function each(from: number, to: number, of: (index: number) => number): Column {
  const column = to > from ? new Float64Array(to - from) : none;
  for (let index = from; index < to; index++) column[index - from] = of(index);
  return column;
}

function hasNegativeZero({ first, last, min, max, sum }: Cells): boolean {
  return [first, last, min, max, sum].some((column) => column.some((value) => Object.is(value, -0)));
}
