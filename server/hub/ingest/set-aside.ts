/** Readings that were refused for their time, on their way into the quarantine. */
import type { QuarantineChange, QuarantineLimits, SetAside } from "../../store/quarantine.ts";
import type { Device } from "../catalog.ts";

const windowMs = 60_000;
/** A device may fill its place so often in a window. */
const fillings = 10;

/**
 * How many readings may be written: a place in the quarantine is kept, but each reading that goes through it costs a write.
 * What is beyond it is refused and told like all others, and counted as lost.
 */
export class QuarantineQuota {
  readonly limits: QuarantineLimits;
  #window = Number.NaN;
  #inAll = 0;
  readonly #of = new Map<string, number>();

  constructor(limits: QuarantineLimits) {
    this.limits = limits;
  }

  /** Room for one more of this device; false where there is none for now. */
  take(device: string, nowMs: number): boolean {
    const window = Math.floor(nowMs / windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#inAll = 0;
      this.#of.clear();
    }
    const { perDevice, inAll } = this.limits;
    const taken = this.#of.get(device) ?? 0;
    if (this.#inAll >= inAll || taken >= perDevice * fillings) return false;
    this.#inAll += 1;
    this.#of.set(device, taken + 1);
    return true;
  }
}

/** What one batch changes in the quarantine. */
export class BatchQuarantine {
  readonly #rows = new Map<Device, SetAside[]>();
  readonly #lost = new Map<Device, number>();
  readonly #decided: number[] = [];
  #limits: QuarantineLimits | undefined;

  /** Keeps the newest of a device: those before make room in the batch, where it costs nothing yet. */
  add(device: Device, row: SetAside, quota: QuarantineQuota): void {
    const { perDevice } = quota.limits;
    this.#limits = quota.limits;
    const rows = this.#rows.get(device) ?? [];
    if (rows.length < perDevice && !quota.take(device.id, row.atMs)) {
      this.#lose(device, 1);
      return;
    }
    if (rows.length === 0) this.#rows.set(device, rows);
    rows.push(row);
    if (rows.length > perDevice * 2) this.#lose(device, rows.splice(0, rows.length - perDevice).length);
  }

  /** These were decided on. */
  decide(ids: readonly number[], limits: QuarantineLimits): void {
    this.#limits = limits;
    this.#decided.push(...ids);
  }

  /** The form in which the store takes it; undefined where there is nothing. What is of a device that was removed goes with it. */
  toChange(): QuarantineChange | undefined {
    const limits = this.#limits;
    if (!limits) return undefined;
    const lost: { device: string; count: number }[] = [];
    for (const [device, count] of this.#lost) if (!device.removed) lost.push({ device: device.id, count });
    // The store counts what goes beyond its limits itself.
    const added = [...this.#rows].flatMap(([device, rows]) => (device.removed ? [] : rows));
    return { added, decided: this.#decided, lost, limits };
  }

  #lose(device: Device, count: number): void {
    this.#lost.set(device, (this.#lost.get(device) ?? 0) + count);
  }
}
