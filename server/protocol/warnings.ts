/** What `ack.warnings` tells: nothing was refused, but the sender should know. */

/** Most warnings in the life of a connection: a sender that makes up field names must not fill the hub's memory. */
const maxWarnings = 100;

/** What tells two subjects apart; more of a made-up name is not kept. */
const maxSubjectLength = 200;

/** The warnings of one connection, each told once. */
export class Warnings {
  readonly #said = new Set<string>();
  #fresh: string[] = [];

  /** Keeps what `word` says, unless something about `subject` was said before. */
  say(subject: string, word: () => string): void {
    if (this.#said.size >= maxWarnings) return;
    const short = copyOf(subject.slice(0, maxSubjectLength));
    if (this.#said.has(short)) return;
    this.#said.add(short);
    this.#fresh.push(copyOf(word()));
  }

  /** What was not told yet, or undefined; told afterwards. */
  take(): string[] | undefined {
    if (this.#fresh.length === 0) return undefined;
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

/** The same text in memory of its own: a part of a long text keeps all of it from being freed. */
function copyOf(text: string): string {
  return [...text].join("");
}
