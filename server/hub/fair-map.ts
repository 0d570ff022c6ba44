/**
 * A map of bounded size whose entries come from sources. Where it is full, the source that has most entries loses its oldest
 * one: whoever fills it takes the room from itself, and hides nobody else.
 */
export class FairMap<Key, Value> {
  readonly #most: number;
  /** What was set last is the last. */
  readonly #entries = new Map<Key, { readonly source: string; readonly value: Value }>();
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets an entry as the newest; answers the one that gave way. */
  set(key: Key, source: string, value: Value): Value | undefined {
    this.delete(key);
    const gone = this.#entries.size >= this.#most ? this.#makeRoom() : undefined;
    this.#entries.set(key, { source, value });
    this.#counts.set(source, (this.#counts.get(source) ?? 0) + 1);
    return gone;
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const left = (this.#counts.get(entry.source) ?? 0) - 1;
    if (left > 0) this.#counts.set(entry.source, left);
    else this.#counts.delete(entry.source);
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<[Key, Value]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  #makeRoom(): Value | undefined {
    let most = 0;
    for (const count of this.#counts.values()) if (count > most) most = count;
    for (const [key, { source, value }] of this.#entries) {
      if (this.#counts.get(source) !== most) continue;
      this.delete(key);
      return value;
    }
    return undefined;
  }
}
