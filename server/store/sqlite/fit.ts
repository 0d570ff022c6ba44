/**
 * Cuts readings into chunks that fill their pages. A row keeps 489 bytes and what is left over in its leaf and fills pages of
 * 4,092 bytes with the rest (sqlite.org/fileformat2.html, "Cell Payload Overflow Pages"). With 85 bytes of a row beside the
 * blob, blobs of 4,500 to 4,800 bytes cost 3 % more in the file than their length, those of 3,700 ± 25 % twenty.
 */

/** A size between these parts of the wanted one is as good. */
const leastShare = 0.97;
const mostShare = 1.035;
/** So often a piece is encoded anew whose size was guessed wrong. */
const maxRepeats = 2;

/** Readings from `start` to `end` (excluded), encoded. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly blob: Buffer;
}

/**
 * Cuts `count` readings into pieces whose blobs are about `wantedBytes` long, none of more than `maxRows`. `guess` is how many
 * readings may make one. What is left at the end is the last piece and too short (`isShort`), or there is no such piece; from
 * `mayLeaveFrom` on it is left out, and not encoded, where it is about to be too short.
 */
export function cutToFit(
  count: number,
  guess: number,
  wantedBytes: number,
  maxRows: number,
  encode: (start: number, end: number) => Buffer,
  mayLeaveFrom = Number.POSITIVE_INFINITY,
): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let rows = Math.max(1, Math.round(guess));
  while (start < count) {
    if (start >= mayLeaveFrom && count - start < Math.min(rows * leastShare, maxRows)) break;
    const piece = fitOne(start, count, rows, wantedBytes, maxRows, encode);
    pieces.push(piece);
    start = piece.end;
    rows = Math.max(1, Math.round((piece.end - piece.start) * (wantedBytes / piece.blob.length)));
  }
  return pieces;
}

/** Whether a piece could still grow. */
export function isShort({ start, end, blob }: Piece, wantedBytes: number, maxRows: number): boolean {
  return blob.length < wantedBytes * leastShare && end - start < maxRows;
}

function fitOne(
  start: number,
  count: number,
  guess: number,
  wantedBytes: number,
  maxRows: number,
  encode: (start: number, end: number) => Buffer,
): Piece {
  const most = Math.min(count - start, maxRows);
  const encoded = (rows: number): Piece => ({ start, end: start + rows, blob: encode(start, start + rows) });
  let found = encoded(Math.min(guess, most));
  let best = found;
  let bytesPerRow = found.blob.length / (found.end - start);
  for (let repeat = 0; repeat < maxRepeats; repeat++) {
    const { length } = found.blob;
    const rows = found.end - start;
    const isEnough = length >= wantedBytes * leastShare || rows === most;
    if (isEnough && length <= wantedBytes * mostShare) return found;
    const next = Math.min(Math.max(1, Math.round(rows + (wantedBytes - length) / bytesPerRow)), most);
    if (next === rows) break;
    found = encoded(next);
    // What a block has at its beginning is not in the slope.
    bytesPerRow = Math.max((found.blob.length - length) / (next - rows), bytesPerRow / 8);
    if (distance(found, wantedBytes) < distance(best, wantedBytes)) best = found;
  }
  return best;
}

function distance({ blob }: Piece, wantedBytes: number): number {
  return Math.abs(blob.length - wantedBytes);
}

/** Of a row beside its blob, and of a cell beside its row. */
const rowBytes = 85;
const cellBytes = 12;
/** What a leaf of 4,096 bytes takes, a row in it at most, one that goes on elsewhere at least, and each page of that. */
const leafBytes = 4_088;
const mostInLeaf = 4_061;
const leastInLeaf = 489;
const overflowBytes = 4_092;

/** About what a chunk with a blob of so many bytes takes in the file. */
export function fileBytes(blobBytes: number): number {
  const payload = blobBytes + rowBytes;
  const over = leastInLeaf + ((payload - leastInLeaf) % overflowBytes);
  const inLeaf = payload <= mostInLeaf ? payload : over <= mostInLeaf ? over : leastInLeaf;
  const overflows = Math.ceil((payload - inLeaf) / overflowBytes);
  return (overflows + 1 / Math.floor(leafBytes / (inLeaf + cellBytes))) * 4_096;
}
