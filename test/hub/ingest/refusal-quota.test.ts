/** Of a device that sends nothing but mistakes, as many refusals are written as anybody reads. */
import { describe, expect, it } from "vitest";
import { RefusalQuota } from "../../../server/hub/ingest/refusals.ts";

describe("[F15] refusals on their way to the disk", () => {
  it("are at most 200 of a device in a second; another device, and the next second, have theirs", () => {
    const quota = new RefusalQuota();
    const written = (device: string, nowMs: number) =>
      Array.from({ length: 1_000 }, () => quota.take(device, nowMs)).filter(Boolean).length;
    expect(written("a", 5_000)).toBe(200);
    expect(written("b", 5_999)).toBe(200);
    expect(written("a", 5_999)).toBe(0);
    expect(written("a", 6_000)).toBe(200);
  });
});
