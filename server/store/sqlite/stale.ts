/**
 * What the tiers must not be asked about: stretches in which something changed since they were rolled up. Noted by the same
 * transaction as the change, so that there is no moment at which a tier is wrong.
 */
import type { Db } from "./driver.ts";
import { Rechecks } from "./ledger.ts";
import type { Interval, TierShape } from "./plan.ts";

/** So many stretches are noted of one batch of late readings; what is left makes one more. */
const maxStretches = 64;

export class Staleness {
  /** Late readings that are further apart leave what lies between them as it is. */
  readonly #apartMs: number;
  readonly #rechecks: Rechecks;
  readonly #through;
  readonly #meeting;
  readonly #remove;
  readonly #insert;
  readonly #first;
  readonly #merges;
  readonly shape: TierShape;
  /** Series whose sealed part changed: there may be something to roll up, or to roll up anew. A hint; the tables know. */
  readonly due = new Set<number>();
  /** Series of merges under way: their tiers are not touched by anybody else until all is moved. */
  #merging: ReadonlySet<number> = new Set();
  /** Hears of each change, rolled up or not. */
  onChange: ((series: number, change: Interval) => void) | undefined;

  constructor(db: Db, shape: TierShape) {
    this.shape = shape;
    this.#apartMs = shape.widthsMs.at(-1) ?? Number.POSITIVE_INFINITY;
    this.#rechecks = new Rechecks(db);
    this.#through = db.prepare("SELECT through_ms FROM rolled WHERE series = ?").pluck();
    this.#meeting = db.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM stale WHERE series = ? AND from_ms <= ? AND to_ms >= ?",
    );
    this.#remove = db.prepare("DELETE FROM stale WHERE series = ? AND from_ms = ?");
    this.#insert = db.prepare("INSERT INTO stale VALUES (?, ?, ?)");
    this.#first = db.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM stale WHERE series = ? ORDER BY from_ms LIMIT 1",
    );
    this.#merges = db.prepare("SELECT series, into_series FROM absorbed WHERE open = 1").raw();
    this.mergesChanged();
  }

  /** Up to where a series is rolled up, ms; undefined where it never was. */
  throughMs(series: number): number | undefined {
    return this.#through.get(series) as number | undefined;
  }

  /** The first stretch of a series that has to be rolled up anew. */
  first(series: number): Interval | undefined {
    return this.#first.get(series) as Interval | undefined;
  }

  /**
   * Sealed readings of a series changed from `fromMs` (included) to `toMs` (excluded): some came, went, or have another value.
   * Whoever writes chunks calls it in the same transaction.
   */
  changed(series: number, fromMs: number, toMs: number): void {
    this.#rechecks.changed(series, fromMs, toMs);
    this.again(series, fromMs, toMs);
  }

  /** Readings of a stretch were hidden, or are shown again: the tiers have all of them, and stay as they are. */
  masked(series: number, fromMs: number, toMs: number): void {
    this.#rechecks.changed(series, fromMs, toMs);
  }

  /** Has a stretch rolled up anew, of which all else is known. */
  again(series: number, fromMs: number, toMs: number): void {
    this.due.add(series);
    this.onChange?.(series, { fromMs, toMs });
    const throughMs = this.throughMs(series) ?? Number.NEGATIVE_INFINITY;
    this.#put(series, { fromMs, toMs: Math.min(toMs, throughMs) });
  }

  /** The same for readings that came, in rising time. */
  arrived(series: number, times: Float64Array): void {
    let stretches = 1;
    let fromMs = times[0] as number;
    let lastMs = fromMs;
    for (const timeMs of times) {
      if (timeMs - lastMs > this.#apartMs && stretches < maxStretches) {
        this.#came(series, fromMs, lastMs + 1);
        fromMs = timeMs;
        stretches += 1;
      }
      lastMs = timeMs;
    }
    this.#came(series, fromMs, lastMs + 1);
  }

  #came(series: number, fromMs: number, toMs: number): void {
    this.#rechecks.arrived(series, fromMs, toMs);
    this.again(series, fromMs, toMs);
  }

  /** All up to `throughMs` (excluded) was rolled up anew. */
  renewed(series: number, throughMs: number): void {
    for (let one = this.first(series); one && one.fromMs < throughMs; one = this.first(series)) {
      this.#remove.run(series, one.fromMs);
      if (one.toMs > throughMs) this.#insert.run(series, throughMs, one.toMs);
    }
  }

  /** What has to be made anew of a span. */
  within(series: number, { fromMs, toMs }: Interval): Interval[] {
    const met = this.#meeting.all(series, toMs, fromMs) as Interval[];
    return met.map((one) => ({ fromMs: Math.max(one.fromMs, fromMs), toMs: Math.min(one.toMs, toMs) }));
  }

  /** All of a span was made anew. */
  settled(series: number, { fromMs, toMs }: Interval): void {
    for (const one of this.#meeting.all(series, toMs, fromMs) as Interval[]) {
      this.#remove.run(series, one.fromMs);
      if (one.fromMs < fromMs) this.#insert.run(series, one.fromMs, fromMs);
      if (one.toMs > toMs) this.#insert.run(series, toMs, one.toMs);
    }
  }

  isMerging(series: number): boolean {
    return this.#merging.has(series);
  }

  /** A merge began or ended: of series that are not in one any more tiers may be made. */
  mergesChanged(): void {
    const before = this.#merging;
    this.#merging = new Set((this.#merges.all() as [number, number][]).flat());
    for (const one of before) if (!this.#merging.has(one)) this.due.add(one);
  }

  /** Notes a stretch, together with those that it meets: no two of a series ever overlap. */
  #put(series: number, { fromMs, toMs }: Interval): void {
    if (fromMs >= toMs) return;
    const met = this.#meeting.all(series, toMs, fromMs) as Interval[];
    for (const one of met) this.#remove.run(series, one.fromMs);
    const ends = [{ fromMs, toMs }, ...met];
    this.#insert.run(series, Math.min(...ends.map((one) => one.fromMs)), Math.max(...ends.map((one) => one.toMs)));
  }
}

/** Stretches of a range in which no tier may be asked, in rising time. */
export function staleReader(db: Db): (series: number, fromMs: number, toMs: number) => Interval[] {
  const find = db.prepare(
    "SELECT from_ms AS fromMs, to_ms AS toMs FROM stale WHERE series = ? AND to_ms > ? AND from_ms < ? ORDER BY from_ms",
  );
  return (series, fromMs, toMs) => find.all(series, fromMs, toMs) as Interval[];
}
