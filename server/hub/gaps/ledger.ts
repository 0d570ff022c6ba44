/**
 * The ledger of gaps: each silence of a series that was longer than its grace, with its cause. A gap is found when the reading
 * after it is committed, from the two times alone; readings are looked at only where something changed behind that, or after a
 * start. How the parts work together is told in README.md.
 */
import type { Clock, Log, Timer } from "../../ports.ts";
import type { Holes, LedgerEntry, Recheck } from "../../store/ledger.ts";
import { StoreError, type TelemetryStore } from "../../store/store.ts";
import type { Catalog, Series } from "../catalog.ts";
import { forAtMost } from "../closing.ts";
import { leastGraceMs } from "../devices/presence-machine.ts";
import type { PresenceView } from "../entries.ts";
import { type CauseDeps, Causes } from "./cause.ts";
import { Findings } from "./findings.ts";
import { type GapSpan, gapsOf, type SeriesGaps } from "./gaps.ts";
import { judged } from "./judged.ts";
import { lookAt } from "./look.ts";
import { type Look, nothing, nowhere, type ScanStore } from "./scan.ts";

export interface LedgerDeps extends CauseDeps {
  readonly store: ScanStore & CauseDeps["store"] & Pick<TelemetryStore, "ledger" | "seriesState">;
  readonly catalog: Pick<Catalog, "findSeries" | "select">;
  readonly presence: Pick<PresenceView, "graceMs" | "seriesInterval">;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often the ledger writes what it found, ms. */
const periodMs = 60_000;
/** It works for so long at once, and then leaves the store to others, ms. */
const workMs = 200;
const pauseMs = 1_000;
/** Series in one transaction. */
const entriesPerWrite = 256;
/** Series that are looked at together: their answers are written with one sync, which commits wait for. */
const seriesAtOnce = 256;
/** Stretches to look at again that are asked for at once. */
const rechecksAtOnce = 256;
/** How far each series was looked at is written so often, ms: a kill costs a look at what came since. */
const noteEveryMs = 3_600_000;
/** So many gaps wait at most before they are written. */
const mostWaiting = 20_000;
/** What a stop waits for at most, ms: what is not written by then the next start looks for. */
const stopPatienceMs = 1_000;

type Noted = LedgerEntry["looked"];

export class GapLedger {
  readonly #deps: LedgerDeps;
  readonly #found = new Findings();
  /** How far each series was looked at, as the store has it. */
  readonly #noted = new Map<number, Noted>();
  /** Series of which the readings from here on have to be looked at. Of all others each reading was heard of. */
  readonly #behind = new Map<number, number>();
  #loaded: Promise<void> | undefined;
  #timer: Timer | undefined;
  /** What is done to the ledger is done one by one. */
  #last: Promise<unknown> = Promise.resolve();
  #notedAtMs: number;
  #failing = false;
  #stopped = false;
  #ended = false;
  /** A look at millions of readings holds up no stop. */
  readonly #goesOn = () => {
    if (this.#stopped) throw new StoreError("store_unavailable", "The hub is stopping; ask again once it is back.");
  };

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#notedAtMs = deps.clock.monotonic();
    this.#later(pauseMs);
  }

  /** A reading was committed, and `latestTimeMs` of its series is still that of the one before. */
  arrived(series: Series, timeMs: number): void {
    const stepMs = timeMs - series.latestTimeMs;
    // Nearly all: no grace is shorter.
    if (stepMs >= 0 && stepMs <= leastGraceMs) return;
    if (stepMs === Number.POSITIVE_INFINITY) this.#behind.set(series.number, Number.NEGATIVE_INFINITY);
    else if (stepMs < 0) this.#found.late(series.number, timeMs);
    else if (!this.#behind.has(series.number) && stepMs > this.graceMs(series)) {
      this.#found.gap(series.number, series.latestTimeMs, timeMs);
      if (this.#found.gaps >= mostWaiting) this.#later(0);
    }
  }

  /** After how long without a reading a series is silent, ms; Infinity where none is expected. What was learned before a start counts until it is learned anew. */
  graceMs(series: Series): number {
    const { presence } = this.#deps;
    const graceMs = presence.graceMs(series);
    if (graceMs !== Number.POSITIVE_INFINITY || presence.seriesInterval(series) !== null) return graceMs;
    return this.#noted.get(series.number)?.graceMs ?? Number.POSITIVE_INFINITY;
  }

  /** Gaps of these series in their order; undefined in place of one that has more than `most`. Rejects with a `StoreError`. */
  of(series: readonly Series[], span: GapSpan, most: number): Promise<(SeriesGaps | undefined)[]> {
    return gapsOf(series, span, most, { ...this.#deps, ledger: this });
  }

  /**
   * What is kept of these series that reaches into a range, in their order, with at most `limit` gaps of each: all that their
   * readings tell now. Rejects with a `StoreError`.
   */
  async read(series: readonly Series[], fromMs: number, toMs: number, limit: number): Promise<Holes[]> {
    await this.#load();
    const { ledger } = this.#deps.store;
    // What is being written waits for nobody any more, and is not there yet.
    await this.#last;
    const rechecks = await ledger.rechecks(rechecksAtOnce);
    const changed = new Set(rechecks.map((one) => one.series));
    // Of most series nothing is to be done.
    const due = series.filter(
      ({ number }) =>
        rechecks.length === rechecksAtOnce ||
        changed.has(number) ||
        this.#behind.has(number) ||
        this.#found.has(number),
    );
    await this.#settleAll(due);
    const numbers = series.map(({ number }) => number);
    const found: Holes[] = [];
    while (found.length < numbers.length) {
      found.push(...(await ledger.read(numbers.slice(found.length), fromMs, toMs, limit)));
    }
    return found;
  }

  /** Writes what was found, for so long as a stop may take. Idempotent; nothing is heard afterwards, and no readings are looked at. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    if (this.#loaded)
      await forAtMost(stopPatienceMs, this.#deps.clock, (isOver) =>
        this.#inTurn(async () => (await this.#writeFound(isOver)) && this.#noteAll(isOver)),
      );
    this.#ended = true;
  }

  /** Nothing is written any more, not even what is under way. */
  halt(): void {
    this.#stopped = true;
    this.#ended = true;
    this.#timer?.cancel();
  }

  #later(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    let isMore = false;
    try {
      await this.#load();
      isMore = await this.#work();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#stopped)
        this.#deps.log.warn("the ledger of gaps could not be written and waits", { error: String(error) });
      this.#failing = true;
    }
    this.#later(isMore ? pauseMs : periodMs);
  }

  /** True where more is to be done soon. */
  async #work(): Promise<boolean> {
    const { catalog, clock, store } = this.#deps;
    const endMs = clock.monotonic() + workMs;
    const isOver = () => this.#stopped || clock.monotonic() >= endMs;
    if (!(await this.#inTurn(() => this.#writeFound(isOver)))) return true;
    const rechecks = await store.ledger.rechecks(rechecksAtOnce);
    // As of a series whose readings move to another one: nobody asks for its gaps.
    const gone = rechecks.filter((one) => !catalog.findSeries(one.series));
    await this.#write(gone.map((one) => ({ series: one.series, ...nothing, looked: nowhere, rechecked: [one] })));
    const changed = new Set([...this.#found.lateSeries(), ...rechecks.map((one) => one.series)]);
    const damage: StoreError[] = [];
    if (!(await this.#settleAll(this.#knownOf(changed), isOver, damage))) return true;
    if (rechecks.length === rechecksAtOnce && damage.length === 0) return true;
    const behind = this.#knownOf(this.#behind.keys()).filter((one) => this.graceMs(one) !== Number.POSITIVE_INFINITY);
    if (!(await this.#settleAll(behind, isOver, damage))) return true;
    if (clock.monotonic() - this.#notedAtMs >= noteEveryMs) await this.#inTurn(() => this.#noteAll());
    if (damage[0]) throw damage[0];
    return false;
  }

  /** Those that are still there; of others nothing is kept. */
  #knownOf(numbers: Iterable<number>): Series[] {
    return [...numbers].flatMap((number) => {
      const series = this.#deps.catalog.findSeries(number);
      if (series) return series;
      this.#found.forget(number);
      this.#behind.delete(number);
      return [];
    });
  }

  /** False where it was over before all of them were brought up to now. `damage` takes that of single series; without it one fails all. */
  async #settleAll(series: readonly Series[], isOver = () => false, damage?: StoreError[]): Promise<boolean> {
    for (let at = 0; at < series.length; at += seriesAtOnce) {
      if (isOver()) return false;
      await this.#settleSome(series.slice(at, at + seriesAtOnce), damage);
    }
    return true;
  }

  /** Of some that fail together each half is tried by itself: readings that are damaged hold up those of their series alone. */
  async #settleSome(series: readonly Series[], damage: StoreError[] | undefined): Promise<void> {
    try {
      await this.#inTurn(() => this.#settle(series));
    } catch (error) {
      if (!damage || !(error instanceof StoreError) || error.code !== "internal") throw error;
      const half = series.length >> 1;
      if (half === 0) damage.push(error);
      else for (const part of [series.slice(0, half), series.slice(half)]) await this.#settleSome(part, damage);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** What the store has of how far each series was looked at; until then none counts as looked at. */
  #load(): Promise<void> {
    this.#loaded ??= this.#deps.store.ledger.looked().then(
      (looked) => {
        for (const { series, throughMs, graceMs } of looked) this.#noted.set(series, { throughMs, graceMs });
        for (const { number } of this.#deps.catalog.select(undefined, undefined)) {
          this.#behind.set(number, this.#noted.get(number)?.throughMs ?? Number.NEGATIVE_INFINITY);
        }
      },
      (error) => {
        this.#loaded = undefined;
        throw error;
      },
    );
    return this.#loaded;
  }

  /** Brings some series up to now. */
  async #settle(series: readonly Series[]): Promise<void> {
    this.#goesOn();
    const rechecks = await this.#rechecksOf(series);
    // A gap that is written after a look would take the place of what the look found: more may be heard of meanwhile.
    for (; series.some(({ number }) => this.#found.hasGaps(number)); this.#goesOn()) await this.#writeFound();
    const begun = series.map((one) => this.#begin(one, rechecks.get(one.number) ?? []));
    try {
      const { store } = this.#deps;
      const causes = new Causes(this.#deps);
      const throughMs = (one: Series) => this.#throughMs(one);
      await this.#write(await lookAt(begun, { store, causes, goesOn: this.#goesOn, throughMs }));
    } catch (error) {
      for (const { series: one, behindMs, late } of begun) {
        const { number } = one;
        if (behindMs !== undefined) this.#behind.set(number, Math.min(behindMs, this.#behind.get(number) ?? behindMs));
        if (late) this.#found.lateAgain(number, late);
      }
      throw error;
    }
  }

  /** Takes what has to be looked at of a series: from now on each reading is heard of. */
  #begin(series: Series, rechecks: readonly Recheck[]): Look {
    const { number } = series;
    const graceMs = this.graceMs(series);
    if (graceMs === Number.POSITIVE_INFINITY) {
      // There is nothing to look for, and what was found stays.
      this.#found.forget(number);
      return { series, graceMs, rechecks, behindMs: undefined, late: undefined };
    }
    const look = { series, graceMs, rechecks, behindMs: this.#behind.get(number), late: this.#found.takeLate(number) };
    this.#behind.delete(number);
    return look;
  }

  /** What changed of these series, by series. */
  async #rechecksOf(series: readonly Series[]): Promise<Map<number, Recheck[]>> {
    const { ledger } = this.#deps.store;
    let rechecks = await ledger.rechecks(rechecksAtOnce);
    if (rechecks.length === rechecksAtOnce)
      rechecks = (await Promise.all(series.map(({ number }) => ledger.rechecks(rechecksAtOnce, number)))).flat();
    const bySeries = new Map<number, Recheck[]>();
    for (const one of rechecks) bySeries.set(one.series, [...(bySeries.get(one.series) ?? []), one]);
    return bySeries;
  }

  /** Writes gaps that were heard of; false where it was over before all were written. */
  async #writeFound(isOver = () => false): Promise<boolean> {
    const taken = this.#found.takeGaps();
    const causes = new Causes(this.#deps);
    const all = [...taken];
    for (let at = 0; at < all.length; at += entriesPerWrite) {
      const some = all.slice(at, at + entriesPerWrite);
      if (isOver()) {
        for (const [number, gaps] of all.slice(at)) this.#found.gapsAgain(number, gaps);
        return false;
      }
      try {
        const entries: LedgerEntry[] = [];
        await causes.expect(some.flatMap(([number]) => this.#deps.catalog.findSeries(number) ?? []));
        for (const [number, gaps] of some) {
          const series = this.#deps.catalog.findSeries(number);
          if (!series) continue;
          const graceMs = this.graceMs(series);
          const looked = { throughMs: Math.min(this.#throughMs(series), gaps.toMs.at(-1) as number), graceMs };
          const holes = await judged(series, gaps, graceMs, causes);
          entries.push({ series: number, fromMs: 0, toMs: 0, holes, looked, rechecked: [] });
        }
        await this.#write(entries);
      } catch (error) {
        for (const [number, gaps] of all.slice(at)) this.#found.gapsAgain(number, gaps);
        throw error;
      }
    }
    return true;
  }

  /** Notes how far each series was looked at. */
  async #noteAll(isOver = () => false): Promise<void> {
    this.#notedAtMs = this.#deps.clock.monotonic();
    const due = this.#deps.catalog.select(undefined, undefined).filter((series) => {
      if (this.#behind.has(series.number)) return false;
      return this.#noted.get(series.number)?.throughMs !== this.#throughMs(series);
    });
    for (let at = 0; at < due.length && !isOver(); at += entriesPerWrite) {
      const some = due.slice(at, at + entriesPerWrite).filter((one) => this.graceMs(one) !== Number.POSITIVE_INFINITY);
      await this.#write(
        some.map((series) => {
          const looked = { throughMs: this.#throughMs(series), graceMs: this.graceMs(series) };
          return { series: series.number, ...nothing, looked, rechecked: [] };
        }),
      );
    }
  }

  /** Up to where all gaps of a series are found, ms. */
  #throughMs({ number, latestTimeMs }: Series): number {
    return Math.min(latestTimeMs, this.#behind.get(number) ?? latestTimeMs, this.#found.firstMs(number));
  }

  async #write(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    if (this.#ended) this.#goesOn();
    await this.#deps.store.ledger.write(entries);
    for (const { series, looked } of entries) this.#noted.set(series, looked);
  }
}
