/** What the data takes, series by series; asked of the store at most once in a while, since it looks at every chunk's row. */
import { sizeText } from "../../config-values.ts";
import type { Clock, Log } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import { keepText, policyFinder } from "../../protocol/keep.ts";
import type { StorageAnswer, StorageEntry, StoragePreviewAnswer, StorageSort } from "../../protocol/storage.ts";
import type { BudgetSetting } from "../../store/retention.ts";
import type { SeriesSizes } from "../../store/sizes.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { Catalog, Series } from "../catalog.ts";
import { agedOf, policyEntryOf, type Retention } from "./retention.ts";
import { thinnedOf } from "./room.ts";

const dayMs = 86_400_000;
/** An answer of the store counts as new for so long, ms. */
const keptMs = 10_000;
/** What a series adds in a day is told from its readings of so long, and of no less than the other, ms. */
const rateMs = 7 * dayMs;
const leastRateMs = 3_600_000;

export interface StorageDeps {
  readonly store: Pick<TelemetryStore, "sizes" | "stats" | "retention">;
  readonly catalog: Pick<Catalog, "findSeries">;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly log: Pick<Log, "info">;
  readonly retention: Pick<Retention, "policies" | "keep">;
  /** `--min-free`, bytes. */
  readonly minFreeBytes: number;
  /** True where `--budget` was given. */
  readonly budgetByFlag: boolean;
}

/** Sizes, and where each series stands in them. */
interface Sizes extends SeriesSizes {
  readonly rows: ReadonlyMap<number, number>;
  /** Of a series of which nothing is compressed yet: what one of all does; NaN where none is. */
  readonly meanBytes: number;
  readonly fromMs: number;
  readonly nowMs: number;
}

export class Storage {
  readonly #deps: StorageDeps;
  #kept: { readonly atMs: number; readonly sizes: Promise<Sizes> } | undefined;

  constructor(deps: StorageDeps) {
    this.#deps = deps;
  }

  /** The largest `limit` of these series by `sort`, and all together. Rejects with a `StoreError`. */
  async list(series: readonly Series[], sort: StorageSort, limit: number): Promise<StorageAnswer> {
    const { store, clock, retention, minFreeBytes, budgetByFlag } = this.#deps;
    const [sizes, stats, policies] = await Promise.all([this.#sizes(), store.stats(), retention.policies()]);
    const { usedBytes, journalBytes, budgetBytes, budget, diskFreeBytes, bytesPerDay, thinned, aged } = stats;
    const policyOf = policyFinder(policies);
    const entries = series
      .flatMap((one) => entryOf(one, sizes, policyOf(one.device.id, one.metric) ?? null) ?? [])
      .sort(orders[sort]);
    const others = entries.slice(limit);
    const disk = diskFreeBytes - minFreeBytes;
    const room = Math.max(0, budgetBytes === null ? disk : Math.min(disk, budgetBytes - usedBytes));
    return {
      hubTime: clock.now(),
      ...{ used: usedBytes, journal: journalBytes, budget: budgetBytes, bytesPerDay },
      ...{ budgetSaid: budgetText(budget), budgetByFlag, diskFree: diskFreeBytes, minFree: minFreeBytes },
      daysLeft: bytesPerDay === null || bytesPerDay <= 0 ? null : room / bytesPerDay,
      thinned: thinnedOf(thinned),
      aged: aged === null ? null : agedOf(aged),
      policies: policies.map(policyEntryOf),
      keep: keepText(retention.keep),
      series: entries.slice(0, limit),
      others: {
        series: others.length,
        bytes: others.reduce((sum, one) => sum + one.bytes, 0),
        readings: others.reduce((sum, one) => sum + one.readings, 0),
      },
    };
  }

  /** About what would go of these series with a range: `fromMs` included, `toMs` excluded. Rejects with a `StoreError`. */
  async preview(series: readonly Series[], fromMs: number, toMs: number): Promise<StoragePreviewAnswer> {
    const sizes = withRows(await this.#deps.store.sizes(fromMs, toMs), fromMs, toMs);
    let [some, readings, bytes] = [0, 0, 0];
    for (const { number } of series) {
      const row = sizes.rows.get(number);
      const within = row === undefined ? 0 : (sizes.within[row] as number);
      if (row === undefined || within === 0) continue;
      some += 1;
      readings += within;
      bytes += Math.min(sizes.bytes[row] as number, within * bytesPerReadingOf(sizes, row));
    }
    return { series: some, readings: Math.round(readings), bytes: Math.round(bytes) };
  }

  /** What the data may take from now on. Throws a `Refusal` where `--budget` says it; rejects with a `StoreError`. */
  async setBudget(setting: BudgetSetting): Promise<{ readonly budget: number | null; readonly budgetSaid: string }> {
    const { store, budgetByFlag, log } = this.#deps;
    if (budgetByFlag) {
      const now = budgetText((await store.stats()).budget);
      throw new Refusal(
        "conflict",
        `The budget was given at the start (--budget or HUB_BUDGET, ${now}), and that wins: start the hub without it to say it here.`,
      );
    }
    await store.retention.setBudget(setting);
    const { budget, budgetBytes } = await store.stats();
    log.info("what the data may take was said anew", { budget: budgetText(budget), budgetBytes });
    return { budget: budgetBytes, budgetSaid: budgetText(budget) };
  }

  /** Readings went: what was found before tells of them. */
  forget(): void {
    this.#kept = undefined;
  }

  #sizes(): Promise<Sizes> {
    const { store, clock } = this.#deps;
    const atMs = clock.monotonic();
    if (this.#kept && atMs - this.#kept.atMs < keptMs) return this.#kept.sizes;
    const nowMs = clock.now();
    const fromMs = nowMs - rateMs;
    const sizes = store.sizes(fromMs, Number.POSITIVE_INFINITY).then((found) => withRows(found, fromMs, nowMs));
    this.#kept = { atMs, sizes };
    // What failed is asked for again.
    sizes.catch(() => {
      this.#kept = undefined;
    });
    return sizes;
  }
}

function withRows(sizes: SeriesSizes, fromMs: number, nowMs: number): Sizes {
  const rows = new Map<number, number>();
  let bytes = 0;
  let readings = 0;
  for (const [row, series] of sizes.series.entries()) {
    rows.set(series, row);
    const each = sizes.bytesPerReading[row] as number;
    if (Number.isNaN(each)) continue;
    bytes += each * (sizes.readings[row] as number);
    readings += sizes.readings[row] as number;
  }
  return { ...sizes, rows, meanBytes: bytes / readings, fromMs, nowMs };
}

function bytesPerReadingOf({ bytesPerReading, meanBytes, bytes, readings }: Sizes, row: number): number {
  const known = bytesPerReading[row] as number;
  if (!Number.isNaN(known)) return known;
  return Number.isNaN(meanBytes) ? (bytes[row] as number) / (readings[row] as number) : meanBytes;
}

/** As a person says it. */
function budgetText(budget: BudgetSetting): string {
  return typeof budget === "number" ? sizeText(budget) : budget;
}

/** Undefined where the store has nothing of it. */
function entryOf({ number, device, metric }: Series, sizes: Sizes, policy: number | null): StorageEntry | undefined {
  const row = sizes.rows.get(number);
  if (row === undefined) return undefined;
  const firstTime = sizes.firstMs[row] as number;
  const overMs = sizes.nowMs - Math.max(sizes.fromMs, firstTime);
  const within = sizes.within[row] as number;
  const perDay = (within * bytesPerReadingOf(sizes, row) * dayMs) / overMs;
  return {
    ...{ series: number, device: device.id, metric, policy },
    bytes: sizes.bytes[row] as number,
    readings: sizes.readings[row] as number,
    ...{ firstTime, lastTime: sizes.lastMs[row] as number },
    bytesPerDay: overMs < leastRateMs ? null : Math.round(perDay),
  };
}

const byName = (a: StorageEntry, b: StorageEntry): number => {
  const [one, other] = a.device === b.device ? [a.metric, b.metric] : [a.device, b.device];
  return one < other ? -1 : one > other ? 1 : 0;
};
const greatest = (of: (entry: StorageEntry) => number) => (a: StorageEntry, b: StorageEntry) =>
  of(b) - of(a) || byName(a, b);

const orders: Readonly<Record<StorageSort, (a: StorageEntry, b: StorageEntry) => number>> = {
  bytes: greatest(({ bytes }) => bytes),
  bytesPerDay: greatest(({ bytesPerDay }) => bytesPerDay ?? -1),
  readings: greatest(({ readings }) => readings),
  span: greatest(({ firstTime, lastTime }) => lastTime - firstTime),
  name: byName,
};
