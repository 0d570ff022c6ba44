/** Who is slow now, and who was cut for it: told in the next `subscribed.lastDrop`, since a cut socket gets no close frame. */
export interface Drop {
  readonly code: string;
  readonly reason: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** Drops remembered at most; the oldest are forgotten first. */
const maxDrops = 1_000;
/** A drop is told within this time, ms, or not at all. */
const tellMs = 600_000;

/**
 * A drop is known by the viewer's address without its port, and its selection: all that a viewer that comes back has in
 * common with the one that was cut. Two viewers of one selection behind one address may hear of each other's.
 */
export class SlowViewers {
  readonly #slow = new Set<object>();
  readonly #drops = new Map<string, Drop>();

  get count(): number {
    return this.#slow.size;
  }

  mark(viewer: object): void {
    this.#slow.add(viewer);
  }

  unmark(viewer: object): void {
    this.#slow.delete(viewer);
  }

  dropped(address: string, selections: Iterable<string>, drop: Drop): void {
    for (const selection of selections) {
      const key = keyOf(address, selection);
      this.#drops.delete(key);
      this.#drops.set(key, drop);
    }
    for (const key of this.#drops.keys()) {
      if (this.#drops.size <= maxDrops) break;
      this.#drops.delete(key);
    }
  }

  /** The drop that this viewer has not heard of; told once. */
  tell(address: string, selection: string, nowMs: number): Drop | undefined {
    const key = keyOf(address, selection);
    const drop = this.#drops.get(key);
    this.#drops.delete(key);
    return drop && nowMs - drop.at <= tellMs ? drop : undefined;
  }
}

function keyOf(address: string, selection: string): string {
  return `${withoutPort(address)} ${selection}`;
}

/** `10.0.0.7:51234` and `[::1]:51234` as their host alone; an address without a port stays as it is. */
function withoutPort(address: string): string {
  const match = /^(\[.*\]|[^:]*):\d+$/.exec(address);
  return match?.[1] ?? address;
}
