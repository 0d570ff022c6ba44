/** The log of changes as it was read so far: the newest again and again, earlier ones on request, never with a hole between. */
import type { AuditAnswer, AuditEntry } from "../../server/protocol/index.ts";

export class AuditLog {
  #entries: readonly AuditEntry[] = [];
  #next: string | null = null;
  /** Newer ones that do not reach down to those that are known yet. */
  #above: readonly AuditEntry[] | undefined;

  /** The newest first. */
  get entries(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** Where what is earlier still begins; null where there is none. */
  get next(): string | null {
    return this.#next;
  }

  /** The newest page. Returns where the hole to what is known begins: what stands there is wanted by `between`. */
  newest({ entries, next }: AuditAnswer): string | undefined {
    // Those of a hole that is being filled come first, or it would be two.
    if (this.#above !== undefined) return undefined;
    if (this.#entries.length > 0) return this.#join(entries, next);
    this.#entries = entries;
    this.#next = next;
    return undefined;
  }

  /** What stands in the hole. Returns where the rest of it begins. */
  between({ entries, next }: AuditAnswer): string | undefined {
    return this.#above === undefined ? undefined : this.#join([...this.#above, ...entries], next);
  }

  /** The hole cannot be filled: the next page begins anew. */
  drop(): void {
    this.#above = undefined;
    this.#entries = [];
    this.#next = null;
  }

  /** What was asked for by `next`. */
  earlier(cursor: string, { entries, next }: AuditAnswer): void {
    if (cursor !== this.#next) return;
    this.#entries = [...this.#entries, ...entries];
    this.#next = next;
  }

  #join(above: readonly AuditEntry[], next: string | null): string | undefined {
    const newest = this.#entries[0]?.number ?? 0;
    const meets = next === null || above.some(({ number }) => number <= newest);
    if (meets) {
      this.#above = undefined;
      this.#entries = [...above.filter(({ number }) => number > newest), ...this.#entries];
      return undefined;
    }
    this.#above = above;
    return next;
  }
}

/** Changes of one kind by one person are one where each follows the one before so soon, ms. */
const togetherMs = 5_000;
/** Fewer are told one by one. */
const fewestTogether = 3;

/** What one order did to many, such as the tokens of a CSV, together; all else alone. The newest first, as they come. */
export function together(entries: readonly AuditEntry[]): readonly (readonly AuditEntry[])[] {
  const runs: AuditEntry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && isSameDeed(last, entry)) run.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run) => (run.length < fewestTogether ? run.map((entry) => [entry]) : [run]));
}

function isSameDeed(newer: AuditEntry, older: AuditEntry): boolean {
  return (
    newer.action === older.action &&
    newer.who === older.who &&
    newer.address === older.address &&
    Math.abs(newer.at - older.at) <= togetherMs
  );
}
