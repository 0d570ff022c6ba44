/** Readings in chunks that overlap. */
import { describe, expect, it } from "vitest";
import { Rolling, tinyTiers } from "../tiers/rolling.ts";

describe("the chunks of a range", () => {
  it("[SQ73] tell nothing from behind the end of a question, however many chunks reach over it", () => {
    const rolling = new Rolling(tinyTiers);
    const put = (...times: number[]) => {
      const rows = { type: "number" as const, times: Float64Array.from(times), values: new Float64Array(times.length) };
      rolling.parts.chunks.insert(1, { ...rows, strings: [] }, 1_000);
    };
    // So many are looked at in one go; the last of these ends behind the question, and the next one begins before that.
    for (let place = 0; place < 31; place++) put(place * 10);
    put(310, 330);
    put(315, 340);
    const page = rolling.page({ fromMs: 0, toMs: 320 }, { everyMs: 7, originMs: 0 });
    expect([page.times.at(-1), page.count.reduce((total, one) => total + one, 0)]).toEqual([315, 33]);
  });
});
