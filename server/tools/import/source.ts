/** The file that is imported: what it is, what tells it from others, and its bytes piece by piece. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type RowForm, type Rows, rowsOf } from "./rows.ts";
import { WrongFile } from "./troubles.ts";

/** Bytes at both ends by which a file is known again. */
const knownBytes = 64 * 1024;

/** Rows of one piece, and where it ends in the file. */
export interface Block extends Rows {
  /** Counts the pieces from 0; the same for the same piece in every run. */
  readonly number: number;
  readonly endByte: number;
}

/** Where to go on. */
export interface Position {
  readonly block: number;
  readonly byte: number;
  readonly line: number;
}

export class Source {
  readonly path: string;
  readonly sizeBytes: number;
  /** The first bytes, without a byte order mark. */
  readonly head: string;
  /** Length of the byte order mark. */
  readonly markBytes: number;
  /** Names the file's content, as far as its ends and its time of change tell. */
  readonly digest: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle, sizeBytes: number, head: Buffer, digest: string) {
    this.path = path;
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.markBytes = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
    this.head = head.toString("utf8", this.markBytes);
    this.digest = digest;
  }

  /** Throws `WrongFile`. */
  static async open(path: string): Promise<Source> {
    const file = await open(path).catch((error: NodeJS.ErrnoException) => {
      throw new WrongFile(
        error.code === "ENOENT" ? "There is no such file." : `It cannot be opened (${error.message}).`,
      );
    });
    try {
      const stat = await file.stat();
      if (!stat.isFile())
        throw new WrongFile("It is no file: what can be read once only cannot be gone on with. Save it first.");
      const head = await read(file, 0, Math.min(knownBytes, stat.size));
      const tail = await read(file, Math.max(0, stat.size - knownBytes), Math.min(knownBytes, stat.size));
      if (head.length === 0) throw new WrongFile("The file is empty.");
      refuseOthers(head);
      const hash = createHash("sha256").update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`).update(head).update(tail);
      return new Source(path, file, stat.size, head, hash.digest("hex"));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Pieces of whole rows, of about `blockBytes` bytes each, from `from` on. Throws `WrongFile`. */
  async *blocks(from: Position, blockBytes: number, form: RowForm): AsyncGenerator<Block> {
    let { block, byte, line } = from;
    while (byte < this.sizeBytes) {
      const wanted = Math.min(blockBytes, this.sizeBytes - byte);
      const bytes = await read(this.#file, byte, wanted);
      if (bytes.length < wanted)
        throw new WrongFile(`It became shorter while it was read: it had ${this.sizeBytes} bytes.`);
      const rows = rowsOf(bytes, line, byte + wanted === this.sizeBytes, form);
      byte += rows.usedBytes;
      line = rows.nextLine;
      yield { ...rows, number: block, endByte: byte };
      block += 1;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Refuses what is no text, by name where it is known. */
function refuseOthers(head: Buffer): void {
  const begins = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  const expected = "Expected CSV or NDJSON, found";
  if (begins(0x1f, 0x8b)) throw new WrongFile(`${expected} a file packed by gzip: gunzip it first.`);
  if (begins(0x50, 0x4b)) throw new WrongFile(`${expected} a ZIP file, as spreadsheets are: save the sheet as CSV.`);
  if (begins(0x50, 0x41, 0x52, 0x31)) throw new WrongFile(`${expected} Parquet: write it as CSV first.`);
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) throw new WrongFile(`${expected} UTF-16: save it as UTF-8.`);
  if (head.includes(0)) throw new WrongFile(`${expected} a file that is no text.`);
  if (/^\s*\[/.test(head.toString("utf8", 0, 256)))
    throw new WrongFile(`${expected} a JSON list: jq -c '.[]' FILE > FILE.ndjson makes a line of each of its objects.`);
}
