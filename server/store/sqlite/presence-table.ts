/** Changes of presence: a plain table, clustered by device. Any SQLite tool reads it. */
import { surplusPresence } from "../keeping.ts";
import type { PresenceChange } from "../store.ts";
import type { Db } from "./driver.ts";
import type { Meta } from "./schema.ts";

/** A device is looked at again after so many changes: by so many it may have more than are kept. */
const changesPerLook = 100;

/** What reads the changes of a device, in the order of their numbers. */
export function presenceReader(db: Db): (device: string) => PresenceChange[] {
  const read = db.prepare(
    "SELECT device, number, at_ms AS atMs, state, reason, since_ms AS sinceMs FROM presence WHERE device = ? ORDER BY number",
  );
  return (device) => read.all(device) as PresenceChange[];
}

/** The writer's side. */
export class PresenceTable {
  readonly #meta: Meta;
  readonly #read;
  readonly #put;
  readonly #remove;
  readonly #removeDevice;
  /** Changes of each device since it was looked at; of one that is missing nobody knows yet how many it has. */
  readonly #sinceLook = new Map<string, number>();
  readonly #due = new Set<string>();

  constructor(db: Db, meta: Meta) {
    this.#meta = meta;
    this.#read = presenceReader(db);
    this.#put = db.prepare("INSERT OR REPLACE INTO presence VALUES (?, ?, ?, ?, ?, ?)");
    this.#remove = db.prepare("DELETE FROM presence WHERE device = ? AND number = ?");
    this.#removeDevice = db.prepare("DELETE FROM presence WHERE device = ?");
  }

  /** Devices that may have more changes than are kept. */
  get due(): ReadonlySet<string> {
    return this.#due;
  }

  /** Devices that something is remembered of. */
  get known(): number {
    return new Set([...this.#due, ...this.#sinceLook.keys()]).size;
  }

  /** The next free number. */
  get next(): number {
    return Number(this.#meta.get("next_presence"));
  }

  /** When the hub is known to have run by what was written here, ms since the epoch. */
  get aliveMs(): number | null {
    const text = this.#meta.get("alive_ms");
    return text === "" ? null : Number(text);
  }

  /** Writes changes, and that the hub runs at `atMs`, inside the caller's transaction. */
  write(changes: readonly PresenceChange[], atMs: number): void {
    this.#meta.set("alive_ms", String(atMs));
    const before = this.next;
    const next = changes.reduce((most, { number }) => Math.max(most, number + 1), before);
    if (next > before) this.#meta.set("next_presence", String(next));
    for (const { device, number, atMs, state, reason, sinceMs } of changes) {
      this.#put.run(device, number, atMs, state, reason, sinceMs);
      const count = this.#sinceLook.get(device) ?? changesPerLook;
      if (count >= changesPerLook) this.#due.add(device);
      else this.#sinceLook.set(device, count + 1);
    }
  }

  /** Takes away what a device has too much of, inside the caller's transaction; `trimmed` follows once that is durable. */
  trim(device: string): void {
    for (const { number } of surplusPresence(this.#read(device))) this.#remove.run(device, number);
  }

  /** What a device had too much of is durably gone. */
  trimmed(device: string): void {
    this.#due.delete(device);
    this.#sinceLook.set(device, 0);
  }

  /** Deletes all changes of a device, inside the caller's transaction; `removeKnown` follows once that is durable. */
  removeDevice(device: string): void {
    this.#removeDevice.run(device);
  }

  /** The changes of a device are durably gone. */
  removeKnown(device: string): void {
    this.#due.delete(device);
    this.#sinceLook.delete(device);
  }
}
