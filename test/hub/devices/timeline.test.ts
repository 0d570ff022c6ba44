import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Catalog } from "../../../server/hub/catalog.ts";
import { Presence, type PresenceConnection } from "../../../server/hub/devices/presence.ts";
import { PresenceRecorder } from "../../../server/hub/devices/recorder.ts";
import { type PresenceEntry, timelineOf } from "../../../server/hub/devices/timeline.ts";
import { silentLog } from "../../../server/ports.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import type { PresenceChange } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { printedSeed } from "../../support/seed.ts";

const told = ({ atMs, state, reason }: PresenceEntry) => `${atMs} ${state} ${reason}`;

function own(number: number, atMs: number, state: "online" | "offline", reason: string): PresenceChange {
  return { device: "a", number, atMs, state, reason, sinceMs: atMs };
}

function hub(number: number, atMs: number, reason: string): PresenceChange {
  return { ...own(number, atMs, "offline", reason), device: "" };
}

describe("a timeline", () => {
  it("[P65] has one cut for an end of the hub and the start behind it, also where the device was offline before", () => {
    const hubs = [hub(1, 0, "started"), hub(4, 40, "killed"), hub(5, 90, "started")];
    const changes = [own(2, 10, "online", "connected"), own(3, 20, "offline", "closed")];
    expect(timelineOf(changes, hubs).map(told)).toEqual([
      "10 online connected",
      "20 offline closed",
      "40 offline hub_restart",
    ]);
  });

  it("[P65] shows that a device came back in the state that it was in before", () => {
    const hubs = [hub(1, 0, "started"), hub(3, 40, "stopped"), hub(4, 90, "started")];
    const changes = [own(2, 10, "online", "connected"), own(5, 95, "online", "connected")];
    expect(timelineOf(changes, hubs).map(told)).toEqual([
      "10 online connected",
      "40 offline hub_restart",
      "95 online connected",
    ]);
  });

  it("[P65] begins where the ends of the hub are known, and never joins what one of them parted", () => {
    const changes = [own(2, 10, "online", "connected"), own(9, 95, "online", "connected")];
    expect(timelineOf(changes, [hub(8, 90, "started")]).map(told)).toEqual([
      "90 offline hub_restart",
      "95 online connected",
    ]);
  });

  it("[P64] is in the order of numbers, and has a change that is stored and still waiting once", () => {
    const changes = [
      own(2, 50, "online", "connected"),
      own(3, 20, "offline", "closed"),
      own(2, 50, "online", "connected"),
    ];
    expect(timelineOf(changes, [hub(1, 0, "started")]).map(told)).toEqual(["50 online connected", "20 offline closed"]);
  });
});

/** Each look at it takes a millisecond, as on a busy machine. */
class SlowClock extends FakeClock {
  override now(): number {
    this.jump(1);
    return super.now();
  }
}

describe("a change of state", () => {
  it("[P64] is kept with one moment, so that it never passes for a change of the reason alone, which goes first", async () => {
    const run = await start(new MemoryData(), new SlowClock());
    for (const event of ["connect", "report", "cut", "wait", "connect"] as const) await run.happens(event);
    await run.recorder.stop();
    const kept = await run.store.readPresence("a");
    expect(kept.map(({ state }) => state)).toEqual(["online", "offline", "online"]);
    for (const { atMs, sinceMs } of kept) expect(sinceMs).toBe(atMs);
  });
});

type Event = "connect" | "close" | "cut" | "report" | "wait" | "write" | "stop" | "kill";
const events: readonly Event[] = [
  "connect",
  "connect",
  "close",
  "cut",
  "report",
  "report",
  "wait",
  "wait",
  "write",
  "stop",
  "kill",
];

describe("the timeline of a random life", () => {
  it("[P64] [P65] always ends with what the device is now, and no two entries in a row say the same", async () => {
    const seed = printedSeed("timelines");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...events), { minLength: 20, maxLength: 60 }), async (life) => {
        const clock = new FakeClock();
        const data = new MemoryData();
        let run = await start(data, clock);
        for (const event of life) {
          if (event === "stop" || event === "kill") {
            if (event === "stop") {
              await run.recorder.stop();
              await run.store.close();
            } else run.recorder.halt();
            run.presence.stop();
            clock.advance(1_234);
            run = await start(data, clock);
          } else await run.happens(event);
          const { state, reason } = run.presence.stateOf(run.device);
          const entries = await run.recorder.timeline(
            run.device,
            run.presence.stateOf(run.device),
            -Infinity,
            Infinity,
          );
          expect(entries.at(-1)).toMatchObject({ state, reason });
          for (const [index, entry] of entries.entries()) {
            const before = entries[index - 1];
            expect(entry.state === before?.state && entry.reason === before.reason).toBe(false);
            expect(entry.atMs).toBeGreaterThanOrEqual(before?.atMs ?? 0);
          }
        }
      }),
      { seed, numRuns: 150 },
    );
  });
});

/** A hub's presence and its recorder, on what the hub before left. */
async function start(data: MemoryData, clock: FakeClock) {
  const store = new MemoryStore(data);
  const state = await store.open();
  const recorder = new PresenceRecorder({ store, state, clock, log: silentLog });
  const catalog = new Catalog(state);
  const presence = new Presence({
    clock,
    devices: catalog.devices(),
    onChange: (...change) => recorder.changed(...change),
  });
  const device = catalog.device("a", clock.now());
  device.meta = { reportInterval: 20_000 };
  const series = catalog.addSeries(device, "m", "number");
  let connection: PresenceConnection | undefined;

  async function happens(event: Exclude<Event, "stop" | "kill">): Promise<void> {
    if (event === "connect") connection = presence.connected(device);
    else if (event === "close") connection?.closed({ reason: "closed", clean: true });
    else if (event === "cut") connection?.closed({ reason: "timeout", clean: false });
    else if (event === "report") presence.reported(series, clock.now(), clock.monotonic());
    else clock.advance(event === "wait" ? 30_000 : 1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { store, recorder, presence, device, happens };
}
