/**
 * Frames without end from a few that are encoded once: each time round their readings lie later, and their numbers go on. The
 * digits of both are patched where they stand, so that the load costs little beside the server, however long it lasts.
 */
import type { Stream } from "../frames.ts";
import { maskedFrame } from "../wire.ts";

/** The first frame's `seq`: from here on all have ten digits. */
export const firstSeq = 1_000_000_000;

const seqPattern = /"seq":(\d+)/;
const timePattern = /\d{13}/g;
/** Any will do, and not 0: servers leave out the unmasking there. */
const mask = 0x5a1c7e93;
const headBytes = 8;
const longestPayload = 65_535;

interface Place {
  readonly at: number;
  /** ms since the epoch, of the first round. */
  readonly timeMs: number;
}

interface Rolling {
  readonly bytes: Buffer;
  readonly seqAt: number;
  readonly times: readonly Place[];
}

export class RollingFrames {
  readonly #frames: readonly Rolling[];
  readonly #roundMs: number;
  #next = 0;
  #digits = "";

  /** @param stepMs from the last time of a round to the first of the next one */
  constructor(stream: Stream, stepMs: number) {
    this.#frames = [...payloadsOf(stream)].map(rolling);
    const times = this.#frames.flatMap((frame) => frame.times.map(({ timeMs }) => timeMs));
    if (times.length === 0) throw new Error("frames without times can't be sent twice");
    this.#roundMs = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b)) + stepMs;
  }

  /** Frames given out so far. */
  get count(): number {
    return this.#next;
  }

  /** Frames that may be on their way at once: one that was not read yet must not be patched. */
  get most(): number {
    return this.#frames.length;
  }

  /** The next frames, as bytes that stand until `most` more were given out. */
  take(frames: number): Buffer[] {
    return Array.from({ length: frames }, () => this.#take());
  }

  #take(): Buffer {
    const number = this.#next++;
    const frame = this.#frames[number % this.#frames.length] as Rolling;
    write(frame.bytes, frame.seqAt, String(firstSeq + number));
    const laterMs = Math.floor(number / this.#frames.length) * this.#roundMs;
    let known = Number.NaN;
    for (const { at, timeMs } of frame.times) {
      // Rows of one time stand together.
      if (timeMs !== known) this.#digits = String(timeMs + laterMs);
      known = timeMs;
      write(frame.bytes, at, this.#digits);
    }
    return frame.bytes;
  }
}

/** The text of each frame of a stream, unmasked. */
function* payloadsOf({ bytes, ends }: Stream): Generator<string> {
  let from = 0;
  for (const end of ends) {
    const frame = bytes.subarray(from, end);
    const head = ((frame[1] as number) & 0x7f) < 126 ? 6 : headBytes;
    const text = Buffer.from(frame.subarray(head));
    for (let at = 0; at < text.length; at++) text[at] = (text[at] as number) ^ (frame[head - 4 + (at & 3)] as number);
    yield text.toString("latin1");
    from = end;
  }
}

function rolling(payload: string): Rolling {
  const text = payload.replace(seqPattern, `"seq":${firstSeq}`);
  const seqAt = text.indexOf(String(firstSeq));
  if (seqAt < 0 || text.length < 126 || text.length > longestPayload)
    throw new Error(`no frame that can be sent again and again: ${text.slice(0, 100)}`);
  const times = [...text.matchAll(timePattern)].map(({ 0: digits, index }) => ({ at: index, timeMs: Number(digits) }));
  return { bytes: maskedFrame(text, mask), seqAt, times };
}

function write(frame: Buffer, at: number, digits: string): void {
  for (let index = 0; index < digits.length; index++) {
    const masked = frame[headBytes - 4 + ((at + index) & 3)] as number;
    frame[headBytes + at + index] = digits.charCodeAt(index) ^ masked;
  }
}
