/** What a frame says, read from its bytes and by the schemas. */
import { expect } from "vitest";
import { checkMetric, checkRow, checkTime, checkValue, RowRefusal, Warnings } from "../../../server/protocol/check.ts";
import { decodeDevice } from "../../../server/protocol/decode.ts";
import type { Readings, Samples } from "../../../server/protocol/device.ts";
import { Refusal } from "../../../server/protocol/errors.ts";
import type { Limits } from "../../../server/protocol/limits.ts";
import type { ScannedFrame } from "../../../server/protocol/scan/frame-scanner.ts";

/** What a frame says. */
export function said(frame: ScannedFrame) {
  const { seq, id, device, length } = frame;
  if (frame.type === "scannedSamples") {
    const columns = frame.names.map((metric, column) => ({
      metric,
      cells: Array.from({ length }, (_, index) => frame.cell(column, index)),
    }));
    for (const [column, { cells }] of columns.entries()) {
      const areNumbers = cells.every((cell) => typeof cell === "number");
      expect(frame.areNumbers[column]).toBe(areNumbers);
      const start = frame.starts[column] as number;
      if (areNumbers) expect([...frame.numbers.subarray(start, start + length)]).toStrictEqual(cells);
    }
    return { seq, id, device, times: [...frame.times.subarray(0, length)], columns };
  }
  const rows = frame;
  const readings = Array.from({ length }, (_, index) => ({
    metric: rows.metrics[index],
    value: rows.value(index),
    time: Number.isNaN(rows.times[index]) ? undefined : rows.times[index],
    device: rows.devices[index],
    raw: rows.raw(index),
  }));
  return { seq, id, device, readings };
}

/** What the schemas make of it; undefined where they refuse any of it, or warn. */
export function judged(text: string, limits: Limits) {
  const message = decodeDevice(text, limits);
  if (message instanceof Refusal) return undefined;
  if (message.type === "samples") return judgedSamples(message);
  if (message.type !== "readings") return undefined;
  const { seq, id, device, readings }: Readings = message;
  const warnings = new Warnings();
  const rows = readings.map((raw) => {
    const row = checkRow(raw, warnings);
    return row instanceof RowRefusal
      ? undefined
      : { metric: row.metric, value: row.value, time: row.time, device: row.device, raw };
  });
  return rows.includes(undefined) || warnings.take() !== undefined ? undefined : { seq, id, device, readings: rows };
}

function judgedSamples({ seq, id, device, times, values }: Samples) {
  const warnings = new Warnings();
  const checkedTimes = times.map((time) => checkTime(time));
  const columns = Object.entries(values).map(([name, column]) => ({
    metric: checkMetric(name),
    cells: column.map((cell) => (cell === null ? null : checkValue(cell, name, warnings))),
  }));
  const all = [...checkedTimes, ...columns.flatMap(({ metric, cells }) => [metric, ...cells])];
  if (all.some((one) => one instanceof RowRefusal) || warnings.take() !== undefined) return undefined;
  return { seq, id, device, times: checkedTimes, columns };
}
