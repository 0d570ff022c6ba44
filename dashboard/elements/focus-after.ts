import type { LitElement, ReactiveController } from "lit";

/** What was done is known of the page so soon, ms; what loses the focus later lost it to somebody's click. */
const soonMs = 10_000;

/**
 * After something was done, what had the focus may be gone with it, such as the card of a series that was deleted. Then the
 * focus goes to the first that `selector` finds in the host, so that the keyboard goes on from there.
 */
export class FocusAfter implements ReactiveController {
  readonly #host: LitElement;
  readonly #selector: string;
  #untilMs = 0;

  constructor(host: LitElement, selector: string) {
    this.#host = host;
    this.#selector = selector;
    host.addController(this);
  }

  /** Something was done just now. */
  begin(): void {
    this.#untilMs = performance.now() + soonMs;
  }

  hostUpdated(): void {
    if (performance.now() > this.#untilMs || document.activeElement !== document.body) return;
    const found = this.#host.renderRoot.querySelector<HTMLElement>(this.#selector);
    if (!found) return;
    this.#untilMs = 0;
    found.focus({ preventScroll: true });
  }
}
