/** What the fleet shows of a hub, in which order, and what it calls trouble. */
import { describe, expect, it } from "vitest";
import type { DeviceView, SeriesView } from "../../dashboard/client/hub-view.ts";
import { choiceOf, type FleetChoice, paramsOf, wholeFleet } from "../../dashboard/elements/fleet-choice.ts";
import { fleetCommands } from "../../dashboard/elements/fleet-commands.ts";
import { FleetOrder, type FleetSelection, troubleOf } from "../../dashboard/elements/fleet-order.ts";
import { tellingSeries, worstSeries } from "../../dashboard/elements/fleet-values.ts";
import type { DeviceEntry, LiveSeriesEntry } from "../../server/protocol/index.ts";

const zones = [
  { from: 80, level: "alarm" as const, label: "too hot" },
  { from: 60, to: 80, level: "warn" as const },
];
let lastSeries = 0;

function series(metric: string, value: SeriesView["value"], more: Partial<LiveSeriesEntry> = {}): SeriesView {
  const type = typeof value as LiveSeriesEntry["type"];
  const times = { firstTime: 0, lastTime: 1_000, count: 2 };
  const entry = { series: ++lastSeries, device: "", metric, type, reportInterval: 1_000, ...times, ...more };
  return { entry, value, timeMs: 1_000, firstMs: 0, decimals: 1 };
}

function device(id: string, more: Partial<DeviceEntry> = {}, ...all: SeriesView[]): DeviceView {
  const presence = { state: "online", reason: "connected", since: 0, lastSeen: 0 } as const;
  const entry = { device: id, ...presence, reportInterval: 1_000, seriesCount: all.length, ...more };
  return { entry, series: new Map(all.map((one) => [one.entry.series, one])) };
}

const hot = (value: number) => series("temperature", value, { zones });
const view = (...devices: DeviceView[]) => ({
  devices: new Map(devices.map((each) => [each.entry.device, each])),
  devicesVersion: 1,
});
const shown = ({ groups }: FleetSelection) =>
  groups.map(({ key, devices }) => [key, devices.map(({ entry }) => entry.device)]);
/** As an address has them. */
const written = (params: ReturnType<typeof paramsOf>) =>
  new URLSearchParams(
    String(
      new URLSearchParams(
        Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    ),
  );
const chosen = (part: Partial<FleetChoice>): FleetChoice => ({ ...wholeFleet, ...part });

describe("what is wrong with a device of the fleet", () => {
  const dayMs = 86_400_000;
  const nowMs = Date.UTC(2026, 10, 26);

  it("is the worst of its values and its presence", () => {
    expect(troubleOf(device("a", {}, hot(20)), 0)).toBeUndefined();
    expect(troubleOf(device("a", {}, hot(60)), 0)).toBe("warn");
    expect(troubleOf(device("a", {}, hot(20), hot(80)), 0)).toBe("alarm");
    expect(troubleOf(device("a", { state: "silent" }, hot(70)), 0)).toBe("silent");
    expect(troubleOf(device("a", { state: "silent" }, hot(90)), 0)).toBe("alarm");
  });

  it("is no value of one that is offline: that is past, and nothing to act on", () => {
    expect(troubleOf(device("a", { state: "offline" }, hot(90)), 0)).toBe("offline");
  });

  const gone = (heardMs: number, readingMs: number, more: Partial<DeviceEntry> = {}) => {
    const known = device("a", { state: "offline", lastSeen: heardMs, since: nowMs, ...more }, hot(20));
    for (const each of known.series.values()) each.timeMs = readingMs;
    return troubleOf(known, nowMs);
  };

  it("is not that a record of the past has no connection, however lately it was loaded", () => {
    expect(gone(nowMs, Date.UTC(1958, 2, 29))).toBeUndefined();
    expect(gone(nowMs, nowMs - 60_000, { historic: true })).toBeUndefined();
  });

  it("is that one is gone, for a week: over a weekend it is news, later it was given up; a hub that starts makes no news", () => {
    const goneFor = (days: number, more = {}) => gone(nowMs - days * dayMs, nowMs - days * dayMs, more);
    for (const days of [0, 3, 6.9]) expect(goneFor(days), `${days} d`).toBe("offline");
    for (const days of [7.1, 400]) expect(goneFor(days), `${days} d`).toBeUndefined();
    // One that comes once in ten days is missed when it is long due, and for a week.
    expect(goneFor(26, { reportInterval: 10 * dayMs })).toBe("offline");
    expect(goneFor(33, { reportInterval: 10 * dayMs })).toBeUndefined();
  });

  it("is that a bell lost its connection, though nobody rang for weeks, and that one never came that was announced", () => {
    const bell = { reportInterval: 0 };
    expect(gone(nowMs - dayMs, nowMs - 30 * dayMs, bell)).toBe("offline");
    expect(gone(nowMs - 8 * dayMs, nowMs - 30 * dayMs, bell)).toBeUndefined();
    expect(troubleOf(device("new", { state: "offline", lastSeen: null, since: nowMs - dayMs }), nowMs)).toBe("offline");
  });
});

describe("the fleet's selection", () => {
  const all = view(
    device("oven-10", { kind: "oven", labels: { site: "south" } }, hot(90)),
    device("oven-2", { kind: "oven", labels: { site: "north" } }, hot(70)),
    device("gate", { state: "silent", lastSeen: 50, via: "box" }),
    device("lamp", { state: "offline", lastSeen: 99, labels: { site: "north" } }),
    device("pump", { lastSeen: 10, via: "box" }),
  );

  it("stands by name as a person has it, and with the trouble first where that is asked for", () => {
    const order = new FleetOrder();
    expect(shown(order.of(all, wholeFleet, 0))).toEqual([["", ["gate", "lamp", "oven-2", "oven-10", "pump"]]]);
    expect(shown(order.of(all, chosen({ sort: "state" }), 0))).toEqual([
      ["", ["oven-10", "gate", "lamp", "oven-2", "pump"]],
    ]);
    expect(shown(order.of(all, chosen({ sort: "seen" }), 0))[0]?.[1]).toEqual([
      "oven-2",
      "oven-10",
      "lamp",
      "gate",
      "pump",
    ]);
  });

  it("tells how many each filter would show of what is searched for, and shows as many", () => {
    const order = new FleetOrder();
    const { counts } = order.of(all, wholeFleet, 0);
    expect(counts).toEqual({ all: 5, trouble: 4, alarm: 1, warn: 1, silent: 1, offline: 1, online: 3 });
    for (const [state, count] of Object.entries(counts)) {
      expect(order.of(all, chosen({ state: state as FleetChoice["state"] }), 0).shown, state).toBe(count);
    }
    expect(order.of(all, chosen({ query: "oven" }), 0).counts).toMatchObject({ all: 2, trouble: 2, silent: 0 });
  });

  it("has 200 records of 1958 beside three live devices in no count of trouble, and last where trouble comes first", () => {
    const nowMs = Date.UTC(2026, 10, 26);
    const live = ["x", "y", "z"].map((id) => device(id, { lastSeen: nowMs }));
    const records = Array.from({ length: 200 }, (_, index) =>
      device(`co2-${index}`, { state: "offline", lastSeen: nowMs }, hot(90)),
    );
    const both = view(...records, ...live);
    const order = new FleetOrder();
    const selection = order.of(both, chosen({ sort: "state" }), nowMs);
    expect(selection.counts).toEqual({ all: 203, trouble: 0, alarm: 0, warn: 0, silent: 0, offline: 200, online: 3 });
    expect(shown(selection)[0]?.[1]?.slice(0, 4)).toEqual(["x", "y", "z", "co2-0"]);
    expect(selection.groups[0]).toMatchObject({ worst: undefined, counts: { offline: 0 } });
    expect(order.of(both, chosen({ state: "offline" }), nowMs).shown).toBe(200);
    expect(order.of(both, chosen({ state: "trouble" }), nowMs).shown).toBe(0);
  });

  it("is grouped by kind, gateway or any label, those without one last", () => {
    const order = new FleetOrder();
    expect(shown(order.of(all, chosen({ group: "kind" }), 0))).toEqual([
      ["oven", ["oven-2", "oven-10"]],
      ["", ["gate", "lamp", "pump"]],
    ]);
    expect(shown(order.of(all, chosen({ group: "gateway" }), 0)).map(([key]) => key)).toEqual(["box", ""]);
    const bySite = order.of(all, chosen({ group: "label:site" }), 0);
    expect(shown(bySite).map(([key]) => key)).toEqual(["north", "south", ""]);
    expect(bySite.groups[0]).toMatchObject({ worst: "offline", counts: { alarm: 0, silent: 0, offline: 1, warn: 1 } });
    expect(order.labelKeys).toEqual(["site"]);
    const worstFirst = order.of(all, chosen({ group: "label:site", sort: "state" }), 0);
    expect(shown(worstFirst).map(([key]) => key)).toEqual(["south", "", "north"]);
  });

  it("is made anew once a second, since a value may enter a zone, and at once where devices or the choice changed", () => {
    const order = new FleetOrder();
    const oven = device("oven", {}, hot(20));
    const one = view(oven);
    const first = order.of(one, wholeFleet, 500);
    expect(order.of(one, { ...wholeFleet }, 900)).toBe(first);
    for (const each of oven.series.values()) each.value = 95;
    expect(order.of(one, wholeFleet, 1_000).counts.alarm).toBe(1);
    one.devices.set("lamp", device("lamp"));
    one.devicesVersion += 1;
    expect(order.of(one, wholeFleet, 1_001).shown).toBe(2);
    one.devices.delete("oven");
    one.devicesVersion += 1;
    expect(shown(order.of(one, wholeFleet, 1_002))).toEqual([["", ["lamp"]]]);
  });
});

describe("the choice in the address", () => {
  it("comes back as it was written, and what is as usual is not written", () => {
    const choice: FleetChoice = {
      query: "a & b",
      state: "trouble",
      group: "label:site/floor",
      sort: "state",
      look: "rows",
      span: "24h",
      closed: ["north, west", "50 %"],
    };
    expect(choiceOf(written(paramsOf(choice)))).toEqual(choice);
    expect(Object.values(paramsOf(wholeFleet)).filter((value) => value !== undefined)).toEqual([]);
  });

  it("passes over what makes no sense", () => {
    const odd = "state=dead&group=label:&sort=1&view=list&span=2h&closed=%25,a";
    expect(choiceOf(new URLSearchParams(odd))).toEqual({ ...wholeFleet, closed: ["%", "a"] });
  });
});

describe("the commands of the fleet", () => {
  it("are all that can be chosen and is not, and do it", () => {
    const parts: Partial<FleetChoice>[] = [];
    const choice = chosen({ group: "label:gone", state: "trouble" });
    const commands = fleetCommands(choice, ["site"], (part) => parts.push(part));
    const titles = commands.map(({ title }) => title);
    expect(titles).toContain("Sort by: Trouble first");
    expect(titles).toContain("Group by: By site");
    expect(titles).not.toContain("Show devices by state: in trouble");
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
    for (const command of commands) command.run();
    expect(parts).toContainEqual({ group: "label:site", closed: [] });
    expect(parts).toContainEqual({ state: "alarm" });
    expect(parts).toContainEqual({ look: "rows" });
    for (const part of parts)
      expect(choiceOf(written(paramsOf({ ...choice, ...part })))).toEqual({ ...choice, ...part });
  });
});

describe("the values that tell the most", () => {
  const names = (device: DeviceView, count = 4) => {
    const { main, others } = tellingSeries(device, count);
    return [main, ...others].map((each) => each?.entry.metric);
  };

  it("stand in the device's own order, the first number drawn; places, batteries and counters last", () => {
    const many = [
      series("lat", 52, { role: "lat" }),
      series("battery", 80, { role: "battery" }),
      series("state", "driving"),
      series("speed", 50),
      series("odometer", 9_000, { kind: "counter" }),
      series("door", false),
    ];
    expect(names(device("bus", {}, ...many))).toEqual(["speed", "state", "door", "battery"]);
    expect(names(device("panel", {}, series("state", "armed"), series("open", true)))).toEqual(["state", "open"]);
    expect(names(device("new"))).toEqual([undefined]);
    expect(names(device("share", {}, series("volume", 10), series("last", 412.1, { role: "price" })))).toEqual([
      "last",
      "volume",
    ]);
  });

  it("show one in a zone that would not be seen in the last place, and leave the others where they are", () => {
    const calm = [series("a", 1), series("b", 2), series("c", 3), series("d", 4)];
    const hidden = [series("warm", 65, { zones }), series("hot", 85, { zones })];
    const oven = device("oven", {}, ...calm, ...hidden);
    expect(names(oven)).toEqual(["a", "b", "warm", "hot"]);
    expect(worstSeries(oven)?.entry.metric).toBe("hot");
    expect(worstSeries(device("cold", {}, ...calm))).toBeUndefined();
  });
});
