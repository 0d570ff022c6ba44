import { describe, expect, it } from "vitest";
import { minute, second, world } from "./presence-world.ts";

const cut = { reason: "timeout", clean: false } as const;
const hour = 60 * minute;

describe("presence behind a gateway", () => {
  it("[P55] takes the devices behind a gateway offline with it, but for those with a connection of their own", () => {
    const { clock, presence, device, seen } = world();
    const gateway = device("gateway");
    const connection = presence.connected(gateway);
    for (const id of ["one", "two"]) presence.spokenFor(device(id), gateway);
    expect([seen("one"), seen("two")]).toEqual(["online connected", "online connected"]);
    presence.connected(device("two"));
    connection.closed(cut);
    expect([seen("gateway"), seen("one"), seen("two")]).toEqual([
      "offline timeout",
      "offline gateway_offline",
      "online connected",
    ]);
    clock.advance(minute);
    presence.connected(gateway);
    expect([seen("one"), seen("two")]).toEqual(["online connected", "online connected"]);
  });

  it("[P77] brings the devices back with their gateway: none is said to miss a gateway that is there", () => {
    const { clock, presence, device, report, seen, told } = world();
    const gateway = device("gateway");
    const connection = presence.connected(gateway);
    for (const [id, reportInterval] of [
      ["hourly", hour],
      ["lost", minute],
      ["moved", hour],
    ] as const) {
      presence.spokenFor(device(id, { reportInterval }), gateway);
      report(id);
    }
    presence.connected(device("other"));
    connection.closed(cut);
    presence.spokenFor(device("moved"), device("other"));
    clock.advance(10 * minute);
    expect([seen("hourly"), seen("lost"), seen("moved")]).toEqual([
      "offline gateway_offline",
      "offline gateway_offline",
      "online connected",
    ]);
    told.length = 0;
    const back = presence.connected(gateway);
    expect(told.sort()).toEqual(["gateway online connected", "hourly online connected", "lost silent no_reading"]);
    back.closed(cut);
    expect([seen("hourly"), seen("moved")]).toEqual(["offline gateway_offline", "online connected"]);
  });

  it("[P77] leaves alone a device that reported by another way meanwhile", () => {
    const { clock, presence, device, report, seen } = world();
    const gateway = device("gateway");
    const connection = presence.connected(gateway);
    presence.spokenFor(device("one", { reportInterval: minute }), gateway);
    connection.closed(cut);
    clock.advance(5 * second);
    report("one");
    presence.connected(gateway);
    expect(seen("one")).toBe("online reporting");
  });

  it("[P55] follows a device that is heard by one gateway and then by another", () => {
    const { presence, device, report, seen } = world();
    const [one, two] = [device("one"), device("two")];
    const first = presence.connected(one);
    const other = presence.connected(two);
    for (const gateway of [one, two, one, two]) {
      presence.spokenFor(device("mote"), gateway);
      report("mote");
    }
    first.closed(cut);
    expect(seen("mote")).toBe("online connected");
    other.closed(cut);
    expect(seen("mote")).toBe("offline gateway_offline");
  });

  it("[P77] keeps devices behind a gateway that takes its own place", () => {
    const { clock, presence, device, report, seen, told } = world();
    const gateway = device("gateway");
    presence.connected(gateway);
    for (const id of ["one", "two"]) {
      device(id, { reportInterval: 10 * second });
      presence.spokenFor(device(id), gateway);
      report(id);
    }
    told.length = 0;
    presence.connected(gateway);
    expect([seen("one"), seen("two")]).toEqual(["online connected", "online connected"]);
    expect(told).toEqual([]);
    clock.advance(20 * second);
    presence.spokenFor(device("one"), gateway);
    report("one");
    clock.advance(5 * second);
    expect([seen("one"), seen("two")]).toEqual(["online connected", "silent no_reading"]);
  });
});
