/** The steps that a person took on a page whose whole state is its address, so that they can be taken back and again. */

/**
 * Follows the addresses of a page. The browser's history holds them; this knows where in it the page stands, so that undo
 * and Back are one and the same, and undo never leaves the page.
 */
export class Steps {
  #hrefs: string[] = [];
  #at = -1;
  #expected: "step" | "in place" | undefined;

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#hrefs.length - 1;
  }

  /** The address before this one; undefined at the first. */
  get before(): string | undefined {
    return this.#hrefs[this.#at - 1];
  }

  /** The page itself is about to go to its next address. */
  expect(how: "step" | "in place"): void {
    this.#expected = how;
  }

  /** The page is at `href` now: by its own doing, or where this returns false by the browser's Back and Forward, or a link. */
  arrive(href: string): boolean {
    const expected = this.#expected;
    this.#expected = undefined;
    // Of two steps in one moment both are told with the later address.
    if (href === this.#hrefs[this.#at]) return true;
    if (expected === "in place" && this.#at >= 0) {
      this.#hrefs[this.#at] = href;
      return true;
    }
    if (expected === undefined && href === this.#hrefs[this.#at - 1]) this.#at -= 1;
    else if (expected === undefined && href === this.#hrefs[this.#at + 1]) this.#at += 1;
    else {
      this.#hrefs = [...this.#hrefs.slice(0, this.#at + 1), href];
      this.#at += 1;
    }
    return expected !== undefined;
  }
}
