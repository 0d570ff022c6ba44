/** The file of a recording: lines go to disk in order, a piece at a time. */
import { type FileHandle, open } from "node:fs/promises";

export class RecordFile {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #failed: Error | undefined;

  private constructor(file: FileHandle, head: string) {
    this.#file = file;
    this.write(head);
  }

  /** Makes a new file. Fails where there is one already: a recording never takes the place of another. */
  static async create(path: string, head: string): Promise<RecordFile> {
    return new RecordFile(await open(path, "wx"), head);
  }

  /** Why nothing is written any more, such as a full disk. */
  get failed(): Error | undefined {
    return this.#failed;
  }

  write(text: string): void {
    if (text === "" || this.#failed) return;
    this.#waiting.push(text);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves once all of it is on disk, or could not be written. */
  async close(): Promise<void> {
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (error) {
      this.#failed ??= error as Error;
    }
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#file.appendFile(this.#waiting.splice(0).join(""));
    } catch (error) {
      this.#failed = error as Error;
      this.#waiting = [];
    }
    this.#writing = undefined;
  }
}
