/** Lists in pages: a cursor holds the name that the page before ended with, so that what comes or goes moves nothing. */

import type { Device, Series } from "../../hub/catalog.ts";
import { Refusal } from "../../protocol/errors.ts";
import { compileSelectors } from "../../protocol/selector.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; null on the last. */
  readonly next: string | null;
}

/** A page of devices, which are in order of their ids. */
export function pageOfDevices(devices: readonly Device[], limit: number, cursor: string | undefined): Page<Device> {
  const [after] = readCursor("devices", cursor, 1);
  const rest = after === undefined ? devices : devices.filter((device) => device.id > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last && rest.length > limit ? writeCursor("devices", [last.id]) : null };
}

/** A page of the committed series of `devices` (in order of their ids) whose metric matches, by device and metric. */
export function pageOfSeries(
  list: "series" | "latest",
  devices: readonly Device[],
  metrics: readonly string[] | undefined,
  limit: number,
  cursor: string | undefined,
): Page<Series> {
  const [afterDevice, afterMetric] = readCursor(list, cursor, 2);
  const matches = compileSelectors(metrics);
  const items: Series[] = [];
  for (const device of devices) {
    if (afterDevice !== undefined && device.id < afterDevice) continue;
    const after = device.id === afterDevice ? afterMetric : undefined;
    for (const metric of [...device.series.keys()].sort()) {
      const series = device.series.get(metric);
      if (!series?.committed || !matches(metric) || (after !== undefined && metric <= after)) continue;
      const last = items.at(-1);
      if (last && items.length === limit) return { items, next: writeCursor(list, [last.device.id, last.metric]) };
      items.push(series);
    }
  }
  return { items, next: null };
}

/** Opaque to clients: which list gave it, and the names that its page ended with. */
export function writeCursor(list: string, parts: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...parts])).toString("base64url");
}

export function readCursor(list: string, cursor: string | undefined, count: number): (string | undefined)[] {
  if (cursor === undefined) return [];
  try {
    const [of, ...parts]: unknown[] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const right = of === list && parts.length === count && parts.every((part) => typeof part === "string");
    // Buffer reads much that it would not write: only what this list wrote is taken.
    if (right && writeCursor(list, parts) === cursor) return parts;
  } catch {
    // Said below: whatever it is, this list did not give it.
  }
  const shown = JSON.stringify(cursor.slice(0, 40).toWellFormed());
  throw new Refusal(
    "invalid_query",
    `cursor ${shown} is not one that ${list} gave; take it from next of the page before.`,
  );
}
