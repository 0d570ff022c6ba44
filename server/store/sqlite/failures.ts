/** What an error means: a passing one is told to the caller, a fatal one ends all promises; others are bugs and end this thread. */
import { CodecError, NewerVersionError } from "../codec/bytes.ts";
import { StoreError } from "../store.ts";
import { faultOf, isDamage } from "./driver.ts";
import { HeldFiles, suspect } from "./files.ts";

export class Failures {
  readonly #path: string;
  readonly #files: HeldFiles;
  readonly #onFatal: (message: string) => void;
  readonly #onTrouble: (message: string) => void;
  #fatal: StoreError | undefined;

  /** Of an open database at `path`. `onFatal` hears, once, of a store that can promise nothing any more; `onTrouble` of what was lost while it goes on. */
  constructor(path: string, onFatal: (message: string) => void, onTrouble: (message: string) => void) {
    this.#path = path;
    this.#files = new HeldFiles(path);
    this.#onFatal = onFatal;
    this.#onTrouble = onTrouble;
  }

  /** Why nothing can be promised any more; undefined while all is well. */
  get fatal(): StoreError | undefined {
    return this.#fatal;
  }

  /** Does what may fail, and throws a `StoreError` where it does. */
  guard<T>(work: () => T): T {
    if (this.#fatal) throw this.#fatal;
    try {
      const result = work();
      this.requireFiles();
      return result;
    } catch (error) {
      throw this.toStoreError(error);
    }
  }

  /** What was just committed is on disk only as long as its files are in the folder. */
  requireFiles(): void {
    const moved = this.#files.moved();
    if (moved !== undefined) throw this.#end(`${moved} was deleted or replaced while the hub was using it`);
  }

  /** Throws what is neither known nor passing. */
  toStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof NewerVersionError)
      return new StoreError("internal", `These readings were written by a newer hub (${text}).`, false);
    if (error instanceof CodecError) {
      this.#onTrouble(`Some readings on the disk are damaged (${text}).`);
      return new StoreError("internal", `These readings are damaged on the disk (${text}).`, false);
    }
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    if (fault === "full")
      return new StoreError("storage_full", `The disk is full (${text}); readings are taken again when there is room.`);
    if (fault === "busy")
      return new StoreError("store_unavailable", `The database is locked by another program (${text}).`);
    if (isDamage(error)) suspect(this.#path, text);
    return this.#end(text);
  }

  #end(text: string): StoreError {
    if (!this.#fatal) {
      this.#fatal = new StoreError("internal", `The store failed and stopped (${text}).`, false);
      this.#onFatal(this.#fatal.message);
    }
    return this.#fatal;
  }
}
