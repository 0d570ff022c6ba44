import { describe, expect, it } from "vitest";
import { minute, second, world } from "./presence-world.ts";

const cut = { reason: "timeout", clean: false } as const;

describe("presence behind a gateway", () => {
  it("[P55] takes the devices behind a gateway offline with it, and back when it speaks for them again", () => {
    const { clock, presence, device, report, seen } = world();
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
    expect(seen("one")).toBe("offline gateway_offline");
    presence.spokenFor(device("one"), gateway);
    report("one");
    expect(seen("one")).toBe("online connected");
  });

  it("[P55] keeps devices behind a gateway that takes its own place only while they report", () => {
    const { clock, presence, device, report, seen } = world();
    const gateway = device("gateway");
    presence.connected(gateway);
    for (const id of ["one", "two"]) {
      device(id, { reportInterval: 10 * second });
      presence.spokenFor(device(id), gateway);
      report(id);
    }
    presence.connected(gateway);
    expect([seen("one"), seen("two")]).toEqual(["online asleep", "online asleep"]);
    presence.spokenFor(device("one"), gateway);
    report("one");
    expect(seen("one")).toBe("online connected");
    clock.advance(25 * second);
    expect([seen("one"), seen("two")]).toEqual(["silent no_reading", "offline gateway_offline"]);
  });
});
