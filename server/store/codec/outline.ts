/**
 * The outline of a chunk of booleans: where its value changes, where it pauses, and how long no other step is. Time in state and
 * the steps of a chart need no more of a chunk. Layout in the README of the store.
 */
import { type ByteReader, ByteWriter, CodecError } from "./bytes.ts";

/** Of a chunk that changes or pauses more often than once in so many readings none is written: decoding it costs no more. */
const leastReadingsEach = 16;
/** A step that is longer than so many mean ones is a pause: whoever asks may or may not call it a silence. */
const longSteps = 2;
/** Beyond ±2^50 ms differences of times are no exact integers. */
const exactLimit = 2 ** 50;
/** Two varints. */
const maxBytesEach = 16;

const scratch = new ByteWriter(1 << 10);

/** Of `count` readings in rising time, `values` 0 or 1; undefined where it would take more than `mostBytes`. */
export function outlineOf(times: Float64Array, values: Float64Array, mostBytes: number): Buffer | undefined {
  const count = times.length;
  const [firstMs, lastMs] = [times[0] as number, times[count - 1] as number];
  if (!(Math.abs(firstMs) <= exactLimit && Math.abs(lastMs) <= exactLimit)) return undefined;
  const longMs = count > 1 ? ((lastMs - firstMs) / (count - 1)) * longSteps : 0;
  const mostPlaces = count / leastReadingsEach;
  const places: number[] = [];
  let longestMs = 0;
  for (let index = 1; index < count; index++) {
    const stepMs = (times[index] as number) - (times[index - 1] as number);
    if (stepMs > longMs || values[index] !== values[index - 1]) {
      if (places.push(index) > mostPlaces) return undefined;
    } else if (stepMs > longestMs) longestMs = stepMs;
  }
  scratch.length = 0;
  scratch.room((places.length + 1) * maxBytesEach);
  scratch.unsigned(longestMs);
  scratch.unsigned(places.length);
  let beforeMs = firstMs;
  for (const index of places) {
    const timeMs = times[index] as number;
    scratch.unsigned(timeMs - beforeMs);
    const beyondMs = timeMs - (times[index - 1] as number) - longestMs;
    scratch.signed(beyondMs * 2 + (values[index] === values[index - 1] ? 0 : 1));
    beforeMs = timeMs;
  }
  return scratch.length <= mostBytes ? scratch.copy() : undefined;
}

/** Takes the reading behind a change or a pause, and the time of the one before it, ms; false where it wants no more. */
export type TakeStep = (timeMs: number, value: number, beforeMs: number) => boolean;

/** Reads what `outlineOf` wrote of a chunk that begins with `value` at `firstMs`; false once `take` wanted no more. Throws `CodecError`. */
export function readOutline(reader: ByteReader, firstMs: number, first: number, take: TakeStep): boolean {
  const longestMs = reader.unsigned();
  let timeMs = firstMs;
  let value = first;
  for (let left = reader.count(2); left > 0; left--) {
    timeMs += reader.unsigned();
    const told = reader.signed();
    const beyondMs = Math.floor(told / 2);
    if (told !== beyondMs * 2) value = 1 - value;
    if (!take(timeMs, value, timeMs - longestMs - beyondMs)) return false;
  }
  if (reader.left > 0) throw new CodecError("the outline of a chunk has bytes that belong to nothing");
  return true;
}

/** No step that an outline does not tell is longer, ms. Throws `CodecError`. */
export function longestBeside(reader: ByteReader): number {
  return reader.unsigned();
}
