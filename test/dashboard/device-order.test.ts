import { describe, expect, it } from "vitest";
import type { DeviceView, SeriesView } from "../../dashboard/client/hub-view.ts";
import { ChosenDevices, chooseDevices } from "../../dashboard/elements/device-order.ts";
import type { DeviceEntry } from "../../server/protocol/index.ts";

const device = (id: string, more: Partial<DeviceEntry> = {}): DeviceView => ({
  entry: {
    device: id,
    state: "online",
    reason: "connected",
    since: 0,
    lastSeen: 0,
    reportInterval: 1_000,
    seriesCount: 1,
    ...more,
  },
  series: new Map(),
});
const named = (devices: readonly DeviceView[]) => devices.map(({ entry }) => entry.device);
const everything = { query: "", filter: "all", sort: "name" } as const;

describe("the devices that the list shows", () => {
  const devices = [
    device("sensor-10", { lastSeen: 5, labels: { site: "North" } }),
    device("sensor-2", { state: "offline", lastSeen: 9 }),
    device("gate", { name: "A gate", state: "silent", kind: "access" }),
  ];

  it("stand in the order of a person: 2 before 10, trouble first, the newest first", () => {
    expect(named(chooseDevices(devices, everything))).toEqual(["gate", "sensor-2", "sensor-10"]);
    expect(named(chooseDevices(devices, { ...everything, sort: "state" }))).toEqual(["gate", "sensor-2", "sensor-10"]);
    expect(named(chooseDevices(devices, { ...everything, sort: "seen" }))).toEqual(["sensor-2", "sensor-10", "gate"]);
  });

  it("stand by what was heard of them since the hub told of them: readings tell no device anew", () => {
    const steady = device("steady", { lastSeen: 5 });
    const gone = device("gone", { state: "offline", lastSeen: 1_000 });
    const level = { series: 1, device: "steady", metric: "level", type: "number", reportInterval: 1_000 } as const;
    const entry = { ...level, firstTime: 1, lastTime: 1, count: 1 };
    steady.series.set(1, { entry, value: 1, timeMs: 900, firstMs: 1, decimals: 0 });
    const view = { devices: new Map([gone, steady].map((each) => [each.entry.device, each])), devicesVersion: 1 };
    const chosen = new ChosenDevices();
    const bySeen = { ...everything, sort: "seen" } as const;
    expect(named(chosen.of(view, bySeen, 0))).toEqual(["gone", "steady"]);
    (steady.series.get(1) as SeriesView).timeMs = 60_000;
    expect(named(chosen.of(view, bySeen, 60_000))).toEqual(["steady", "gone"]);
  });

  it("are found by id, name, kind and label, every word of the search, whatever its case", () => {
    for (const [query, found] of [
      ["SENSOR", ["sensor-2", "sensor-10"]],
      ["a access", ["gate"]],
      ["site:north 10", ["sensor-10"]],
      ["sensor gate", []],
    ] as const) {
      expect(named(chooseDevices(devices, { ...everything, query })), query).toEqual(found);
    }
    expect(named(chooseDevices(devices, { ...everything, filter: "offline" }))).toEqual(["sensor-2"]);
  });

  it("are chosen anew where devices or the choice changed, not with each reading", () => {
    const view = { devices: new Map(devices.map((each) => [each.entry.device, each])), devicesVersion: 1 };
    const chosen = new ChosenDevices();
    const first = chosen.of(view, everything, 0);
    expect(chosen.of(view, { ...everything }, 90_000)).toBe(first);
    expect(chosen.of(view, { ...everything, filter: "silent" }, 0)).toHaveLength(1);
    expect(named(chosen.of(view, everything, 0))).toEqual(named(first));
    view.devices.delete("gate");
    view.devicesVersion += 1;
    expect(named(chosen.of(view, everything, 0))).toEqual(["sensor-2", "sensor-10"]);
  });
});
