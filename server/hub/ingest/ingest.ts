/**
 * Readings on their way into the open batch: clock rule, series, type, limits; each reading by itself. What is refused
 * is told by name, kept for the person who asks, and keeps nothing else from being stored.
 */
import { checkMetric, checkRow, checkTime, checkValue, RowRefusal, type Warnings } from "../../protocol/check.ts";
import { maxAheadMs } from "../../protocol/clock.ts";
import type { Reading, Readings, Samples } from "../../protocol/device.ts";
import { shortMessage } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { ScannedRows } from "../../protocol/scanned-rows.ts";
import { typeOfValue, type Value } from "../../store/columns.ts";
import type { Alias } from "../../store/names.ts";
import { meant, type Voice } from "../access/principal.ts";
import type { Arrivals, Origin } from "../arrivals.ts";
import type { Catalog, Device, Series } from "../catalog.ts";
import type { OpenBatch } from "./batch.ts";
import type { Committer } from "./committer.ts";
import { maxRejectionsTold, type Part } from "./receipt.ts";
import {
  aheadProblem,
  deviceLimitProblem,
  foreignProblem,
  maxSuspiciousMs,
  type Problem,
  RefusalQuota,
  repeatedProblem,
  seriesLimitProblem,
  suspiciousProblem,
  typeProblem,
} from "./refusals.ts";
import type { QuarantineQuota } from "./set-aside.ts";

/** Longest raw row kept with a refusal, UTF-16 units. */
const maxKeptRow = 1_000;

/** Who sends a frame, as far as its readings are concerned. */
export interface Source {
  readonly origin: Origin;
  /** The device that said `hello`, if one did: it is meant where a reading names none. */
  readonly speaker: Device | undefined;
  /** Of this request alone: times of any of its devices may lie anywhere in the past. */
  readonly historic: boolean;
  readonly warnings: Warnings;
  /** The devices that it may send readings of. */
  readonly voice: Voice;
}

/** A reading without a time. `name` tells its metric from all others of the frame. */
interface Untimed {
  readonly name: string;
  readonly device: string;
  readonly metric: string;
  readonly value: Value;
  readonly index: number;
  readonly raw: unknown;
}

export interface IngestDeps {
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "open" | "columns">;
  readonly limits: Pick<Limits, "metricsPerDevice" | "series">;
  readonly arrivals: Pick<Arrivals, "explained">;
  readonly quarantine: { readonly quota: QuarantineQuota };
  /** A reading of a device came from another one, or from a sender that said no hello. At least once for each frame and device. */
  readonly onSpokenFor: (device: Device, speaker: Device | undefined) => void;
}

/**
 * Takes one frame at a time, in a single turn: what belongs to the frame stands in fields, so that a reading costs no
 * object of its own.
 */
export class Ingest {
  readonly #deps: IngestDeps;
  #source: Source = undefined as never;
  #part: Part = undefined as never;
  #batch: OpenBatch = undefined as never;
  #seq: number | undefined;
  #nowMs = 0;
  /** The device that the present reading is of; `#device` is undefined as long as it has none. */
  #deviceId = "";
  #device: Device | undefined;
  /** The sender does not speak for it. */
  #foreign = false;
  /** The device of which `onSpokenFor` was told last in this frame. */
  #told: Device | undefined;
  /** Readings without a time, kept until the frame's end, when it is known which metric had several. */
  readonly #untimed: Untimed[] = [];
  readonly #untimedNames = new Set<string>();
  readonly #repeated = new Set<string>();
  readonly #written = new RefusalQuota();
  /** Of a `samples` frame: what a refused cell is shown as. */
  #times: readonly unknown[] = [];
  #column: readonly unknown[] = [];
  /** Of a frame that was read from its bytes: what a refused row is shown as. */
  #scanned: ScannedRows | undefined;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
  }

  /** Row form. */
  rows(
    source: Source,
    { device, seq, readings }: Pick<Readings, "device" | "seq" | "readings">,
    part: Part,
    nowMs: number,
  ): void {
    this.#begin(source, device, seq, part, nowMs);
    const frameDevice = this.#deviceId;
    const { warnings } = source;
    for (let index = 0; index < readings.length; index++) {
      const raw = readings[index];
      const row = checkRow(raw, warnings);
      if (row instanceof RowRefusal) {
        this.#refuse(index, row.metric, row, raw, row.device ?? frameDevice);
        continue;
      }
      const of = row.device ?? frameDevice;
      if (of !== this.#deviceId) this.#turnTo(of);
      // A frame of one row cannot repeat itself.
      if (row.time === undefined && readings.length > 1) this.#keepUntimed(index, row.metric, row.value, raw);
      else this.#reading(index, row.metric, row.value, row.time ?? nowMs, raw);
    }
    this.#finish();
  }

  /** Row form, read from its bytes. */
  scanned(source: Source, rows: ScannedRows, part: Part, nowMs: number): void {
    this.#begin(source, rows.device, rows.seq, part, nowMs);
    this.#scanned = rows;
    const frameDevice = this.#deviceId;
    const { length, metrics, devices, times } = rows;
    for (let index = 0; index < length; index++) {
      const of = devices[index] ?? frameDevice;
      if (of !== this.#deviceId) this.#turnTo(of);
      const metric = metrics[index] as string;
      const timeMs = times[index] as number;
      if (!Number.isNaN(timeMs)) this.#reading(index, metric, rows.value(index), timeMs, undefined);
      else if (length > 1) this.#keepUntimed(index, metric, rows.value(index), undefined);
      else this.#reading(index, metric, rows.value(index), nowMs, undefined);
    }
    this.#finish();
  }

  /** Column form. The index in a refusal is the place in `times`. */
  samples(source: Source, { device, seq, times, values }: Samples, part: Part, nowMs: number): void {
    this.#begin(source, device, seq, part, nowMs);
    this.#times = times;
    const checkedTimes = times.map((time) => checkTime(time));
    for (const [name, column] of Object.entries(values)) {
      const metric = checkMetric(name);
      this.#column = column;
      for (let index = 0; index < column.length; index++) {
        const cell = column[index];
        if (cell === null) continue;
        const time = checkedTimes[index] as number | RowRefusal;
        const value = checkValue(cell, name, source.warnings);
        const refusal = metric instanceof RowRefusal ? metric : time instanceof RowRefusal ? time : value;
        if (refusal instanceof RowRefusal) {
          // A name that is too long is not told in full: it may be half of the frame, and stand in a hundred refusals.
          this.#refuse(index, metric instanceof RowRefusal ? metric.metric : metric, refusal, undefined);
        } else this.#reading(index, metric as string, refusal, time as number, undefined);
      }
    }
    this.#finish();
  }

  /** The one-liner. */
  single(source: Source, message: Reading, part: Part, nowMs: number): void {
    this.#begin(source, message.device, undefined, part, nowMs);
    const { metric, value, time, device } = message;
    this.#reading(0, metric, value, time ?? nowMs, { metric, value, time, device });
    this.#finish();
  }

  #begin(source: Source, device: string | undefined, seq: number | undefined, part: Part, nowMs: number): void {
    this.#source = source;
    this.#part = part;
    this.#batch = this.#deps.committer.open;
    this.#seq = seq;
    this.#nowMs = nowMs;
    this.#scanned = undefined;
    this.#told = source.speaker;
    const { speaker } = source;
    if (speaker && (device === undefined || device === speaker.id)) {
      // It was let in as this one; one that came by its fleet's key may have been given a token of its own since.
      this.#foreign = source.voice.speaksFor?.(speaker.id) === false;
      this.#deviceId = speaker.id;
      this.#device = speaker.removed ? this.#deps.catalog.findDevice(speaker.id) : speaker;
    } else this.#turnTo(device ?? "");
  }

  /** What comes now is of this device, if the sender speaks for it. */
  #turnTo(named: string): void {
    const { voice } = this.#source;
    const device = voice.alias === undefined ? named : meant(named, voice);
    this.#foreign = voice.speaksFor?.(device) === false;
    this.#goTo(device);
  }

  #goTo(device: string): void {
    this.#deviceId = device;
    this.#device = this.#deps.catalog.findDevice(device);
  }

  #reading(index: number, metric: string, value: Value, timeMs: number, raw: unknown): void {
    if (this.#foreign) {
      this.#refuse(index, metric, foreignProblem(this.#deviceId, this.#source.voice), raw);
    } else if (timeMs > this.#nowMs + maxAheadMs) {
      this.#setAside(index, metric, value, timeMs, aheadProblem(timeMs, this.#nowMs), raw);
    } else if (timeMs >= 0 && timeMs <= maxSuspiciousMs && !this.#historic) {
      this.#setAside(index, metric, value, timeMs, suspiciousProblem(timeMs), raw);
    } else {
      const series = this.#seriesOf(index, metric, value, raw);
      if (!series) return;
      if (this.#source.historic) this.#batch.addPast(series);
      else if (series.device.sentIn !== this.#batch.number) this.#batch.addSender(series.device);
      this.#deps.committer.columns.push(series.number, timeMs, value);
      this.#part.stored += 1;
    }
  }

  #keepUntimed(index: number, metric: string, value: Value, raw: unknown): void {
    const device = this.#deviceId;
    // No name holds a NUL, so that the two can't meet.
    const name = device === this.#source.speaker?.id ? metric : `${device}\0${metric}`;
    if (this.#untimedNames.has(name)) this.#repeated.add(name);
    else this.#untimedNames.add(name);
    this.#untimed.push({ name, device, metric, value, index, raw });
  }

  #finish(): void {
    if (this.#untimed.length === 0) return;
    for (const { name, device, metric, value, index, raw } of this.#untimed) {
      if (device !== this.#deviceId) this.#turnTo(device);
      if (this.#repeated.has(name)) this.#refuse(index, metric, repeatedProblem(device, metric), raw);
      else this.#reading(index, metric, value, this.#nowMs, raw);
    }
    this.#untimed.length = 0;
    this.#untimedNames.clear();
    this.#repeated.clear();
  }

  get #historic(): boolean {
    return this.#source.historic || this.#device?.meta.historic === true;
  }

  /** The series of a reading, made if it is new; undefined where the reading is refused. */
  #seriesOf(index: number, metric: string, value: Value, raw: unknown): Series | undefined {
    const device = this.#device;
    const known = device && this.#deps.catalog.taking(device, metric);
    if (known) {
      if (known.type === typeof value) {
        if (device !== this.#told) this.#spokenFor(known.device);
        return known;
      }
      this.#refuse(index, metric, typeProblem(known, value), raw);
      return undefined;
    }
    const lead = device?.leads?.get(metric);
    if (lead) return this.#seriesOfLead(index, lead, value, raw);
    const { catalog, limits } = this.#deps;
    const problem = device
      ? seriesLimitProblem(device, catalog.seriesCount, limits)
      : (deviceLimitProblem(catalog.deviceCount, limits) ?? seriesLimitProblem(undefined, catalog.seriesCount, limits));
    if (problem) {
      this.#refuse(index, metric, problem, raw);
      return undefined;
    }
    const owner = device ?? this.#newDevice();
    if (owner !== this.#told) this.#spokenFor(owner);
    const series = catalog.addSeries(owner, metric, typeOfValue(value));
    this.#batch.addSeries(series);
    return series;
  }

  /** Under another name the reading is of another metric, or of another device: that one neither sends it nor is spoken for. */
  #seriesOfLead(index: number, { toDevice, toMetric }: Alias, value: Value, raw: unknown): Series | undefined {
    const [deviceId, device, told] = [this.#deviceId, this.#device, this.#told];
    if (device && device !== told) this.#spokenFor(device);
    if (toDevice !== deviceId) this.#goTo(toDevice);
    this.#told = this.#device;
    const series = this.#seriesOf(index, toMetric, value, raw);
    [this.#deviceId, this.#device, this.#told] = [deviceId, device, device];
    return series;
  }

  #newDevice(): Device {
    const device = this.#deps.catalog.device(this.#deviceId, this.#nowMs);
    this.#device = device;
    this.#batch.addDevice(device);
    return device;
  }

  #spokenFor(device: Device): void {
    this.#told = device;
    this.#deps.onSpokenFor(device, this.#source.speaker);
  }

  /** Refuses a reading for its time, and keeps it for the person who knows the right one. */
  #setAside(index: number, metric: string, value: Value, timeMs: number, problem: Problem, raw: unknown): void {
    this.#refuse(index, metric, problem, raw);
    const device = this.#device;
    if (!device || device.removed) return;
    const row = { device: device.id, metric, timeMs, value, atMs: this.#nowMs, code: problem.code };
    this.#batch.quarantine.add(device, row, this.#deps.quarantine.quota);
  }

  /** `raw` is undefined for a cell of a column, and for a row that was read from its bytes: they are no objects of their own. */
  #refuse(index: number, metric: string, problem: Problem, raw: unknown, device = this.#deviceId): void {
    const part = this.#part;
    part.rejectedCount += 1;
    // Words cost more than all else of a refusal, and nobody reads more of them.
    if (part.rejectedCount > maxRejectionsTold) return;
    const { origin, speaker, voice } = this.#source;
    const { code } = problem;
    const message = shortMessage(problem.message);
    // Nobody fills another device's list of refusals.
    const own = voice.speaksFor?.(device) !== false;
    const keeper = (own ? this.#deps.catalog.findDevice(device)?.id : undefined) ?? speaker?.id;
    const row = keptRow(
      raw ?? this.#scanned?.raw(index) ?? { metric, time: this.#times[index], value: this.#column[index] },
    );
    if (keeper !== undefined && this.#written.take(keeper, this.#batch.number, this.#nowMs))
      this.#batch.addRefusal({ device: keeper, atMs: this.#nowMs, code, message, row });
    origin.device ??= keeper ?? (device === "" ? undefined : device);
    this.#deps.arrivals.explained(origin, { code, message, metric, raw: row });
    part.rejected.push({
      ...(this.#seq === undefined ? {} : { seq: this.#seq }),
      index,
      metric,
      ...(device === speaker?.id ? {} : { device }),
      code,
      message,
    });
  }
}

/** The row as text, as far as it can be kept. */
function keptRow(raw: unknown): string {
  try {
    return (JSON.stringify(raw) ?? "").slice(0, maxKeptRow).toWellFormed();
  } catch {
    // JSON.stringify recurses, and a row may nest deeper than its stack.
    return "(nested too deep to be shown)";
  }
}
