/** The series of the page Storage: names, search, order. */
import { describe, expect, it } from "vitest";
import type { DeviceView } from "../../dashboard/client/hub-view.ts";
import { firstDown, inOrder, rowsOf, type StorageOrder, storageSorts } from "../../dashboard/data/storage-order.ts";
import type { StorageEntry } from "../../server/protocol/index.ts";

const entry = (series: number, device: string, metric: string, rest: Partial<StorageEntry> = {}): StorageEntry => ({
  ...{ series, device, metric, policy: null },
  ...{ bytes: series, readings: series, firstTime: 0, lastTime: series, bytesPerDay: null },
  ...rest,
});
const ids = (entries: readonly StorageEntry[], order: Partial<StorageOrder>) =>
  inOrder(rowsOf(entries, { devices: new Map() }), { sort: "bytes", down: true, query: "", ...order }).map(
    (row) => row.entry.series,
  );

describe("the series of the page Storage", () => {
  const entries = [
    entry(1, "sensor-10", "t", { bytesPerDay: 5, firstTime: -9 }),
    entry(2, "sensor-2", "t", { bytesPerDay: 9, firstTime: -3, readings: 7 }),
    entry(3, "oven/1", "pressure", { bytes: 2, firstTime: -1 }),
  ];

  it.each([
    ["bytes", [3, 2, 1]],
    ["perDay", [2, 1, 3]],
    ["readings", [2, 3, 1]],
    ["oldest", [3, 2, 1]],
    ["span", [1, 2, 3]],
    ["name", [1, 2, 3]],
  ] as const)("are ordered by %s, the greatest first, and the other way round", (sort, expected) => {
    // Two alike stand by their names, whichever way.
    const unlike = sort === "bytes" ? entries.map((one) => ({ ...one, bytes: one.series })) : entries;
    expect(ids(unlike, { sort, down: true })).toEqual(expected);
    expect(ids(unlike, { sort, down: false })).toEqual([...expected].reverse());
  });

  it("that are alike stand by their names as people count", () => {
    const alike = entries.map((one) => ({ ...one, bytes: 1 }));
    expect(ids(alike, {})).toEqual([3, 2, 1]);
    expect(ids(alike, { down: false })).toEqual([3, 2, 1]);
  });

  it("are found by every word, in ids and in names", () => {
    expect(ids(entries, { query: "sensor" })).toEqual([2, 1]);
    expect(ids(entries, { query: " PRESS  oven " })).toEqual([3]);
    expect(ids(entries, { query: "oven t" })).toEqual([]);
  });

  it("bear the names that people gave them, and their ids where there are none", () => {
    const device = {
      entry: { device: "oven/1", name: "Oven at the back" },
      series: new Map([[3, { entry: { metric: "pressure", label: "Pressure" } }]]),
    } as unknown as DeviceView;
    const rows = rowsOf(entries, { devices: new Map([["oven/1", device]]) });
    expect(rows.map(({ device: name, metric }) => [name, metric])).toEqual([
      ["sensor-10", "t"],
      ["sensor-2", "t"],
      ["Oven at the back", "Pressure"],
    ]);
    expect(inOrder(rows, { sort: "bytes", down: true, query: "back" })).toHaveLength(1);
  });

  it("show the largest first where a column of figures is chosen, the first where it is one of names or times", () => {
    expect(storageSorts.filter((sort) => !firstDown(sort))).toEqual(["name", "oldest"]);
  });
});
