/** Days, weeks and hours by the clocks of zones, from the tiers as the hub has them: the fitting ones, and coarse ones between their edges. */
import { describe, expect, it } from "vitest";
import { localBoundaries, type Zone, zoneNamed } from "../../../server/protocol/zones.ts";
import { defaultTiers, type TierShape } from "../../../server/store/sqlite/plan.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import type { Row } from "../world.ts";
import { Rolling } from "./rolling.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Few readings make a tier here, so that few are needed; the minute and what is finer are not made. */
const shape: TierShape = { ...defaultTiers, leastReadings: 2 };
/** Summer time begins or ends in four of the zones within 46 days. */
const fromMs = Date.UTC(2026, 8, 20);
const toMs = fromMs + 46 * day;
const stepMs = 5 * minute;

const zones = [
  ...["Asia/Kathmandu", "Asia/Kolkata", "Asia/Seoul", "Australia/Lord_Howe"],
  ...["Pacific/Chatham", "America/St_Johns", "Europe/Berlin"],
].map((name) => zoneNamed(name) as Zone);

function readings(random: Random): Row[] {
  return Array.from({ length: (toMs - fromMs) / stepMs }, (_, index) => [
    fromMs + index * stepMs + Math.floor(random.uniform() * minute),
    // Whole: a sum is the same in any order.
    Math.floor(random.uniform() * 500),
  ]);
}

function rolled(random: Random, of = shape): Rolling {
  const rolling = new Rolling(of, 4_000);
  rolling.append(readings(random));
  rolling.seal();
  rolling.rollAll();
  return rolling;
}

function days(zone: Zone, everyMs = day, span = { fromMs: fromMs + day, toMs: toMs - 5 * day }) {
  return { range: span, cuts: { boundaries: localBoundaries(zone, everyMs, span.fromMs, span.toMs) } };
}

describe("local days from the tiers", () => {
  it("[TR21] are what the readings give in any zone, also where a tier is missing for a stretch, stale, or not read", () => {
    const random = new Random(printedSeed("local days"));
    const below = (most: number) => Math.floor(random.uniform() * most);
    const rolling = rolled(random);
    const named = (name: string) => {
      const { range, cuts } = days(zoneNamed(name) as Zone);
      return rolling.compare(range, cuts).tier;
    };
    expect(named("Asia/Kathmandu")).toBe("3h");
    expect(named("Pacific/Chatham")).toBe("3h");
    expect(named("Europe/Berlin")).toBe("hour");
    for (let turn = 0; turn < 14; turn++) {
      const harm = below(5);
      const widthMs = [15 * minute, hour, 3 * hour, 6 * hour][below(4)] as number;
      const rows = rolling.spansOf(widthMs);
      const place = rows[below(rows.length)]?.[0] ?? 0;
      if (harm === 0) rolling.db.prepare("DELETE FROM tiers WHERE width_ms = ? AND frame_ms = ?").run(widthMs, place);
      if (harm === 1) {
        const damage = rolling.db.prepare("UPDATE tiers SET cells = x'0200' WHERE width_ms = ? AND frame_ms = ?");
        damage.run(widthMs, place);
      }
      if (harm === 2) {
        rolling.append([[fromMs + below(toMs - fromMs), below(100)]]);
        if (below(2) === 0) rolling.seal();
      }
      if (harm === 3) rolling.remove(fromMs + below(40 * day), fromMs + 40 * day + below(hour));
      if (harm === 4) for (let steps = below(4); steps > 0; steps--) rolling.step();
      if (harm === 3) rolling.append(readings(random).slice(0, 2_000));
      for (const zone of [zones[below(zones.length)], zones[0]] as Zone[]) {
        const startMs = fromMs + below(30 * day);
        const span = { fromMs: startMs, toMs: startMs + hour + below(14 * day) };
        const everyMs = [day, day, 12 * hour, 7 * day, hour][below(5)] as number;
        const { range, cuts } = days(zone, everyMs, span);
        const maxStepMs = [undefined, undefined, 7 * minute, Number.POSITIVE_INFINITY][below(4)];
        rolling.compare({ ...range, maxStepMs }, cuts, below(3) === 0 ? 1 + below(5) : undefined);
      }
    }
  });

  it("[TR21] at clocks that differ by seconds, as in Liberia until 1972, too", () => {
    const zone = zoneNamed("Africa/Monrovia") as Zone;
    const startMs = Date.UTC(1971, 11, 25);
    expect(zone.offsetMs(startMs)).toBe(-(44 * minute + 30_000));
    const rolling = new Rolling(shape, 4_000);
    const random = new Random(printedSeed("clocks of seconds"));
    rolling.append(readings(random).map(([timeMs, value]) => [timeMs - fromMs + startMs, value]));
    rolling.seal();
    rolling.rollAll();
    const { range, cuts } = days(zone, day, { fromMs: startMs, toMs: startMs + 30 * day });
    expect(rolling.compare(range, cuts).tier).toBe("3h");
  });

  it("[TR12] are right from a database that was rolled up without 3 hours, before these are filled in, while they are, and after", () => {
    const random = new Random(printedSeed("without 3 hours"));
    const older = { ...shape, widthsMs: shape.widthsMs.filter((widthMs) => widthMs !== 3 * hour) };
    const rolling = rolled(random, older);
    const { range, cuts } = days(zoneNamed("Asia/Seoul") as Zone);
    expect(rolling.compare(range, cuts).tier).toBe("hour");
    expect(rolling.spansOf(3 * hour)).toEqual([]);
    rolling.restart(shape);
    expect(rolling.compare(range, cuts).tier).toBe("hour");
    // Of a part the raw readings were thinned away: the hours tell it.
    const rawFromMs = fromMs + 20 * day;
    rolling.db.exec(`DELETE FROM chunks WHERE last_ms < ${rawFromMs}; UPDATE rolled SET raw_from_ms = ${rawFromMs}`);
    const before = rolling.page(range, cuts);
    while (rolling.step()) expect(rolling.page(range, cuts)).toEqual({ ...before, tier: expect.any(String) });
    expect(rolling.page(range, cuts)).toEqual({ ...before, tier: "3h" });
    const [[firstMs, lastMs]] = rolling.spansOf(3 * hour) as [[number, number]];
    expect([firstMs, lastMs]).toEqual(rolling.spansOf(6 * hour)[0]);
    expect(rolling.count("stale")).toBe(0);
  });
});
