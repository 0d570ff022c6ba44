/** What the store's tests share: an engine that can be reopened, and short words for putting in and asking. */
import type { BucketPage, RawPage } from "../../server/store/answers.ts";
import { ColumnsBuilder, type Value, type ValueType } from "../../server/store/columns.ts";
import type { Cuts } from "../../server/store/cuts.ts";
import type {
  Batch,
  BucketRange,
  Commit,
  Range,
  RawRange,
  StoreState,
  TelemetryStore,
} from "../../server/store/store.ts";

/** An engine under test, on data of its own. */
export interface Engine {
  /** A store on the same data each time; the one before is closed or lost. */
  create(): TelemetryStore;
  /** Runs after each append: engines that seal do so here in the variant that has everything sealed. */
  settle?(store: TelemetryStore): Promise<void>;
  /** Lets appends fail in a way that passes, until the answer is called. */
  fail(store: TelemetryStore): () => void;
  /** Takes the data away. */
  remove(): void;
}

export type Row = readonly [timeMs: number, value: Value];

/** All of a series. */
export function everything(series: number): Range {
  return { series, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
}

/** A batch with nothing in it but what is given. */
export function batchOf(parts: Partial<Batch>): Batch {
  return {
    ...{ receivedMs: 1_000, newSeries: [], columns: new ColumnsBuilder().take() },
    ...{ marks: [], refusals: [], devices: [], metrics: [] },
    ...parts,
  };
}

/** Rows of one series as columns. */
export function columnsOf(series: number, rows: readonly Row[]) {
  const builder = new ColumnsBuilder();
  for (const [timeMs, value] of rows) builder.push(series, timeMs, value);
  return builder.take();
}

export class World {
  readonly #engine: Engine;
  store: TelemetryStore;
  state!: StoreState;
  #types = new Map<number, ValueType>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.store = engine.create();
  }

  async open(): Promise<StoreState> {
    this.state = await this.store.open();
    return this.state;
  }

  /** Closes the store and opens another one on the same data. */
  async reopen(): Promise<StoreState> {
    await this.store.close();
    this.store = this.#engine.create();
    return this.open();
  }

  async end(): Promise<void> {
    await this.store.close();
    this.#engine.remove();
  }

  /** Appends get refused until the answer is called. */
  fail(): () => void {
    return this.#engine.fail(this.store);
  }

  async append(parts: Partial<Batch>): Promise<Commit> {
    const commit = await this.store.append(batchOf(parts));
    await this.#engine.settle?.(this.store);
    return commit;
  }

  /** Makes a series of `device` and `metric`. */
  async make(series: number, type: ValueType = "number", device = "oven-1", metric = `m${series}`): Promise<void> {
    this.#types.set(series, type);
    await this.append({ newSeries: [{ series, device, metric, type }] });
  }

  /** One batch of rows of one series. */
  put(series: number, rows: readonly Row[], receivedMs = 1_000): Promise<Commit> {
    return this.append({ columns: columnsOf(series, rows), receivedMs });
  }

  /** Every row of a range, gathered page by page. */
  async raw(range: RawRange, limit = 1_000): Promise<Row[]> {
    return this.#gather(range, (next) => this.store.readRaw(next, limit), limit);
  }

  async changes(range: Range, limit = 1_000, silenceMs = Number.POSITIVE_INFINITY): Promise<Row[]> {
    return this.#gather(range, (next) => this.store.readChanges(next, limit, silenceMs), limit);
  }

  /** Every bucket of a range, gathered page by page. */
  buckets(range: Range, everyMs: number, originMs = 0, limit = 1_000) {
    return this.bucketsOf(range, { everyMs, originMs }, limit);
  }

  async bucketsOf(range: BucketRange, cuts: Cuts, limit = 1_000) {
    const found: { [K in Exclude<keyof BucketPage, "tier" | "steps" | "each" | "nextFromMs">]: number }[] = [];
    for (let fromMs: number | null = range.fromMs; fromMs !== null; ) {
      const page: BucketPage = await this.store.readBuckets({ ...range, fromMs }, cuts, limit);
      if (page.times.length > limit) throw new Error(`a page of ${page.times.length} buckets, ${limit} asked for`);
      for (const [index, times] of page.times.entries()) {
        const at = (column: Float64Array) => column[index] as number;
        const [first, last, min, max] = [at(page.first), at(page.last), at(page.min), at(page.max)];
        found.push({ times, first, last, min, max, sum: at(page.sum), count: at(page.count) });
      }
      fromMs = page.nextFromMs;
    }
    return found;
  }

  async #gather(range: Range, read: (range: Range) => Promise<RawPage>, limit: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let fromMs: number | null = range.fromMs; fromMs !== null; ) {
      const page: RawPage = await read({ ...range, fromMs });
      if (page.times.length > limit) throw new Error(`a page of ${page.times.length} rows, ${limit} asked for`);
      rows.push(...rowsOf(page, this.#types.get(range.series) ?? "number"));
      fromMs = page.nextFromMs;
    }
    return rows;
  }
}

/** A page as people see it. */
export function rowsOf(page: RawPage, type: ValueType): Row[] {
  return Array.from(page.times, (timeMs, index) => {
    const cell = page.values[index] as number;
    if (type === "number") return [timeMs, cell];
    return [timeMs, type === "boolean" ? cell !== 0 : (page.strings[cell] as string)];
  });
}
