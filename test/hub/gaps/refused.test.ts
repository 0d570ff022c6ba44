/** Gaps in which the hub refused all readings. */
import { describe, expect, it } from "vitest";
import type { Series } from "../../../server/hub/catalog.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { GapWorld, type Past } from "./gap-world.ts";

const start = Date.UTC(2026, 10, 24);
const at = (seconds: number) => start + seconds * 1_000;

function memoryWorld(past: Past): GapWorld {
  const data = new MemoryData();
  return new GapWorld(() => new MemoryStore(data), past);
}

describe("a gap in which the hub refused all readings", () => {
  it("[P121] tells of a gap as refused where the hub refused all readings for half of it, but for what the device was away or silent, or no hub ran", async () => {
    const world = memoryWorld({
      timeline: [
        { atMs: at(0), state: "online", reason: "connected" },
        { atMs: at(300), state: "offline", reason: "closed" },
        { atMs: at(370), state: "online", reason: "connected" },
        { atMs: at(820), state: "silent", reason: "no_reading" },
        { atMs: at(1_000), state: "online", reason: "connected" },
      ],
      down: [[at(500), at(590)]],
      refusing: [
        [at(105), at(185)],
        [at(310), at(375)],
        [at(480), at(500)],
        [at(700), at(730)],
        [at(830), at(990)],
      ],
    });
    await world.start();
    await world.commit("a", [0, 10, 90, 100, 190, 295, 380, 475, 595, 690, 790, 1_005].map(at));
    expect(await world.kept("a")).toEqual([
      [at(10), at(90), "silent"],
      [at(100), at(190), "refused"],
      [at(190), at(295), "silent"],
      // It was away, and could be refused nothing.
      [at(295), at(380), "offline"],
      [at(380), at(475), "silent"],
      [at(475), at(595), "hub_down"],
      [at(595), at(690), "silent"],
      // Too short to be the reason.
      [at(690), at(790), "silent"],
      // It sent nothing that could be refused.
      [at(790), at(1_005), "silent"],
    ]);
  });

  it("[P121] tells of a gap as refused over the end of a hub that could not store who was there", async () => {
    const world = memoryWorld({
      timeline: [
        { atMs: at(0), state: "online", reason: "connected" },
        { atMs: at(20), state: "offline", reason: "hub_restart" },
        { atMs: at(415), state: "online", reason: "connected" },
      ],
      down: [
        [at(20), at(25)],
        [at(400), at(410)],
      ],
      refusing: [[at(30), at(400)]],
    });
    await world.start();
    await world.commit("a", [0, 10, 420].map(at));
    expect(await world.kept("a")).toEqual([[at(10), at(420), "refused"]]);
  });

  it("[P121] is offline where the device was away by itself since before the hub started", async () => {
    const world = memoryWorld({
      timeline: [
        { atMs: at(0), state: "online", reason: "connected" },
        { atMs: at(15), state: "offline", reason: "timeout" },
        { atMs: at(20), state: "offline", reason: "hub_restart" },
        { atMs: at(415), state: "online", reason: "connected" },
      ],
      down: [[at(20), at(25)]],
      refusing: [[at(30), at(400)]],
    });
    await world.start();
    await world.commit("a", [0, 10, 420].map(at));
    expect(await world.kept("a")).toEqual([[at(10), at(420), "offline"]]);
  });

  it("[P121] is refused but for the time that the device took to come back after a start", async () => {
    const world = memoryWorld({
      timeline: [
        { atMs: at(0), state: "online", reason: "connected" },
        { atMs: at(20), state: "offline", reason: "hub_restart" },
        { atMs: at(80), state: "online", reason: "connected" },
      ],
      down: [[at(20), at(30)]],
      refusing: [[at(35), at(300)]],
    });
    await world.start();
    await world.commit("a", [0, 10, 310].map(at));
    expect(await world.kept("a")).toEqual([[at(10), at(310), "refused"]]);
    await world.commit("b", [0, 10, 120].map(at));
    expect(await world.kept("b")).toEqual([[at(10), at(120), "hub_down"]]);
  });

  it("[P121] judges what late readings leave of a refused gap by itself where it is known still when all were refused", async () => {
    const past: Past = {
      timeline: [{ atMs: at(0), state: "online", reason: "connected" }],
      down: [[at(500), at(530)]],
      refusing: [[at(600), at(2_000)]],
    };
    const world = memoryWorld(past);
    await world.start();
    await world.commit("a", [0, 10, 2_010].map(at));
    expect(await world.kept("a")).toEqual([[at(10), at(2_010), "refused"]]);
    const series = world.series("a") as Series;
    const [gaps] = await world.ledger.of([series], { fromMs: at(0), toMs: at(2_020), nowMs: at(2_020) }, 10);
    expect(gaps?.from.map((from, row) => [from, gaps.to[row], gaps.cause[row]])).toEqual([
      [at(10), at(500), "silent"],
      [at(500), at(530), "hub_down"],
      [at(530), at(2_010), "refused"],
    ]);
    // What was refused comes again.
    await world.commit(
      "a",
      Array.from({ length: 141 }, (_, index) => at(605 + 10 * index)),
    );
    expect(await world.kept("a")).toEqual([[at(10), at(605), "silent"]]);
  });
});
