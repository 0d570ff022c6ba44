import type { Action } from "../../server/protocol/index.ts";

/** What whoever sits at this page may do: what needs another right is not shown. The hub refuses it all the same. */
export class Rights {
  readonly #listeners = new Set<() => void>();
  #actions: readonly Action[] | undefined;

  /** Before the hub said so, nobody may. */
  readonly may = (action: Action): boolean => this.#actions?.includes(action) ?? false;

  set(actions: readonly Action[]): void {
    if (this.#actions?.join() === actions.join()) return;
    this.#actions = actions;
    for (const call of [...this.#listeners]) call();
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }
}

/** Those of this page. */
export const rights = new Rights();
