/**
 * Reads what a socket brings in slices. The kernel hands over up to 64 KiB at once, in which thousands of small frames may
 * stand: none but the reader could come in between, and nobody else's frames.
 */
import { Socket } from "node:net";

/** Most bytes of a slice: many small frames or a piece of a large one, so that looking at the clock costs nothing beside them. */
export const mostSliceBytes = 8 * 1024;
/** Fewest bytes of a slice, whatever they cost: a frame may come in one piece for each (`maxBufferedChunks`). */
export const leastSliceBytes = 512;
/** A slice is meant to take no longer, ms. */
const sliceMs = 0.5;

/** A connection begins with so many bytes at once: a `hello`, or what shows that it is none. */
export const firstSliceBytes = 1024;

/**
 * Most bytes of the next slice where one of at most `most` had `bytes` and took `ms`. What a byte costs differs a hundredfold: a
 * piece of a large frame costs a copy, the same bytes of readings that are refused one by one are many answers.
 */
export function nextSliceBytes(most: number, bytes: number, ms: number): number {
  if (ms > sliceMs) return Math.max(leastSliceBytes, Math.min(most, Math.floor((bytes * sliceMs) / ms)));
  // Only a full one shows that more would do.
  return bytes >= most && ms < sliceMs / 2 ? Math.min(mostSliceBytes, most * 2) : most;
}

/** Looks at a slice before whoever parses it does, and behind. */
export interface SliceReader {
  /** Most bytes of the next slice. */
  readonly sliceBytes: number;
  /** Whether so many bytes that came are let go by unread: of one that was told to leave, and does not stop. */
  letsGo(bytes: number): boolean;
  /** It waits for its turn. What lies there when its connection is cut is let go by, like what the kernel still has then. */
  readonly waits: boolean;
  beginSlice(): void;
  /** So many bytes were parsed. */
  endSlice(bytes: number): void;
}

const reader = Symbol("reader");

declare module "node:net" {
  interface Socket {
    [reader]?: SliceReader;
  }
}

/**
 * Where `endSlice` pauses the socket, the rest of what was read stays in its stream: `ws` finds it there when the socket goes on,
 * and when it is closed, but for what is let go. What comes is handed on within `push`, and what had to wait within `read`:
 * both are taken over, since two more listeners would cost each idle socket more than all else that it has for this.
 */
export function readInSlices(socket: Socket, slices: SliceReader): void {
  socket[reader] = slices;
  socket.push = pushSlices;
  socket.read = readSlice;
}

function pushSlices(this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
  const { push } = Socket.prototype;
  const slices = this[reader];
  // Not bytes: the end.
  if (!slices || !Buffer.isBuffer(chunk)) return push.call(this, chunk, encoding);
  let takesMore = true;
  for (let at = 0; at < chunk.length && !this.destroyed; ) {
    // Left alone: the rest is kept whole, and cut when it is read.
    if (this.readableFlowing !== true || this.readableLength > 0)
      return push.call(this, at === 0 ? chunk : chunk.subarray(at));
    const end = at + slices.sliceBytes;
    const slice = at === 0 && chunk.length <= end ? chunk : chunk.subarray(at, end);
    at = end;
    if (slices.letsGo(slice.length)) continue;
    slices.beginSlice();
    takesMore = push.call(this, slice);
    slices.endSlice(slice.length);
  }
  return takesMore;
}

function readSlice(this: Socket, size?: number): unknown {
  const { read } = Socket.prototype;
  const slices = this[reader];
  if (!slices || size === 0 || this.readableLength === 0) return read.call(this, size);
  const bytes = size ?? Math.min(this.readableLength, slices.sliceBytes);
  if (slices.letsGo(bytes) || (this.destroyed && slices.waits)) {
    // Nothing of it is wanted again, and whoever asks must be given something.
    this.removeAllListeners("data");
    return read.call(this, bytes) === null ? null : Buffer.alloc(0);
  }
  slices.beginSlice();
  const slice: unknown = read.call(this, bytes);
  slices.endSlice(Buffer.isBuffer(slice) ? slice.length : 0);
  return slice;
}
