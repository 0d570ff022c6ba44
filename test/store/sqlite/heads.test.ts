import { expect, it } from "vitest";
import { SeriesHead } from "../../../server/store/sqlite/head.ts";
import { Heads } from "../../../server/store/sqlite/heads.ts";
import { columnsOf } from "../world.ts";

it("[SQ25] queues stay as short as what is open, however long a steady flow lasts", () => {
  const heads = new Heads({ receivedMs: () => 0 });
  for (const series of [1, 2, 3, 4])
    heads.add(new SeriesHead({ series, device: "d", metric: `m${series}`, type: "number" }));
  for (let commit = 1; commit <= 10_000; commit++) {
    // One head is emptied as the next one fills: there is always an open one.
    const series = 1 + (commit % 4);
    const head = heads.get(series) as SeriesHead;
    heads.clear(head);
    heads.push(columnsOf(series, [[commit, 1]]), commit);
    head.queued = true;
    heads.putBack(head);
    if (commit % 3 === 0) heads.next();
    expect(heads.oldestCommit()).toBe(Math.max(1, commit - 3));
  }
  for (let head = heads.next(); head; head = heads.next());
  expect(heads.queued).toBeLessThanOrEqual(16);
});
