/** Where each device of the fleet lies, held against a plain walk over all of them. */
import { describe, expect, it } from "vitest";
import { FleetLayout, type FleetMetrics, type GroupShape } from "../../dashboard/elements/fleet-layout.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

interface Box {
  readonly group: number;
  readonly index: number;
  readonly number: number;
  readonly top: number;
  readonly bottom: number;
}

/** Every device, one by one. */
function boxesOf(groups: readonly GroupShape[], metrics: FleetMetrics): { boxes: Box[]; height: number } {
  const boxes: Box[] = [];
  let top = 0;
  for (const [group, { count, closed }] of groups.entries()) {
    top += metrics.headHeight;
    for (let index = 0; !closed && index < count; index++) {
      if (index > 0 && index % metrics.columns === 0) top += metrics.lineHeight + metrics.gap;
      boxes.push({ group, index, number: boxes.length, top, bottom: top + metrics.lineHeight });
    }
    if (!closed && count > 0) top += metrics.lineHeight + metrics.gap;
    top += metrics.foot;
  }
  return { boxes, height: top };
}

describe("the layout of the fleet", () => {
  const random = new Random(printedSeed("fleet layout"));
  const upTo = (most: number) => random.word() % (most + 1);
  const cases = Array.from({ length: 60 }, () => ({
    groups: Array.from({ length: 1 + upTo(8) }, () => ({ count: 1 + upTo(40), closed: upTo(4) === 0 })),
    metrics: {
      columns: 1 + upTo(6),
      lineHeight: 20 + upTo(150),
      gap: upTo(12),
      headHeight: upTo(2) === 0 ? 0 : 44,
      foot: upTo(12),
    },
  }));

  it("knows the place of each without drawing any", () => {
    for (const { groups, metrics } of cases) {
      const layout = new FleetLayout(groups, metrics);
      const { boxes, height } = boxesOf(groups, metrics);
      expect(layout.height).toBe(height);
      expect(layout.count).toBe(boxes.length);
      for (const { number, ...place } of boxes) expect(layout.place(number)).toEqual(place);
    }
  });

  it("has all that is in sight exist, at its place, and little else", () => {
    for (const { groups, metrics } of cases) {
      const layout = new FleetLayout(groups, metrics);
      const { boxes } = boxesOf(groups, metrics);
      const top = upTo(layout.height);
      const bottom = top + upTo(900);
      const existing = new Map<number, number>();
      for (const { group, from, to, above } of layout.slices(top, bottom)) {
        for (let index = from; index < to; index++) {
          const line = Math.floor((index - from) / metrics.columns);
          const at = layout.groupTop(group) + metrics.headHeight + above + line * (metrics.lineHeight + metrics.gap);
          existing.set(layout.firstOf(group) + index, at);
        }
      }
      for (const box of boxes) {
        if (box.bottom > top && box.top < bottom) expect(existing.get(box.number)).toBe(box.top);
      }
      const near = boxes.filter((box) => box.bottom >= top - metrics.gap - 1 && box.top <= bottom + metrics.gap + 1);
      expect(existing.size).toBeLessThanOrEqual(near.length);
    }
  });

  it("leads up and down in the column over the edges of groups, and back", () => {
    const layout = new FleetLayout(
      [
        { count: 5, closed: false },
        { count: 3, closed: true },
        { count: 2, closed: false },
        { count: 7, closed: false },
      ],
      { columns: 3, lineHeight: 100, gap: 10, headHeight: 40, foot: 10 },
    );
    const walk = (from: number, ...steps: Parameters<FleetLayout["walk"]>[1][]) =>
      steps.reduce((at, step) => layout.walk(at, step, 220), from);
    // 0 1 2 / 3 4 · closed · 5 6 · 7 8 9 / 10 11 12 / 13
    expect(walk(0, "down")).toBe(3);
    expect(walk(2, "down")).toBe(4);
    expect(walk(1, "down", "down")).toBe(6);
    expect(walk(6, "down", "up")).toBe(6);
    expect(walk(9, "up")).toBe(6);
    expect(walk(5, "up")).toBe(3);
    expect(walk(12, "down")).toBe(13);
    expect(walk(13, "down", "next")).toBe(13);
    expect(walk(0, "up", "previous")).toBe(0);
    expect(walk(4, "first", "last")).toBe(13);
    expect(walk(0, "pageDown")).toBe(5);
    expect(walk(13, "pageUp")).toBe(7);
  });

  it("every step from everywhere leads to a device, and down then up to the same line", () => {
    for (const { groups, metrics } of cases) {
      const layout = new FleetLayout(groups, metrics);
      for (let number = 0; number < layout.count; number++) {
        for (const step of ["previous", "next", "up", "down", "pageUp", "pageDown", "first", "last"] as const) {
          const to = layout.walk(number, step, 500);
          expect(to >= 0 && to < layout.count, `${step} from ${number}`).toBe(true);
        }
        const down = layout.walk(number, "down", 500);
        if (down !== number) expect(layout.place(layout.walk(down, "up", 500)).top).toBe(layout.place(number).top);
      }
    }
  });
});
