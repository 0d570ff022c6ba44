/** What ties the client's stores to Lit elements: a controller owns the subscription, the element only renders. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Anything that tells when it changed; `listen` returns how to end it. */
export interface Observable {
  listen(call: () => void): () => void;
}

/** Renders its element again after each change of `source`, while the element is on the page. */
export class Observer implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Observable | undefined;
  #watched: Observable | undefined;
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, source: () => Observable | undefined) {
    this.#host = host;
    this.#source = source;
    host.addController(this);
  }

  hostConnected(): void {
    this.hostUpdate();
  }

  /** The source may be a property that the parent sets anew. */
  hostUpdate(): void {
    const source = this.#source();
    if (source === this.#watched) return;
    this.hostDisconnected();
    this.#watched = source;
    this.#end = source?.listen(() => this.#host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#end?.();
    this.#end = undefined;
    this.#watched = undefined;
  }
}

const secondListeners = new Set<() => void>();
let secondTimer: ReturnType<typeof setInterval> | undefined;

/** Calls each second: one timer for all ages on the page, none while nobody asks. */
export const everySecond: Observable = {
  listen(call) {
    secondListeners.add(call);
    secondTimer ??= setInterval(() => {
      for (const each of [...secondListeners]) each();
    }, 1_000);
    return () => {
      secondListeners.delete(call);
      if (secondListeners.size > 0) return;
      clearInterval(secondTimer);
      secondTimer = undefined;
    };
  },
};
