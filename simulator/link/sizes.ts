/** How large frames may be: what the hub says, and what came of trying. */

import type { Frame } from "./backlog.ts";
import type { FrameLimits } from "./content.ts";
import type { Welcome } from "./messages.ts";

export class Sizes {
  readonly #rows: number;
  /** Half of the largest frame, each time one was too big for something on the way. */
  #cap = Number.POSITIVE_INFINITY;
  /** Largest frame that the hub takes, bytes. */
  hubBytes = Number.POSITIVE_INFINITY;
  limits: FrameLimits;

  /** `rows`: readings of a frame in rows, where the hub allows as many. */
  constructor(rows: number) {
    this.#rows = rows;
    // No frame is made before a hub has said its limits.
    this.limits = { rows, readings: rows, bytes: 0 };
  }

  welcomed({ readingsPerFrame, frameBytes }: Welcome["limits"]): void {
    this.hubBytes = frameBytes;
    this.limits = { rows: this.#rows, readings: readingsPerFrame, bytes: Math.min(this.#cap, frameBytes) };
  }

  /** Something on the way refused a frame no larger than this one. False where it cannot be made smaller. */
  halve(largest: Frame): boolean {
    if (largest.content.count <= 1) return false;
    this.#cap = Math.floor(largest.bytes / 2);
    return true;
  }
}
