import { describe, expect, it } from "vitest";
import { type QuarantinedReading, quarantineGroups, saidShift } from "../../dashboard/data/quarantine.ts";

const now = Date.UTC(2026, 10, 27, 3);
const hour = 3_600_000;

function reading(id: number, time: number, delayMs: number, code = "time_ahead"): QuarantinedReading {
  return { id, metric: "t", time, value: 1, at: now + id * 10_000 + delayMs, code };
}

describe("[P116] readings that wait for a decision", () => {
  it("are put together by what is wrong with their time, and shifted by what the one that waited least tells", () => {
    const ahead = [7_000, 20, 90_000].map((delayMs, id) => reading(id, now + id * 10_000 + 3 * hour, delayMs));
    const boot = [reading(10, 5_000, 0, "time_suspicious"), reading(11, 15_000, 300, "time_suspicious")];
    const seconds = [reading(12, Math.floor(now / 1_000), 0, "time_suspicious")];
    const groups = quarantineGroups([...seconds, ...boot, ...ahead]);
    expect(groups.map(({ wrong, ids, shiftMs }) => [wrong, ids, shiftMs])).toEqual([
      ["ahead", [0, 1, 2], -3 * hour],
      ["boot", [10, 11], now + 95_000],
      ["seconds", [12], undefined],
    ]);
    expect(groups[0]).toMatchObject({
      ...{ count: 3, fromMs: now + 3 * hour, toMs: now + 3 * hour + 20_000 },
      ...{ firstAtMs: now + 7_000, lastAtMs: now + 110_000 },
    });
    expect(quarantineGroups([])).toEqual([]);
  });

  it("are shifted by whole seconds where no zone is at fault, and the shift is said in the unit that fits", () => {
    const [group] = quarantineGroups([reading(0, now + 4_000_000, 130)]);
    expect(group?.shiftMs).toBe(-4_000_000);
    const said = [-3 * hour, 5.5 * hour, 24 * hour, -12 * hour, 120_000, -4_001_000, 0].map(saidShift);
    expect(said).toEqual([
      { amount: -3, unit: "h" },
      { amount: 5.5, unit: "h" },
      { amount: 1, unit: "d" },
      { amount: -0.5, unit: "d" },
      { amount: 2, unit: "min" },
      { amount: -4_001, unit: "s" },
      { amount: 0, unit: "min" },
    ]);
  });
});
