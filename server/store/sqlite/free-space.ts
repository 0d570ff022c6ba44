/** Room on the disk of the store, asked for seldom. */
import { statfsSync } from "node:fs";
import { roomText } from "../sizes.ts";
import { StoreError } from "../store.ts";

/** Free space is asked for at most this often, ms: the answer may be old by what a hub can write in that time. */
const maxAgeMs = 250;

export class FreeSpace {
  readonly #folder: string;
  readonly #leastBytes: number;
  #atMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;

  /** `leastBytes` stay free. */
  constructor(folder: string, leastBytes: number) {
    this.#folder = folder;
    this.#leastBytes = leastBytes;
  }

  get bytes(): number {
    const atMs = performance.now();
    if (atMs - this.#atMs > maxAgeMs) {
      const { bavail, bsize } = statfsSync(this.#folder);
      this.#atMs = atMs;
      this.#bytes = bavail * bsize;
    }
    return this.#bytes;
  }

  /** Throws a `StoreError` `storage_full` where there is too little. */
  require(): void {
    const { bytes } = this;
    if (bytes >= this.#leastBytes) return;
    throw new StoreError(
      "storage_full",
      `The disk has ${roomText(bytes)} free; the hub stops taking readings below ${roomText(this.#leastBytes)} (--min-free) and goes on when there is room again.`,
    );
  }
}
