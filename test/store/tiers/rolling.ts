/** A writer's parts on a database in memory, driven step by step, and the same question to the tiers and to the readings. */
import { deepStrictEqual, ok } from "node:assert/strict";
import Database from "better-sqlite3";
import type { BucketPage } from "../../../server/store/answers.ts";
import { decodeCells, encodeCells } from "../../../server/store/codec/cells.ts";
import type { Cuts } from "../../../server/store/cuts.ts";
import { Chunks } from "../../../server/store/sqlite/chunks.ts";
import { deleteRanges } from "../../../server/store/sqlite/deletes.ts";
import type { Db } from "../../../server/store/sqlite/driver.ts";
import { SeriesHead } from "../../../server/store/sqlite/head.ts";
import { Heads } from "../../../server/store/sqlite/heads.ts";
import { JournalLog } from "../../../server/store/sqlite/journal-log.ts";
import { Marks } from "../../../server/store/sqlite/marks.ts";
import { MaskTable, maskReader } from "../../../server/store/sqlite/masks.ts";
import { settingsOf } from "../../../server/store/sqlite/options.ts";
import type { WriterParts } from "../../../server/store/sqlite/parts.ts";
import type { TierShape } from "../../../server/store/sqlite/plan.ts";
import { Records } from "../../../server/store/sqlite/records.ts";
import type { Rest } from "../../../server/store/sqlite/rest.ts";
import { rollSlice } from "../../../server/store/sqlite/roll.ts";
import { sliceRows } from "../../../server/store/sqlite/rows.ts";
import { Meta, makeTables } from "../../../server/store/sqlite/schema.ts";
import { Sealer } from "../../../server/store/sqlite/seal.ts";
import { SegmentReader } from "../../../server/store/sqlite/segments.ts";
import type { Workplace } from "../../../server/store/sqlite/slices/job.ts";
import { purgeSlice } from "../../../server/store/sqlite/slices/purge.ts";
import { sealAll } from "../../../server/store/sqlite/slices/seal.ts";
import { Staleness } from "../../../server/store/sqlite/stale.ts";
import { TierReader } from "../../../server/store/sqlite/tier-reader.ts";
import type { BucketRange } from "../../../server/store/store.ts";
import { batchOf, columnsOf, type Row } from "../world.ts";

/** Small enough for a short life to cross frames. */
export const tinyTiers: TierShape = { widthsMs: [20, 100, 400], frameBuckets: 16, leastReadings: 2 };
const noTiers: TierShape = { ...tinyTiers, widthsMs: [] };

export const series = 1;
/** Of that series where no other one is named. */
type Asked = Omit<BucketRange, "series"> & { readonly series?: number };

export class Rolling {
  readonly db: Db = new Database(":memory:");
  #shape: TierShape;
  readonly #chunkBytes: number;
  #place!: Workplace;
  #roll!: () => boolean;
  #commit = 0;
  /** No commit comes. */
  atRest = false;

  constructor(shape: TierShape, chunkBytes = 200) {
    this.#shape = shape;
    this.#chunkBytes = chunkBytes;
    makeTables(this.db);
    this.restart();
    this.#make();
  }

  /** As after a kill: what is not sealed and what a roll had gathered is gone. A newer hub may know other tiers. */
  restart(shape = this.#shape): void {
    const { db } = this;
    this.#shape = shape;
    const settings = { ...settingsOf({ folder: "", tiers: this.#shape }, false), sliceMs: 0 };
    const journal = new JournalLog(db);
    const heads = new Heads({ receivedMs: () => 1 });
    const stale = new Staleness(db, this.#shape);
    const records = new Records(db);
    const parts: Partial<WriterParts> = {
      ...{ db, heads, journal, records, stale },
      chunks: new Chunks(db),
      marks: new Marks(db),
      masks: new MaskTable(db),
      meta: new Meta(db),
      sealer: new Sealer(db, heads, stale, this.#chunkBytes),
    };
    for (const head of records.heads()) heads.add(head);
    const place: Partial<Workplace> = { parts: parts as WriterParts, settings, commit: this.#commit };
    const rest: Partial<Rest> = { untilRestMs: () => (this.atRest ? 0 : 1) };
    this.#place = { ...(place as Workplace), rest: rest as Rest };
    this.#roll = rollSlice(this.#place);
  }

  /** A series that lost everything is gone; here it comes back under the same number, once nothing is left of it. */
  #make(number = series): void {
    const made = { series: number, device: "oven", metric: `heat ${number}`, type: "number" as const };
    this.#place.parts.records.write(this.#commit, [made], batchOf({}));
    this.#place.parts.heads.add(new SeriesHead(made));
  }

  append(rows: readonly Row[], to = series): void {
    this.#commit += 1;
    this.#place.commit = this.#commit;
    const { heads } = this.#place.parts;
    if (!heads.get(to)) this.#make(to);
    heads.push(columnsOf(to, rows), this.#commit);
  }

  /** What merges are made with. */
  get parts(): WriterParts {
    return this.#place.parts;
  }

  seal(): void {
    sealAll(this.#place);
  }

  /** One step of rolling up; true where more is left. */
  step(): boolean {
    return this.#roll();
  }

  rollAll(): void {
    while (this.step());
  }

  remove(fromMs: number, toMs: number): void {
    deleteRanges(this.#place.parts, [{ series, fromMs, toMs }], this.#commit);
    const purge = purgeSlice(this.#place);
    while (purge());
  }

  /** Runs `work` while no transaction can be committed. */
  failing(work: () => void): void {
    const { exec } = this.db;
    this.db.exec = (sql) => {
      if (sql === "COMMIT") throw new Error("the disk is full");
      return exec.call(this.db, sql);
    };
    try {
      work();
    } catch (error) {
      if ((error as Error).message !== "the disk is full") throw error;
    } finally {
      this.db.exec = exec;
    }
  }

  page(asked: Asked, cuts: Cuts, limit = 10_000, shape = this.#shape): BucketPage {
    const range = { series, ...asked };
    const segments = new SegmentReader(this.db, maskReader(this.db));
    const head = this.#place.parts.heads.get(range.series);
    const rows = head?.rows() ?? {
      type: "number" as const,
      times: new Float64Array(),
      values: new Float64Array(),
      strings: [],
    };
    const open = sliceRows(rows, range.fromMs, range.toMs);
    return new TierReader(this.db, segments, shape).page(range, cuts, limit, open);
  }

  /** Throws where the tiers say anything else than the readings; answers what the tiers said. */
  compare(range: Asked, cuts: Cuts, limit?: number): BucketPage {
    const found = this.page(range, cuts, limit);
    const expected = this.page(range, cuts, limit, noTiers);
    const sum = found.sum.map((value, index) => {
      const [wanted, count, min, max] = [expected.sum, expected.count, expected.min, expected.max].map(
        (column) => column[index] as number,
      ) as [number, number, number, number];
      const most = Math.max(Math.abs(min), Math.abs(max)) * count;
      return !Number.isFinite(most) || Math.abs(value - wanted) <= most * count * Number.EPSILON ? wanted : value;
    });
    const steps = found.steps && expected.steps && stepsNear(found, expected);
    deepStrictEqual({ ...found, sum, tier: "raw", ...(steps && { steps }) }, expected);
    const counted = this.page({ ...range, counting: true }, cuts);
    deepStrictEqual(counted.times.length, 0);
    const readings = found.count.reduce((total, one) => total + one, 0);
    if (found.tier === "raw" && found.nextFromMs === null) ok((counted.each as number) >= readings);
    return found;
  }

  /** As of a hub that did not know them. */
  forgetSteps(): void {
    const rows = this.db.prepare("SELECT id, width_ms AS widthMs, frame_ms AS frameMs, cells FROM tiers").all();
    const put = this.db.prepare("UPDATE tiers SET cells = ? WHERE id = ?");
    for (const { id, widthMs, frameMs, cells } of rows as {
      id: number;
      widthMs: number;
      frameMs: number;
      cells: Buffer;
    }[]) {
      put.run(encodeCells(decodeCells(cells, widthMs, frameMs, false), widthMs, frameMs), id);
    }
  }

  /** Where the rows of a width begin and end. */
  spansOf(widthMs: number): [number, number][] {
    const rows = this.db.prepare("SELECT frame_ms, through_ms FROM tiers WHERE width_ms = ? ORDER BY 1").raw();
    return rows.all(widthMs) as [number, number][];
  }

  /** Rows that were put in or taken out up to now. */
  get changes(): number {
    return this.db.prepare("SELECT total_changes()").pluck().get() as number;
  }

  /** Counts buckets of the finest tier that are written from here on. */
  countWritten(): () => number {
    this.db.exec(
      `CREATE TEMP TABLE written (buckets INTEGER);
       CREATE TEMP TRIGGER counting AFTER INSERT ON main.tiers WHEN new.width_ms = ${this.#shape.widthsMs[0]}
       BEGIN INSERT INTO written VALUES (new.buckets); END;`,
    );
    return () => this.db.prepare("SELECT sum(buckets) FROM written").pluck().get() as number;
  }

  count(table: "tiers" | "stale" | "rolled"): number {
    return this.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  }
}

/** The steps that were found, those that differ from the expected ones by roundings as they were expected. */
function stepsNear(found: BucketPage, expected: BucketPage): BucketPage["steps"] {
  const [steps, wanted] = [found.steps, expected.steps] as [NonNullable<BucketPage["steps"]>, typeof expected.steps];
  const near = (name: "rise" | "area") =>
    steps[name].map((value, index) => {
      const right = wanted?.[name][index] as number;
      const [min, max, count] = [expected.min[index], expected.max[index], expected.count[index]] as number[];
      const ms =
        name === "rise" ? (count as number) : (wanted?.lastMs[index] as number) - (wanted?.firstMs[index] as number);
      const most = Math.max(Math.abs(min as number), Math.abs(max as number)) * Math.max(ms, 1);
      return !Number.isFinite(most * 4) || Math.abs(value - right) <= most * (count as number) * 4 * Number.EPSILON
        ? right
        : value;
    });
  return { ...steps, rise: near("rise"), area: near("area") };
}
