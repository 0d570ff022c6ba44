import { expect, it, vi } from "vitest";
import type { PresenceChange } from "../../../server/store/store.ts";
import type { World } from "../world.ts";

/** A change of state where `sinceMs` is not given. */
function change(number: number, atMs: number, reason = "closed", device = "d", sinceMs = atMs): PresenceChange {
  return { device, number, atMs, state: "offline", reason, sinceMs };
}

/** Far more than any machine needs to take away what is too much. */
const patience = { timeout: 60_000 };

export function presenceRules(world: () => World): void {
  it("[ST40] keeps changes of presence in the order of their numbers, whatever the clock said, across a restart", async () => {
    const { store } = world();
    const first = change(1, 5_000, "timeout");
    // The clock was set back between them.
    const second = change(3, 1_000, "closed", "d", -7);
    const other = change(2, 5_000, "gateway_offline", "site/e");
    const hub = change(4, 6_000, "stopped", "");
    await store.appendPresence([second, hub], 2_000);
    await store.appendPresence([first, other], 2_000);
    await store.appendPresence([], 2_000);
    const look = async () => {
      expect(await world().store.readPresence("d")).toEqual([first, second]);
      expect(await world().store.readPresence("site/e")).toEqual([other]);
      expect(await world().store.readPresence("")).toEqual([hub]);
      expect(await world().store.readPresence("f")).toEqual([]);
    };
    await look();
    expect((await world().reopen()).nextPresence).toBe(5);
    await look();
  });

  it("[ST40] keeps a change once that is sent again", async () => {
    const { store } = world();
    await store.appendPresence([change(1, 10), change(2, 20)], 20);
    await store.appendPresence([change(2, 20), change(3, 30)], 30);
    expect((await store.readPresence("d")).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it("[ST41] knows when a hub last ran on it: its newest commit or word of presence", async () => {
    expect(world().state.aliveMs).toBeNull();
    await world().append({ receivedMs: 5_000 });
    expect((await world().reopen()).aliveMs).toBe(5_000);
    await world().store.appendPresence([], 7_000);
    expect((await world().reopen()).aliveMs).toBe(7_000);
    await world().append({ receivedMs: 6_000 });
    expect((await world().reopen()).aliveMs).toBe(7_000);
    await world().append({ receivedMs: 9_000 });
    expect((await world().reopen()).aliveMs).toBe(9_000);
  });

  it("[ST42] keeps the newest 1,000 changes of a device, and of another all it has", async () => {
    const { store } = world();
    const all = Array.from({ length: 1_500 }, (_, index) => change(index + 1, index));
    await store.appendPresence([change(2_000, 1, "timeout", "e")], 1);
    for (let at = 0; at < all.length; at += 150) await store.appendPresence(all.slice(at, at + 150), at);
    const left = () => world().store.readPresence("d");
    await vi.waitFor(async () => expect(await left()).toEqual(all.slice(-1_000)), patience);
    await world().reopen();
    expect(await left()).toEqual(all.slice(-1_000));
    expect(await world().store.readPresence("e")).toHaveLength(1);
  });

  it("[ST42] lets changes of the reason alone go first, but for those among the newest 100", async () => {
    const { store } = world();
    // Outages at both ends, and between them and after them a sensor that sleeps between its reports.
    const outages = Array.from({ length: 50 }, (_, index) => change(index + 1, index));
    const naps = Array.from({ length: 1_100 }, (_, index) => change(51 + index, 100 + index, "asleep", "d", 60));
    await store.appendPresence([...outages, ...naps], 2_000);
    const left = () => world().store.readPresence("d");
    const expected = [...outages, ...naps.slice(-950)];
    await vi.waitFor(async () => expect(await left()).toEqual(expected), patience);
    const more = Array.from({ length: 1_000 }, (_, index) => change(1_151 + index, 5_000 + index));
    await store.appendPresence(more, 9_000);
    await vi.waitFor(async () => expect(await left()).toEqual(more), patience);
  });

  it("[ST43] deletes what a device's presence was with the device, and takes it up again", async () => {
    const { store } = world();
    await store.appendPresence([change(1, 1), change(2, 2, "closed", "e")], 2);
    await store.deleteDevice("d");
    expect(await store.readPresence("d")).toEqual([]);
    await store.appendPresence([change(3, 3)], 3);
    await world().reopen();
    expect(await world().store.readPresence("d")).toEqual([change(3, 3)]);
    expect(await world().store.readPresence("e")).toHaveLength(1);
  });

  it("[ST7] takes no presence once it is closed", async () => {
    const { store } = world();
    await store.close();
    await expect(store.appendPresence([change(1, 1)], 1)).rejects.toMatchObject({ code: "store_unavailable" });
  });
}
