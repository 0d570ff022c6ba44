/**
 * The ledger of gaps: each silence of a series that was longer than its grace, with its cause. A gap is found when the reading
 * after it is committed, from the two times alone; readings are looked at only where something changed behind that, or after a
 * start. How the parts work together is told in README.md.
 */
import type { Clock, Log, Timer } from "../../ports.ts";
import type { Holes } from "../../store/ledger.ts";
import { StoreError, type TelemetryStore } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import { forAtMost } from "../closing.ts";
import { leastGraceMs } from "../devices/presence-machine.ts";
import { isHidden } from "../hidden.ts";
import type { CauseDeps } from "./cause.ts";
import { Findings } from "./findings.ts";
import { type GapSpan, gapsOf, type SeriesGaps } from "./gaps.ts";
import { Reach, type ReachDeps } from "./reach.ts";
import type { ScanStore } from "./scan.ts";
import { rechecksAtOnce, Settling } from "./settling.ts";
import { nothing, Writing, type WritingDeps } from "./writing.ts";

export interface LedgerDeps extends WritingDeps, ReachDeps {
  readonly store: ScanStore & CauseDeps["store"] & Pick<TelemetryStore, "ledger" | "seriesState">;
  readonly catalog: WritingDeps["catalog"];
  readonly clock: Clock;
  readonly log: Log;
}

/** How often the ledger writes what it found, ms. */
const periodMs = 60_000;
/** It works for so long at once, and then leaves the store to others, ms. */
const workMs = 200;
const pauseMs = 1_000;
/** How far each series was looked at is written so often, ms: a kill costs a look at what came since. */
const noteEveryMs = 3_600_000;
/** So many gaps wait at most before they are written. */
const mostWaiting = 20_000;
/** What a stop waits for at most, ms: what is not written by then the next start looks for. */
const stopPatienceMs = 1_000;

export class GapLedger {
  readonly #deps: LedgerDeps;
  readonly #found = new Findings();
  readonly #reach: Reach;
  readonly #writing: Writing;
  readonly #settling: Settling;
  #timer: Timer | undefined;
  /** What is done to the ledger is done one by one. */
  #last: Promise<unknown> = Promise.resolve();
  #notedAtMs: number;
  #failing = false;
  #stopped = false;
  #ended = false;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#notedAtMs = deps.clock.monotonic();
    this.#reach = new Reach(deps, this.#found);
    this.#writing = new Writing(deps, this.#found, this.#reach, () => this.#throwIf(this.#ended));
    // A look at millions of readings holds up no stop.
    const turns = { inTurn: this.#inTurn, goesOn: () => this.#throwIf(this.#stopped) };
    this.#settling = new Settling({ ...deps, ...turns }, this.#found, this.#reach, this.#writing);
    this.#later(pauseMs);
  }

  /** A reading was committed, and `latestTimeMs` of its series is still that of the one before. */
  arrived(series: Series, timeMs: number): void {
    const stepMs = timeMs - series.latestTimeMs;
    // Nearly all: no grace is shorter.
    if (stepMs >= 0 && stepMs <= leastGraceMs) return;
    // It ends no gap. Once it is shown it is looked at.
    if (isHidden(series, timeMs)) return;
    const { behind } = this.#reach;
    if (stepMs === Number.POSITIVE_INFINITY) behind.set(series.number, Number.NEGATIVE_INFINITY);
    else if (stepMs < 0) this.#found.late(series.number, timeMs);
    else if (!behind.has(series.number)) {
      const graceMs = this.graceMs(series);
      // It is looked at once a reading is expected again.
      if (graceMs === Number.POSITIVE_INFINITY) behind.set(series.number, series.latestTimeMs);
      else if (stepMs > graceMs) this.#gap(series, timeMs);
      // The newest may have gone since.
    } else this.#reach.behindAgain(series.number, series.latestTimeMs);
  }

  #gap(series: Series, timeMs: number): void {
    this.#found.gap(series.number, series.latestTimeMs, timeMs);
    if (this.#found.gaps >= mostWaiting) this.#later(0);
  }

  /** After how long without a reading a series is silent, ms; Infinity where none is expected. What was learned before a start counts until it is learned anew. */
  graceMs(series: Series): number {
    return this.#reach.graceMs(series);
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
    await this.#reach.load();
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
        this.#reach.behind.has(number) ||
        this.#found.has(number),
    );
    await this.#settling.all(due);
    const numbers = series.map(({ number }) => number);
    const found: Holes[] = [];
    while (found.length < numbers.length) {
      found.push(...(await ledger.read(numbers.slice(found.length), fromMs, toMs, limit)));
    }
    return found;
  }

  /** Writes what was found, for `patienceMs` or a second at most. Idempotent; nothing is heard afterwards, and no readings are looked at. */
  async stop(patienceMs = stopPatienceMs): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    if (this.#reach.isLoaded && patienceMs > 0)
      await forAtMost(Math.min(patienceMs, stopPatienceMs), this.#deps.clock, (isOver) =>
        this.#inTurn(async () => (await this.#writing.gaps(isOver)) && this.#writing.notes(isOver)),
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
      await this.#reach.load();
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
    if (!(await this.#inTurn(() => this.#writing.gaps(isOver)))) return true;
    const rechecks = await store.ledger.rechecks(rechecksAtOnce);
    // As of a series whose readings move to another one: nobody asks for its gaps.
    const gone = rechecks.filter((one) => !catalog.findSeries(one.series));
    await this.#writing.write(gone.map((one) => ({ ...nothing, series: one.series, graceMs: 0, rechecked: [one] })));
    const changed = new Set([...this.#found.lateSeries(), ...rechecks.map((one) => one.series)]);
    const damage: StoreError[] = [];
    if (!(await this.#settling.all(this.#knownOf(changed), isOver, damage))) return true;
    if (rechecks.length === rechecksAtOnce && damage.length === 0) return true;
    const behind = this.#knownOf(this.#reach.behind.keys()).filter(
      (one) => this.graceMs(one) !== Number.POSITIVE_INFINITY,
    );
    if (!(await this.#settling.all(behind, isOver, damage))) return true;
    if (clock.monotonic() - this.#notedAtMs >= noteEveryMs) {
      this.#notedAtMs = clock.monotonic();
      await this.#inTurn(() => this.#writing.notes());
    }
    if (damage[0]) throw damage[0];
    return false;
  }

  /** Those that are still there; of others nothing is kept. */
  #knownOf(numbers: Iterable<number>): Series[] {
    return [...numbers].flatMap((number) => {
      const series = this.#deps.catalog.findSeries(number);
      if (series) return series;
      this.#found.forget(number);
      this.#reach.behind.delete(number);
      return [];
    });
  }

  readonly #inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  };

  #throwIf(isOver: boolean): void {
    if (isOver) throw new StoreError("store_unavailable", "The hub is stopping; ask again once it is back.");
  }
}
