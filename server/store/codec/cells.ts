/**
 * Buckets of a tier as a blob: each with its start, first, last, min, max, sum and count, in columns. Layouts in the README of
 * the store. What follows from another column costs next to nothing: the last value before tells the first one, the ends tell
 * the extremes, these and the count tell the sum. Version 2 (`pack-cells.ts`) is what most are written as; version 1, here, has
 * all planes of bytes deflated together, holds anything, and is what an older hub wrote.
 */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { lowerBound } from "../intervals.ts";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { type Cells, readBits, readInts, writeBits, writeInts } from "./cell-columns.ts";
import { fillSums, powersOfTen, type Scaled, scaled, sumGuess } from "./cell-scale.ts";
import { readSteps, stepFlags, unknownSteps, writeSteps } from "./cell-steps.ts";
import { packCells } from "./pack-cells.ts";
import { isPackedSound, packedVersion } from "./packed-bits.ts";
import { CellRoom, PackedCells } from "./packed-cells.ts";

export { CellRoom, type Cells };

const deflatedVersion = 1;
/** Version, mode, checksum. */
const headerBytes = 6;
/** Modes 0 to 9 are decimals: the values are integers of that scale. */
const asBits = 0x0f;
/** Beside a scale: the sums are bits. */
const sumsAsBits = 0x10;
const deflatedFlag = 0x20;
/** More buckets are in no frame: a damaged blob must not fill the memory. */
const maxBuckets = 1 << 16;
const maxPlainBytes = maxBuckets * 64;

type Column = Float64Array<ArrayBuffer>;
type CellValues = Record<"first" | "last" | "min" | "max" | "sum", Column>;
type Four = [Column, Column, Column, Column];

const scratch = new ByteWriter(1 << 16);

/**
 * Encodes buckets of `widthMs`, none of them before `frameMs`. Exact but for sums, areas and rises, which may differ by the
 * roundings of adding up. Steps are known of all of them or are left out; so is the rise of what falls too often for a counter.
 */
export function encodeCells(cells: Cells, widthMs: number, frameMs: number): Buffer {
  const values = scaled(cells);
  return (values && packCells(cells, widthMs, frameMs, values)) ?? encodeDeflated(cells, widthMs, frameMs, values);
}

/** As version 1. */
export function encodeDeflated(cells: Cells, widthMs: number, frameMs: number, values = scaled(cells)): Buffer {
  const { times, count } = cells;
  const writer = scratch;
  writer.length = 0;
  writer.room(8);
  writer.unsigned(times.length);
  const ints = new Float64Array(times.length);
  let next = frameMs / widthMs;
  for (let index = 0; index < times.length; index++) {
    const bucket = (times[index] as number) / widthMs;
    ints[index] = bucket - next;
    next = bucket + 1;
  }
  writeInts(writer, ints);
  let before = 0;
  for (let index = 0; index < count.length; index++) {
    ints[index] = (count[index] as number) - before;
    before = count[index] as number;
  }
  writeInts(writer, ints);
  if (values) {
    const mode = writeScaled(writer, cells, values, ints);
    return sealed(mode | writeSteps(writer, cells, widthMs, powersOfTen[values.scale]), writer);
  }
  for (const column of [cells.first, cells.last, cells.min, cells.max, cells.sum]) writeBits(writer, column);
  return sealed(asBits | writeSteps(writer, cells, widthMs, undefined), writer);
}

/** Decodes what `encodeCells` wrote with the same width and frame; throws `CodecError` on anything else. Without `withSteps` those are not read. */
export function decodeCells(blob: Buffer, widthMs: number, frameMs: number, withSteps = true): Cells {
  return openCells(blob, widthMs, frameMs).all(withSteps);
}

/** Buckets of a blob, of which what is asked for is decoded; asking throws a `CodecError` where the blob is damaged. */
export interface OpenCells {
  /** All of them; without `withSteps` those are not known. */
  all(withSteps: boolean): Cells;
  /** Those that start from `fromMs` (included) to `toMs` (excluded) stand from `start` to `end`. What lies around them may be missing, and so may the steps. */
  between(fromMs: number, toMs: number): { readonly cells: Cells; readonly start: number; readonly end: number };
}

/** Opens what `encodeCells` wrote with the same width and frame; throws `CodecError` on anything else. */
export function openCells(blob: Buffer, widthMs: number, frameMs: number, room = new CellRoom()): OpenCells {
  if (blob[0] === packedVersion) return new PackedCells(blob, widthMs, frameMs, room);
  const isSound = () => isDeflatedSound(blob) || isPackedSound(blob);
  if (blob[0] !== deflatedVersion) requireVersion("tier", blob, packedVersion, isSound);
  return new DeflatedCells(blob, widthMs, frameMs);
}

class DeflatedCells implements OpenCells {
  readonly #blob: Buffer;
  readonly #widthMs: number;
  readonly #frameMs: number;
  #cells: Cells | undefined;

  constructor(blob: Buffer, widthMs: number, frameMs: number) {
    this.#blob = blob;
    this.#widthMs = widthMs;
    this.#frameMs = frameMs;
  }

  all(withSteps: boolean): Cells {
    return decodeDeflated(this.#blob, this.#widthMs, this.#frameMs, withSteps);
  }

  between(fromMs: number, toMs: number) {
    this.#cells ??= this.all(false);
    const { times } = this.#cells;
    return { cells: this.#cells, start: lowerBound(times, fromMs), end: lowerBound(times, toMs) };
  }
}

function isDeflatedSound(blob: Buffer): boolean {
  return blob.length >= headerBytes && checksum(blob) === blob.readUInt32LE(2);
}

function decodeDeflated(blob: Buffer, widthMs: number, frameMs: number, withSteps: boolean): Cells {
  if (!isDeflatedSound(blob)) throw new CodecError("the tier's checksum does not match");
  const flags = blob[1] as number;
  const body = blob.subarray(headerBytes);
  const reader = new ByteReader(flags & deflatedFlag ? inflate(body) : body);
  const length = reader.unsigned();
  if (length > maxBuckets) throw new CodecError(`a tier of ${length} buckets`);
  const times = readInts(reader, length);
  let next = frameMs / widthMs;
  for (let index = 0; index < length; index++) {
    const bucket = next + (times[index] as number);
    times[index] = bucket * widthMs;
    next = bucket + 1;
  }
  const count = readInts(reader, length);
  for (let index = 1; index < length; index++) count[index] = (count[index] as number) + (count[index - 1] as number);
  const mode = flags & ~(deflatedFlag | stepFlags);
  const values = mode === asBits ? readAsBits(reader, length) : readScaled(reader, count, mode);
  const known = { times, count, ...values };
  if (!withSteps) return { ...known, ...unknownSteps(length) };
  return { ...known, ...readSteps(reader, known, widthMs, flags & stepFlags, powersOfTen[mode & ~sumsAsBits]) };
}

function readAsBits(reader: ByteReader, length: number): CellValues {
  const [first, last, min, max] = Array.from({ length: 4 }, () => readBits(reader, length)) as Four;
  return { first, last, min, max, sum: readBits(reader, length) };
}

function sealed(mode: number, { bytes, length }: ByteWriter): Buffer {
  const plain = bytes.subarray(0, length);
  // A small memory level makes short blocks: columns that differ get codes of their own.
  const deflated = deflateRawSync(plain, { level: 1, memLevel: 4 });
  const isShorter = deflated.length < plain.length;
  const blob = Buffer.concat([Buffer.alloc(headerBytes), isShorter ? deflated : plain]);
  blob[0] = deflatedVersion;
  blob[1] = mode | (isShorter ? deflatedFlag : 0);
  blob.writeUInt32LE(checksum(blob), 2);
  return blob;
}

/** Of the blob as version 1 reads it: a later version has to take its own into its checksum, and then does not pass for this one. */
function checksum(blob: Buffer): number {
  return crc32(blob.subarray(headerBytes), (deflatedVersion << 8) | (blob[1] as number));
}

function inflate(body: Buffer): Buffer {
  try {
    return inflateRawSync(body, { maxOutputLength: maxPlainBytes, chunkSize: 1 << 15 });
  } catch (error) {
    throw new CodecError(`the tier cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Answers the mode. */
function writeScaled(
  writer: ByteWriter,
  cells: Cells,
  { scale, values: [first, last, min, max] }: Scaled,
  ints: Column,
): number {
  const { length } = ints;
  const at = (column: Column, index: number) => column[index] as number;
  const put = (of: (index: number) => number) => {
    for (let index = 0; index < length; index++) ints[index] = of(index);
    writeInts(writer, ints);
  };
  put((index) => at(first, index) - (index === 0 ? 0 : at(last, index - 1)));
  put((index) => at(last, index) - at(first, index));
  put((index) => at(max, index) - Math.max(at(first, index), at(last, index)));
  put((index) => Math.min(at(first, index), at(last, index)) - at(min, index));
  writeNegativeZeros(writer, [cells.first, cells.last, cells.min, cells.max, cells.sum]);
  if (fillSums(ints, cells, powersOfTen[scale] as number, min, max)) {
    writeInts(writer, ints);
    return scale;
  }
  writeBits(writer, cells.sum);
  return scale | sumsAsBits;
}

function readScaled(reader: ByteReader, count: Column, mode: number): CellValues {
  const power = powersOfTen[mode & ~sumsAsBits];
  if (power === undefined) throw new CodecError(`unknown mode ${mode} of a tier`);
  const { length } = count;
  const [first, last, max, min] = Array.from({ length: 4 }, () => readInts(reader, length)) as Four;
  const negativeZeros = Array.from({ length: reader.count(1) }, () => reader.unsigned());
  const isBits = (mode & sumsAsBits) !== 0;
  const sum = isBits ? readBits(reader, length) : readInts(reader, length);
  let before = 0;
  for (let index = 0; index < length; index++) {
    const begins = before + (first[index] as number);
    const ends = begins + (last[index] as number);
    const most = Math.max(begins, ends) + (max[index] as number);
    const least = Math.min(begins, ends) - (min[index] as number);
    if (!isBits) sum[index] = ((sum[index] as number) + sumGuess(count[index] as number, least, most)) / power;
    first[index] = begins / power;
    last[index] = ends / power;
    max[index] = most / power;
    min[index] = least / power;
    before = ends;
  }
  for (const place of negativeZeros) {
    const column = [first, last, min, max, sum][Math.floor(place / length)];
    if (column?.[place % length] !== 0) throw new CodecError("a -0 in a place that has no 0");
    column[place % length] = -0;
  }
  return { first, last, min, max, sum };
}

/** The places where a 0 is a -0, which no integer tells: of all columns one after the other. */
function writeNegativeZeros(writer: ByteWriter, columns: readonly Float64Array[]): void {
  const places: number[] = [];
  for (const [which, column] of columns.entries()) {
    for (let index = 0; index < column.length; index++) {
      if (Object.is(column[index], -0)) places.push(which * column.length + index);
    }
  }
  writer.room(8 + places.length * 8);
  writer.unsigned(places.length);
  for (const place of places) writer.unsigned(place);
}
