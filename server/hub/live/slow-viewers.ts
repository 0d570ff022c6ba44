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
 * common with the one that was cut. Of several viewers of one selection behind one address as many are told as were cut.
 */
export class SlowViewers {
  readonly #slow = new Set<object>();
  /** Of each address and selection the drops not told yet, the newest last. */
  readonly #drops = new Map<string, Drop[]>();
  #dropCount = 0;

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
      const drops = this.#drops.get(key) ?? [];
      this.#drops.delete(key);
      this.#drops.set(key, [...drops, drop]);
      this.#dropCount += 1;
    }
    for (const key of this.#drops.keys()) {
      while (this.#dropCount > maxDrops && this.#take(key, "oldest"));
      if (this.#dropCount <= maxDrops) break;
    }
  }

  /** The drop that this viewer has not heard of; told once. */
  tell(address: string, selection: string, nowMs: number): Drop | undefined {
    const drop = this.#take(keyOf(address, selection), "newest");
    return drop && nowMs - drop.at <= tellMs ? drop : undefined;
  }

  #take(key: string, which: "oldest" | "newest"): Drop | undefined {
    const drops = this.#drops.get(key);
    const drop = which === "oldest" ? drops?.shift() : drops?.pop();
    if (drop) this.#dropCount -= 1;
    if (drops?.length === 0) this.#drops.delete(key);
    return drop;
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
