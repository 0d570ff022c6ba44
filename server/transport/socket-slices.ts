/**
 * Reads what a socket brings in slices. The kernel hands over up to 64 KiB at once, in which thousands of small frames may
 * stand: none but the reader could come in between, and nobody else's frames.
 */
import { Socket } from "node:net";

/** Most bytes of a slice: many small frames or a piece of a large one, so that looking at the clock costs nothing beside them. */
export const mostSliceBytes = 8 * 1024;
/** Fewest bytes of a slice: a frame or a few, whatever they cost. */
const leastSliceBytes = 256;
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
 * and when it is closed. What comes is handed on within `push`, and what had to wait within `read`: both are taken over, since
 * two more listeners would cost each idle socket more than all else that it has for this.
 */
export function readInSlices(socket: Socket, slices: SliceReader): void {
  socket[reader] = slices;
  socket.push = pushSlices;
  socket.read = readSlice;
}

function pushSlices(this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
  // Not bytes: the end.
  if (!Buffer.isBuffer(chunk)) return Socket.prototype.push.call(this, chunk, encoding);
  let takesMore = true;
  for (let at = 0; at < chunk.length && !this.destroyed; ) {
    const end = at + (this[reader]?.sliceBytes ?? mostSliceBytes);
    const slice = at === 0 && chunk.length <= end ? chunk : chunk.subarray(at, end);
    if (!this[reader]?.letsGo(slice.length)) takesMore = pushSlice(this, slice);
    at = end;
  }
  return takesMore;
}

function pushSlice(socket: Socket, slice: Buffer): boolean {
  const { push } = Socket.prototype;
  // Left alone: it is kept for later, and read then.
  if (socket.readableFlowing !== true || socket.readableLength > 0) return push.call(socket, slice);
  socket[reader]?.beginSlice();
  const takesMore = push.call(socket, slice);
  socket[reader]?.endSlice(slice.length);
  return takesMore;
}

function readSlice(this: Socket, size?: number): unknown {
  const { read } = Socket.prototype;
  if (size === 0 || this.readableLength === 0) return read.call(this, size);
  // Once let go by, nothing of it is wanted again; whoever asks must be given something.
  const letGo = this[reader]?.letsGo(0) === true || (this.destroyed && this[reader]?.waits === true);
  if (letGo) this.removeAllListeners("data");
  else this[reader]?.beginSlice();
  const chunk: unknown = read.call(this, size);
  const bytes = Buffer.isBuffer(chunk) ? chunk.length : 0;
  if (letGo) this[reader]?.letsGo(bytes);
  else this[reader]?.endSlice(bytes);
  return letGo && bytes > 0 ? Buffer.alloc(0) : chunk;
}
