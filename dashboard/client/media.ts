/** A media query as something to observe: `matches`, and a call after each change. */
import type { Observable } from "./controllers.ts";

export class MediaObserver implements Observable {
  readonly #query: MediaQueryList;

  constructor(query: string) {
    this.#query = matchMedia(query);
  }

  get matches(): boolean {
    return this.#query.matches;
  }

  listen(call: () => void): () => void {
    this.#query.addEventListener("change", call);
    return () => this.#query.removeEventListener("change", call);
  }
}

/** Below this width a list and what is chosen in it take turns, and the pages stand at the foot of the screen. */
export const narrow = new MediaObserver("(max-width: 860px)");
