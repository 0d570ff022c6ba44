/** NDJSON: one JSON object a line, which is one reading or one bucket of one series. */
import type { Aggregate } from "../protocol/past.ts";
import { inPieces, isoTime, numberText, type RowWriter, type TimeForm } from "./table.ts";

/** A writer of lines; each tells its own `value`, or the aggregates that were asked for. */
export function ndjsonWriter(aggregates: readonly Aggregate[], time: TimeForm): RowWriter {
  const timeText = time === "iso" ? (ms: number) => `"${isoTime(ms)}"` : numberText;
  return {
    head: "",
    rows({ device, metric }, columns) {
      const names = `,"device":${JSON.stringify(device)},"metric":${JSON.stringify(metric)}`;
      const { times, values } = columns;
      return inPieces(times.length, (index) => {
        let line = `{"time":${timeText(times[index] as number)}${names}`;
        if (values) {
          const value = values[index];
          line += `,"value":${typeof value === "number" ? numberText(value) : JSON.stringify(value)}`;
        } else {
          for (const name of aggregates) line += `,"${name}":${numberText(columns[name]?.[index] as number)}`;
        }
        return `${line}}\n`;
      });
    },
  };
}
