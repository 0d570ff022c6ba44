/** The series of the page Storage: named as people know them, found by words, in the order that was chosen. */
import type { StorageEntry } from "../../server/protocol/index.ts";
import type { HubView } from "../client/hub-view.ts";
import { compareNames } from "./format.ts";

export const storageSorts = ["name", "bytes", "perDay", "readings", "oldest", "span"] as const;
export type StorageSort = (typeof storageSorts)[number];

export interface StorageOrder {
  readonly sort: StorageSort;
  /** The greatest first; of names those at the end. */
  readonly down: boolean;
  /** Words, each of which a series has to have. */
  readonly query: string;
}

export interface StorageRow {
  readonly entry: StorageEntry;
  /** As people call them. */
  readonly device: string;
  readonly metric: string;
}

/** What is known of their names by now, which may be newer than the entries; ids where that is nothing. */
export function rowsOf(entries: readonly StorageEntry[], { devices }: Pick<HubView, "devices">): StorageRow[] {
  return entries.map((entry) => {
    const known = devices.get(entry.device);
    const series = known?.series.get(entry.series);
    return {
      entry,
      device: known?.entry.name || entry.device,
      metric: series?.entry.label || series?.entry.metric || entry.metric,
    };
  });
}

/** How a column is sorted when it is chosen first. */
export function firstDown(sort: StorageSort): boolean {
  return sort !== "name" && sort !== "oldest";
}

const values: Readonly<Record<Exclude<StorageSort, "name">, (entry: StorageEntry) => number>> = {
  bytes: ({ bytes }) => bytes,
  perDay: ({ bytesPerDay }) => bytesPerDay ?? -1,
  readings: ({ readings }) => readings,
  oldest: ({ firstTime }) => firstTime,
  span: spanOf,
};

/** From the first reading to the last, ms. */
export function spanOf({ firstTime, lastTime }: StorageEntry): number {
  return lastTime - firstTime;
}

export function inOrder(rows: readonly StorageRow[], { sort, down, query }: StorageOrder): StorageRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => words.length === 0 || words.every((word) => wordsOf(row).includes(word)));
  const way = down ? -1 : 1;
  const byName = (a: StorageRow, b: StorageRow) =>
    compareNames(a.device, b.device) || compareNames(a.metric, b.metric) || a.entry.series - b.entry.series;
  if (sort === "name") return found.sort((a, b) => way * byName(a, b));
  const value = values[sort];
  return found.sort((a, b) => way * (value(a.entry) - value(b.entry)) || byName(a, b));
}

function wordsOf({ entry, device, metric }: StorageRow): string {
  return `${entry.device} ${device} ${entry.metric} ${metric}`.toLowerCase();
}
