/** What the store should hold: the memory engine, with copies of it for every outcome that a kill leaves open. */
import type { Value, ValueType } from "../../../server/store/columns.ts";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import type { NewMask } from "../../../server/store/masks.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import type { Merge, MergeObstacle } from "../../../server/store/merges.ts";
import type { Alias } from "../../../server/store/names.ts";
import type { QuarantineChange } from "../../../server/store/quarantine.ts";
import type { NewSeries, PresenceChange, Range } from "../../../server/store/store.ts";
import { type AppendOp, devices, type Name, nameOf, type Op, type PresenceOp, rowsOf, slotCount } from "./steps.ts";
import { Thinned } from "./thinned.ts";
import type { SentBatch } from "./wire.ts";

/** One call that changes the store, with all its numbers. */
export type Act =
  | { readonly name: "append"; readonly batch: SentBatch }
  | { readonly name: "appendPresence"; readonly changes: readonly PresenceChange[]; readonly atMs: number }
  | { readonly name: "deleteReadings"; readonly range: Range }
  | { readonly name: "addMask"; readonly mask: NewMask }
  | { readonly name: "removeMask"; readonly id: number }
  | { readonly name: "rename"; readonly series: number; readonly metric: string }
  | { readonly name: "removeAlias"; readonly device: string; readonly metric: string }
  | { readonly name: "beginMerge"; readonly series: number; readonly into: number }
  /** Done in the model by `moveUpTo`. */
  | { readonly name: "stepMerge"; readonly series: number }
  | { readonly name: "deleteDevice"; readonly device: string }
  | { readonly name: "sealAll" | "close" };

const types: readonly ValueType[] = ["number", "number", "boolean", "string"];
const texts = ["", "open", "closed", "Störung – Ofen №3", "😀", "x".repeat(300), "0", "null"];
const everythingOf = (series: number): Range => ({
  series,
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
});

/** A value of a type, made from any number: the same number makes the same value. */
function valueFrom(type: ValueType, number: number): Value {
  if (type === "number") return number;
  const whole = Math.trunc((Math.abs(number) % 1e6) * 10) % 1_009;
  return type === "boolean" ? whole % 2 === 0 : (texts[whole % texts.length] as string);
}

export class Model {
  readonly data: MemoryData;
  readonly store: MemoryStore;
  /** Of a series whose newest reading was deleted, arrivals up to this are known only roughly, ms. */
  readonly roughUntilMs: Map<number, number>;
  readonly thinned: Thinned;
  #clockMs = 1_000_000;
  #latestMs = 1_000_000;
  /** The clock was set back: of two arrivals the greater is not the later one. */
  wentBack = false;

  constructor(data = new MemoryData(), roughUntilMs = new Map<number, number>(), thinned = new Thinned()) {
    this.thinned = thinned;
    this.data = data;
    data.open = true;
    this.store = new MemoryStore(data);
    this.roughUntilMs = roughUntilMs;
  }

  copy(): Model {
    const data = new MemoryData();
    const { ledger, quarantine, ...all } = structuredClone({ ...this.data });
    // A clone of an object has what it keeps and not what it does.
    Object.assign(data.ledger, ledger);
    Object.assign(data.quarantine, quarantine);
    Object.assign(data, all);
    const copy = new Model(data, new Map(this.roughUntilMs), this.thinned.copy());
    copy.#clockMs = this.#clockMs;
    copy.#latestMs = this.#latestMs;
    copy.wentBack = this.wentBack;
    return copy;
  }

  /** The clock goes on, whatever a kill undid. */
  takeClock(other: Model): void {
    this.#clockMs = other.#clockMs;
    this.#latestMs = other.#latestMs;
    this.wentBack = other.wentBack;
  }

  /** Every number that was given out, and one that was not. */
  numbers(): number[] {
    return Array.from({ length: this.data.nextSeries }, (_, index) => index + 1);
  }

  /** The number of a slot's series now; of a ghost slot, that of some deleted series. */
  numberAt(slot: number): number | undefined {
    if (slot >= slotCount) return this.numbers().find((number) => this.isDead(number));
    const { device, metric } = this.#nameAt(slot);
    for (const made of this.data.series.values()) {
      if (made.device === device && made.metric === metric) return made.series;
    }
    return undefined;
  }

  /** Arrivals of the newest reading of a series up to this are known only roughly, ms; of one that has masks, all. */
  roughUntil(number: number): number {
    const isMasked = [...this.data.masks.values()].some(({ series }) => series === number);
    return isMasked ? Infinity : (this.roughUntilMs.get(number) ?? -Infinity);
  }

  isDead(number: number): boolean {
    return number < this.data.nextSeries && !this.data.series.has(number);
  }

  /** What an operation asks of the store as it is now; undefined where there is nothing that it could be done to. */
  actOf(op: Op): Act | undefined {
    if (op.kind === "append") return { name: "append", batch: this.#batchOf(op) };
    if (op.kind === "presence") return this.#presenceOf(op);
    if (op.kind === "seal") return { name: "sealAll" };
    if (op.kind === "close") return { name: "close" };
    if (op.kind === "deleteDevice") return { name: "deleteDevice", device: devices[op.device] as string };
    if (op.kind === "show") {
      const ids = [...this.data.masks.keys()];
      return { name: "removeMask", id: ids[op.place % ids.length] ?? 1_000_000 };
    }
    if (op.kind === "forget") {
      const { aliases } = this.data;
      const { device, metric } = aliases[op.place % aliases.length] ?? { device: "d0", metric: "none" };
      return { name: "removeAlias", device, metric };
    }
    if (op.kind === "move") return { name: "stepMerge", series: this.mergingAt(op.place) };
    const series = this.numberAt(op.slot);
    if (series === undefined) return undefined;
    if (op.kind === "rename") return this.#renameOf(series, `m${op.metric}`);
    if (op.kind === "merge") return this.#mergeOf(series, op.place);
    if (op.kind === "hide") {
      const { fromMs, toMs } = op;
      const note = texts[Math.abs(fromMs) % 5] as string;
      return { name: "addMask", mask: { series, fromMs, toMs, atMs: this.#clockMs, note } };
    }
    if (op.kind === "deleteSeries") return { name: "deleteReadings", range: everythingOf(series) };
    return { name: "deleteReadings", range: { series, fromMs: op.fromMs, toMs: op.toMs } };
  }

  /** Does it; answers as the store should. */
  async apply(act: Act): Promise<unknown> {
    if (act.name === "append") {
      const { rows, ...batch } = act.batch;
      this.#latestMs = Math.max(this.#latestMs, batch.receivedMs);
      const columns = new ColumnsBuilder();
      for (const row of rows) {
        columns.push(...row);
        this.thinned.touch(row[0], row[1], row[1] + 1);
      }
      return (await this.store.append({ ...batch, columns: columns.take() })).commit;
    }
    if (act.name === "deleteDevice") return this.store.deleteDevice(act.device);
    if (act.name === "appendPresence") return this.store.appendPresence(act.changes, act.atMs);
    if (act.name === "addMask") return this.store.addMask(act.mask);
    if (act.name === "rename") return this.store.names.rename(act.series, act.metric);
    if (act.name === "removeAlias") return this.store.names.removeAlias(act.device, act.metric);
    if (act.name === "beginMerge") return this.store.merges.begin(act.series, act.into);
    if (act.name === "removeMask") {
      const mask = await this.store.removeMask(act.id);
      if (mask) this.roughUntilMs.set(mask.series, this.#latestMs);
      return mask;
    }
    if (act.name !== "deleteReadings") return undefined;
    const { range } = act;
    this.thinned.touch(range.series, range.fromMs, range.toMs);
    const [newest] = await this.store.latest([range.series]);
    if (newest && newest.timeMs >= range.fromMs && newest.timeMs < range.toMs)
      this.roughUntilMs.set(range.series, this.#latestMs);
    return this.store.deleteReadings([range]);
  }

  /** One of the merges under way; of none a number that never was. */
  mergingAt(place: number): number {
    return this.#merging()[place % this.#merging().length]?.series ?? 1_000_000;
  }

  /** A slice of a merge that moves all before `firstMs`, the first reading that the store has left of the series. */
  async moveUpTo(series: number, firstMs: number, isOpen: boolean): Promise<Merge | MergeObstacle | null> {
    const merge = await this.store.merges.find(series);
    const wasThere = this.data.series.has(series);
    const times = [...(this.data.series.get(series)?.readings.keys() ?? [])];
    this.data.movedAtOnce = times.filter((timeMs) => timeMs < firstMs).length;
    // In a chunk only the newest arrival is known.
    if (merge?.open && this.data.movedAtOnce > 0) this.roughUntilMs.set(merge.into, this.#latestMs);
    const done = await this.store.merges.step(series);
    if (!merge?.open) return done;
    // How much is the other's of one that was stopped, or of which either went, is not told.
    const isWhole = wasThere && !this.data.series.has(series);
    if (isWhole || !wasThere || !this.data.series.has(merge.into) || typeof done === "string")
      this.thinned.moved(series, merge.into, isWhole);
    else if (!isOpen && done?.open && this.isThinned(series, merge.into)) {
      // What came meanwhile stands in the way of what tiers tell.
      this.data.merges.set(series, { ...done, open: false });
      this.thinned.moved(series, merge.into, false);
      return "thinned";
    }
    return done;
  }

  isThinned(...numbers: readonly number[]): boolean {
    return numbers.some((number) => this.thinned.has(number));
  }

  /** Whether a series is in a merge that moves what tiers tell: of which of the two that is, is not told. */
  isMovingTiers(number: number): boolean {
    return this.#merging().some(
      ({ series, into }) => (series === number || into === number) && this.isThinned(series, into),
    );
  }

  get isMerging(): boolean {
    return this.#merging().length > 0;
  }

  /** Two series that may be merged, of which at least one was thinned; undefined where there are none. */
  pairAt(place: number): readonly [series: number, into: number] | undefined {
    const free = [...this.data.series.values()].filter(
      ({ series, type }) =>
        type === "number" && !this.#merging().some((one) => one.series === series || one.into === series),
    );
    const numbers = free.map(({ series }) => series);
    const pairs = numbers.flatMap((one) => numbers.map((other) => [one, other] as const));
    const fit = pairs.filter(([one, other]) => one !== other && this.isThinned(one, other));
    return fit[place % fit.length];
  }

  #merging(): Merge[] {
    return [...this.data.merges.values()].filter(({ open }) => open);
  }

  /** Undefined where the name is not free, or the series has its readings moved away. */
  #renameOf(series: number, metric: string): Act | undefined {
    const known = this.data.series.get(series);
    const isTaken = [...this.data.series.values()].some((one) => one.device === known?.device && one.metric === metric);
    if (!known || isTaken || this.#leadOf(known)) return undefined;
    const lead = this.#leadOf({ device: known.device, metric });
    if (lead && (lead.toDevice !== known.device || lead.toMetric !== known.metric)) return undefined;
    return { name: "rename", series, metric };
  }

  #mergeOf(series: number, place: number): Act | undefined {
    const open = this.#merging();
    if (open.some((one) => one.series === series || one.into === series)) return undefined;
    const type = this.data.series.get(series)?.type;
    const others = [...this.data.series.values()].filter(
      (one) =>
        one.type === type &&
        one.series !== series &&
        !this.isThinned(series, one.series) &&
        !open.some(
          (other) => other.series === one.series || (other.into === one.series && this.isMovingTiers(one.series)),
        ),
    );
    return { name: "beginMerge", series, into: others[place % others.length]?.series ?? 1_000_000 };
  }

  #leadOf({ device, metric }: Name): Alias | undefined {
    return this.data.aliases.find((one) => one.device === device && one.metric === metric);
  }

  /** Under which name a slot's readings are stored, as the hub would. */
  #nameAt(slot: number): Name {
    const name = nameOf(slot);
    const lead = this.#leadOf(name);
    return lead ? { device: lead.toDevice, metric: lead.toMetric } : name;
  }

  #asideOf({ added, decided, lost }: AppendOp["aside"]): QuarantineChange | undefined {
    if (added.length + decided.length + lost.length === 0) return undefined;
    const { rows } = this.data.quarantine;
    return {
      added: added.map(([slot, timeMs, number]) => ({
        ...{ ...nameOf(slot), timeMs, atMs: this.#clockMs, code: "time_ahead" },
        value: valueFrom(types[slot % types.length] as ValueType, number),
      })),
      decided: decided.map((place) => rows[place % rows.length]?.id ?? 1_000_000),
      lost: lost.map(([device, count]) => ({ device: devices[device] as string, count })),
      limits: { perDevice: 8, inAll: 18 },
    };
  }

  #presenceOf({ changes, again, laterMs }: PresenceOp): Act {
    this.#clockMs += laterMs;
    this.wentBack ||= laterMs < 0;
    const first = this.data.nextPresence;
    const made = changes.map(
      ([device, agoMs], index): PresenceChange => ({
        ...{ device: devices[device] ?? "", number: first + index, atMs: this.#clockMs },
        ...{ state: agoMs === 0 ? "offline" : "online", reason: `no ${first + index}`, sinceMs: this.#clockMs - agoMs },
      }),
    );
    const kept = again ? [...this.data.presence.values()].flatMap((one) => one.slice(-1)) : [];
    return { name: "appendPresence", changes: [...kept, ...made], atMs: this.#clockMs };
  }

  #batchOf(op: AppendOp): SentBatch {
    const { marks, refusals, told, laterMs, type } = op;
    const rows = rowsOf(op);
    this.#clockMs += laterMs;
    this.wentBack ||= laterMs < 0;
    const { commit, nextSeries } = this.data;
    const newSeries: NewSeries[] = [];
    const placed = new Map<number, { series: number; type: ValueType } | undefined>();
    const quarantine = this.#asideOf(op.aside);
    for (const [slot] of rows) {
      if (placed.has(slot)) continue;
      const series = this.numberAt(slot);
      if (series !== undefined) placed.set(slot, { series, type: this.data.series.get(series)?.type ?? "number" });
      else if (slot >= slotCount) placed.set(slot, undefined);
      else {
        const number = nextSeries + newSeries.length;
        const name = this.#nameAt(slot);
        const isSame = (one: NewSeries) => one.device === name.device && one.metric === name.metric;
        const known = newSeries.find(isSame);
        const made = known ?? { series: number, ...name, type: types[(number + type) % types.length] as ValueType };
        if (!known) newSeries.push(made);
        placed.set(slot, made);
      }
    }
    return {
      receivedMs: this.#clockMs,
      newSeries,
      ...(quarantine ? { quarantine } : {}),
      rows: rows.flatMap(([slot, timeMs, number]) => {
        const place = placed.get(slot);
        return place ? [[place.series, timeMs, valueFrom(place.type, number)] as const] : [];
      }),
      marks: marks.map(([device, session, added]) => ({
        ...{ device: devices[device] as string, session: `s${session}`, seq: Math.max(1, commit + added) },
      })),
      refusals: refusals.flatMap(([device, count]) =>
        Array.from({ length: count }, (_, index) => ({
          ...{ device: devices[device] as string, atMs: this.#clockMs, code: "invalid_value" },
          ...{ message: `no ${commit}.${index}`, row: `{"value":"${texts[index % 5]}"}` },
        })),
      ),
      devices: told.map(([slot, what]) => ({
        ...{ device: nameOf(slot).device, firstSeenMs: -what, meta: { name: `N° ${what}`, kind: { what } } },
      })),
      metrics: told.map(([slot, what]) => ({ ...nameOf(slot), meta: { unit: texts[what % 5], decimals: what / 10 } })),
    };
  }
}
