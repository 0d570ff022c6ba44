/**
 * The outline of a chunk of booleans or texts: where its value changes, where it pauses, and how long no other step is. Time in
 * state and the steps of a chart need no more of a chunk. Layout in the README of the store.
 */
import { ByteReader, ByteWriter, CodecError } from "./bytes.ts";
import type { ChunkColumns } from "./chunk.ts";

/** Of a chunk that changes or pauses more often than once in so many readings none is written: decoding it costs no more. */
const leastReadingsEach = 16;
/** A step that is longer than so many mean ones is a pause: whoever asks may or may not call it a silence. */
const longSteps = 2;
/** Beyond ±2^50 ms differences of times are no exact integers. */
const exactLimit = 2 ** 50;
/** Three varints. */
const maxBytesEach = 24;

const scratch = new ByteWriter(1 << 10);

/** Takes the reading behind a change or a pause, and the time of the one before it, ms; false where it wants no more. */
export type TakeStep = (timeMs: number, value: number, beforeMs: number) => boolean;

/** Of `rows` in rising time, which are no numbers; undefined where it would take more than `mostBytes`. */
export function outlineOf({ type, times, values, strings }: ChunkColumns, mostBytes: number): Buffer | undefined {
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
  const numberOf = type === "string" ? writeTexts([0, ...places], values, strings, mostBytes) : undefined;
  if (scratch.length > mostBytes) return undefined;
  scratch.room((places.length + 1) * maxBytesEach);
  scratch.unsigned(longestMs);
  scratch.unsigned(places.length);
  let beforeMs = firstMs;
  for (const index of places) {
    const timeMs = times[index] as number;
    const isChange = values[index] !== values[index - 1];
    scratch.unsigned(timeMs - beforeMs);
    scratch.signed((timeMs - (times[index - 1] as number) - longestMs) * 2 + (isChange ? 1 : 0));
    if (isChange && numberOf) scratch.unsigned(numberOf(values[index] as number));
    beforeMs = timeMs;
  }
  return scratch.length <= mostBytes ? scratch.copy() : undefined;
}

/** Writes the texts at these places, each once, as long as they take no more than `mostBytes`; answers how they are numbered. */
function writeTexts(
  places: readonly number[],
  values: Float64Array,
  strings: readonly string[],
  mostBytes: number,
): (value: number) => number {
  const numbers = new Map<string, number>();
  for (const place of places) {
    const text = strings[values[place] as number] as string;
    if (!numbers.has(text)) numbers.set(text, numbers.size);
  }
  scratch.room(8);
  scratch.unsigned(numbers.size);
  for (const text of numbers.keys()) if (scratch.length <= mostBytes) scratch.text(text);
  return (value) => numbers.get(strings[value] as string) as number;
}

/** What `outlineOf` wrote. Its methods, too, throw `CodecError`. */
export class Outline {
  /** No step that is not told is longer, ms. */
  readonly longestMs: number;
  /** What the values of texts are indexes of; the first reading has the first. */
  readonly strings: readonly string[];
  readonly #reader: ByteReader;
  readonly #isText: boolean;

  constructor(bytes: Buffer, isText: boolean) {
    this.#reader = new ByteReader(bytes);
    this.#isText = isText;
    this.strings = isText ? Array.from({ length: this.#reader.count(1) }, () => this.#reader.text()) : [];
    this.longestMs = this.#reader.unsigned();
  }

  /** Gives `take` each step of a chunk that begins with `first` at `firstMs`, once; false once it wanted no more. */
  each(firstMs: number, first: number, take: TakeStep): boolean {
    const reader = this.#reader;
    let timeMs = firstMs;
    let value = first;
    for (let left = reader.count(2); left > 0; left--) {
      timeMs += reader.unsigned();
      const told = reader.signed();
      const beyondMs = Math.floor(told / 2);
      if (told !== beyondMs * 2) value = this.#isText ? this.#text() : 1 - value;
      if (!take(timeMs, value, timeMs - this.longestMs - beyondMs)) return false;
    }
    if (reader.left > 0) throw new CodecError("the outline of a chunk has bytes that belong to nothing");
    return true;
  }

  #text(): number {
    const number = this.#reader.unsigned();
    if (number >= this.strings.length) throw new CodecError(`text ${number} of ${this.strings.length}`);
    return number;
  }
}
