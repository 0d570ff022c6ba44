/**
 * Whether a chart has to be drawn anew. What it is drawn from is compared part by part, things by what they are, not by how
 * they look: another trace in the place of one may well have had as many changes.
 */
export class DrawKey {
  #drawn: readonly unknown[] | undefined;

  /** True where these parts are others than those of the last call. */
  changes(...parts: readonly unknown[]): boolean {
    const drawn = this.#drawn;
    const same = drawn?.length === parts.length && parts.every((part, at) => Object.is(part, drawn[at]));
    this.#drawn = parts;
    return !same;
  }

  /** The next call is true, whatever it is told. */
  clear(): void {
    this.#drawn = undefined;
  }
}
