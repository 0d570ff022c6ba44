/** A gap during which no hub ran for a while: what is told of its parts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Series } from "../../../server/hub/catalog.ts";
import { type CauseDeps, Causes } from "../../../server/hub/gaps/cause.ts";
import { cutAt, mayBeCut, type Stretch } from "../../../server/hub/gaps/parts.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { printedSeed } from "../../support/seed.ts";
import { GapWorld, type Past } from "./gap-world.ts";

const start = Date.UTC(2026, 10, 24);
const at = (seconds: number) => start + seconds * 1_000;

async function worldOf(past: Past): Promise<GapWorld> {
  const data = new MemoryData();
  const world = new GapWorld(() => new MemoryStore(data), past);
  await world.start();
  return world;
}

/** What is told of a metric's gaps, in seconds. */
async function told(world: GapWorld, metric: string, fromS: number, toS: number) {
  const series = world.series(metric);
  const span = { fromMs: at(fromS), toMs: at(toS), nowMs: at(toS) };
  const [gaps] = series ? await world.ledger.of([series], span, 100) : [];
  const seconds = (ms: number) => (ms - start) / 1_000;
  const parts = gaps?.from.map((from, row) => [seconds(from), seconds(gaps.to[row] as number), gaps.cause[row]]);
  return { parts, complete: gaps?.complete };
}

const online = { state: "online", reason: "connected" } as const;
const offline = { state: "offline", reason: "closed" } as const;

describe("a gap in which no hub ran for a while", () => {
  it("[P121] is told in parts with a cause each, where no hub ran longer than the grace, and is as long as ever together", async () => {
    const world = await worldOf({
      timeline: [
        { atMs: at(0), ...online },
        { atMs: at(30), ...offline },
        { atMs: at(1_280), ...online },
        { atMs: at(2_030), ...offline },
        { atMs: at(4_000), ...online },
      ],
      down: [
        [at(1_200), at(1_260)],
        [at(2_500), at(2_510)],
        [at(3_000), at(3_300)],
      ],
    });
    await world.commit("a", [0, 10, 1_283, 1_300, 2_000, 4_005].map(at));
    // Twenty minutes silent, which end in a start of the hub.
    const [silent, first] = [
      [10, 1_200, "offline"],
      [1_200, 1_283, "hub_down"],
    ];
    expect((await told(world, "a", 0, 1_290)).parts).toEqual([silent, first]);
    expect(await told(world, "a", 0, 4_010)).toEqual({
      parts: [
        silent,
        first,
        [1_300, 2_000, "silent"],
        // Ten seconds without a hub are no gap by themselves.
        [2_000, 3_000, "offline"],
        [3_000, 3_300, "hub_down"],
        [3_300, 4_005, "offline"],
      ],
      complete: 1 - (1_273 + 700 + 2_005) / 4_010,
    });
    // Cut to the range that is asked for.
    expect((await told(world, "a", 1_210, 1_250)).parts).toEqual([[1_210, 1_250, "hub_down"]]);
    expect((await told(world, "a", 3_100, 3_400)).parts).toEqual([
      [3_100, 3_300, "hub_down"],
      [3_300, 3_400, "offline"],
    ]);
  });

  it("[P121] is told in parts while it lasts, too, and as a whole where it is hardly longer than the hub was away", async () => {
    const world = await worldOf({
      timeline: [
        { atMs: at(0), ...online },
        { atMs: at(400), ...offline },
      ],
      down: [
        [at(100), at(200)],
        [at(700), at(900)],
      ],
    });
    await world.commit("a", [0, 90, 210, 300].map(at));
    expect((await told(world, "a", 0, 1_000)).parts).toEqual([
      [0, 90, "silent"],
      [90, 210, "hub_down"],
      [210, 300, "silent"],
      [300, 700, "offline"],
      [700, 900, "hub_down"],
      [900, 1_000, "offline"],
    ]);
  });

  it("[P121] keeps the cause that was found of it for the parts of which nobody knows any more", async () => {
    const past: Past = {
      timeline: [
        { atMs: at(0), ...online },
        { atMs: at(30), ...offline },
      ],
      down: [[at(500), at(600)]],
    };
    const world = await worldOf(past);
    await world.commit("a", [0, 10, 1_000].map(at));
    const parts = [
      [10, 500, "offline"],
      [500, 600, "hub_down"],
      [600, 1_000, "offline"],
    ];
    expect((await told(world, "a", 0, 1_000)).parts).toEqual(parts);
    (past.timeline as unknown[]).splice(0);
    expect((await told(world, "a", 0, 1_000)).parts).toEqual(parts);
  });

  it("[P121] has as many parts as nights in which no hub ran, and asks once what is known of their time", async () => {
    const nights = 400;
    const dayMs = 86_400_000;
    const known = Array.from({ length: nights }, (_, night) => [
      { atMs: night * dayMs, ...online },
      { atMs: (night + 0.5) * dayMs, state: "offline", reason: "hub_restart" } as const,
    ]).flat();
    const down = known.flatMap(({ atMs, state }, index) => {
      const next = known[index + 1];
      return state === "offline" && next ? { fromMs: atMs, toMs: next.atMs } : [];
    });
    const asked: string[] = [];
    const answer = <T>(what: string, told: T): Promise<T> => {
      asked.push(what);
      return Promise.resolve(told);
    };
    const causes = new Causes({
      store: {
        masks: () => answer("masks", []),
        refusals: () => answer("refusals", []),
        quarantine: { list: () => answer("quarantine", { rows: [] }) },
      } as unknown as CauseDeps["store"],
      timeline: () => answer("timeline", known),
      hubPast: () => answer("hub", { down, refusing: [] }),
    });
    const series = { number: 1, metric: "a", device: { id: "oven-1" } } as Series;
    // A lookup for each pair of nights and each part, as there was, took 16 s of CPU.
    const parts = await causes.parts(series, { fromMs: dayMs / 4, toMs: (nights - 0.5) * dayMs }, 25_000);
    expect(parts).toHaveLength(2 * nights - 1);
    expect(new Set(parts.map(({ cause }) => cause))).toEqual(new Set(["silent", "hub_down"]));
    expect(asked.sort()).toEqual(["hub", "masks", "quarantine", "refusals", "timeline"]);
  });

  it("[P121] has parts that follow each other from its begin to its end, none of them within the grace, whatever there is to cut it", () => {
    const times = fc.uniqueArray(fc.nat(400), { maxLength: 12 }).map((all) => all.sort((a, b) => a - b));
    const property = fc.property(
      times,
      fc.nat(300),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(40),
      (ends, fromMs, ms, graceMs) => {
        const down: Stretch[] = [];
        for (let index = 0; index + 1 < ends.length; index += 2)
          down.push({ fromMs: ends[index] as number, toMs: ends[index + 1] as number });
        const gap = { fromMs, toMs: fromMs + ms };
        const parts = cutAt(gap, down, graceMs);
        expect(parts[0]?.fromMs).toBe(gap.fromMs);
        expect(parts.at(-1)?.toMs).toBe(gap.toMs);
        for (const [index, part] of parts.entries()) {
          if (index > 0) expect(part.fromMs).toBe(parts[index - 1]?.toMs);
          if (parts.length > 1) expect(part.toMs - part.fromMs).toBeGreaterThan(graceMs);
        }
        if (parts.length > 1) expect(mayBeCut(gap, down, graceMs)).toBe(true);
      },
    );
    fc.assert(property, { seed: printedSeed("parts of gaps"), numRuns: 500 });
  });
});
