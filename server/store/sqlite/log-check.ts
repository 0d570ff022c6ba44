/**
 * Looks at a write-ahead log before SQLite does. SQLite takes the first frame whose checksum is wrong for the end of the log,
 * which is right after a loss of power: what lies behind was never synced. Damage in the middle looks the same to it, and
 * what was acknowledged behind it would be gone without a word. (The format: sqlite.org/fileformat2.html, section 4.)
 */
import { existsSync, readFileSync } from "node:fs";
import { pageBytes } from "./driver.ts";

const headerBytes = 32;
const frameHeaderBytes = 24;
const frameBytes = frameHeaderBytes + pageBytes;
const magics = [0x377f0682, 0x377f0683];

/** Commits that lie behind the end of what can be read, beyond the one that a loss of power may have torn; 0 where all is well. */
export function commitsCutOff(path: string): number {
  if (!existsSync(path)) return 0;
  const log = readFileSync(path);
  if (log.length < headerBytes + frameHeaderBytes) return 0;
  const littleEndian = (log.readUInt32BE(0) & 1) === 0;
  const sum: Sum = [0, 0];
  add(sum, log, 0, 24, littleEndian);
  let readable = magics.includes(log.readUInt32BE(0)) && matches(sum, log, 24);
  // Where the header is damaged, the first frame knows the salt.
  const salt = readable ? log.subarray(16, 24) : log.subarray(headerBytes + 8, headerBytes + 16);
  let behind = 0;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salt);
    if (readable) {
      add(sum, log, at, at + 8, littleEndian);
      add(sum, log, at + frameHeaderBytes, at + frameBytes, littleEndian);
      readable = isOfThisLog && matches(sum, log, at + 16);
    }
    const isCommit = log.readUInt32BE(at + 4) > 0;
    if (!readable && isOfThisLog && isCommit) behind += 1;
  }
  return Math.max(0, behind - 1);
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
