/** The SQLite engine beside the memory engine under the same random life: whatever is asked, both must answer the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value, ValueType } from "../../server/store/columns.ts";
import { ColumnsBuilder } from "../../server/store/columns.ts";
import { MemoryData, MemoryStore } from "../../server/store/memory/memory-store.ts";
import type { SqliteStore } from "../../server/store/sqlite/sqlite-store.ts";
import { printedSeed } from "../support/seed.ts";
import { buildWorker, sqliteEngine } from "./sqlite/engine.ts";
import { World } from "./world.ts";

await buildWorker();

const types: readonly ValueType[] = ["number", "number", "boolean", "string"];
const spanMs = 4_000;

/** One step of a life. Series are named by their place among those that the run has made. */
type Step =
  | { readonly kind: "append"; readonly rows: readonly (readonly [place: number, timeMs: number, value: number])[] }
  | { readonly kind: "stream"; readonly place: number; readonly fromMs: number; readonly count: number }
  | { readonly kind: "make" }
  | { readonly kind: "seal" }
  | { readonly kind: "reopen" }
  | { readonly kind: "delete"; readonly place: number; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "deleteDevice"; readonly device: number }
  | {
      readonly kind: "ask";
      readonly place: number;
      readonly fromMs: number;
      readonly toMs: number;
      readonly limit: number;
      readonly everyMs: number;
    };

/** A few series meet often. */
const place = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4, 5);
const timeMs = fc.integer({ min: -500, max: spanMs });
const bound = fc.oneof(
  { weight: 3, arbitrary: timeMs },
  fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
);
/** From chunks that are never merged to chunks that always are. */
const chunkBytes = fc.constantFrom(30, 300, 3_000);
const range = fc.tuple(bound, bound).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(fc.tuple(place, timeMs, fc.integer({ min: -3, max: 400 })), { maxLength: 40 })
      .map((rows) => ({ kind: "append" as const, rows })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("stream" as const),
      place,
      fromMs: timeMs,
      count: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "make" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "seal" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  {
    weight: 2,
    arbitrary: fc.tuple(place, range).map(([at, span]) => ({ kind: "delete" as const, place: at, ...span })),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deleteDevice" as const), device: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(place, range, fc.integer({ min: 1, max: 50 }), fc.constantFrom(1, 10, 77, 1_000, 100_000))
      .map(([at, span, limit, everyMs]) => ({ kind: "ask" as const, place: at, ...span, limit, everyMs })),
  },
);

/** Two worlds that live the same life. */
class Pair {
  readonly #sqlite: World;
  readonly #memory: World;
  #made: ValueType[] = [];
  #clockMs = 1_000;
  /** Of a series that had its newest reading deleted, arrivals are known only roughly. */
  #rough = false;

  constructor(chunkBytes: number) {
    const budgets = { journalBudgetBytes: 4_000, headBudgetBytes: 40_000 };
    this.#sqlite = new World(sqliteEngine({ chunkBytes, ...budgets, headsPerSlice: 1 }));
    const data = new MemoryData();
    this.#memory = new World({ create: () => new MemoryStore(data), fail: () => () => {}, remove() {} });
  }

  async open(): Promise<void> {
    await this.both((world) => world.open());
    for (const _ of types) await this.run({ kind: "make" });
  }

  async end(): Promise<void> {
    await this.both((world) => world.end());
  }

  async both<T>(work: (world: World) => Promise<T>): Promise<[T, T]> {
    return Promise.all([work(this.#sqlite), work(this.#memory)]);
  }

  async run(next: Step): Promise<void> {
    this.#clockMs += 10;
    if (next.kind === "make") return this.#make();
    if (next.kind === "append") return this.#append(next.rows);
    if (next.kind === "stream") {
      const { place: at, fromMs, count } = next;
      return this.#append(
        Array.from({ length: count }, (_, index) => [at, fromMs + index * 7, (index * 7919) % 1_000]),
      );
    }
    if (next.kind === "seal") return (this.#sqlite.store as SqliteStore).sealAll();
    if (next.kind === "reopen")
      return this.#same((world) => world.reopen().then(({ commit, nextSeries }) => ({ commit, nextSeries })));
    if (next.kind === "deleteDevice") {
      await this.both((world) => world.store.deleteDevice(`device-${next.device}`));
      return;
    }
    const series = this.#numberAt(next.place);
    const { fromMs, toMs } = next;
    if (next.kind === "delete") {
      this.#rough = true;
      return this.#same((world) => world.store.deleteReadings({ series, fromMs, toMs }));
    }
    await this.#same((world) => world.raw({ series, fromMs, toMs }, next.limit));
    await this.#same((world) => world.changes({ series, fromMs, toMs }, next.limit));
    if (this.#made[series - 1] === "number") {
      await this.#same((world) => world.buckets({ series, fromMs, toMs }, next.everyMs, 3, next.limit));
    }
  }

  /** What is known of every series without its past, and its whole past. */
  async compare(): Promise<void> {
    const all = this.#made.map((_, index) => index + 1);
    await this.#same((world) => world.store.seriesState(all));
    const [found, expected] = await this.both((world) => world.store.latest(all));
    const arrivals = (latest: typeof found) => latest.map(({ receivedMs }) => receivedMs);
    const rest = (latest: typeof found) => latest.map(({ receivedMs: _, ...others }) => others);
    expect(rest(found)).toEqual(rest(expected));
    if (this.#rough)
      found.map(({ receivedMs }, index) => expect(receivedMs).toBeGreaterThanOrEqual(expected[index]?.receivedMs ?? 0));
    else expect(arrivals(found)).toEqual(arrivals(expected));
    for (const series of all) {
      await this.#same((world) =>
        world.raw({ series, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }),
      );
    }
  }

  async #same(work: (world: World) => Promise<unknown>): Promise<void> {
    const [found, expected] = await this.both(work);
    expect(found).toEqual(expected);
  }

  async #make(): Promise<void> {
    const series = this.#made.length + 1;
    const type = types[this.#made.length % types.length] as ValueType;
    this.#made.push(type);
    await this.both((world) => world.make(series, type, `device-${series % 3}`));
  }

  async #append(rows: readonly (readonly [number, number, number])[]): Promise<void> {
    const columns = () => {
      const builder = new ColumnsBuilder();
      for (const [at, time, value] of rows) {
        const series = this.#numberAt(at);
        builder.push(series, time, this.#valueOf(series, value));
      }
      return builder.take();
    };
    await this.both((world) => world.append({ columns: columns(), receivedMs: this.#clockMs }));
  }

  #numberAt(at: number): number {
    return (at % this.#made.length) + 1;
  }

  #valueOf(series: number, value: number): Value {
    const type = this.#made[series - 1];
    if (type === "boolean") return value % 2 === 0;
    return type === "string" ? `state ${value % 5}` : value / 2;
  }
}

describe("both engines", () => {
  it("[ST38] answer the same whatever was appended, overwritten, deleted, sealed, merged and reopened before", async () => {
    await fc.assert(
      fc.asyncProperty(chunkBytes, fc.array(step, { minLength: 20, maxLength: 80 }), async (size, steps) => {
        const pair = new Pair(size);
        await pair.open();
        try {
          for (const next of steps) await pair.run(next);
          await pair.compare();
        } finally {
          await pair.end();
        }
      }),
      { numRuns: Number(process.env.HUB_TEST_RUNS ?? 12), seed: printedSeed("two engines"), endOnFailure: false },
    );
  }, 120_000);
});
