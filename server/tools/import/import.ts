/**
 * Brings a file into a running hub. Readings go in requests that bear a session named after the file and a number that
 * hangs on the place in it, so that whatever is sent again after a cut is stored once.
 */
import { createHash } from "node:crypto";
import { basename, extname } from "node:path";
import { maxAheadMs } from "../../protocol/clock.ts";
import type { PostedAnswer } from "../../protocol/http.ts";
import { BlockReadings, type Body, bodiesOf } from "./batches.ts";
import type { HubDoor } from "./hub-door.ts";
import { KnownDevices } from "./known.ts";
import { Notes, type Progress } from "./notes.ts";
import { type Block, Source } from "./source.ts";
import { type Table, type TableOptions, tableOf } from "./table.ts";
import { unitOf } from "./times.ts";
import { type Trouble, WrongFile } from "./troubles.ts";

export interface ImportOptions extends TableOptions {
  readonly unit?: Progress["unit"];
  /** Begin at the beginning, under a session of its own. */
  readonly again?: boolean;
  /** Bytes of a piece of the file. */
  readonly blockBytes?: number;
  /** Most readings of a request. */
  readonly batchRows?: number;
}

/** How far an import is. */
export interface ImportState extends Progress {
  readonly sizeBytes: number;
  /** Where this run began, bytes. */
  readonly fromByte: number;
  /** Readings that the hub had of an earlier run. */
  readonly before: number;
}

export interface ImportEvents {
  /** What was found in the file; `goesOn`: an earlier run had begun. */
  readonly onFound: (words: string, state: ImportState, goesOn: boolean) => void;
  readonly onProgress: (state: ImportState) => void;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onOtherEncoding: () => void;
}

const blockBytesUsual = 2 * 1024 * 1024;
export const batchRowsUsual = 5_000;

/** Requests under way. Those with readings of one device go one after the other: its numbers rise. */
const requestsAtOnce = 4;

/** Changes when the same rows would get other numbers. */
const numbering = 1;

/**
 * Imports the file; resolves with how it ended, early where `signal` is aborted: the same call goes on later. Throws
 * `WrongFile` and `NoHub`.
 */
export async function importFile(
  path: string,
  hub: HubDoor,
  options: ImportOptions,
  signal: AbortSignal,
  events: ImportEvents,
): Promise<ImportState> {
  const source = await Source.open(path);
  try {
    const table = tableOf(source.head, basename(path, extname(path)), options);
    const { epoch, hubTime } = await hub.status();
    const latestMs = hubTime + maxAheadMs;
    const run = new ImportRun(source, table, hub, options, latestMs, events);
    await run.begin(epoch);
    return await run.run(signal);
  } finally {
    await source.close();
  }
}

class ImportRun {
  readonly #source: Source;
  readonly #table: Table;
  readonly #hub: HubDoor;
  readonly #options: ImportOptions;
  readonly #latestMs: number;
  readonly #events: ImportEvents;
  readonly #notes: Notes;
  readonly #known = new KnownDevices();
  readonly #underWay = new Set<Promise<void>>();
  /** Of each device the request that was sent last. */
  readonly #last = new Map<string, Promise<void>>();
  #state: ImportState = undefined as never;
  /** Settles when all pieces so far are decided and noted. */
  #noted: Promise<void> = Promise.resolve();
  #failed: unknown;
  #toldEncoding = false;

  constructor(
    source: Source,
    table: Table,
    hub: HubDoor,
    options: ImportOptions,
    latestMs: number,
    events: ImportEvents,
  ) {
    this.#source = source;
    this.#table = table;
    this.#hub = hub;
    this.#options = options;
    this.#latestMs = latestMs;
    this.#events = events;
    this.#notes = new Notes(source.path);
  }

  get #batchRows(): number {
    return this.#options.batchRows ?? batchRowsUsual;
  }

  get #blockBytes(): number {
    return this.#options.blockBytes ?? blockBytesUsual;
  }

  /** Finds out where to begin. */
  async begin(epoch: string): Promise<void> {
    const session = this.#session();
    const { sizeBytes, markBytes } = this.#source;
    const earlier = this.#options.again ? undefined : await this.#notes.read(session, epoch);
    const unit = earlier?.unit ?? this.#options.unit ?? (await this.#findUnit());
    const start = {
      session,
      epoch,
      unit,
      block: 0,
      byte: markBytes,
      line: 1,
      rows: 0,
      stored: 0,
      refused: 0,
      listBytes: 0,
      done: false,
    };
    const progress = earlier ?? start;
    this.#state = { ...progress, sizeBytes, fromByte: progress.byte, before: progress.stored };
    // Now, so that a folder that takes no files is told before anything is sent.
    await this.#notes.write(progress);
    this.#events.onFound(`${this.#table.told}, numbers that are times in ${unit}`, this.#state, earlier !== undefined);
  }

  async run(signal: AbortSignal): Promise<ImportState> {
    if (this.#state.done) return this.#state;
    const from = this.#state;
    try {
      for await (const block of this.#source.blocks(from, this.#blockBytes, this.#table.form)) {
        if (signal.aborted || this.#failed !== undefined) break;
        await this.#take(block);
      }
    } catch (error) {
      this.#failed ??= error;
    }
    await this.#noted.catch(() => {});
    if (this.#failed !== undefined && !signal.aborted) throw this.#failed;
    return this.#state;
  }

  /** The same for the same file, read in the same way; `again` makes another. */
  #session(): string {
    const { device, decimal, timeColumn, deviceColumn, metricColumn, valueColumn, unit, again } = this.#options;
    const way = [device, decimal, timeColumn, deviceColumn, metricColumn, valueColumn, unit, again && Date.now()];
    const sizes = [numbering, this.#blockBytes, this.#batchRows];
    const text = JSON.stringify([this.#source.digest, ...way, ...sizes]);
    return `import-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  }

  async #findUnit(): Promise<Progress["unit"]> {
    if (this.#table.own) return "ms";
    const start = { block: 0, byte: this.#source.markBytes, line: 1 };
    for await (const { rows } of this.#source.blocks(start, this.#blockBytes, this.#table.form)) {
      return unitOf(this.#table.times(rows.slice(this.#table.skippedRows)));
    }
    return "ms";
  }

  async #take(block: Block): Promise<void> {
    if (!block.isUtf8 && !this.#toldEncoding) {
      this.#toldEncoding = true;
      this.#events.onOtherEncoding();
    }
    const readings = new BlockReadings(block.number, this.#state.unit, this.#table.typed, this.#known);
    const rows = block.number === 0 ? block.rows.slice(this.#table.skippedRows) : block.rows;
    const trouble = (one: Trouble) => readings.troubles.push(one);
    for (const row of rows) this.#table.read(row, readings.take, trouble);
    await this.#learnTypes(readings);
    const { session } = this.#state;
    const entries = readings.entries({ session, batchRows: this.#batchRows, latestMs: this.#latestMs });
    const sent: Promise<void>[] = [];
    let stored = 0;
    for (const body of bodiesOf(entries, this.#batchRows)) {
      while (this.#underWay.size >= requestsAtOnce) await Promise.race(this.#underWay);
      const answered = this.#send(body, readings.troubles).then((count) => {
        stored += count;
      });
      // A failure is thrown in its turn, below.
      answered.catch(() => {});
      sent.push(answered);
    }
    if (block.number === 0) this.#refuseWhole(rows.length, readings, sent.length);
    // One after the other, and none behind one that failed: what is noted is decided from the beginning on.
    this.#noted = this.#noted
      .then(() => Promise.all(sent))
      .then(() => this.#note(block, rows.length, stored, readings.troubles));
    this.#noted.catch((error: unknown) => {
      this.#failed ??= error;
    });
  }

  /** Asks the hub what it has; of what it has not, the cells tell. */
  async #learnTypes(readings: BlockReadings): Promise<void> {
    const devices = readings.untyped();
    if (devices.length === 0) return;
    for (const { device, metric, type } of await this.#hub.types(devices)) {
      const known = this.#known.device(device);
      const series = typeof known === "string" ? known : known.series(metric);
      if (typeof series !== "string") series.type = type;
    }
    readings.chooseTypes();
  }

  /** A file of which nothing can be read was taken for another. */
  #refuseWhole(rows: number, { troubles }: BlockReadings, requests: number): void {
    if (requests > 0 || rows === 0 || troubles.length === 0) return;
    const [first] = troubles as [Trouble];
    const column = first.column === "" ? "" : `, column "${first.column}"`;
    throw new WrongFile(`None of its first ${rows} rows can be taken. Line ${first.line}${column}: ${first.problem}.`);
  }

  /** Sends when the requests before it that have readings of the same devices are decided. Resolves with how many are stored. */
  async #send(body: Body, troubles: Trouble[]): Promise<number> {
    const devices = new Set(body.entries.map(({ device }) => device));
    const before = [...devices].map((device) => this.#last.get(device));
    let count = 0;
    const sending = Promise.all(before).then(async () => {
      const answer = await this.#hub.post(body.text);
      troubles.push(...refusedOf(answer, body));
      count = body.readings - answer.rejectedCount;
    });
    const over = sending.catch(() => {});
    this.#underWay.add(over);
    for (const device of devices) this.#last.set(device, sending);
    await sending.finally(() => {
      this.#underWay.delete(over);
      for (const device of devices) if (this.#last.get(device) === sending) this.#last.delete(device);
    });
    return count;
  }

  async #note(block: Block, rows: number, stored: number, troubles: Trouble[]): Promise<void> {
    const { sizeBytes, fromByte, before, ...progress } = this.#state;
    troubles.sort((a, b) => a.line - b.line);
    const next: Progress = {
      ...progress,
      block: block.number + 1,
      byte: block.endByte,
      line: block.nextLine,
      rows: progress.rows + rows,
      stored: progress.stored + stored,
      refused: progress.refused + troubles.length,
      listBytes: await this.#notes.list(troubles, progress.listBytes),
      done: block.endByte >= sizeBytes,
    };
    await this.#notes.write(next);
    this.#state = { ...next, sizeBytes, fromByte, before };
    for (const trouble of troubles) this.#events.onTrouble(trouble);
    this.#events.onProgress(this.#state);
  }
}

/** What the hub refused, by the lines of the file. It spells out the first 100 of a request. */
function refusedOf({ rejected, rejectedCount }: PostedAnswer, { entries }: Body): Trouble[] {
  const troubles: Trouble[] = [];
  for (const { seq, index, device, metric, message } of rejected) {
    const entry = entries.find((one) => one.seq === seq && (device === undefined || one.device === device));
    troubles.push({ line: entry?.lines[index] ?? 0, column: metric, problem: `the hub refused it: ${message}` });
  }
  const untold = rejectedCount - rejected.length;
  if (untold > 0) {
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    for (const { lines } of entries) {
      for (const line of lines) {
        first = Math.min(first, line);
        last = Math.max(last, line);
      }
    }
    const problem = `the hub refused ${untold} more readings of lines ${first} to ${last} and spelled out the first ${rejected.length} only`;
    troubles.push({ line: last, column: "", problem });
  }
  return troubles;
}
