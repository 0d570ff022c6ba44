import type { LitElement, ReactiveController } from "lit";

/** What was done is known of the page so soon, ms; what loses the focus later lost it to somebody's click. */
const soonMs = 10_000;

/**
 * After something was done, what had the focus may be gone with it, such as the card of a series that was deleted. Then the
 * focus goes to what `find` finds, or the first of a selector in the host, so that the keyboard goes on from there.
 */
export class FocusAfter implements ReactiveController {
  readonly #find: () => HTMLElement | null;
  #untilMs = 0;

  constructor(host: LitElement, find: string | (() => HTMLElement | null)) {
    this.#find = typeof find === "string" ? () => host.renderRoot.querySelector<HTMLElement>(find) : find;
    host.addController(this);
  }

  /** Something was done just now. */
  begin(): void {
    this.#untilMs = performance.now() + soonMs;
  }

  hostUpdated(): void {
    if (performance.now() > this.#untilMs || document.activeElement !== document.body) return;
    const found = this.#find();
    if (!found) return;
    this.#untilMs = 0;
    found.focus({ preventScroll: true });
  }
}
