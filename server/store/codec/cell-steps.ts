/**
 * What happens from reading to reading within the buckets of a tier, behind their other columns. Of a series that keeps its
 * time all of it follows from those, and takes next to nothing.
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { type Cells, readBits, readInts, writeBits, writeInts } from "./cell-columns.ts";

/** In the mode: times, steps and areas are there. */
const stepsFlag = 0x40;
/** In the mode, beside it: rises are. */
const riseFlag = 0x80;
export const stepFlags = stepsFlag | riseFlag;
/** A series is no counter where it falls in more than this part of the buckets: its rises follow from nothing. */
const mostFalling = 1 / 8;
const mantissaLimit = 2 ** 51;

type Column = Float64Array<ArrayBuffer>;
type CellSteps = Record<"firstMs" | "lastMs" | "longestMs" | "area" | "rise", Column>;
type Known = Omit<Cells, keyof CellSteps>;

/** Columns that tell nothing. */
export function unknownSteps(length: number): CellSteps {
  const none = new Float64Array(length).fill(Number.NaN);
  return { firstMs: none, lastMs: none, longestMs: none, area: none, rise: none };
}

/** Writes what is known; answers its flags. `power` of the scale of the values, undefined where they are bits. */
export function writeSteps(writer: ByteWriter, cells: Cells, widthMs: number, power: number | undefined): number {
  const { times, firstMs, lastMs, longestMs, area } = cells;
  const { length } = times;
  if (length === 0 || longestMs.some(Number.isNaN) || area.some((value) => !Number.isFinite(value))) return 0;
  const ints = new Float64Array(length);
  const put = (of: (index: number) => number) => {
    let before = 0;
    for (let index = 0; index < length; index++) {
      const value = of(index);
      ints[index] = value - before;
      before = value;
    }
    writeInts(writer, ints);
  };
  put((index) => (firstMs[index] as number) - (times[index] as number));
  put((index) => (times[index] as number) + widthMs - (lastMs[index] as number));
  put((index) => longestMs[index] as number);
  const isWhole = power !== undefined && fillAreas(ints, cells, power);
  writer.room(1);
  writer.byte(isWhole ? 0 : 1);
  if (isWhole) writeInts(writer, ints);
  else writeBits(writer, area);
  const rests = restsOf(cells);
  if (rests === undefined) return stepsFlag;
  writeBits(writer, rests);
  return stepsFlag | riseFlag;
}

export function readSteps(
  reader: ByteReader,
  known: Known,
  widthMs: number,
  flags: number,
  power: number | undefined,
): CellSteps {
  const { times, first, last } = known;
  const { length } = times;
  if (!(flags & stepsFlag)) return unknownSteps(length);
  const [firstMs, lastMs, longestMs] = Array.from({ length: 3 }, () => added(readInts(reader, length)));
  for (let index = 0; index < length; index++) {
    const startMs = times[index] as number;
    (firstMs as Column)[index] = startMs + (firstMs?.[index] as number);
    (lastMs as Column)[index] = startMs + widthMs - (lastMs?.[index] as number);
  }
  const steps = { firstMs, lastMs, longestMs } as Pick<CellSteps, "firstMs" | "lastMs" | "longestMs">;
  const isBits = reader.byte() === 1;
  const area = isBits ? readBits(reader, length) : readInts(reader, length);
  if (!isBits) {
    for (let index = 0; index < length; index++) {
      const guess = areaGuess(known, steps, index, power as number);
      area[index] = ((area[index] as number) + guess) / (2 * (power as number));
    }
  }
  if (!(flags & riseFlag)) return { ...steps, area, rise: new Float64Array(length).fill(Number.NaN) };
  const rise = readBits(reader, length);
  for (let index = 0; index < length; index++) {
    rise[index] = (last[index] as number) - (first[index] as number) + (rise[index] as number);
  }
  return { ...steps, area, rise };
}

/** Each with what stands before it. */
function added(differences: Column): Column {
  for (let index = 1; index < differences.length; index++) {
    differences[index] = (differences[index] as number) + (differences[index - 1] as number);
  }
  return differences;
}

/** Twice the areas as integers of the scale, without what equal steps make of the sum; false where one is no such integer but for roundings. */
function fillAreas(ints: Column, cells: Cells, power: number): boolean {
  for (let index = 0; index < ints.length; index++) {
    const given = cells.area[index] as number;
    const whole = Math.round(given * 2 * power);
    const guess = areaGuess(cells, cells, index, power);
    if (!(Math.abs(whole) <= mantissaLimit && Math.abs(guess) <= mantissaLimit)) return false;
    const spanMs = (cells.lastMs[index] as number) - (cells.firstMs[index] as number);
    if (Math.abs(whole / (2 * power) - given) > toleranceOf(cells, index) * spanMs) return false;
    ints[index] = whole - guess;
  }
  return true;
}

/** Twice the area, as an integer of the scale, of readings that are equally far apart: each counts a whole step, the first and the last half of one. */
function areaGuess(
  { first, last, sum, count }: Pick<Known, "first" | "last" | "sum" | "count">,
  { firstMs, lastMs }: Pick<Cells, "firstMs" | "lastMs">,
  index: number,
  power: number,
): number {
  const steps = (count[index] as number) - 1;
  if (steps === 0) return 0;
  const scaled = (column: Float64Array) => Math.round((column[index] as number) * power);
  const stepMs = ((lastMs[index] as number) - (firstMs[index] as number)) / steps;
  return Math.round(stepMs * (2 * scaled(sum) - scaled(first) - scaled(last)));
}

/** The rises without what the ends tell; undefined where they are not known, or tell of no counter. */
function restsOf(cells: Cells): Column | undefined {
  const { first, last, rise } = cells;
  let falling = 0;
  const rests = new Float64Array(rise.length);
  for (let index = 0; index < rise.length; index++) {
    const rest = (rise[index] as number) - ((last[index] as number) - (first[index] as number));
    if (!Number.isFinite(rest)) return undefined;
    if (Math.abs(rest) <= toleranceOf(cells, index)) continue;
    rests[index] = rest;
    falling += 1;
  }
  return falling <= rise.length * mostFalling ? rests : undefined;
}

/** What adding up so many values of such a size may round. */
function toleranceOf({ min, max, count }: Known, index: number): number {
  const most = Math.max(Math.abs(min[index] as number), Math.abs(max[index] as number));
  return most * (count[index] as number) * Number.EPSILON;
}
