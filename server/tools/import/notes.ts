/** What an import leaves beside its file: how far it came, and the rows that were not taken. */
import { open, readFile, rename, writeFile } from "node:fs/promises";
import { textCell } from "../../formats/csv.ts";
import type { Position } from "./source.ts";
import type { TimeUnit } from "./times.ts";
import { type Trouble, WrongFile } from "./troubles.ts";

/** Everything up to `byte` is decided. */
export interface Progress extends Position {
  /** Which import of which file this is of. */
  readonly session: string;
  /** The database that has the readings. */
  readonly epoch: string;
  readonly unit: TimeUnit;
  readonly rows: number;
  readonly stored: number;
  /** Readings that were not taken. */
  readonly refused: number;
  /** Size of the list of these, bytes: what was written behind it belongs to rows that come again. */
  readonly listBytes: number;
  readonly done: boolean;
}

const listHead = "line,column,problem\r\n";

export class Notes {
  /** `FILE.import.json` */
  readonly path: string;
  /** `FILE.import-refused.csv`; there only where rows were refused. */
  readonly listPath: string;

  constructor(file: string) {
    this.path = `${file}.import.json`;
    this.listPath = `${file}.import-refused.csv`;
  }

  /** How far the same import came into the same database; undefined where it has not begun. */
  async read(session: string, epoch: string): Promise<Progress | undefined> {
    try {
      const progress = JSON.parse(await readFile(this.path, "utf8")) as Progress;
      return progress.session === session && progress.epoch === epoch ? progress : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes the place of the last one at once, so that a kill leaves one of the two. Throws `WrongFile` where the folder takes no files. */
  async write(progress: Progress): Promise<void> {
    try {
      await writeFile(`${this.path}.new`, `${JSON.stringify(progress)}\n`);
      await rename(`${this.path}.new`, this.path);
    } catch (error) {
      throw new WrongFile(`How far it is cannot be written beside it: ${(error as Error).message}.`);
    }
  }

  /** Adds rows behind the first `listBytes` bytes; gives the new size. */
  async list(troubles: readonly Trouble[], listBytes: number): Promise<number> {
    if (troubles.length === 0) return listBytes;
    const lines = troubles.map(({ line, column, problem }) => `${line},${textCell(column)},${textCell(problem)}\r\n`);
    const text = Buffer.from((listBytes === 0 ? listHead : "") + lines.join(""));
    const file = await open(this.listPath, listBytes === 0 ? "w" : "r+").catch((error: Error) => {
      throw new WrongFile(`The list of refused rows cannot be written: ${error.message}.`);
    });
    try {
      await file.truncate(listBytes);
      await file.write(text, 0, text.length, listBytes);
    } finally {
      await file.close();
    }
    return listBytes + text.length;
  }
}
