/** Of a device that sends nothing but mistakes, as many refusals are written as anybody reads. */
import { describe, expect, it } from "vitest";
import { RefusalQuota } from "../../../server/hub/ingest/refusals.ts";

describe("[F15] refusals on their way to the disk", () => {
  it("are at most 200 of a device in a second; another device, and the next second, have theirs", () => {
    const quota = new RefusalQuota();
    const written = (device: string, nowMs: number, batch = 1) =>
      Array.from({ length: 1_000 }, () => quota.take(device, batch, nowMs)).filter(Boolean).length;
    expect(written("a", 5_000)).toBe(200);
    expect(written("b", 5_999)).toBe(200);
    expect(written("a", 5_999)).toBe(0);
    expect(written("a", 6_000)).toBe(200);
  });

  it("are of at most four batches in a second: each that has any makes all who are in it wait longer", () => {
    const quota = new RefusalQuota();
    const take = (batch: number, nowMs: number, device = "a") => [1, 2].map(() => quota.take(device, batch, nowMs));
    for (const batch of [11, 12, 15, 16]) expect(take(batch, 5_000)).toEqual([true, true]);
    expect(take(16, 5_500)).toEqual([true, true]);
    expect(take(17, 5_500)).toEqual([false, false]);
    expect(take(17, 5_500, "b")).toEqual([true, true]);
    expect(take(18, 6_000)).toEqual([true, true]);
  });
});
