/** How a recorded reading is written, so that it can be read back exactly. */
import type { Value } from "../link.ts";

export interface Recorded {
  /** ms since the epoch. */
  readonly time: number;
  readonly device: string;
  readonly metric: string;
  readonly value: Value;
}

export type RecordFormat = "csv" | "ndjson";

/** The format that a file's name asks for, or undefined. */
export function formatOf(path: string): RecordFormat | undefined {
  if (/\.csv$/i.test(path)) return "csv";
  return /\.(ndjson|jsonl)$/i.test(path) ? "ndjson" : undefined;
}

/** What a file begins with. */
export const heads: Readonly<Record<RecordFormat, string>> = { csv: "time,device,metric,value,type\n", ndjson: "" };

/** Shortest digits that give the same double, and the sign of zero. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A spreadsheet would run a text that begins so: an apostrophe keeps it from that, one more where one stood there. */
const runs = /^'*[=+\-@\t\r\n\0]/;

function textCell(text: string): string {
  const safe = runs.test(text) ? `'${text}` : text;
  // An empty line, or blanks at an end, would not come back without quotes.
  return /[",\r\n]|^\s|\s$|^#/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line with its end. */
export function lineOf({ time, device, metric, value }: Recorded, format: RecordFormat): string {
  const at = new Date(time).toISOString();
  if (format === "csv") {
    const cell = typeof value === "string" ? textCell(value) : typeof value === "number" ? numberText(value) : value;
    return `${at},${textCell(device)},${textCell(metric)},${cell},${typeof value}\n`;
  }
  const json = typeof value === "number" ? numberText(value) : JSON.stringify(value);
  return `{"time":"${at}","device":${JSON.stringify(device)},"metric":${JSON.stringify(metric)},"value":${json}}\n`;
}
