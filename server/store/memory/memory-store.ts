/**
 * The reference engine: one sorted map a series, nothing durable. Short and obvious on purpose; the contract suite and
 * the differential test hold the SQLite engine to what this one answers.
 */
import type { BucketPage, ChangesPage, HolesPage, HolesSince, HolesSincePage, RawPage, Standing } from "../answers.ts";
import { copyColumns, readingBytes, type Value, valueAt } from "../columns.ts";
import { type Cuts, withinCuts } from "../cuts.ts";
import {
  keepNewestSessions,
  maxRefusalsPerDevice,
  newerOf,
  strangeBatch,
  strangeNumberIn,
  surplusPresence,
  useTime,
} from "../keeping.ts";
import type { Mask, NewMask } from "../masks.ts";
import type { SeriesSizes } from "../sizes.ts";
import type {
  Batch,
  BucketRange,
  Commit,
  Deletion,
  Latest,
  Mark,
  PastCommit,
  PresenceChange,
  Range,
  RawRange,
  RecentCommits,
  Refusal,
  SeriesState,
  StoreState,
  StoreStats,
  TelemetryStore,
} from "../store.ts";
import { StoreError } from "../store.ts";
import { MemoryData, type MemorySeries, stateOf } from "./data.ts";
import { memoryLedger } from "./ledger.ts";
import { addMask, forgetMasks, isHidden, masksOf, removeMask } from "./masks.ts";
import { memoryMerges, openMerges } from "./merges.ts";
import { memoryNames } from "./names.ts";
import { holesIn, holesSince, packChanges, packRaw, toBuckets } from "./questions.ts";
import { memoryRetention, roomOf } from "./retention.ts";
import { sizesOf } from "./sizes.ts";

/** Of a question about many series so many are answered, so that whoever forgets to go on is found out. */
const answeredAtOnce = 3;

/** `TelemetryStore` in memory. Give two of them the same `MemoryData` to see what a restart sees. */
export class MemoryStore implements TelemetryStore {
  readonly access;
  readonly ledger;
  readonly retention;
  readonly names;
  readonly quarantine;
  readonly merges;
  readonly #data: MemoryData;
  #overwritten = 0;
  #failures = 0;
  #refusing = false;

  constructor(data = new MemoryData()) {
    this.#data = data;
    this.access = data.access;
    this.quarantine = data.quarantine;
    this.retention = memoryRetention(data.retention, data.series, {});
    this.ledger = memoryLedger(data.ledger, (series) => data.series.has(series));
    this.names = memoryNames(data);
    this.merges = memoryMerges(data, (series) => this.#forget(series));
  }

  /** Lets the next `count` appends fail with a retryable `store_unavailable`: for tests of what happens then. */
  failNextAppend(count = 1): void {
    this.#failures = count;
  }

  async open(): Promise<StoreState> {
    const data = this.#data;
    const recovered = data.open;
    data.open = true;
    const numbers = [...data.series.keys()];
    return {
      epoch: data.epoch,
      commit: data.commit,
      nextSeries: data.nextSeries,
      series: await this.seriesState(numbers),
      latest: await this.latest(numbers),
      masks: masksOf(data, numbers),
      devices: [...data.devices.values()],
      metrics: [...data.metrics.values()],
      aliases: data.aliases,
      merges: openMerges(data),
      nextPresence: data.nextPresence,
      aliveMs: newerOf(data.receivedMs, data.aliveMs),
      recovered,
    };
  }

  async append(batch: Batch): Promise<Commit> {
    const startMs = performance.now();
    const data = this.#data;
    if (!data.open) throw new StoreError("store_unavailable", "The store is closed.");
    if (this.#failures > 0 || this.#refusing) {
      this.#failures = Math.max(0, this.#failures - 1);
      this.#refuseUntilHeard();
      throw new StoreError("store_unavailable", "The store was told to refuse this batch.");
    }
    const strange = strangeNumberIn(batch, data.nextSeries, (series) => data.series.has(series));
    if (strange !== undefined) {
      this.#refuseUntilHeard();
      throw strangeBatch(strange);
    }
    for (const made of batch.newSeries) {
      if (made.series < data.nextSeries) continue;
      data.series.set(made.series, { ...made, readings: new Map() });
    }
    for (const made of batch.newSeries) data.nextSeries = Math.max(data.nextSeries, made.series + 1);
    const { columns, receivedMs } = batch;
    for (let index = 0; index < columns.length; index++) {
      const series = data.series.get(columns.series[index] as number);
      if (!series) continue;
      const timeMs = columns.times[index] as number;
      if (series.readings.has(timeMs)) this.#overwritten += 1;
      series.readings.set(timeMs, {
        value: valueAt(columns, index, series.type),
        receivedMs,
      });
      data.ledger.arrived(series.series, timeMs, data.commit + 1);
    }
    for (const mark of batch.marks) this.#mark(mark, receivedMs);
    for (const refusal of batch.refusals) {
      const kept = [refusal, ...(data.refusals.get(refusal.device) ?? [])].slice(0, maxRefusalsPerDevice);
      data.refusals.set(refusal.device, kept);
    }
    if (batch.quarantine) data.quarantine.apply(batch.quarantine);
    for (const record of batch.devices) data.devices.set(record.device, record);
    for (const record of batch.metrics) data.metrics.set(JSON.stringify([record.device, record.metric]), record);
    data.commit += 1;
    data.receivedMs = receivedMs;
    data.commits.push({ commit: data.commit, receivedMs, columns: copyColumns(columns) });
    return { commit: data.commit, columns, commitMs: performance.now() - startMs };
  }

  async recent(limitBytes: number, fromMs: number): Promise<RecentCommits> {
    const { commit, commits, wholeAfter } = this.#data;
    let first = commits.length;
    for (let bytes = 0; first > 0; first--) {
      const before = commits[first - 1] as PastCommit;
      bytes += before.columns.length * readingBytes;
      if (bytes > limitBytes || before.receivedMs < fromMs || before.commit <= wholeAfter) break;
    }
    const found = commits.slice(first);
    return { afterCommit: Math.max(wholeAfter, commit - found.length), commits: found };
  }

  async lastSeq(device: string, session: string): Promise<number> {
    return this.#data.marks.get(device)?.find((mark) => mark.session === session)?.seq ?? 0;
  }

  async readRaw(range: RawRange, limit: number): Promise<RawPage> {
    return packRaw(range.withHidden ? this.#kept(range) : this.#rows(range), limit);
  }

  async readChanges(range: Range, limit: number, silenceMs: number): Promise<ChangesPage> {
    return packChanges(this.#rows(range), limit, silenceMs);
  }

  async timeBefore(series: number, beforeMs: number): Promise<number | null> {
    return this.#rows({ series, fromMs: Number.NEGATIVE_INFINITY, toMs: beforeMs }).at(-1)?.[0] ?? null;
  }

  async readBuckets(range: BucketRange, cuts: Cuts, limit: number): Promise<BucketPage> {
    const rows = this.#rows(withinCuts(range, cuts)) as [number, number][];
    return toBuckets(rows, cuts, limit, range);
  }

  readManyBuckets(ranges: readonly BucketRange[], cuts: Cuts, limit: number): Promise<BucketPage[]> {
    return Promise.all(ranges.slice(0, answeredAtOnce).map((range) => this.readBuckets(range, cuts, limit)));
  }

  async readAt(series: readonly number[], atMs: number): Promise<(Standing | null)[]> {
    return series.slice(0, answeredAtOnce).map((number) => {
      const stood = this.#rows({ series: number, fromMs: Number.NEGATIVE_INFINITY, toMs: atMs + 1 }).at(-1);
      return stood ? { timeMs: stood[0], value: stood[1] } : null;
    });
  }

  async readHoles(range: Range, graceMs: number, limit: number): Promise<HolesPage> {
    return holesIn(
      this.#rows(range).map(([timeMs]) => timeMs),
      graceMs,
      limit,
    );
  }

  async readManyHoles(asked: readonly HolesSince[], limit: number): Promise<HolesSincePage[]> {
    const ends = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    return asked.slice(0, answeredAtOnce).map((one) => {
      const times = this.#rows({ series: one.series, ...ends }).map(([timeMs]) => timeMs);
      return holesSince(times, one, limit);
    });
  }

  async seriesState(numbers: readonly number[]): Promise<SeriesState[]> {
    return this.#known(numbers).map(stateOf);
  }

  async latest(numbers: readonly number[]): Promise<Latest[]> {
    return this.#known(numbers).flatMap(({ series, readings }) => {
      let newest: Latest | undefined;
      for (const [timeMs, reading] of readings) {
        if (isHidden(this.#data, series, timeMs)) continue;
        if (!newest || timeMs > newest.timeMs) newest = { series, timeMs, ...reading };
      }
      return newest ?? [];
    });
  }

  async refusals(device: string): Promise<Refusal[]> {
    return this.#data.refusals.get(device) ?? [];
  }

  async appendPresence(changes: readonly PresenceChange[], atMs: number): Promise<void> {
    const data = this.#data;
    if (!data.open) throw new StoreError("store_unavailable", "The store is closed.");
    for (const change of changes) {
      const known = (data.presence.get(change.device) ?? []).filter(({ number }) => number !== change.number);
      const all = [...known, change].sort((a, b) => a.number - b.number);
      const surplus = new Set(surplusPresence(all));
      data.presence.set(
        change.device,
        all.filter((one) => !surplus.has(one)),
      );
      data.nextPresence = Math.max(data.nextPresence, change.number + 1);
    }
    data.aliveMs = atMs;
  }

  async readPresence(device: string): Promise<PresenceChange[]> {
    return this.#data.presence.get(device) ?? [];
  }

  async deleteReadings(ranges: readonly Range[]): Promise<Deletion[]> {
    this.#data.wholeAfter = this.#data.commit + 1;
    return ranges.map((range) => this.#delete(range));
  }

  #delete(range: Range): Deletion {
    const series = this.#data.series.get(range.series);
    if (!series) return { removed: 0, seriesRemoved: false };
    forgetMasks(this.#data, range);
    const doomed = this.#kept(range);
    for (const [timeMs] of doomed) series.readings.delete(timeMs);
    this.#data.ledger.changed(range);
    const seriesRemoved = doomed.length > 0 && series.readings.size === 0;
    if (seriesRemoved) this.#forget(range.series);
    return { removed: doomed.length, seriesRemoved };
  }

  #forget(series: number): void {
    this.#data.series.delete(series);
    this.#data.ledger.removed(series);
    forgetMasks(this.#data, { series, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY });
  }

  async addMask(mask: NewMask): Promise<Mask | null> {
    return addMask(this.#data, mask);
  }

  async removeMask(id: number): Promise<Mask | null> {
    return removeMask(this.#data, id);
  }

  async masks(numbers: readonly number[]): Promise<Mask[]> {
    return masksOf(this.#data, numbers);
  }

  async deleteDevice(device: string): Promise<void> {
    const data = this.#data;
    data.wholeAfter = data.commit + 1;
    for (const series of [...data.series.values()]) {
      if (series.device === device) this.#forget(series.series);
    }
    for (const [key, record] of [...data.metrics]) {
      if (record.device === device) data.metrics.delete(key);
    }
    data.devices.delete(device);
    data.marks.delete(device);
    data.refusals.delete(device);
    data.quarantine.removed(device);
    data.presence.delete(device);
    data.aliases = data.aliases.filter((one) => one.device !== device && one.toDevice !== device);
  }

  async sizes(fromMs: number, toMs: number): Promise<SeriesSizes> {
    return sizesOf(this.#data.series.values(), fromMs, toMs);
  }

  async stats(): Promise<StoreStats> {
    const readings = [...this.#data.series.values()].reduce((sum, series) => sum + series.readings.size, 0);
    return {
      overwritten: this.#overwritten,
      ...{ bytes: 0, walBytes: 0, journalBytes: 0 },
      headBytes: readings * 16,
      diskFreeBytes: Number.MAX_SAFE_INTEGER, // It has no disk that could be full.
      ...{ usedBytes: 0, freeBytes: 0, bytesPerDay: null, thinned: null },
      ...roomOf(this.#data.retention),
    };
  }

  async close(): Promise<void> {
    this.#data.open = false;
  }

  /** A rejection is heard one microtask later; what was called before that stands behind a hole. */
  #refuseUntilHeard(): void {
    this.#refusing = true;
    queueMicrotask(() => {
      this.#refusing = false;
    });
  }

  #known(numbers: readonly number[]): MemorySeries[] {
    return numbers.flatMap((number) => this.#data.series.get(number) ?? []);
  }

  /** Time and value of every reading in the range that is shown, in rising time. */
  #rows(range: Range): [number, Value][] {
    return this.#kept(range).filter(([timeMs]) => !isHidden(this.#data, range.series, timeMs));
  }

  /** The same, hidden or not. */
  #kept({ series, fromMs, toMs }: Range): [number, Value][] {
    const rows: [number, Value][] = [];
    for (const [timeMs, { value }] of this.#data.series.get(series)?.readings ?? []) {
      if (timeMs >= fromMs && timeMs < toMs) rows.push([timeMs, value]);
    }
    return rows.sort((a, b) => a[0] - b[0]);
  }

  #mark(mark: Mark, receivedMs: number): void {
    const marks = this.#data.marks.get(mark.device) ?? [];
    const usedMs = useTime(marks, receivedMs);
    const others = marks.filter((other) => other.session !== mark.session);
    const seq = Math.max(mark.seq, marks.find((other) => other.session === mark.session)?.seq ?? 0);
    this.#data.marks.set(mark.device, keepNewestSessions([...others, { ...mark, seq, usedMs }], usedMs));
  }
}
