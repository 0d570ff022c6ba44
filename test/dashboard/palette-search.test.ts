/** What the palette finds, and what stands first. */
import { describe, expect, it } from "vitest";
import { Best, closeness, wordsIn } from "../../dashboard/data/palette-search.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const thing = (title: string, more = "") => ({
  title: title.toLowerCase(),
  texts: [title.toLowerCase(), more.toLowerCase()],
});

function found(query: string, things: readonly ReturnType<typeof thing>[]): string[] {
  const best = new Best<string>(5);
  for (const each of things) {
    const rank = closeness(each, wordsIn(query));
    if (rank !== undefined) best.offer(each.title, rank, (title) => title);
  }
  return best.things;
}

describe("the palette's search", () => {
  it("finds words in any order, wherever they begin or lie", () => {
    const things = [thing("Greenhouse north 1", "greenhouse/north-1"), thing("Mill 1", "factory/mill-1 site:north")];
    expect(found("north green", things)).toEqual(["greenhouse north 1"]);
    expect(found("1 north", things)).toEqual(["greenhouse north 1", "mill 1"]);
    expect(found("  NORTH ", things)).toEqual(["greenhouse north 1", "mill 1"]);
    expect(found("house", things)).toEqual(["greenhouse north 1"]);
    expect(found("south", things)).toEqual([]);
  });

  it("puts beginnings before middles, and names before what else it is found by", () => {
    const things = [
      thing("Boiler", "cellar"),
      thing("Cell 2"),
      thing("Supercell"),
      thing("Old cell"),
      thing("Battery", "excellent"),
    ];
    expect(found("cell", things)).toEqual(["cell 2", "old cell", "boiler", "battery", "supercell"]);
  });

  it("puts sensor 2 before sensor 10", () => {
    expect(found("sen", [thing("Sensor 10"), thing("Sensor 2")])).toEqual(["sensor 2", "sensor 10"]);
  });

  it("keeps the same as a sort of all of them would", () => {
    const random = new Random(printedSeed("palette"));
    for (let round = 0; round < 50; round++) {
      const all = Array.from({ length: 60 }, (_, index) => ({
        rank: Math.floor(random.between(0, 4)),
        title: `t${Math.floor(random.between(0, 30))}`,
        index,
      }));
      const best = new Best<(typeof all)[number]>(7);
      for (const each of all) best.offer(each, each.rank, ({ title }) => title);
      const order = (a: (typeof all)[number], b: (typeof all)[number]) =>
        a.rank - b.rank || a.title.localeCompare(b.title, "en", { numeric: true }) || a.index - b.index;
      expect(best.things).toEqual([...all].sort(order).slice(0, 7));
    }
  });
});
