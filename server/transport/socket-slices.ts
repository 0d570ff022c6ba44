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
 * Call it once, when the listener that parses is on already. Where `endSlice` pauses the socket, the rest of what was read stays in
 * its stream: `ws` finds it there when the socket goes on, and when it is closed.
 */
export function readInSlices(socket: Socket, slices: SliceReader): void {
  socket[reader] = slices;
  socket.push = pushSlices;
  socket.prependListener("data", begin).on("data", end);
}

function pushSlices(this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
  const { push } = Socket.prototype;
  if (!Buffer.isBuffer(chunk) || chunk.length <= sliceBytes) return push.call(this, chunk, encoding);
  let takesMore = true;
  for (let at = 0; at < chunk.length && !this.destroyed; at += sliceBytes)
    takesMore = push.call(this, chunk.subarray(at, at + sliceBytes));
  return takesMore;
}

function begin(this: Socket): void {
  this[reader]?.beginSlice();
}

function end(this: Socket): void {
  this[reader]?.endSlice();
}
