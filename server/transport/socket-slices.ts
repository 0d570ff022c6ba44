/**
 * Reads what a socket brings in slices. The kernel hands over up to 64 KiB at once, in which thousands of small frames may
 * stand: none but the reader could come in between, and nobody else's frames.
 */
import { Socket } from "node:net";

/** Bytes of a slice: many small frames or a piece of a large one, so that looking at the clock costs nothing beside them. */
const sliceBytes = 8 * 1024;

/** Looks at a slice before whoever parses it does, and behind. */
export interface SliceReader {
  beginSlice(): void;
  endSlice(): void;
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
  for (let at = 0; at < chunk.length && !this.destroyed; at += sliceBytes)
    takesMore = pushSlice(this, at === 0 && chunk.length <= sliceBytes ? chunk : chunk.subarray(at, at + sliceBytes));
  return takesMore;
}

function pushSlice(socket: Socket, slice: Buffer): boolean {
  const { push } = Socket.prototype;
  // Left alone: it is kept for later, and read then.
  if (socket.readableFlowing !== true || socket.readableLength > 0) return push.call(socket, slice);
  socket[reader]?.beginSlice();
  const takesMore = push.call(socket, slice);
  socket[reader]?.endSlice();
  return takesMore;
}

function readSlice(this: Socket, size?: number): unknown {
  const { read } = Socket.prototype;
  if (size === 0 || this.readableLength === 0) return read.call(this, size);
  this[reader]?.beginSlice();
  const chunk: unknown = read.call(this, size);
  this[reader]?.endSlice();
  return chunk;
}
