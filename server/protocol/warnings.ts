/** What `ack.warnings` tells: nothing was refused, but the sender should know. */

/** Most warnings in the life of a connection: a sender that makes up field names must not fill the hub's memory. */
const maxWarnings = 100;

/** The warnings of one connection, each told once. */
export class Warnings {
  readonly #said = new Set<string>();
  #fresh: string[] = [];

  /** Keeps what `word` says, unless something about `subject` was said before. */
  say(subject: string, word: () => string): void {
    if (this.#said.has(subject) || this.#said.size >= maxWarnings) return;
    this.#said.add(subject);
    this.#fresh.push(word());
  }

  /** What was not told yet, or undefined; told afterwards. */
  take(): string[] | undefined {
    if (this.#fresh.length === 0) return undefined;
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
