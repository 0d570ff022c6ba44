import { expect, it } from "vitest";
import type { QuarantineLimits, SetAside } from "../../../server/store/quarantine.ts";
import { columnsOf, everything, type World } from "../world.ts";

const wide: QuarantineLimits = { perDevice: 100, inAll: 1_000 };
const end = Number.MAX_SAFE_INTEGER;

/** The `number`th reading of a device, by its time. */
function aside(number: number, device = "d"): SetAside {
  return { device, metric: "t", timeMs: number, value: number / 4, atMs: 5_000 + number, code: "time_ahead" };
}

function someOf(device: string, from: number, to: number): SetAside[] {
  return Array.from({ length: to - from }, (_, index) => aside(from + index, device));
}

export function quarantineRules(world: () => World): void {
  const add = (added: readonly SetAside[], limits = wide) =>
    world().append({ quarantine: { added, decided: [], lost: [], limits } });
  const list = (device: string, before = end, limit = 1_000) => world().store.quarantine.list(device, before, limit);
  const timesOf = async (device: string) => (await list(device)).rows.map(({ timeMs }) => timeMs).reverse();

  it("[ST90] keeps readings that were set aside whole, the newest first, across a restart", async () => {
    const added: SetAside[] = [
      { ...aside(1), value: -0 },
      { ...aside(2), value: 5e-324, timeMs: 8.64e15 },
      { ...aside(3), value: true, code: "time_suspicious" },
      { ...aside(4), metric: "ünïcode", value: '"; DROP TABLE quarantine;\n𝄞' },
      { ...aside(5), value: "" },
    ];
    await add(added.slice(0, 2));
    await add([...added.slice(2), aside(1, "e")]);
    const look = async () => {
      const { rows, count, lost } = await list("d");
      expect({ count, lost }).toEqual({ count: 5, lost: 0 });
      expect(rows.map(({ id: _, ...row }) => row)).toEqual([...added].reverse());
      expect(Object.is(rows[4]?.value, -0)).toBe(true);
      const ids = rows.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => b - a));
      expect((await list("d", ids[1], 2)).rows.map(({ id }) => id)).toEqual(ids.slice(2, 4));
      expect(await list("nobody")).toEqual({ rows: [], count: 0, lost: 0 });
      const wanted = [ids[3], ids[0], ids[3], -1, 1e9].map(Number);
      expect((await world().store.quarantine.find("d", wanted)).map(({ id }) => id)).toEqual([ids[3], ids[0]]);
      expect(await world().store.quarantine.find("e", wanted)).toEqual([]);
    };
    await look();
    await world().reopen();
    await look();
  });

  it("[ST91] keeps the newest of a device, and of all, and counts what went, across a restart", async () => {
    const limits = { perDevice: 5, inAll: 8 };
    await add(someOf("d", 0, 4), limits);
    await add([...someOf("d", 4, 7), ...someOf("e", 0, 3)], limits);
    expect(await timesOf("d")).toEqual([2, 3, 4, 5, 6]);
    await world().reopen();
    await add(someOf("f", 0, 2), limits);
    expect(await timesOf("d")).toEqual([4, 5, 6]);
    expect(await timesOf("e")).toEqual([0, 1, 2]);
    const lost = [{ device: "d", count: 40 }];
    await world().append({ quarantine: { added: someOf("e", 3, 14), decided: [], lost, limits } });
    await world().reopen();
    expect(await timesOf("e")).toEqual([9, 10, 11, 12, 13]);
    expect(await list("d")).toMatchObject({ count: 1, lost: 46 });
    expect(await list("e")).toMatchObject({ count: 5, lost: 9 });
    expect(await list("f")).toMatchObject({ count: 2, lost: 0 });
    await add([aside(20)], { perDevice: 0, inAll: 8 });
    expect(await list("d")).toMatchObject({ count: 0, lost: 48 });
  });

  it("[ST92] takes those that were decided on away with the batch that stores them, or keeps both as they were", async () => {
    await world().make(1);
    await add(someOf("d", 0, 4));
    const ids = (await list("d")).rows.map(({ id }) => id).reverse();
    const accept = () =>
      world().append({
        columns: columnsOf(1, [
          [1, 0.25],
          [2, 0.5],
        ]),
        quarantine: { added: [aside(9)], decided: [...ids.slice(1, 3), 1e9], lost: [], limits: wide },
      });
    const mend = world().fail();
    await expect(accept()).rejects.toMatchObject({ code: "store_unavailable" });
    mend();
    expect(await world().raw(everything(1))).toEqual([]);
    expect(await timesOf("d")).toEqual([0, 1, 2, 3]);
    await accept();
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual([
      [1, 0.25],
      [2, 0.5],
    ]);
    expect(await timesOf("d")).toEqual([0, 3, 9]);
    // An id is never given twice: whoever still shows a reading that is gone must not decide on another one.
    await add([aside(10)]);
    expect((await list("d")).rows[0]?.id).toBeGreaterThan(Math.max(...ids) + 1);
  });

  it("[ST93] forgets what was set aside of a device that is deleted, and of no other", async () => {
    const limits = { perDevice: 2, inAll: 100 };
    await add([...someOf("d", 0, 5), ...someOf("e", 0, 5)], limits);
    await world().store.deleteDevice("d");
    await world().reopen();
    expect(await list("d")).toEqual({ rows: [], count: 0, lost: 0 });
    expect(await list("e")).toMatchObject({ count: 2, lost: 3 });
    await add(someOf("d", 0, 1), limits);
    expect(await list("d")).toMatchObject({ count: 1, lost: 0 });
  });
}
