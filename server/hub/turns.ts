/** Work on the main thread that takes long lets others have their turn: commits, acknowledgements and viewers wait for it. */

const turnMs = 4;

export class Turns {
  #untilMs = performance.now() + turnMs;

  /** Whether it has worked for so long that others are next. */
  get isOver(): boolean {
    return performance.now() >= this.#untilMs;
  }

  /** Resolves once others had their turn. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#untilMs = performance.now() + turnMs;
  }
}
