import { describe, expect, it } from "vitest";
import { describeMetric } from "../../../server/hub/catalog.ts";
import { saidAlone } from "../../../server/hub/described.ts";
import { minute, second, world } from "./presence-world.ts";

const clean = { reason: "closed", clean: true } as const;
const cut = { reason: "timeout", clean: false } as const;

describe("presence", () => {
  it("[P55] knows every device as offline after a restart until it comes back", () => {
    const { presence, seen, device, clock, told } = world();
    const startedMs = clock.now();
    clock.advance(minute);
    expect(presence.stateOf(device("old"))).toEqual({ state: "offline", reason: "hub_restart", since: startedMs });
    presence.connected(device("old"));
    expect(seen("old")).toBe("online connected");
    expect(presence.stateOf(device("old")).since).toBe(startedMs + minute);
    expect(told).toEqual(["old online connected"]);
  });

  it("[P54] calls a connected device silent once no reading came for grace, and online with the next one", () => {
    const { clock, presence, device, report, reportEvery, seen, told } = world();
    presence.connected(device("a"));
    reportEvery("a", 8 * second, 5);
    clock.advance(20 * second - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
    report("a");
    expect(told).toEqual(["a online connected", "a silent no_reading", "a online connected"]);
  });

  it("[P52] gives 2.5 times a declared interval, the metric's before the device's", () => {
    const { clock, presence, device, report, seen } = world();
    const declared = device("a", { reportInterval: 60 * second });
    presence.connected(declared);
    report("a");
    clock.advance(150 * second - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");

    describeMetric(declared, "temperature", saidAlone({ reportInterval: 20 * second }));
    presence.declared(declared);
    report("a");
    clock.advance(50 * second - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
  });

  it("[P52] gives at least 10 s to a fast series", () => {
    const { clock, presence, device, reportEvery, seen } = world();
    presence.connected(device("a"));
    reportEvery("a", 100, 40);
    clock.advance(10 * second - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
  });

  it("[P52] takes 5 minutes as the interval until three readings are known", () => {
    const { clock, presence, device, report, reportEvery, seen } = world();
    presence.connected(device("a"));
    report("a");
    reportEvery("a", 30 * second, 1);
    expect(presence.deviceInterval(device("a"))).toBeNull();
    clock.advance(12.5 * minute - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
  });

  it("[P52] shortens the wait at once when the third reading makes the interval known", () => {
    const { clock, presence, device, report, reportEvery, seen } = world();
    presence.connected(device("a"));
    report("a");
    reportEvery("a", 30 * second, 2);
    expect(presence.deviceInterval(device("a"))).toBe(30 * second);
    clock.advance(75 * second);
    expect(seen("a")).toBe("silent no_reading");
  });

  it("[P52] never calls a device silent whose series report on event", () => {
    const { clock, presence, device, report, seen } = world();
    const door = device("door", { reportInterval: 0 });
    presence.connected(door);
    report("door", "open");
    clock.advance(30 * 24 * 60 * minute);
    expect(seen("door")).toBe("online connected");
    expect(presence.deviceInterval(door)).toBe(0);
    describeMetric(door, "battery", saidAlone({ reportInterval: 60 * second }));
    report("door", "battery");
    clock.advance(150 * second);
    expect(seen("door")).toBe("silent no_reading");
    expect([...door.series.values()].map((series) => presence.isStale(series))).toEqual([false, true]);
  });

  it("[P52] takes the shortest grace of a device's series", () => {
    const { clock, presence, device, reportEvery, report, seen } = world();
    presence.connected(device("a"));
    reportEvery("a", 60 * second, 4, "slow");
    reportEvery("a", 6 * second, 4, "fast");
    expect(presence.deviceInterval(device("a"))).toBe(6 * second);
    // One that is new has a longer grace, and takes nothing from the others.
    report("a", "new");
    clock.advance(15 * second);
    expect(seen("a")).toBe("silent no_reading");
    report("a", "slow");
    expect(seen("a")).toBe("online connected");
  });

  it("[P53] lets a sensor sleep that closes cleanly between reports", () => {
    const { clock, presence, device, report, reportEvery, seen, told } = world();
    report("a");
    reportEvery("a", 60 * second, 3);
    clock.advance(60 * second);
    const connection = presence.connected(device("a"));
    const since = presence.stateOf(device("a")).since;
    report("a");
    connection.closed(clean);
    expect(seen("a")).toBe("online asleep");
    expect(presence.stateOf(device("a")).since).toBe(since);
    clock.advance(150 * second - 1);
    expect(seen("a")).toBe("online asleep");
    clock.advance(1);
    expect(seen("a")).toBe("offline closed");
    expect(told.slice(-3)).toEqual(["a online connected", "a online asleep", "a offline closed"]);
  });

  it("[P53] keeps a sensor asleep whose last readings are committed after it closed", () => {
    const { clock, presence, device, report, seen } = world();
    const connection = presence.connected(device("a"));
    report("a");
    connection.closed(clean);
    clock.advance(5);
    report("a");
    expect(seen("a")).toBe("online asleep");
  });

  it("[P53] takes a reading without a connection as being there, and its end as a time-out", () => {
    const { clock, device, presence, report, seen } = world();
    device("a", { reportInterval: 60 * second });
    report("a");
    expect(seen("a")).toBe("online reporting");
    clock.advance(140 * second);
    report("a");
    clock.advance(150 * second - 1);
    expect(seen("a")).toBe("online reporting");
    clock.advance(1);
    expect(seen("a")).toBe("offline timeout");
    expect(presence.stateOf(device("a")).since).toBe(clock.now());
  });

  it("[P55] calls a device offline at once that answered no ping, with the reason", () => {
    const { clock, presence, device, report, seen } = world();
    const connection = presence.connected(device("a"));
    report("a");
    connection.closed(cut);
    expect(seen("a")).toBe("offline timeout");
    // What was on its way to the disk when it was cut brings it back no more…
    clock.advance(50);
    report("a");
    expect(seen("a")).toBe("offline timeout");
    // …but a reading that comes over HTTP later does.
    clock.advance(5 * second);
    report("a");
    expect(seen("a")).toBe("online reporting");
  });

  it("[P55] calls a device closed that connected, sent nothing and left", () => {
    const { clock, presence, device, seen } = world();
    presence.connected(device("a")).closed(clean);
    clock.advance(2 * second);
    expect(seen("a")).toBe("offline closed");
  });

  it("[P31] does not let the end of an older connection touch a device that has a newer one", () => {
    const { presence, device, seen, told } = world();
    const older = presence.connected(device("a"));
    const newer = presence.connected(device("a"));
    older.closed({ reason: "replaced", clean: true });
    older.closed(cut);
    expect(seen("a")).toBe("online connected");
    expect(told).toEqual(["a online connected"]);
    newer.closed({ reason: "timeout", clean: false });
    expect(seen("a")).toBe("offline timeout");
  });

  it("[P53] tells each take-over of a device that reports, which is never offline meanwhile", () => {
    const { presence, device, report, told } = world();
    let connection = presence.connected(device("a"));
    for (let taken = 0; taken < 2; taken++) {
      report("a");
      connection.closed({ reason: "replaced", clean: true });
      connection = presence.connected(device("a"));
    }
    const takeOver = ["a online replaced", "a online connected"];
    expect(told).toEqual(["a online connected", ...takeOver, ...takeOver]);
  });

  it("[P54] never calls a historic device silent, nor asleep once it left", () => {
    const { clock, presence, device, report, seen } = world();
    const archive = device("archive", { historic: true });
    const connection = presence.connected(archive);
    for (let day = 0; day < 20; day++) {
      clock.advance(1);
      report("archive", "rain", Date.UTC(2012, 0, day + 1));
    }
    clock.advance(24 * 60 * minute);
    expect(seen("archive")).toBe("online connected");
    expect([...archive.series.values()].map((series) => presence.isStale(series))).toEqual([false]);
    connection.closed(clean);
    expect(seen("archive")).toBe("online closed");
    clock.advance(2 * second);
    expect(seen("archive")).toBe("offline closed");
  });

  it("[P56] calls a value stale by its own series, whatever else the device reports", () => {
    const { presence, device, reportEvery, report } = world();
    const a = device("a");
    presence.connected(a);
    reportEvery("a", 10 * second, 4, "fast");
    reportEvery("a", 10 * second, 4, "other");
    const stale = () => [...a.series.values()].map((series) => presence.isStale(series));
    expect(stale()).toEqual([true, false]);
    report("a", "fast");
    expect(stale()).toEqual([false, false]);
  });

  it("[P56] judges values from before the start by the wall clock", () => {
    const { clock, catalog, presence, device } = world();
    const series = catalog.addSeries(device("a", { reportInterval: 60 * second }), "t", "number");
    series.latestReceivedMs = clock.now() - 150 * second + 1;
    expect(presence.isStale(series)).toBe(false);
    clock.advance(1);
    expect(presence.isStale(series)).toBe(true);
  });

  it("[P54] is not misled by a wall clock that jumps", () => {
    const { clock, presence, device, reportEvery, seen } = world();
    presence.connected(device("a"));
    reportEvery("a", 10 * second, 4);
    clock.jump(3_600 * second);
    clock.advance(24 * second);
    expect(seen("a")).toBe("online connected");
  });

  it("[P55] forgets a removed device with all that waits for it", () => {
    const { clock, catalog, presence, device, report, told } = world();
    const a = device("a");
    presence.connected(a);
    report("a");
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 1, silent: 0, offline: 0 });
    presence.removed(a);
    catalog.removeDevice(a);
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 0, silent: 0, offline: 0 });
    expect(presence.stateOf(a)).toMatchObject({ state: "offline", reason: "removed" });
    clock.advance(60 * minute);
    expect(told).toEqual(["a online connected"]);
  });

  it("counts devices by state and waits for all of them behind one timer", () => {
    const { clock, catalog, presence, device, report } = world();
    for (let index = 0; index < 300; index++) {
      const id = `d${index}`;
      device(id, { reportInterval: (index % 3 === 0 ? 10 : 60) * second });
      if (index % 2 === 0) presence.connected(device(id));
      report(id);
    }
    device("never-seen");
    expect(clock.pending).toBe(1);
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 300, silent: 0, offline: 1 });
    clock.advance(25 * second);
    expect(clock.pending).toBe(1);
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 200, silent: 50, offline: 51 });
    clock.advance(125 * second);
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 0, silent: 150, offline: 151 });
    expect(clock.pending).toBe(0);
  });
});
