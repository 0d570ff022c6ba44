/** What has time to come back before it is said to be gone, and what the hub must not blame on a device. */
import { describe, expect, it } from "vitest";
import { minute, second, world } from "./presence-world.ts";

const clean = { reason: "closed", clean: true } as const;
const takenOver = { reason: "replaced", clean: true } as const;
const hour = 60 * minute;

describe("a device that is away for a moment", () => {
  it("[P53] is not offline while a newer connection takes over, though it never reported or is silent", () => {
    const { clock, presence, device, seen, told } = world();
    const first = presence.connected(device("a", { reportInterval: minute }));
    first.closed(takenOver);
    expect(seen("a")).toBe("online replaced");
    const next = presence.connected(device("a"));
    clock.advance(3 * minute);
    next.closed(takenOver);
    expect(seen("a")).toBe("online replaced");
    presence.connected(device("a"));
    expect(told.filter((change) => change.includes("offline"))).toEqual([]);
  });

  it("[P53] is offline, replaced, once the connection that took over was not let in for 10 s", () => {
    const { clock, presence, device, seen } = world();
    presence.connected(device("a")).closed(takenOver);
    clock.advance(10 * second - 1);
    expect(seen("a")).toBe("online replaced");
    clock.advance(1);
    expect(seen("a")).toBe("offline replaced");
  });

  it("[P78] is not offline where it was cut and is back within 2 s, and the cut is told all the same", () => {
    const { clock, presence, device, report, seen, told } = world();
    for (let round = 0; round < 3; round++) {
      const connection = presence.connected(device("a"));
      report("a");
      connection.closed({ reason: "closed", clean: false });
      // What was on its way to the disk is no sign that it is back.
      clock.advance(second);
      report("a");
      clock.advance(second - 1);
      expect(seen("a")).toBe("online closed");
    }
    clock.advance(1);
    expect(seen("a")).toBe("offline closed");
    const round = ["a online connected", "a online closed"];
    expect(told).toEqual([...round, ...round, ...round, "a offline closed"]);
  });

  it("[P78] is offline at once where it was silent before it was cut", () => {
    const { clock, presence, device, seen } = world();
    const connection = presence.connected(device("a", { reportInterval: minute }));
    clock.advance(3 * minute);
    connection.closed({ reason: "closed", clean: false });
    expect(seen("a")).toBe("offline closed");
  });

  it("[P78] [P77] goes through a short cut of its gateway", () => {
    const { clock, presence, device, report, told } = world();
    const gateway = device("gateway");
    const connection = presence.connected(gateway);
    presence.spokenFor(device("mote"), gateway);
    report("mote");
    told.length = 0;
    connection.closed({ reason: "closed", clean: false });
    clock.advance(2 * second - 1);
    presence.connected(gateway);
    clock.advance(minute);
    expect(told).toEqual([
      "gateway online closed",
      "mote online gateway_offline",
      "gateway online connected",
      "mote online connected",
    ]);
  });

  it("[P53] stays replaced while the last readings of its older connection are committed", () => {
    const { clock, presence, device, report, told } = world();
    const older = presence.connected(device("a"));
    report("a");
    older.closed(takenOver);
    clock.advance(5);
    report("a");
    presence.connected(device("a"));
    expect(told).toEqual(["a online connected", "a online replaced", "a online connected"]);
  });

  it("[P53] is asleep though it closed before the first of its readings was committed", () => {
    const { clock, presence, device, report, seen, told } = world();
    presence.connected(device("a", { reportInterval: hour })).closed(clean);
    clock.advance(5);
    report("a");
    expect(seen("a")).toBe("online asleep");
    expect(told.at(-1)).toBe("a online asleep");
    clock.advance(2.5 * hour - 1);
    expect(seen("a")).toBe("online asleep");
    clock.advance(1);
    expect(seen("a")).toBe("offline closed");
  });

  it("[P53] sleeps from wake to wake with an interval that nobody declared, and is gone when it missed two", () => {
    const { clock, presence, device, report, seen, told } = world();
    for (let wake = 0; wake < 24; wake++) {
      // Give or take half a minute.
      clock.advance(hour + (wake % 2 === 0 ? 30 : -30) * second);
      const connection = presence.connected(device("a"));
      report("a", "temperature");
      report("a", "battery");
      clock.advance(second);
      connection.closed(clean);
    }
    // Until three readings were known it was away after 12.5 minutes.
    expect(told.filter((change) => change.includes("offline")).length).toBe(2);
    clock.advance(2.4 * hour);
    expect(seen("a")).toBe("online asleep");
    clock.advance(0.2 * hour);
    expect(seen("a")).toBe("offline closed");
  });

  it("[P52] a device that reports every 10 s and one that does every hour have each its own deadline", () => {
    const { clock, presence, device, report, seen } = world();
    for (const id of ["fast", "slow"]) {
      presence.connected(device(id));
      report(id);
    }
    for (let passed = 10; passed <= 3 * 3_600; passed += 10) {
      clock.advance(10 * second);
      report("fast");
      if (passed % 3_600 === 0) report("slow");
    }
    expect([presence.deviceInterval(device("fast")), presence.deviceInterval(device("slow"))]).toEqual([
      10 * second,
      hour,
    ]);
    clock.advance(25 * second);
    expect([seen("fast"), seen("slow")]).toEqual(["silent no_reading", "online connected"]);
    clock.advance(2.5 * hour - 25 * second);
    expect(seen("slow")).toBe("silent no_reading");
  });
});

describe("a hub that stood still", () => {
  it.each([
    ["for half a minute", 30 * second],
    ["as a laptop that slept all night", 8 * hour],
  ])("[P75] %s blames no device for it", (_, ms) => {
    const { clock, presence, device, report, told } = world();
    for (const id of ["connected", "over-http"]) device(id, { reportInterval: 10 * second });
    const asleep = presence.connected(device("asleep", { reportInterval: 10 * second }));
    presence.connected(device("connected"));
    for (const id of ["connected", "over-http", "asleep"]) report(id);
    asleep.closed(clean);
    clock.advance(15 * second);
    const before = told.length;
    clock.stall(ms);
    // A second of it at most passes for time in which it ran.
    clock.advance(9 * second - 1);
    expect(told.slice(before)).toEqual([]);
    clock.advance(second + 1);
    expect(told.slice(before).sort()).toEqual([
      "asleep offline closed",
      "connected silent no_reading",
      "over-http offline timeout",
    ]);
  });

  it("[P75] counts the grace of what comes before its timers run from then on, and no longer", () => {
    const { clock, presence, device, report, seen } = world();
    presence.connected(device("a", { reportInterval: 10 * second }));
    report("a");
    clock.stall(hour, () => report("a"));
    clock.advance(25 * second - 1);
    expect(seen("a")).toBe("online connected");
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
  });
});

describe("a hub that starts again", () => {
  /** A world in which the newest reading of the device came `agoMs` ago, to the hub before. */
  function startedAgain(agoMs: number, reportInterval: number | undefined) {
    return world(({ catalog, clock }) => {
      const owner = catalog.device("a", 0);
      if (reportInterval !== undefined) owner.meta = { reportInterval };
      const series = catalog.addSeries(owner, "temperature", "number");
      series.latestReceivedMs = clock.now() - agoMs;
    });
  }

  it("[P76] gives a device with a declared interval the rest of its grace to come back", () => {
    const { clock, catalog, presence, device, told } = startedAgain(30 * minute, hour);
    const startMs = clock.now();
    const stateOf = () => presence.stateOf(device("a"));
    expect(stateOf()).toEqual({ state: "online", reason: "hub_restart", since: startMs });
    expect(presence.counts(catalog.deviceCount)).toEqual({ online: 1, silent: 0, offline: 0 });
    clock.advance(2 * hour - 1);
    expect(stateOf().state).toBe("online");
    expect(told).toEqual([]);
    clock.advance(1);
    expect(stateOf()).toEqual({ state: "offline", reason: "hub_restart", since: clock.now() });
  });

  it("[P76] shows it as it is from its next sign on, and since then", () => {
    const { clock, presence, device, report, told } = startedAgain(30 * minute, hour);
    clock.advance(20 * minute);
    const connection = presence.connected(device("a"));
    expect(presence.stateOf(device("a"))).toEqual({ state: "online", reason: "connected", since: clock.now() });
    report("a");
    connection.closed(clean);
    expect(told).toEqual(["a online connected", "a online asleep"]);
  });

  it("[P76] takes a reading over HTTP for such a sign", () => {
    const { report, told } = startedAgain(30 * minute, hour);
    report("a");
    expect(told).toEqual(["a online reporting"]);
  });

  it.each([
    ["whose grace was over before", 2.5 * hour, hour],
    ["that reports on event", minute, 0],
    ["whose interval nobody declared", second, undefined],
  ])("[P76] calls a device offline %s", (_, agoMs, reportInterval) => {
    const { presence, device } = startedAgain(agoMs, reportInterval);
    expect(presence.stateOf(device("a"))).toMatchObject({ state: "offline", reason: "hub_restart" });
  });
});

describe("a device whose readings are refused with all others", () => {
  it("[P123] is there as if they were stored, for a minute at least, since it was asked to come again", () => {
    const { clock, presence, device, report, refuse, seen, told } = world();
    presence.connected(device("a", { reportInterval: second }));
    report("a");
    clock.advance(9 * second);
    refuse("a");
    clock.advance(minute - 1);
    expect(told).toEqual(["a online connected"]);
    clock.advance(1);
    expect(seen("a")).toBe("silent no_reading");
    refuse("a");
    expect(seen("a")).toBe("online connected");
    // It came again, and is waited for no longer.
    report("a");
    clock.advance(10 * second);
    expect(seen("a")).toBe("silent no_reading");
    // A long grace is not made shorter.
    presence.connected(device("slow", { reportInterval: minute }));
    refuse("slow");
    clock.advance(2.5 * minute - 1);
    expect(seen("slow")).toBe("online connected");
    clock.advance(1);
    expect(seen("slow")).toBe("silent no_reading");
  });

  it("[P123] is there where it only posts, also to a hub that just started, and sleeps between reports", () => {
    const { clock, presence, device, refuse, seen } = world();
    device("posts", { reportInterval: second });
    refuse("posts");
    expect(seen("posts")).toBe("online reporting");
    clock.advance(minute);
    expect(seen("posts")).toBe("offline timeout");
    const connection = presence.connected(device("sleeps", { reportInterval: second }));
    refuse("sleeps");
    connection.closed(clean);
    expect(seen("sleeps")).toBe("online asleep");
    clock.advance(minute - 1);
    expect(seen("sleeps")).toBe("online asleep");
    clock.advance(1);
    expect(seen("sleeps")).toBe("offline closed");
  });

  it("[P123] is offline after two seconds where it is cut all the same, whatever of it was in flight", () => {
    const { clock, presence, device, refuse, seen } = world();
    const connection = presence.connected(device("a", { reportInterval: second }));
    refuse("a");
    connection.closed({ reason: "closed", clean: false });
    clock.advance(second);
    refuse("a");
    clock.advance(second);
    expect(seen("a")).toBe("offline closed");
  });
});
