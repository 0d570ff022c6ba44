/** How much the database may hold, how much it holds, and when the oldest raw readings have to go. */
import type { BudgetSetting } from "../retention.ts";
import type { RoomStats, Thinned } from "../sizes.ts";
import { type Db, pageBytes } from "./driver.ts";
import type { Meta } from "./schema.ts";

/** What a first start takes of the disk's free space, and at most. */
const freeShare = 0.5;
const mostBytes = 20e9;
/** From `from` on raw readings go, until the database is down to `to`: at first those whose hours stay in a tier, then any. */
const shares = { held: { from: 0.97, to: 0.95 }, any: { from: 0.99, to: 0.97 } } as const;

/** What has to go. */
export interface Surplus {
  readonly bytes: number;
  /** `held`: raw readings alone whose hours stay in a tier. */
  readonly which: keyof typeof shares;
}

/** The journal's part of the budget: one as large as that would leave no room for what it is compressed into. */
const journalShare = 1 / 8;
/** A smaller journal would be sealed into tiny chunks, bytes. */
const leastJournalBytes = 64 * 1024;

export class Budget {
  readonly #meta: Meta;
  readonly #diskFreeBytes: () => number;
  #setting: BudgetSetting;
  /** Null for none. */
  #bytes: number | null;
  readonly #pages;
  readonly #freePages;
  readonly #thinning = { held: false, any: false };
  #thinned: Thinned | null = null;

  /** `said`: what a person said last (`set`), `auto` before that. `diskFreeBytes` is asked where the budget is chosen now. */
  constructor(db: Db, meta: Meta, setting: BudgetSetting | "said", diskFreeBytes: () => number) {
    this.#meta = meta;
    this.#diskFreeBytes = diskFreeBytes;
    this.#pages = db.prepare("PRAGMA page_count").pluck();
    this.#freePages = db.prepare("PRAGMA freelist_count").pluck();
    this.#setting = setting === "said" ? settingOf(meta.get("budget_said")) : setting;
    this.#bytes = this.#bytesOf(this.#setting);
  }

  /** Keeps what a person says, and goes by it from now on. */
  set(setting: BudgetSetting): void {
    this.#meta.set("budget_said", String(setting));
    this.#bytes = this.#bytesOf(setting);
    this.#setting = setting;
  }

  #bytesOf(setting: BudgetSetting): number | null {
    if (setting === "off") return null;
    return setting === "auto" ? this.#chosen() : setting;
  }

  /** What was chosen at the first start. A database that has readings already may grow by as much as a new one. */
  #chosen(): number {
    const kept = Number(this.#meta.get("budget_bytes"));
    if (kept > 0) return kept;
    const chosen = wholeMegabytes(this.usedBytes + Math.min(mostBytes, freeShare * this.#diskFreeBytes()));
    this.#meta.set("budget_bytes", String(chosen));
    return chosen;
  }

  /** What the database holds; free pages of its file take up no room for long. */
  get usedBytes(): number {
    return (this.#pages.get() as number) * pageBytes - this.#freeBytes;
  }

  get #freeBytes(): number {
    return (this.#freePages.get() as number) * pageBytes;
  }

  /** What the journal may take of it, bytes. */
  get journalBytes(): number {
    if (this.#bytes === null) return Number.POSITIVE_INFINITY;
    return Math.max(leastJournalBytes, Math.floor(this.#bytes * journalShare));
  }

  get stats(): Omit<RoomStats, "bytesPerDay" | "aged"> {
    const room = { usedBytes: this.usedBytes, freeBytes: this.#freeBytes };
    const budget = { budget: this.#setting, budgetBytes: this.#bytes, journalMostBytes: this.journalBytes };
    return { ...room, ...budget, thinned: this.#thinned };
  }

  /**
   * What has to go now; undefined for nothing. Once it is full it is made emptier than that, or each commit would have to wait
   * for it. What the journal takes beyond its share is given back by the next trim, and no reason for readings to go.
   */
  surplus(journalBytes: number): Surplus | undefined {
    if (this.#bytes === null) return undefined;
    const used = this.usedBytes - Math.max(0, journalBytes - this.journalBytes);
    for (const which of ["any", "held"] as const) {
      const { from, to } = shares[which];
      this.#thinning[which] = used > this.#bytes * (this.#thinning[which] ? to : from);
      if (this.#thinning[which]) return { bytes: Math.ceil(used - this.#bytes * to), which };
    }
    return undefined;
  }

  /** Raw readings went. */
  took(went: Thinned): void {
    this.#thinned = this.#thinned === null ? went : together(this.#thinned, went);
  }
}

/** Both as one. */
export function together(a: Thinned, b: Thinned): Thinned {
  return {
    readings: a.readings + b.readings,
    bytes: a.bytes + b.bytes,
    lastMs: Math.max(a.lastMs, b.lastMs),
    lost: a.lost + b.lost,
  };
}

function settingOf(said: string): BudgetSetting {
  if (said === "off") return said;
  return said === "" || said === "auto" ? "auto" : Number(said);
}

/** People read it, and may give it themselves the next time. */
function wholeMegabytes(bytes: number): number {
  return Math.max(1, Math.round(bytes / 1e6)) * 1e6;
}
