/** Tiers under masks: they keep what is hidden, and no bucket that a mask touches is used. */
import { describe, expect, it } from "vitest";
import type { Interval } from "../../../server/store/intervals.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import type { Row } from "../world.ts";
import { Rolling, series, tinyTiers } from "./rolling.ts";

const all = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const widths = [20, 100, 400];

function stream(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => [index * 7, ((index * 7_919) % 1_009) / 10]);
}

class Masked extends Rolling {
  hide({ fromMs, toMs }: Interval): number {
    const insert = this.db.prepare("INSERT INTO masks (series, from_ms, to_ms, at_ms, note) VALUES (?, ?, ?, 0, '')");
    return Number(insert.run(series, fromMs, toMs).lastInsertRowid);
  }

  show(id: number): void {
    this.db.prepare("DELETE FROM masks WHERE id = ?").run(id);
  }

  /** Chunks that end before a time go, and the tiers stay; answers how many. */
  thin(beforeMs: number): number {
    const { changes } = this.db.prepare("DELETE FROM chunks WHERE series = ? AND last_ms < ?").run(series, beforeMs);
    return changes;
  }

  pages() {
    return widths.map((everyMs) => this.page(all, { everyMs, originMs: 0 }));
  }
}

describe("tiers under masks", () => {
  it("[TR1] [SQ70] answer what the shown readings answer, from tiers where no mask is, and all again without them", () => {
    const random = new Random(printedSeed("tiers under masks"));
    const below = (most: number) => Math.floor(random.uniform() * most);
    const rolling = new Masked(tinyTiers, 120);
    rolling.append(stream(900));
    rolling.seal();
    rolling.rollAll();
    const before = rolling.pages();
    const masks: number[] = [];
    let fromTiers = 0;
    for (let step = 0; step < 24; step++) {
      const gone = masks.length > 3 ? masks.splice(below(masks.length), 1)[0] : undefined;
      if (gone !== undefined) rolling.show(gone);
      const fromMs = below(6_300);
      masks.push(rolling.hide({ fromMs, toMs: fromMs + 1 + below(step % 9 === 0 ? 2_000 : 50) }));
      if (step % 7 === 0) {
        rolling.append([[below(6_300), below(100)]]);
        rolling.seal();
      }
      if (step % 11 === 0) rolling.rollAll();
      for (const everyMs of widths) {
        if (rolling.compare(all, { everyMs, originMs: 0 }).tier !== "raw") fromTiers += 1;
        const start = below(6_300);
        rolling.compare({ fromMs: start, toMs: start + below(900) }, { everyMs, originMs: 0 }, 1 + below(9));
      }
    }
    expect(fromTiers).toBeGreaterThan(24);
    for (const id of masks) rolling.show(id);
    rolling.rollAll();
    for (const everyMs of widths) rolling.compare(all, { everyMs, originMs: 0 });
    const count = (pages: typeof before) => pages.map((page) => page.count.reduce((sum, one) => sum + one, 0));
    // Late readings overwrote some and added others, and nothing went.
    for (const [index, total] of count(rolling.pages()).entries()) {
      expect(total).toBeGreaterThanOrEqual(count(before)[index] as number);
    }
  });

  it("[SQ71] of a thinned stretch whole buckets are hidden, and come back as they were", () => {
    const rolling = new Masked(tinyTiers, 120);
    for (let at = 0; at < 900; at += 50) {
      rolling.append(stream(900).slice(at, at + 50));
      rolling.seal();
    }
    rolling.rollAll();
    expect(rolling.thin(4_000)).toBeGreaterThan(1);
    const before = rolling.pages();
    const id = rolling.hide({ fromMs: 1_005, toMs: 1_095 });
    const [fine, ...wider] = rolling.pages();
    expect(Array.from(fine?.times ?? [])).toEqual(
      Array.from(before[0]?.times ?? []).filter((timeMs) => timeMs < 1_000 || timeMs >= 1_100),
    );
    for (const [index, page] of wider.entries()) {
      const at = page.times.findIndex((timeMs) => timeMs > 1_000 - (widths[index + 1] as number));
      expect(page.count[at] ?? 0).toBeLessThanOrEqual(before[index + 1]?.count[at] as number);
    }
    rolling.rollAll();
    rolling.show(id);
    rolling.rollAll();
    expect(rolling.pages()).toEqual(before);
  });
});
