/**
 * Looks at a write-ahead log before SQLite does. SQLite takes the first frame whose checksum is wrong for the end of the log,
 * which is right after a loss of power: what lies behind was never synced. Damage in the middle looks the same to it, and
 * what was acknowledged behind it would be gone without a word. (The format: sqlite.org/fileformat2.html, section 4.)
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { pageBytes } from "./driver.ts";

const headerBytes = 32;
const frameHeaderBytes = 24;
const frameBytes = frameHeaderBytes + pageBytes;
/** A piece of the log in memory: about 1 MiB. */
const framesAtOnce = 256;
const magics = [0x377f0682, 0x377f0683];

/** Commits that lie behind the end of what can be read, beyond the one that a loss of power may have torn; 0 where all is well. */
export function commitsCutOff(path: string): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, "r");
  try {
    return Math.max(0, commitsBehindEnd(file) - 1);
  } finally {
    closeSync(file);
  }
}

function commitsBehindEnd(file: number): number {
  const head = Buffer.alloc(headerBytes + frameHeaderBytes);
  if (readSync(file, head, 0, head.length, 0) < head.length) return 0;
  const littleEndian = (head.readUInt32BE(0) & 1) === 0;
  const sum: Sum = [0, 0];
  add(sum, head, 0, 24, littleEndian);
  let readable = magics.includes(head.readUInt32BE(0)) && matches(sum, head, 24);
  // Where the header is damaged, the first frame knows the salt.
  const salt = readable ? head.subarray(16, 24) : head.subarray(headerBytes + 8, headerBytes + 16);
  let behind = 0;
  for (const frame of framesOf(file)) {
    const isOfThisLog = frame.subarray(8, 16).equals(salt);
    if (readable) {
      add(sum, frame, 0, 8, littleEndian);
      add(sum, frame, frameHeaderBytes, frameBytes, littleEndian);
      readable = isOfThisLog && matches(sum, frame, 16);
    }
    const isCommit = frame.readUInt32BE(4) > 0;
    if (!readable && isOfThisLog && isCommit) behind += 1;
  }
  return behind;
}

/** Every whole frame, each valid until the next; piece by piece, since a reader that held the log may have made it larger than any buffer. */
function* framesOf(file: number): Generator<Buffer> {
  const piece = Buffer.allocUnsafe(frameBytes * framesAtOnce);
  for (let at = headerBytes; ; at += piece.length) {
    let length = 0;
    for (let read = -1; read !== 0 && length < piece.length; length += read) {
      read = readSync(file, piece, length, piece.length - length, at + length);
    }
    for (let end = frameBytes; end <= length; end += frameBytes) yield piece.subarray(end - frameBytes, end);
    if (length < piece.length) return;
  }
}

type Sum = [number, number];

function add(sum: Sum, bytes: Buffer, from: number, to: number, littleEndian: boolean): void {
  let [first, second] = sum;
  for (let at = from; at < to; at += 8) {
    const one = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    const two = littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
    first = (first + one + second) >>> 0;
    second = (second + two + first) >>> 0;
  }
  sum[0] = first;
  sum[1] = second;
}

function matches([first, second]: Sum, log: Buffer, at: number): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}
