/** How much the database may hold, how much it holds, and when the oldest raw readings have to go. */
import type { RoomStats, Thinned } from "../sizes.ts";
import { type Db, pageBytes } from "./driver.ts";
import type { Meta } from "./schema.ts";

/** `auto`: chosen at the first start and kept. Bytes, or `off` for none. */
export type BudgetSetting = "auto" | "off" | number;

/** What a first start takes of the disk's free space, and at most. */
const freeShare = 0.5;
const mostBytes = 20e9;
/** Raw readings go from here on, until the database is down to the other. */
const fullShare = 0.99;
const thinnedShare = 0.97;

export class Budget {
  /** Null for none. */
  readonly #bytes: number | null;
  readonly #pages;
  readonly #freePages;
  #thinning = false;
  #thinned: Thinned | null = null;

  /** `diskFreeBytes` is asked where the budget is chosen now. */
  constructor(db: Db, meta: Meta, setting: BudgetSetting, diskFreeBytes: () => number) {
    this.#pages = db.prepare("PRAGMA page_count").pluck();
    this.#freePages = db.prepare("PRAGMA freelist_count").pluck();
    if (setting === "off") this.#bytes = null;
    else if (setting === "auto") this.#bytes = this.#chosen(meta, diskFreeBytes);
    else this.#bytes = setting;
  }

  /** What was chosen at the first start. A database that has readings already may grow by as much as a new one. */
  #chosen(meta: Meta, diskFreeBytes: () => number): number {
    const kept = Number(meta.get("budget_bytes"));
    if (kept > 0) return kept;
    const chosen = wholeMegabytes(this.usedBytes + Math.min(mostBytes, freeShare * diskFreeBytes()));
    meta.set("budget_bytes", String(chosen));
    return chosen;
  }

  /** What the database holds; free pages of its file take up no room for long. */
  get usedBytes(): number {
    return (this.#pages.get() as number) * pageBytes - this.#freeBytes;
  }

  get #freeBytes(): number {
    return (this.#freePages.get() as number) * pageBytes;
  }

  get stats(): Omit<RoomStats, "bytesPerDay"> {
    const room = { usedBytes: this.usedBytes, freeBytes: this.#freeBytes };
    return { ...room, budgetBytes: this.#bytes, thinned: this.#thinned };
  }

  /** Bytes that have to go now; 0 for none. Once it is full it is made emptier than that, or each commit would have to wait for it. */
  get surplusBytes(): number {
    if (this.#bytes === null) return 0;
    const used = this.usedBytes;
    this.#thinning = used > this.#bytes * (this.#thinning ? thinnedShare : fullShare);
    return this.#thinning ? Math.ceil(used - this.#bytes * thinnedShare) : 0;
  }

  /** Raw readings went. */
  took({ readings, bytes, lastMs }: Thinned): void {
    const before = this.#thinned ?? { readings: 0, bytes: 0, lastMs: Number.NEGATIVE_INFINITY };
    this.#thinned = {
      readings: before.readings + readings,
      bytes: before.bytes + bytes,
      lastMs: Math.max(before.lastMs, lastMs),
    };
  }
}

/** People read it, and may give it themselves the next time. */
function wholeMegabytes(bytes: number): number {
  return Math.max(1, Math.round(bytes / 1e6)) * 1e6;
}
