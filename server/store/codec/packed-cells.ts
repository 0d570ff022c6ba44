/**
 * Cells of version 2: blocks of 12 bucket places, each column of a block in as few bits as its widest number needs. A block
 * stands for itself, so that a question for few buckets of a frame unpacks few; nothing is inflated for it. Layout in the
 * README of the store. What it cannot hold is written as version 1.
 */
import { inflateRawSync } from "node:zlib";
import { ByteReader, CodecError } from "./bytes.ts";
import type { Cells } from "./cell-columns.ts";
import { powersOfTen, sumGuess } from "./cell-scale.ts";
import { readSteps, stepFlags, unknownSteps } from "./cell-steps.ts";
import {
  bitsOf,
  bitsOfWidth,
  blockPlaces,
  headerBytes,
  isPackedSound,
  maxPlaces,
  mostBits,
  packedColumns,
  padding,
  stepsDeflatedFlag,
  unpack,
  unzigzag,
  wordAt,
} from "./packed-bits.ts";

type Column = Float64Array<ArrayBuffer>;

/** One block, a column behind the other. */
const unpacked = new Int32Array(packedColumns * blockPlaces);

type Columns = Record<"times" | "first" | "last" | "min" | "max" | "sum" | "count", Column>;

/** Room for the buckets of one frame, to be used for the next one: what was decoded into it before is gone then. */
export class CellRoom {
  #columns: Columns | undefined;

  columns(length: number): Columns {
    if (this.#columns && this.#columns.times.length >= length) return this.#columns;
    const column = () => new Float64Array(length);
    const columns = {
      times: column(),
      first: column(),
      last: column(),
      min: column(),
      max: column(),
      sum: column(),
      count: column(),
    };
    this.#columns = columns;
    return columns;
  }
}

/** A blob of version 2, of which what is asked for is unpacked. Whatever it cannot be throws a `CodecError`. */
export class PackedCells {
  readonly #widthMs: number;
  readonly #frame: number;
  readonly #power: number;
  readonly #flags: number;
  readonly #blocks: Buffer;
  readonly #steps: Buffer;
  readonly #length: number;
  /** Behind `#length` there may be anything. */
  readonly #columns: Columns;
  /** Of each block that was walked over: where it lies, and how many buckets lie before it. */
  readonly #offsets: number[] = [0];
  readonly #starts: number[] = [0];
  /** Of each block: 1 where its buckets are in the columns. */
  readonly #isUnpacked: number[] = [];
  readonly #end: number;
  #cells: Cells | undefined;

  constructor(blob: Buffer, widthMs: number, frameMs: number, room: CellRoom) {
    if (!isPackedSound(blob)) throw new CodecError("the tier's checksum does not match");
    this.#widthMs = widthMs;
    this.#frame = frameMs / widthMs;
    this.#flags = blob[1] as number;
    const power = powersOfTen[this.#flags & 0x0f];
    if (power === undefined) throw new CodecError(`unknown mode ${this.#flags} of a tier`);
    this.#power = power;
    const reader = new ByteReader(blob.subarray(headerBytes));
    const length = reader.unsigned();
    if (length > maxPlaces) throw new CodecError(`a tier of ${length} buckets`);
    this.#end = reader.unsigned();
    this.#blocks = reader.take(this.#end + padding);
    this.#steps = reader.take(reader.left);
    this.#columns = room.columns(length);
    this.#length = length;
  }

  all(withSteps: boolean): Cells {
    let block = 0;
    for (; this.#walk(block); block++) this.#unpack(block);
    const length = this.#length;
    if (this.#starts[block] !== length) throw new CodecError(`${this.#starts[block]} buckets of a tier of ${length}`);
    const known = this.#known();
    const flags = this.#flags & stepFlags;
    if (!withSteps || flags === 0) return { ...known, ...unknownSteps(length) };
    const reader = new ByteReader(this.#flags & stepsDeflatedFlag ? inflated(this.#steps, length) : this.#steps);
    return { ...known, ...readSteps(reader, known, this.#widthMs, flags, this.#power) };
  }

  /** The buckets that start from `fromMs` (included) to `toMs` (excluded) stand from `start` to `end`; what lies around them may be missing, and so may the steps. */
  between(fromMs: number, toMs: number): { readonly cells: Cells; readonly start: number; readonly end: number } {
    const placeOf = (timeMs: number) =>
      Math.max(0, Math.min(maxPlaces, Math.ceil(timeMs / this.#widthMs - this.#frame)));
    const firstBlock = Math.floor(placeOf(fromMs) / blockPlaces);
    const endBlock = Math.ceil(placeOf(toMs) / blockPlaces);
    let block = firstBlock;
    for (; block < endBlock && this.#walk(block); block++) this.#unpack(block);
    const begin = this.#starts[firstBlock] ?? this.#length;
    const stop = this.#starts[block] ?? this.#length;
    this.#cells ??= { ...this.#known(), ...unknownSteps(0) };
    const { times } = this.#columns;
    let start = begin;
    while (start < stop && (times[start] as number) < fromMs) start++;
    let end = stop;
    while (end > start && (times[end - 1] as number) >= toMs) end--;
    return { cells: this.#cells, start, end };
  }

  #known() {
    const { times, first, last, min, max, sum, count } = this.#columns;
    const cut = (column: Column) => (column.length === this.#length ? column : column.subarray(0, this.#length));
    return {
      ...{ times: cut(times), first: cut(first), last: cut(last), min: cut(min) },
      ...{ max: cut(max), sum: cut(sum), count: cut(count) },
    };
  }

  /** Whether there is such a block; it is known then where it lies, and where it ends. */
  #walk(block: number): boolean {
    const [offsets, starts, blocks] = [this.#offsets, this.#starts, this.#blocks];
    let walked = starts.length - 1;
    let at = offsets[walked] as number;
    let total = starts[walked] as number;
    for (; walked <= block; walked++) {
      if (at >= this.#end) return false;
      // No block has more places than 12.
      if ((blocks[at + 1] as number) >> (blockPlaces - 8) !== 0)
        throw new CodecError("a block of a tier with places that it has not");
      const buckets = bitsOf(blocks[at] as number) + bitsOf(blocks[at + 1] as number);
      at += 2;
      if (buckets > 0) {
        const widths = wordAt(blocks, at);
        at += 4;
        while ((blocks[at++] as number) > 127);
        while ((blocks[at++] as number) > 127);
        for (let shift = 0; shift < packedColumns * bitsOfWidth; shift += bitsOfWidth) {
          at += (buckets * ((widths >>> shift) & mostBits) + 7) >> 3;
        }
      }
      total += buckets;
      // Of what is damaged and passes for sound nothing is read beyond its end.
      if (!(at <= this.#end) || total > this.#length) throw new CodecError("blocks of a tier that do not fit");
      offsets.push(at);
      starts.push(total);
    }
    return true;
  }

  #unpack(block: number): void {
    if (this.#isUnpacked[block] === 1) return;
    this.#isUnpacked[block] = 1;
    const [blocks, power, widthMs] = [this.#blocks, this.#power, this.#widthMs];
    const { times, first, last, min, max, sum, count } = this.#columns;
    let at = this.#offsets[block] as number;
    const start = this.#starts[block] as number;
    const buckets = (this.#starts[block + 1] as number) - start;
    if (buckets === 0) return;
    let present = (blocks[at] as number) | ((blocks[at + 1] as number) << 8);
    const widths = wordAt(blocks, at + 2);
    const reader = new ByteReader(blocks, at + 6);
    let before = reader.signed();
    const fewest = reader.unsigned();
    at = blocks.length - reader.left;
    for (let column = 0; column < packedColumns; column++) {
      const width = (widths >>> (column * bitsOfWidth)) & mostBits;
      unpack(blocks, at, buckets, width, unpacked, column * blockPlaces);
      at += (buckets * width + 7) >> 3;
    }
    let place = this.#frame + block * blockPlaces;
    for (let index = 0; index < buckets; index++) {
      while ((present & 1) === 0) {
        present >>= 1;
        place += 1;
      }
      const to = start + index;
      const readings = fewest + (unpacked[index] as number);
      const begins = before + unzigzag(unpacked[index + blockPlaces] as number);
      const ends = begins + unzigzag(unpacked[index + blockPlaces * 2] as number);
      const most = Math.max(begins, ends) + (unpacked[index + blockPlaces * 3] as number);
      const least = Math.min(begins, ends) - (unpacked[index + blockPlaces * 4] as number);
      times[to] = place * widthMs;
      count[to] = readings;
      first[to] = begins / power;
      last[to] = ends / power;
      max[to] = most / power;
      min[to] = least / power;
      sum[to] = (unzigzag(unpacked[index + blockPlaces * 5] as number) + sumGuess(readings, least, most)) / power;
      before = ends;
      present >>= 1;
      place += 1;
    }
  }
}

function inflated(body: Buffer, buckets: number): Buffer {
  try {
    return inflateRawSync(body, { maxOutputLength: 64 + buckets * 64, chunkSize: 1 << 15 });
  } catch (error) {
    throw new CodecError(
      `the steps of a tier cannot be inflated: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
