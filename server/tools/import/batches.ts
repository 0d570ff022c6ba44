/**
 * What is sent of one piece of a file. Which reading goes with which request hangs on the file alone: neither on the clock
 * nor on what the hub knows. So a number (`seq`) means the same rows in every run, and what was decided before is not sent
 * past the hub.
 */
import type { FileDevice, FileSeries, KnownDevices } from "./known.ts";
import { readTime, type TimeUnit, timeRule } from "./times.ts";
import { shown, type Trouble } from "./troubles.ts";
import { jsonOf, TypeTally, typedJsonOf, valueRules } from "./values.ts";

/** Readings to be, of one device, as parallel columns in the order of the file. */
interface DeviceRows {
  readonly device: string;
  readonly series: FileSeries[];
  readonly times: number[];
  readonly texts: string[];
  readonly lines: number[];
}

/** One entry of a body: readings of one device under one number. */
export interface Entry {
  readonly device: string;
  readonly seq: number;
  /** Of each reading the line and the metric. */
  readonly lines: readonly number[];
  readonly metrics: readonly string[];
  readonly json: string;
}

export interface BatchOptions {
  readonly session: string;
  /** Most readings of a request. */
  readonly batchRows: number;
  /** Times later than this are refused by the hub, ms. */
  readonly latestMs: number;
}

/** The hub takes bodies of 1 MiB. */
const maxBodyBytes = 900_000;

/** Requests of one device and one piece are fewer than this. */
const seqsPerBlock = 10_000;

/** What a character of a cell may become in JSON, bytes. */
const bytesPerCharacter = 6;

/** The readings of one piece of a file. */
export class BlockReadings {
  readonly #block: number;
  readonly #unit: TimeUnit;
  readonly #typed: boolean;
  readonly #known: KnownDevices;
  readonly #devices = new Map<FileDevice, DeviceRows>();
  readonly troubles: Trouble[] = [];

  /** `typed`: cells are JSON, which says itself what it is. `known`: names of the whole file. */
  constructor(block: number, unit: TimeUnit, typed: boolean, known: KnownDevices) {
    this.#block = block;
    this.#unit = unit;
    this.#typed = typed;
    this.#known = known;
  }

  /** Takes a reading to be, as `Table.read` gives it. */
  readonly take = (deviceName: string, metricName: string, time: string, text: string, line: number): void => {
    // No reading at all.
    if (text === "") return;
    const timeMs = this.#timeOf(time);
    if (timeMs === undefined) {
      this.#refuseRow(line, "time", `expected ${timeRule}, found ${shown(time)}`);
      return;
    }
    const device = this.#known.device(deviceName);
    if (typeof device === "string") {
      this.#refuseRow(line, "", device);
      return;
    }
    const series = device.series(metricName);
    if (typeof series === "string") {
      this.troubles.push({ line, column: "", problem: series });
      return;
    }
    let rows = this.#devices.get(device);
    if (!rows) {
      rows = { device: device.id, series: [], times: [], texts: [], lines: [] };
      this.#devices.set(device, rows);
    }
    rows.series.push(series);
    rows.times.push(timeMs);
    rows.texts.push(text);
    rows.lines.push(line);
  };

  /** Once, not for each of its columns. */
  #refuseRow(line: number, column: string, problem: string): void {
    if (this.troubles.at(-1)?.line !== line) this.troubles.push({ line, column, problem });
  }

  #lastTime = "";
  #lastMs: number | undefined;

  /** The cells of a row, and often rows of several devices, have one time. */
  #timeOf(text: string): number | undefined {
    if (text !== this.#lastTime) {
      this.#lastTime = text;
      this.#lastMs = readTime(text, this.#unit);
    }
    return this.#lastMs;
  }

  /** Devices of this piece with series whose type is not known. */
  untyped(): string[] {
    return [...this.#devices.values()]
      .filter(({ series }) => series.some(({ type }) => !type))
      .map(({ device }) => device);
  }

  /** Gives a type to the series that nobody knows: what most of their cells in this piece are. */
  chooseTypes(): void {
    const tallies = new Map<FileSeries, TypeTally>();
    for (const { series, texts } of this.#devices.values()) {
      for (const [index, one] of series.entries()) {
        if (one.type) continue;
        const tally = tallies.get(one) ?? new TypeTally();
        tallies.set(one, tally);
        tally.add(texts[index] as string, this.#typed);
      }
    }
    for (const [series, tally] of tallies) series.type = tally.type;
  }

  /** All entries, in rising time for each device; readings of one time stay in the order of the file. */
  *entries(options: BatchOptions): Generator<Entry> {
    for (const rows of this.#devices.values()) {
      let part = 0;
      let chosen: number[] = [];
      let bytes = 0;
      for (const index of inTime(rows.times)) {
        const { beginBytes } = rows.series[index] as FileSeries;
        const needed = beginBytes + bytesPerCharacter * (rows.texts[index] as string).length + 40;
        if (chosen.length === options.batchRows || bytes + needed > maxBodyBytes / 2) {
          yield* this.#entry(rows, chosen, part++, options);
          chosen = [];
          bytes = 0;
        }
        chosen.push(index);
        bytes += needed;
      }
      yield* this.#entry(rows, chosen, part, options);
    }
  }

  *#entry(rows: DeviceRows, indexes: readonly number[], part: number, options: BatchOptions): Generator<Entry> {
    const lines: number[] = [];
    const metrics: string[] = [];
    let json = "";
    for (const index of indexes) {
      const series = rows.series[index] as FileSeries;
      const value = this.#value(rows, index, series, options.latestMs);
      if (value === undefined) continue;
      json += `${json === "" ? "" : ","}${series.begin}${value},"time":${rows.times[index]}}`;
      lines.push(rows.lines[index] as number);
      metrics.push(series.metric);
    }
    if (lines.length === 0) return;
    const seq = this.#block * seqsPerBlock + part + 1;
    const head = `"device":${JSON.stringify(rows.device)},"session":"${options.session}","seq":${seq},"historic":true`;
    yield { device: rows.device, seq, lines, metrics, json: `{${head},"readings":[${json}]}` };
  }

  #value(rows: DeviceRows, index: number, series: FileSeries, latestMs: number): string | undefined {
    const [text, line, timeMs] = [
      rows.texts[index] as string,
      rows.lines[index] as number,
      rows.times[index] as number,
    ];
    // Nothing that tells was met so far: cells such as `n/a`.
    if (!series.type) return undefined;
    if (timeMs > latestMs) {
      const problem = `expected a time at most 5 minutes after the hub's clock, found ${new Date(timeMs).toISOString()}`;
      this.troubles.push({ line, column: "time", problem });
      return undefined;
    }
    const value = this.#typed ? typedJsonOf(text, series.type) : jsonOf(text, series.type);
    if (typeof value === "string") return value;
    if (value === undefined) {
      const problem = `expected ${valueRules[series.type]}, as the series is, found ${shown(text)}`;
      this.troubles.push({ line, column: series.metric, problem });
    }
    return undefined;
  }
}

/** Places in rising time, equal ones in their order. */
function inTime(times: readonly number[]): Iterable<number> {
  const places = times.keys();
  for (let index = 1; index < times.length; index++) {
    if ((times[index] as number) < (times[index - 1] as number))
      return [...places].sort((a, b) => (times[a] as number) - (times[b] as number));
  }
  return places;
}

/** What goes with one request. */
export interface Body {
  readonly entries: readonly Entry[];
  readonly readings: number;
  readonly text: string;
}

/** Puts entries together to bodies. */
export function* bodiesOf(entries: Iterable<Entry>, batchRows: number): Generator<Body> {
  let waiting: Entry[] = [];
  let readings = 0;
  let length = 0;
  const body = () => ({ entries: waiting, readings, text: `[${waiting.map(({ json }) => json).join(",")}]` });
  for (const entry of entries) {
    if (
      waiting.length > 0 &&
      (readings + entry.lines.length > batchRows || length + entry.json.length > maxBodyBytes / 3)
    ) {
      yield body();
      waiting = [];
      readings = 0;
      length = 0;
    }
    waiting.push(entry);
    readings += entry.lines.length;
    length += entry.json.length;
  }
  if (waiting.length > 0) yield body();
}
