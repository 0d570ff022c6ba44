/** Which way a price went last, and when it moved: so that the table can show both. */

export interface Flash {
  readonly direction: "rise" | "fall" | "none";
  /** Counts the moves: its parity starts the flash anew. */
  readonly moves: number;
}

interface Seen {
  value: number;
  direction: Flash["direction"];
  moves: number;
}

/** So many prices are remembered that are out of sight. */
const mostSeen = 4_000;

export class TickerFlashes {
  readonly #seen = new Map<number, Seen>();

  /** What is drawn of a price now. Called once a frame for each price in sight. */
  of(series: number, value: number | undefined): Flash {
    if (value === undefined) return { direction: "none", moves: 0 };
    const seen = this.#seen.get(series);
    if (!seen) {
      if (this.#seen.size >= mostSeen) this.#seen.clear();
      this.#seen.set(series, { value, direction: "none", moves: 0 });
      return { direction: "none", moves: 0 };
    }
    if (value !== seen.value) {
      seen.direction = value > seen.value ? "rise" : "fall";
      seen.value = value;
      seen.moves += 1;
    }
    return seen;
  }
}
