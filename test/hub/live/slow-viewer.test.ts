import { describe, expect, it } from "vitest";
import { liveWorld } from "./live-world.ts";
import { at, subscribe, type World, watching } from "./viewers.ts";

describe("a slow viewer", () => {
  const limit = { slowViewerBytes: 4_000, slowViewerMs: 5_000 };

  /** A viewer that stopped reading, over the limit. */
  async function stuck(world: World, address = "10.0.0.7:50001") {
    const { peer, session } = await watching(world, { devices: ["boiler-*"] }, address);
    peer.stalled = true;
    for (let index = 0; peer.bufferedBytes() <= limit.slowViewerBytes; index++) {
      await world.commit(["boiler-1/temperature", at + index, index]);
    }
    world.clock.advance(0);
    return { peer, session, sent: peer.texts.length };
  }

  it("[P48] is sent the newest of each series and the count of what was left out, once it reads again", async () => {
    const world = await liveWorld(limit);
    const fast = await watching(world, { devices: ["boiler-*"] });
    const { peer, sent } = await stuck(world);
    for (let index = 0; index < 1_000; index++) {
      await world.commit(["boiler-1/temperature", at + 10_000 + index, index], ["boiler-2/temperature", at + index, 7]);
    }
    expect(peer.texts).toHaveLength(sent);
    expect(world.slow.count).toBe(1);
    peer.take(limit.slowViewerBytes);
    world.clock.advance(50);
    expect(world.slow.count).toBe(0);
    const last = peer.messages.at(-1);
    const numbers = [world.numberOf("boiler-1/temperature"), world.numberOf("boiler-2/temperature")];
    expect(last).toMatchObject({ type: "update", series: numbers, values: [999, 7], merged: 1_998 });
    expect(peer.messages.slice(sent, -1).map((message) => message.type)).toContain("series");
    peer.stalled = false;
    const before = peer.texts.length;
    const readings = fast.peer.of("update").flatMap((update) => update.values as number[]);
    await world.commit(["boiler-1/temperature", at + 20_000, 1]);
    expect(peer.texts.length).toBe(before + 1);
    expect(readings.length).toBeGreaterThan(2_000);
  });

  it("[P48] is cut after slowViewerMs without progress, and is told why when it comes back", async () => {
    const world = await liveWorld(limit);
    const { peer } = await stuck(world);
    world.clock.advance(4_999);
    expect(peer.terminated).toBe(false);
    world.clock.advance(1);
    expect(peer.terminated).toBe(true);
    expect(world.slow.count).toBe(0);
    expect(world.live.count).toBe(0);
    const other = await watching(world, { devices: ["boiler-*"] }, "10.0.0.8:50001");
    expect(other.peer.of("subscribed")[0]).not.toHaveProperty("lastDrop");
    const back = await watching(world, { devices: ["boiler-*"] }, "10.0.0.7:50002");
    const cutMs = world.clock.now();
    const drop = back.peer.of("subscribed")[0]?.lastDrop as { code: string; reason: string; at: number };
    expect(drop).toMatchObject({ code: "4429", at: cutMs });
    expect(drop.reason).toContain("took nothing for 5000 ms");
    const again = await watching(world, { devices: ["boiler-*"] }, "10.0.0.7:50003");
    expect(again.peer.of("subscribed")[0]).not.toHaveProperty("lastDrop");
  });

  it("[P48] tells as many as were cut, where several of one address watch the same", async () => {
    const world = await liveWorld({ ...limit, viewersBytes: 1 });
    const viewers = [];
    for (let index = 0; index < 3; index++) viewers.push(await watching(world));
    for (const { peer } of viewers.slice(1)) peer.stalled = true;
    await world.commit(["boiler-1/temperature", at, 1]);
    world.clock.advance(0);
    expect(viewers.map(({ peer }) => peer.terminated)).toEqual([false, true, true]);
    const told = [];
    for (let index = 0; index < 3; index++) told.push((await watching(world)).peer.of("subscribed")[0]?.lastDrop);
    expect(told.map((drop) => (drop as { code: string } | undefined)?.code)).toEqual(["4429", "4429", undefined]);
  });

  it("[P48] is not cut while it takes a little now and then", async () => {
    const world = await liveWorld(limit);
    const { peer } = await stuck(world);
    for (let turn = 0; turn < 10; turn++) {
      world.clock.advance(4_900);
      peer.take(1);
    }
    expect(peer.terminated).toBe(false);
  });

  it("is not taken for slow where a large commit waits for the end of the turn only", async () => {
    const world = await liveWorld(limit);
    const { peer } = await watching(world, { devices: ["boiler-*"] });
    peer.stalled = true;
    await world.commit(...Array.from({ length: 200 }, (_, index) => ["boiler-1/temperature", at + index, 1] as const));
    expect(peer.bufferedBytes()).toBeGreaterThan(limit.slowViewerBytes);
    peer.take(peer.bufferedBytes());
    world.clock.advance(0);
    expect(world.slow.count).toBe(0);
    await world.commit(
      ...Array.from({ length: 2_000 }, (_, index) => ["boiler-1/temperature", at + index, 1] as const),
    );
    expect(peer.bufferedBytes()).toBeGreaterThan(4 * limit.slowViewerBytes);
    expect(world.slow.count).toBe(1);
  });

  it("is not read while it is slow, so that answers to its requests do not pile up", async () => {
    const world = await liveWorld(limit);
    const { peer, session } = await stuck(world);
    session.receive({ type: "ping", id: 1, time: 0 });
    expect(peer.paused).toBe(true);
    peer.take(limit.slowViewerBytes);
    world.clock.advance(50);
    expect(peer.paused).toBe(false);
  });

  it("gets its past as fast as it reads, and no faster", async () => {
    const world = await liveWorld(limit, { pageReadings: 100 });
    await world.commit(...Array.from({ length: 1_000 }, (_, index) => ["boiler-1/t", at + index, index] as const));
    const { peer, session } = world.viewer();
    peer.stalled = true;
    session.receive(subscribe(1, { history: { from: at } }));
    await peer.untilOf("history", 2);
    let pages = 0;
    while (peer.of("ready").length === 0) {
      const sent = peer.of("history").length;
      expect(sent - pages).toBeLessThanOrEqual(4);
      pages = sent;
      peer.take(peer.bufferedBytes());
      world.clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(peer.of("history").flatMap((page) => page.values)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  });

  it("is cut where announcements alone pile up", async () => {
    const world = await liveWorld(limit);
    const { peer } = await stuck(world);
    for (let device = 2; !peer.terminated && device < 200; device++) {
      await world.commit(
        ...Array.from({ length: 200 }, (_, index) => [`boiler-${device}/metric-${index}`, at, 1] as const),
      );
    }
    expect(peer.terminated).toBe(true);
  });
});
