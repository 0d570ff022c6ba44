/** The quarantine of the memory engine. */
import type { QuarantineChange, Quarantined, QuarantinePage, QuarantineStore } from "../quarantine.ts";

/** What survives a restart. */
export class QuarantineData implements QuarantineStore {
  /** In the order of their ids. */
  rows: Quarantined[] = [];
  readonly lost = new Map<string, number>();
  nextId = 1;

  apply({ added, decided, lost, limits }: QuarantineChange): void {
    const gone = new Set(decided);
    const made = added.map((row) => ({ ...row, id: this.nextId++ }));
    this.rows = [...this.rows.filter(({ id }) => !gone.has(id)), ...made];
    for (const { device, count } of lost) this.#lose(device, count);
    for (const device of new Set(added.map((row) => row.device))) {
      const own = this.#of(device);
      this.#makeRoom(own, own.length - limits.perDevice);
    }
    if (added.length > 0) this.#makeRoom(this.rows, this.rows.length - limits.inAll);
  }

  removed(device: string): void {
    this.rows = this.rows.filter((row) => row.device !== device);
    this.lost.delete(device);
  }

  async list(device: string, before: number, limit: number): Promise<QuarantinePage> {
    const own = this.#of(device);
    const rows = own.filter(({ id }) => id < before).reverse();
    return { rows: rows.slice(0, limit), count: own.length, lost: this.lost.get(device) ?? 0 };
  }

  async find(device: string, ids: readonly number[]): Promise<Quarantined[]> {
    return this.#of(device).filter(({ id }) => ids.includes(id));
  }

  #of(device: string): Quarantined[] {
    return this.rows.filter((row) => row.device === device);
  }

  #makeRoom(rows: readonly Quarantined[], count: number): void {
    const oldest = new Set(rows.slice(0, Math.max(0, count)));
    for (const { device } of oldest) this.#lose(device, 1);
    this.rows = this.rows.filter((row) => !oldest.has(row));
  }

  #lose(device: string, count: number): void {
    this.lost.set(device, (this.lost.get(device) ?? 0) + count);
  }
}
