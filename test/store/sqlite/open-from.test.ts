import { expect, it } from "vitest";
import { SeriesHead } from "../../../server/store/sqlite/head.ts";
import { Heads } from "../../../server/store/sqlite/heads.ts";
import { OpenFrom } from "../../../server/store/sqlite/open-from.ts";
import { printedSeed } from "../../support/seed.ts";
import { columnsOf } from "../world.ts";

it("[SQ85] the time from which on readings may be open is never later than any open one, whatever comes and goes, and is forever once none is", () => {
  let state = printedSeed("open from");
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const told = new OpenFrom();
  const heads = new Heads({ receivedMs: () => 0 }, new OpenFrom(told.buffer));
  const all = [1, 2, 3, 4, 5].map(
    (series) => new SeriesHead({ series, device: "d", metric: `m${series}`, type: "number" }),
  );
  for (const head of all) heads.add(head);
  for (let commit = 1; commit <= 3_000; commit++) {
    const head = all[random(5)] as SeriesHead;
    const { series } = head.identity;
    const kind = random(4);
    if (kind === 0) heads.clear(head);
    else if (kind === 1 && head.length > 1) heads.clearBefore(head, 1 + random(head.length - 1));
    else if (kind > 1) heads.push(columnsOf(series, [[random(2) * -1e6 + random(1e5) + commit, 1]]), commit);
    expect(told.ms).toBeLessThanOrEqual(Math.min(...all.map((one) => one.firstMs())));
  }
  for (const head of all) heads.clear(head);
  expect(told.ms).toBe(Number.POSITIVE_INFINITY);
});

it("[SQ85] it is told of what an older hub wrote for every year, and a fraction of a millisecond not later than it is", () => {
  const told = new OpenFrom();
  for (const ms of [-378_691_200_000, 0, 8.64e15, -8.64e15]) {
    told.ms = ms;
    expect(told.ms).toBe(ms);
  }
  told.ms = -0.5;
  expect(told.ms).toBe(-1);
});
