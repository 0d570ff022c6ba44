/** Frames on their way into the open batch, in each of their forms, as the readings that they hold. */
import { checkMetric, checkRow, checkTime, checkValue, RowRefusal } from "../../protocol/check.ts";
import type { Reading, Readings, Samples } from "../../protocol/device.ts";
import type { ScannedFrame } from "../../protocol/scan/frame-scanner.ts";
import type { ScannedRows } from "../../protocol/scan/scanned-rows.ts";
import type { ScannedSamples } from "../../protocol/scan/scanned-samples.ts";
import type { Value } from "../../store/columns.ts";
import { Admission, type AdmissionDeps, type AsSent, type Source } from "./admission.ts";
import type { Part } from "./receipt.ts";
import { repeatedProblem } from "./refusals.ts";

/** A reading without a time. `name` tells its metric from all others of the frame. */
interface Untimed {
  readonly name: string;
  readonly device: string;
  readonly metric: string;
  readonly value: Value;
  readonly index: number;
  readonly raw: unknown;
}

/** What a cell of a column is shown as: a row. */
class Cells implements AsSent {
  times: ArrayLike<unknown> = [];
  column: readonly unknown[] = [];

  raw(index: number, metric: string): unknown {
    return { metric, time: this.times[index], value: this.column[index] };
  }
}

/** Takes one frame at a time, in a single turn. */
export class Ingest {
  readonly #admission: Admission;
  /** Readings without a time, kept until the frame's end, when it is known which metric had several. */
  readonly #untimed: Untimed[] = [];
  readonly #untimedNames = new Set<string>();
  readonly #repeated = new Set<string>();
  readonly #cells = new Cells();

  constructor(deps: AdmissionDeps) {
    this.#admission = new Admission(deps);
  }

  /** Any form; `nowMs` is the hub's time. */
  frame(source: Source, message: Readings | Samples | ScannedFrame, part: Part, nowMs: number): void {
    switch (message.type) {
      case "scannedRows":
        this.#scannedRows(source, message, part, nowMs);
        return;
      case "scannedSamples":
        this.#scannedSamples(source, message, part, nowMs);
        return;
      case "readings":
        this.rows(source, message, part, nowMs);
        return;
      case "samples":
        this.samples(source, message, part, nowMs);
        return;
      default:
        message satisfies never;
    }
  }

  /** Row form. */
  rows(
    source: Source,
    { device, seq, readings }: Pick<Readings, "device" | "seq" | "readings">,
    part: Part,
    nowMs: number,
  ): void {
    const admission = this.#admission;
    admission.begin(source, { device, seq }, part, nowMs);
    const frameDevice = admission.deviceId;
    const { warnings } = source;
    for (let index = 0; index < readings.length; index++) {
      const raw = readings[index];
      const row = checkRow(raw, warnings);
      if (row instanceof RowRefusal) {
        admission.refuse(index, row.metric, row, raw, row.device ?? frameDevice);
        continue;
      }
      const of = row.device ?? frameDevice;
      if (of !== admission.deviceId) admission.turnTo(of);
      // A frame of one row cannot repeat itself.
      if (row.time === undefined && readings.length > 1) this.#keepUntimed(source, index, row.metric, row.value, raw);
      else admission.reading(index, row.metric, row.value, row.time ?? nowMs, raw);
    }
    this.#finish(nowMs);
  }

  /** Row form, read from its bytes. */
  #scannedRows(source: Source, rows: ScannedRows, part: Part, nowMs: number): void {
    const admission = this.#admission;
    admission.begin(source, rows, part, nowMs, rows);
    const frameDevice = admission.deviceId;
    const { length, metrics, devices, times } = rows;
    for (let index = 0; index < length; index++) {
      const of = devices[index] ?? frameDevice;
      if (of !== admission.deviceId) admission.turnTo(of);
      const metric = metrics[index] as string;
      const timeMs = times[index] as number;
      if (!Number.isNaN(timeMs)) admission.reading(index, metric, rows.value(index), timeMs, undefined);
      else if (length > 1) this.#keepUntimed(source, index, metric, rows.value(index), undefined);
      else admission.reading(index, metric, rows.value(index), nowMs, undefined);
    }
    this.#finish(nowMs);
  }

  /** Column form. The index in a refusal is the place in `times`. */
  samples(source: Source, { device, seq, times, values }: Samples, part: Part, nowMs: number): void {
    const admission = this.#admission;
    admission.begin(source, { device, seq }, part, nowMs, this.#cells);
    this.#cells.times = times;
    const checkedTimes = times.map((time) => checkTime(time));
    for (const [name, column] of Object.entries(values)) {
      const metric = checkMetric(name);
      this.#cells.column = column;
      for (let index = 0; index < column.length; index++) {
        const cell = column[index];
        if (cell === null) continue;
        const time = checkedTimes[index] as number | RowRefusal;
        const value = checkValue(cell, name, source.warnings);
        const refusal = metric instanceof RowRefusal ? metric : time instanceof RowRefusal ? time : value;
        if (refusal instanceof RowRefusal) {
          // A name that is too long is not told in full: it may be half of the frame, and stand in a hundred refusals.
          admission.refuse(index, metric instanceof RowRefusal ? metric.metric : metric, refusal, undefined);
        } else admission.reading(index, metric as string, refusal, time as number, undefined);
      }
    }
  }

  /** Column form, read from its bytes. A column of numbers of a known series, at times that need no look, is taken as a whole. */
  #scannedSamples(source: Source, samples: ScannedSamples, part: Part, nowMs: number): void {
    const admission = this.#admission;
    admission.begin(source, samples, part, nowMs, this.#cells);
    const { length, times, numbers, names, starts, areNumbers } = samples;
    this.#cells.times = times;
    const areTimely = admission.areTimely(times, length);
    for (let column = 0; column < names.length; column++) {
      const metric = names[column] as string;
      const isWhole = areTimely && areNumbers[column] === true;
      if (isWhole && admission.numbers(metric, times, numbers, starts[column] as number, length)) continue;
      const cells = Array.from({ length }, (_, index) => samples.cell(column, index));
      this.#cells.column = cells;
      for (let index = 0; index < length; index++) {
        const cell = cells[index] as Value | null;
        if (cell !== null) admission.reading(index, metric, cell, times[index] as number, undefined);
      }
    }
  }

  /** The one-liner. */
  single(source: Source, message: Reading, part: Part, nowMs: number): void {
    const { metric, value, time, device } = message;
    this.#admission.begin(source, { device, seq: undefined }, part, nowMs);
    this.#admission.reading(0, metric, value, time ?? nowMs, { metric, value, time, device });
  }

  #keepUntimed(source: Source, index: number, metric: string, value: Value, raw: unknown): void {
    const device = this.#admission.deviceId;
    // No name holds a NUL, so that the two can't meet.
    const name = device === source.speaker?.id ? metric : `${device}\0${metric}`;
    if (this.#untimedNames.has(name)) this.#repeated.add(name);
    else this.#untimedNames.add(name);
    this.#untimed.push({ name, device, metric, value, index, raw });
  }

  #finish(nowMs: number): void {
    if (this.#untimed.length === 0) return;
    const admission = this.#admission;
    for (const { name, device, metric, value, index, raw } of this.#untimed) {
      if (device !== admission.deviceId) admission.turnTo(device);
      if (this.#repeated.has(name)) admission.refuse(index, metric, repeatedProblem(device, metric), raw);
      else admission.reading(index, metric, value, nowMs, raw);
    }
    this.#untimed.length = 0;
    this.#untimedNames.clear();
    this.#repeated.clear();
  }
}
