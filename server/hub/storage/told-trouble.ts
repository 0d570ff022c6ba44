/** A sentence among those that the hub says of itself in `/health`, which stands there for as long as it holds. */
export class ToldTrouble {
  readonly #troubles: string[];
  #sentence: string | undefined;

  /** `troubles`: what all say, one sentence each, in the order in which it began. */
  constructor(troubles: string[]) {
    this.#troubles = troubles;
  }

  /** Undefined: nothing is wrong. Answers whether that began or ended. */
  tell(sentence: string | undefined): "begins" | "ends" | undefined {
    const before = this.#sentence;
    this.#sentence = sentence;
    const at = before === undefined ? -1 : this.#troubles.indexOf(before);
    this.#troubles.splice(
      at < 0 ? this.#troubles.length : at,
      at < 0 ? 0 : 1,
      ...(sentence === undefined ? [] : [sentence]),
    );
    if ((before === undefined) === (sentence === undefined)) return undefined;
    return sentence === undefined ? "ends" : "begins";
  }
}
