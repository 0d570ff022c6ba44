/** How long what is kept, as people say it: kept in the store, shown with what it means, and seen to once an hour. */
import type { Clock, Log, Timer } from "../../ports.ts";
import { type Ages, keepsAll, keepText, type Policy } from "../../protocol/keep.ts";
import type { AgedPreviewAnswer, PoliciesAnswer } from "../../protocol/storage.ts";
import { type Aged, nothingAged, placeFinder, togetherAged } from "../../store/retention.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { Catalog } from "../catalog.ts";

const hourMs = 3_600_000;
/** After a start so much passes first: a computer without a clock of its own may not know yet what time it is. */
const firstLookMs = 600_000;
/** A clock that went ahead by more than this within an hour is not believed before another day has passed. */
const leapMs = hourMs;
const mistrustMs = 24 * hourMs;

export interface RetentionDeps {
  readonly store: Pick<TelemetryStore, "retention" | "stats">;
  readonly catalog: Pick<Catalog, "select">;
  readonly clock: Clock;
  readonly log: Log;
  /** `--keep`: it counts for series that no policy matches. */
  readonly keep: Ages;
}

export class Retention {
  readonly #deps: RetentionDeps;
  readonly #timers: Timer[] = [];
  #policies: Promise<readonly Policy[]> | undefined;
  /** What both clocks said at the last look, and from when on they agree again. */
  #looked: { readonly nowMs: number; readonly monotonicMs: number };
  #trustedFromMs = Number.NEGATIVE_INFINITY;
  /** Readings that were told of, and when. */
  #told = { readings: 0, monotonicMs: Number.NEGATIVE_INFINITY };

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    const { clock } = deps;
    this.#looked = { nowMs: clock.now(), monotonicMs: clock.monotonic() };
    this.#timers.push(
      clock.after(firstLookMs, () => void this.#look()),
      clock.every(hourMs, () => void this.#look()),
    );
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
  }

  get keep(): Ages {
    return this.#deps.keep;
  }

  /** In order: the first that matches a series counts for it. Rejects with a `StoreError`. */
  policies(): Promise<readonly Policy[]> {
    this.#policies ??= this.#deps.store.retention.policies();
    // What failed is asked for again.
    this.#policies.catch(() => {
      this.#policies = undefined;
    });
    return this.#policies;
  }

  /** Them, and of how many series each decides. */
  async list(): Promise<PoliciesAnswer> {
    const policies = await this.policies();
    const placeOf = placeFinder(policies);
    const counts = [...policies, undefined].map(() => 0);
    for (const { device, metric } of this.#deps.catalog.select(undefined, undefined)) {
      const place = placeOf(device.id, metric);
      counts[place] = (counts[place] as number) + 1;
    }
    return {
      policies: policies.map((policy, place) => ({ ...policyEntryOf(policy), series: counts[place] as number })),
      keep: keepText(this.keep),
      others: counts.at(-1) as number,
    };
  }

  /** Puts these in the place of all; what is older goes at once. Rejects with a `StoreError`. */
  async replace(policies: readonly Policy[]): Promise<void> {
    const { store, log, clock } = this.#deps;
    try {
      await store.retention.setPolicies(policies);
    } finally {
      // Its answer alone may have been lost.
      this.#policies = undefined;
    }
    log.info("how long what is kept was said anew", { policies: policies.map(policyEntryOf) });
    // A person is there, and was shown what goes by this clock.
    await store.retention.thinByAge(clock.now());
  }

  /** About what would go now by these. Rejects with a `StoreError`. */
  async preview(policies: readonly Policy[]): Promise<AgedPreviewAnswer> {
    const { store, clock } = this.#deps;
    const found = await store.retention.previewAges(policies, this.keep, clock.now());
    const all = found.reduce(togetherAged, nothingAged);
    const entry = (aged: Aged) => ({ ...agedOf(aged), series: aged.series });
    return { ...entry(all), policies: found.map(entry) };
  }

  async #look(): Promise<void> {
    const { store, clock, log } = this.#deps;
    const [nowMs, monotonicMs] = [clock.now(), clock.monotonic()];
    const leap = nowMs - this.#looked.nowMs - (monotonicMs - this.#looked.monotonicMs);
    this.#looked = { nowMs, monotonicMs };
    try {
      const all = [...(await this.policies()).map(({ ages }) => ages), this.keep];
      if (all.every(keepsAll)) return;
      if (leap > leapMs) {
        this.#trustedFromMs = monotonicMs + mistrustMs;
        log.warn("the clock of this computer leapt ahead: for a day nothing goes by its age", { leapMs: leap });
      }
      if (monotonicMs < this.#trustedFromMs) return;
      this.#tell((await store.stats()).aged, monotonicMs);
      await store.retention.thinByAge(nowMs);
    } catch (error) {
      log.warn("what is kept how long could not be seen to; it is tried again in an hour", { error: String(error) });
    }
  }

  /** What went since it was told last, at most once a day: nothing may be gone without a word. */
  #tell(aged: Aged | null, monotonicMs: number): void {
    if (aged === null || aged.readings === this.#told.readings) return;
    if (monotonicMs - this.#told.monotonicMs < mistrustMs) return;
    const { from, through, lost } = agedOf(aged);
    const readings = aged.readings - this.#told.readings;
    this.#told = { readings: aged.readings, monotonicMs };
    this.#deps.log.info("raw readings went by their age, as was asked for", { readings, lost, from, through });
  }
}

export function policyEntryOf({ device, metric, ages }: Policy) {
  return { device, metric, keep: keepText(ages) };
}

/** As the wire tells it. */
export function agedOf({ readings, lost, bytes, firstMs, lastMs }: Aged) {
  const some = readings > 0;
  return { readings, lost, bytes, from: some ? firstMs : null, through: some ? lastMs : null };
}
