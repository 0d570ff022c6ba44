/** The rows of a file as a stream: a file of any size takes the memory of one piece of it. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { csvRows, delimiterOf, headerAt } from "./csv.ts";
import { EncodingWatch, encodingOf, inUtf8 } from "./encoding.ts";
import { ndjsonRows } from "./ndjson.ts";
import { type Row, WrongFile } from "./row.ts";

/** A file that can be read more than once. */
export interface Table {
  /** Names of columns. Those of NDJSON are complete only once `rows` has ended: a key may come late. */
  readonly header: readonly string[];
  /** True where cells have types of their own (NDJSON). */
  readonly typed: boolean;
  /** False once bytes were met that are no UTF-8: `rows` has them as U+FFFD. Known for all of the file once `rows` has ended. */
  readonly isUtf8: boolean;
  /** Rows in pieces of some thousand. */
  rows(): AsyncGenerator<readonly Row[]>;
}

/** Bytes looked at to see what a file is. */
const headBytes = 64 * 1024;
const pieceBytes = 256 * 1024;

function noText([first, second]: Uint8Array): string {
  if (first === 0x1f && second === 0x8b) return "Expected CSV or NDJSON, found a file packed by gzip: gunzip it first.";
  if (first === 0x50 && second === 0x4b)
    return "Expected CSV or NDJSON, found a ZIP file, as spreadsheets are: unpack it, or save the sheet as CSV.";
  return "Expected CSV or NDJSON, found a file that is no text.";
}

/** Opens a file of CSV or NDJSON, told apart by what stands in it. Throws `WrongFile`. */
export async function openTable(path: string): Promise<Table> {
  const head = await readHead(path);
  const coding = encodingOf(head);
  const text = new TextDecoder(coding).decode(head);
  const begin = text.trimStart();
  if (begin === "") throw new WrongFile("The file is empty.");
  const encoding = new EncodingWatch();
  const bytes = () => encoding.watch(inUtf8(createReadStream(path, { highWaterMark: pieceBytes }), coding));
  if (begin.startsWith("{")) {
    const header: string[] = [];
    return {
      ...{ header, typed: true, rows: () => ndjsonRows(bytes(), header) },
      get isUtf8() {
        return encoding.isUtf8;
      },
    };
  }
  if (begin.startsWith("["))
    throw new WrongFile(
      `Line 1: expected CSV, or one JSON object a line, found a JSON array: jq -c '.[]' FILE > FILE.ndjson makes lines of it.`,
    );
  if (text.includes("\0")) throw new WrongFile(noText(head));
  const delimiter = delimiterOf(text);
  let header: readonly string[] = [];
  let skipped = 0;
  for await (const rows of csvRows(bytes(), delimiter)) {
    skipped = headerAt(rows);
    const found = rows[skipped];
    if (!found) continue;
    header = distinct(found.cells.map((cell) => String(cell).trim()));
    break;
  }
  return {
    ...{ header, typed: false, rows: () => csvRows(bytes(), delimiter, header, skipped) },
    get isUtf8() {
      return encoding.isUtf8;
    },
  };
}

/** Of columns with one name the second is `name_2`: each is a metric of its own. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const met = new Set<string>();
  return names.map((name) => {
    if (name === "" || !met.has(name)) {
      met.add(name);
      return name;
    }
    let number = 2;
    while (taken.has(`${name}_${number}`)) number++;
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  });
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new WrongFile(error.code === "ENOENT" ? "There is no such file." : `It cannot be opened (${error.message}).`);
  });
  try {
    const kind = await file.stat();
    if (!kind.isFile() && !kind.isDirectory())
      throw new Error("it is no file, and a pipe cannot be read twice: save it first");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new WrongFile(`It cannot be read (${(error as Error).message}).`);
  } finally {
    await file.close();
  }
}
