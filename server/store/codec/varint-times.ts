/** Times as varints: of the journal, and of chunks of version 1. A steady clock costs a byte a reading before deflate, and next to none after. */
import { type ByteReader, type ByteWriter, CodecError, putUnsigned, zigzag } from "./bytes.ts";

const deltaOfDelta = 0;
const plain = 1;
/** Within ±2^50 ms (35,000 years) every difference of differences is an exact integer; beyond, doubles are kept as they are. */
const exactLimit = 2 ** 50;

/** Writes the first `count` times; any integer that a double holds exactly is read back the same. */
export function writeTimes(writer: ByteWriter, times: Float64Array, count: number): void {
  writer.room(count * 8 + 1);
  if (!fits(times, count)) {
    writer.byte(plain);
    for (let index = 0; index < count; index++) writer.double(times[index] as number);
    return;
  }
  writer.byte(deltaOfDelta);
  if (count === 0) return;
  // The first time stands by itself: its distance to 1970 would spoil the second difference.
  let time = times[0] as number;
  let delta = 0;
  writer.signed(time);
  const { bytes } = writer;
  let at = writer.length;
  for (let index = 1; index < count; index++) {
    const next = times[index] as number;
    const nextDelta = next - time;
    at = putUnsigned(bytes, at, zigzag(nextDelta - delta));
    delta = nextDelta;
    time = next;
  }
  writer.length = at;
}

/** Reads `count` times. */
export function readTimes(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const times = new Float64Array(count);
  const mode = reader.byte();
  if (mode === plain) {
    for (let index = 0; index < count; index++) times[index] = reader.double();
    return times;
  }
  if (mode !== deltaOfDelta) throw new CodecError(`unknown time mode ${mode}`);
  let time = 0;
  let delta = 0;
  for (let index = 0; index < count; index++) {
    const read = reader.signed();
    if (index > 0) delta += read;
    time += index === 0 ? read : delta;
    times[index] = time;
  }
  return times;
}

function fits(times: Float64Array, count: number): boolean {
  for (let index = 0; index < count; index++) {
    if (Math.abs(times[index] as number) > exactLimit) return false;
  }
  return true;
}
