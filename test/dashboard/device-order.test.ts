import { describe, expect, it } from "vitest";
import type { DeviceView } from "../../dashboard/client/hub-view.ts";
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
    const first = chosen.of(view, everything);
    expect(chosen.of(view, { ...everything })).toBe(first);
    expect(chosen.of(view, { ...everything, filter: "silent" })).toHaveLength(1);
    expect(named(chosen.of(view, everything))).toEqual(named(first));
    view.devices.delete("gate");
    view.devicesVersion += 1;
    expect(named(chosen.of(view, everything))).toEqual(["sensor-2", "sensor-10"]);
  });
});
