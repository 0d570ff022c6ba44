import { expect, it } from "vitest";
import { Appends } from "../../../server/store/sqlite/appends.ts";
import { WorkerLostError } from "../../../server/store/sqlite/link.ts";
import type { Commit } from "../../../server/store/store.ts";
import { batchOf, columnsOf } from "../world.ts";

/** The wire to a writer, with each answer in the test's hand. */
class Wire {
  readonly calls: { resolve(value: never): void; reject(error: Error): void }[] = [];

  readonly call = (_name: string, values: readonly unknown[], transfer: ArrayBuffer[] = []): Promise<never> =>
    new Promise((resolve, reject) => {
      // As `postMessage` does it: throws for buffers that moved before.
      structuredClone(values, { transfer });
      this.calls.push({ resolve, reject });
    });
}

it("[SQ16] takes no append for stored because one that never left was counted", async () => {
  const wire = new Wire();
  const appends = new Appends();
  const pair = Promise.resolve({ writer: wire as never });
  const batch = () => batchOf({ columns: columnsOf(1, [[1, 1]]) });
  appends.opened(4);
  const spent = batch();
  structuredClone(spent.columns.times, { transfer: [spent.columns.times.buffer] });
  const first = appends.send(pair, batch());
  await expect(appends.send(pair, spent)).rejects.toThrow();
  const second = appends.send(pair, batch()).then(
    ({ commit }) => commit,
    (error) => error.code,
  );
  await expect.poll(() => wire.calls.length).toBe(2);
  for (const { reject } of wire.calls) reject(new WorkerLostError("test"));
  await new Promise((resolve) => setImmediate(resolve));
  // Of the two that left only the first reached the disk.
  const settled = appends.recovered(5, { call: async () => null } as never);
  expect(((await first) as Commit).commit).toBe(5);
  expect(await second).toBe("store_unavailable");
  await settled;
});

it("[SQ16] answers for what is on disk even where the new writer is lost at once", async () => {
  const wire = new Wire();
  const appends = new Appends();
  appends.opened(0);
  const sent = [1, 2].map(() => appends.send(Promise.resolve({ writer: wire as never }), batchOf({})));
  await expect.poll(() => wire.calls.length).toBe(2);
  for (const { reject } of wire.calls) reject(new WorkerLostError("test"));
  await new Promise((resolve) => setImmediate(resolve));
  await appends.recovered(2, { call: () => Promise.reject(new WorkerLostError("again")) } as never);
  expect((await Promise.all(sent)).map(({ commit }) => commit)).toEqual([1, 2]);
});
