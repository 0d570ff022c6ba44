/**
 * Times of a chunk: integer ms. A device that reports every so often is near a grid, however long it runs: what is kept is how
 * far each reading lies from its point of the grid, and which points were left out. Differences would count the jitter twice.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { aboutPowerOfTwo, bitsEach, medianOf, readDifferences, writeDifferences } from "./differences.ts";
import { readDoubles, writeDoubles } from "./doubles.ts";
import { readInts, writeInts } from "./planes.ts";

const asDoubles = 0;
const asDifferences = 1;
/** On a grid, with what else there is to know of it: points are left out; its step is no whole number of ms. */
const asGrid = 4;
const withSkips = 1;
const withFraction = 2;
/** Within ±2^50 ms (35,000 years) all that is reckoned here is an exact integer; beyond, the bits of doubles are kept. */
const exactLimit = 2 ** 50;
/** No step is longer: two such times lie 2^51 ms apart at most, and a step is refined by a twentieth. */
const stepLimit = 2 ** 52;
const samples = 63;
const minSamples = 12;
/** A step that is 3 ms off in 8 s has lost count after some 1,000 readings: it is refined over growing spans. */
const spans = [8, 64, 512];
/** Where a step refined so has gone so far from the median one, the median one stays. */
const maxRefined = 1 / 20;

const sampled = new Float64Array(samples);
const scratch = { skips: new Float64Array(1 << 13), rests: new Float64Array(1 << 13) };

/** Points at `originMs + n × stepMs`, each rounded to a whole ms; the step need not be whole. */
interface Grid {
  readonly originMs: number;
  readonly stepMs: number;
}

/** Writes the first `count` times in any order, and makes its own room. Their number is not written. */
export function writeTimes(writer: ByteWriter, times: Float64Array, count: number): void {
  writer.room(32);
  if (!fits(times, count)) {
    writer.byte(asDoubles);
    writeDoubles(writer, times, count);
    return;
  }
  const grid = gridOf(times, count);
  if (grid === undefined) {
    writer.byte(asDifferences);
    writeDifferences(writer, times, count);
    return;
  }
  writeGrid(writer, times, count, grid);
}

/** Reads `count` times; each is finite, or the blob is refused. */
export function readTimes(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const way = reader.byte();
  const times = new Float64Array(count);
  if (way === asDoubles) times.set(readDoubles(reader, count));
  else if (way === asDifferences) readDifferences(reader, count, times);
  else if (way >= asGrid && way <= asGrid + withSkips + withFraction) readGrid(reader, way - asGrid, count, times);
  else throw new CodecError(`unknown coding ${way} of times`);
  return times;
}

/** No step from one of these times to the next is longer, ms; Infinity where only reading them would tell. */
export function longestStepIn(reader: ByteReader): number {
  const way = reader.byte();
  if (way !== asGrid && way !== asGrid + withFraction) return Number.POSITIVE_INFINITY;
  reader.signed();
  const stepMs = way === asGrid ? reader.unsigned() : reader.double();
  // Each lies within half of what so many bytes can tell of its point, and a point within half a ms.
  return stepMs + 1 + 256 ** reader.byte();
}

function writeGrid(writer: ByteWriter, times: Float64Array, count: number, { originMs, stepMs }: Grid): void {
  const { skips, rests } = roomFor(count);
  const pointsPerMs = 1 / stepMs;
  const half = stepMs / 2;
  let before = -1;
  let skipped = 0;
  for (let index = 0; index < count; index++) {
    const time = times[index] as number;
    // Most often it is the next one.
    let point = before + 1;
    let rest = time - Math.round(originMs + point * stepMs);
    if (rest > half || rest < -half) {
      point = Math.round((time - originMs) * pointsPerMs);
      rest = time - Math.round(originMs + point * stepMs);
    }
    const skip = point - before - 1;
    rests[index] = rest;
    skips[index] = skip;
    if (skip !== 0) skipped++;
    before = point;
  }
  const isWhole = Number.isInteger(stepMs);
  writer.byte(asGrid + (skipped > 0 ? withSkips : 0) + (isWhole ? 0 : withFraction));
  writer.signed(originMs);
  if (isWhole) writer.unsigned(stepMs);
  else writer.double(stepMs);
  if (skipped > 0) writeInts(writer, skips, count);
  writeInts(writer, rests, count);
}

function readGrid(reader: ByteReader, flags: number, count: number, times: Float64Array<ArrayBuffer>): void {
  const originMs = reader.signed();
  const isWhole = (flags & withFraction) === 0;
  const stepMs = isWhole ? reader.unsigned() : reader.double();
  // From here on nothing can become what is no number.
  if (!(Math.abs(stepMs) <= stepLimit)) throw new CodecError(`a grid of steps of ${stepMs} ms`);
  const skips = flags & withSkips ? readInts(reader, count, roomFor(count).skips) : undefined;
  readInts(reader, count, times);
  // Each point is reckoned from the origin: rounding must not add up.
  if (isWhole && skips === undefined) {
    for (let index = 0; index < count; index++) times[index] = originMs + index * stepMs + (times[index] as number);
    return;
  }
  let point = -1;
  for (let index = 0; index < count; index++) {
    point += skips === undefined ? 1 : 1 + (skips[index] as number);
    times[index] = Math.round(originMs + point * stepMs) + (times[index] as number);
  }
}

/** The grid that times lie near; undefined where their differences are smaller. */
function gridOf(times: Float64Array, count: number): Grid | undefined {
  const taken = Math.min(samples, Math.max(minSamples, count >> 2), count - 1);
  if (taken < 2) return undefined;
  const spacing = (count - 1) / taken;
  for (let sample = 0; sample < taken; sample++) {
    const index = 1 + Math.floor(sample * spacing);
    sampled[sample] = (times[index] as number) - (times[index - 1] as number);
  }
  const median = medianOf(sampled, taken);
  if (!(median > 0)) return undefined;
  const bitsOfSteps = bitsEach(sampled, taken, median);
  const stepMs = refined(times, count, median, aboutPowerOfTwo(bitsOfSteps));
  const first = times[0] as number;
  const near = { originMs: first, stepMs };
  for (let sample = 0; sample < taken; sample++) {
    const index = 1 + Math.floor(sample * spacing);
    sampled[sample] = pointOf(times, index, near) - pointOf(times, index - 1, near) - 1;
  }
  const bitsOfSkips = bitsEach(sampled, taken, 0);
  for (let sample = 0; sample < taken; sample++) sampled[sample] = rest(times, 1 + Math.floor(sample * spacing), near);
  // The first reading has a jitter of its own: seen from the middle of all, residuals are smallest.
  const offCentre = medianOf(sampled, taken);
  return bitsEach(sampled, taken, offCentre) + bitsOfSkips <= bitsOfSteps
    ? { originMs: first + offCentre, stepMs }
    : undefined;
}

function pointOf(times: Float64Array, index: number, { originMs, stepMs }: Grid): number {
  return Math.round(((times[index] as number) - originMs) / stepMs);
}

function rest(times: Float64Array, index: number, grid: Grid): number {
  return (times[index] as number) - Math.round(grid.originMs + pointOf(times, index, grid) * grid.stepMs);
}

/** The step that keeps count from the first time to the last, begun with the median one; times lie `jitterMs` about it, or less. */
function refined(times: Float64Array, count: number, median: number, jitterMs: number): number {
  const first = times[0] as number;
  let stepMs = median;
  for (const span of [...spans, count - 1]) {
    const length = (times[Math.min(span, count - 1)] as number) - first;
    const points = Math.round(length / stepMs);
    if (points > 0) stepMs = length / points;
  }
  // A clock that runs true has a whole step: what the jitter of both ends makes of it is not its own.
  const whole = Math.round(stepMs);
  if (Math.abs(stepMs - whole) * count <= jitterMs) stepMs = whole;
  return Math.abs(stepMs - median) <= median * maxRefined ? stepMs : median;
}

function fits(times: Float64Array, count: number): boolean {
  for (let index = 0; index < count; index++) {
    if (Math.abs(times[index] as number) > exactLimit) return false;
  }
  return true;
}

function roomFor(count: number): typeof scratch {
  if (scratch.skips.length < count) {
    scratch.skips = new Float64Array(count * 2);
    scratch.rests = new Float64Array(count * 2);
  }
  return scratch;
}
