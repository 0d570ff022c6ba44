/** What `ack.warnings` tells: nothing was refused, but the sender should know. */

/** Most warnings in the life of a connection: a sender that makes up field names must not fill the hub's memory. */
const maxWarnings = 100;

/** What tells two subjects apart; more of a made-up name is not kept. */
const maxSubjectLength = 200;

/** The warnings of one connection, each told once. */
export class Warnings {
  /** None for most connections. */
  #said: Set<string> | undefined;
  #fresh: string[] | undefined;

  /** Keeps what `word` says, unless something about `subject` was said before. */
  say(subject: string, word: () => string): void {
    this.#said ??= new Set();
    if (this.#said.size >= maxWarnings) return;
    const short = copyOf(subject.slice(0, maxSubjectLength));
    if (this.#said.has(short)) return;
    this.#said.add(short);
    this.#fresh ??= [];
    this.#fresh.push(copyOf(word()));
  }

  /** What was not told yet, or undefined; told afterwards. */
  take(): string[] | undefined {
    const fresh = this.#fresh;
    this.#fresh = undefined;
    return fresh;
  }
}

/** The same text in memory of its own: a part of a long text keeps all of it from being freed. */
function copyOf(text: string): string {
  return [...text].join("");
}
