/** Those who wait until everything taken by now is decided. */
export class Flushes {
  #waiting: { readonly target: number; resolve(): void; reject(error: Error): void }[] = [];

  /** Resolves once `settle` has come to `target`, an ordinal of readings. */
  add(target: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ target, resolve, reject }));
  }

  /** Everything below `oldest` is decided. */
  settle(oldest: number): void {
    while (this.#waiting[0] && this.#waiting[0].target <= oldest) this.#waiting.shift()?.resolve();
  }

  /** Nothing will be decided any more. */
  fail(reason: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(undelivered(reason));
  }
}

export function undelivered(reason: string): Error {
  return new Error(`readings are undelivered: ${reason}`);
}
