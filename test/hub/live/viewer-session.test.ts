import { describe, expect, it } from "vitest";
import { StoreError } from "../../../server/store/store.ts";
import type { FakePeer } from "../../support/fake-peer.ts";
import { liveWorld } from "./live-world.ts";
import { at, subscribe, types, type World, watching } from "./viewers.ts";

/** Holds back the store's raw reads until `open` is called. */
function gate(world: World): () => void {
  const { store } = world;
  const read = store.readRaw.bind(store);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  store.readRaw = (range, limit) => opened.then(() => read(range, limit));
  return open;
}

describe("viewer session", () => {
  it("answers hello with welcome, once, and ping with pong", async () => {
    const world = await liveWorld();
    const { peer, session } = world.viewer();
    session.receive({ type: "hello", viewer: true });
    session.receive({ type: "hello", viewer: true });
    session.receive({ type: "ping", id: 3, time: 12.5 });
    const hubTime = world.clock.now();
    expect(peer.messages).toEqual([
      {
        type: "welcome",
        viewer: true,
        protocol: 1,
        epoch: world.epoch,
        hubTime,
        heartbeat: 5_000,
        durability: "fsync",
      },
      expect.objectContaining({ type: "error", code: "already_identified", retryable: false }),
      { type: "pong", id: 3, time: 12.5, hubTime },
    ]);
  });

  it("[P13] keeps the sign of -0 in the newest value, in the past and in what is live", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/drift", at, -0]);
    const { peer, session } = world.viewer();
    session.receive(subscribe(7, { history: { from: at } }));
    await peer.untilOf("ready");
    await world.commit(["boiler-1/drift", at + 1, -0], ["boiler-1/drift", at + 2, 0]);
    const found = (type: string) => peer.messages.find((message) => message.type === type);
    expect(found("series")).toMatchObject({ series: [{ value: -0 }] });
    expect(found("history")?.values).toEqual([-0]);
    expect(found("update")?.values).toEqual([-0, 0]);
  });

  it("[P43] gives past, seam and present in one answer", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-1/temperature", at + 1, 2], ["boiler-1/on", at, true]);
    const { peer, session } = world.viewer();
    session.receive(subscribe(7, { devices: ["boiler-*"], history: { from: at } }));
    await peer.untilOf("ready");
    await world.commit(["boiler-1/temperature", at + 2, 3]);
    expect(types(peer)).toEqual(["subscribed", "devices", "series", "history", "history", "ready", "update"]);
    const [temperature, on] = [world.numberOf("boiler-1/temperature"), world.numberOf("boiler-1/on")];
    const set = peer.messages[0]?.set;
    expect(peer.messages).toMatchObject([
      { type: "subscribed", id: 7, epoch: world.epoch, offset: 1, resumed: false, heartbeat: 5_000 },
      { set, devices: [{ device: "boiler-1", seriesCount: 2 }] },
      {
        set,
        series: [
          { series: temperature, type: "number", firstTime: at, lastTime: at + 1, count: 2, value: 2, time: at + 1 },
          { series: on, type: "boolean", firstTime: at, lastTime: at, count: 1, value: true, time: at },
        ],
      },
      { id: 7, series: temperature, every: null, times: [at, at + 1], values: [1, 2], done: true },
      { id: 7, series: on, every: null, times: [at], values: [true], done: true },
      { type: "ready", id: 7, offset: 1 },
      { type: "update", set, offset: 2, series: [temperature], times: [at + 2], values: [3] },
    ]);
  });

  it("[P43] sends nothing of the present before the seam, and misses nothing", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const open = gate(world);
    const { peer, session } = world.viewer();
    session.receive(subscribe(1, { history: { from: at } }));
    await peer.untilOf("series");
    await world.commit(["boiler-1/temperature", at + 2, 3]);
    await world.commit(["boiler-1/temperature", at + 1, 2], ["boiler-2/temperature", at, 1]);
    world.clock.advance(5_000);
    expect(types(peer)).toEqual(["subscribed", "devices", "series"]);
    open();
    await peer.untilOf("ready");
    await peer.untilOf("update");
    expect(types(peer)).toEqual(
      ["subscribed", "devices", "series", "history", "ready"].concat(["devices", "series", "devices", "update"]),
    );
    expect(peer.of("ready")).toMatchObject([{ offset: 1 }]);
    expect(peer.of("update")).toMatchObject([{ offset: 3, times: [at + 2, at + 1, at], values: [3, 2, 1] }]);
    expect(peer.of("update")[0]).not.toHaveProperty("merged");
  });

  it("[P48] keeps the newest of each series where too much comes before the seam", async () => {
    const world = await liveWorld({ joinReadings: 3 });
    await world.commit(["boiler-1/temperature", at, 1]);
    const open = gate(world);
    const { peer, session } = world.viewer();
    session.receive(subscribe(1, { history: { from: at } }));
    await peer.untilOf("series");
    for (let index = 1; index <= 4; index++) await world.commit(["boiler-1/temperature", at + index, index]);
    open();
    await peer.untilOf("update");
    expect(peer.of("update")).toMatchObject([{ offset: 5, times: [at + 4], values: [4], merged: 3 }]);
  });

  it("reads the past in the width that was asked for, as far as readings go", async () => {
    const world = await liveWorld();
    const ahead = world.clock.now() + 60_000;
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-1/temperature", ahead, 2]);
    const history = { from: at, every: 1_000, aggregates: ["count" as const] };
    const { peer } = await watching(world, { history });
    expect(peer.of("history")).toMatchObject([{ every: 1_000, times: [at, ahead], count: [1, 1], done: true }]);
  });

  it("ends a subscription, and refuses to end one that is not there", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const { peer, session } = await watching(world);
    session.receive({ type: "unsubscribe", id: 1 });
    session.receive({ type: "unsubscribe", id: 1 });
    await world.commit(["boiler-1/temperature", at + 1, 2]);
    expect(peer.messages.slice(-2)).toMatchObject([
      { type: "result", id: 1, ok: true },
      { type: "error", id: 1, code: "not_found" },
    ]);
    expect(world.live.count).toBe(0);
  });

  it("refuses a second subscription under the id of one that is there, which goes on", async () => {
    const world = await liveWorld();
    const { peer, session } = await watching(world);
    session.receive(subscribe(1, { devices: ["other"] }));
    expect(peer.messages.at(-1)).toMatchObject({ type: "error", id: 1, code: "conflict" });
    await world.commit(["boiler-1/temperature", at, 1]);
    expect(peer.of("update")).toHaveLength(1);
  });

  it("refuses a past that is too large before anything is subscribed", async () => {
    const world = await liveWorld({}, { bucketsPerSeries: 10 });
    await world.commit(["boiler-1/temperature", at, 1]);
    const { peer, session } = world.viewer();
    session.receive(subscribe(1, { history: { from: at, every: 1 } }));
    await peer.untilOf("error");
    session.receive(subscribe(2, { history: { from: at, to: at } }));
    await peer.until(2);
    expect(peer.messages).toMatchObject([
      { type: "error", id: 1, code: "range_too_large" },
      { type: "error", id: 2, code: "invalid_message" },
    ]);
    expect(world.live.count).toBe(0);
    session.receive(subscribe(1));
    await peer.untilOf("ready");
  });

  it("tells a store that fails in the middle of the past, with the id, and ends that subscription alone", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const { peer, session } = await watching(world, { devices: ["boiler-*"] });
    world.store.readRaw = () => Promise.reject(new StoreError("store_unavailable", "The store is restarting."));
    session.receive(subscribe(2, { history: { from: at } }));
    await peer.untilOf("error");
    expect(peer.messages.at(-1)).toMatchObject({ id: 2, code: "store_unavailable", retryable: true });
    await world.commit(["boiler-1/temperature", at + 1, 2]);
    expect(peer.of("update")).toHaveLength(1);
  });

  it("[P44] sends the frames of a set once to a socket that watches it twice, each with its own past and seam", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const { peer, session } = await watching(world);
    const open = gate(world);
    session.receive(subscribe(2, { history: { from: at } }));
    await peer.untilOf("series", 2);
    await world.commit(["boiler-1/temperature", at + 1, 2]);
    expect(peer.of("update")).toEqual([]);
    open();
    await peer.untilOf("update");
    expect(types(peer).slice(-3)).toEqual(["history", "ready", "update"]);
    session.receive({ type: "unsubscribe", id: 1 });
    await world.commit(["boiler-1/temperature", at + 2, 3]);
    expect(peer.of("update")).toMatchObject([{ values: [2] }, { values: [3] }]);
  });

  it("[P44] makes the list of devices and series once for viewers that come together, and misses nothing for the later", async () => {
    const world = await liveWorld({ snapshotMs: 1_000 });
    await world.commit(["boiler-1/temperature", at, 1]);
    let asked = 0;
    const state = world.store.seriesState.bind(world.store);
    world.store.seriesState = (numbers) => {
      asked += 1;
      return state(numbers);
    };
    const first = await watching(world);
    await world.commit(["boiler-1/temperature", at + 1, 2], ["boiler-2/temperature", at, 1]);
    world.clock.advance(500);
    const second = await watching(world);
    expect(asked).toBe(1);
    const listed = (peer: FakePeer) =>
      peer.texts.filter((text) => /^{"type":"(devices|series)"/.test(text)).slice(0, 2);
    expect(listed(second.peer)).toEqual(listed(first.peer));
    expect(Object.is(listed(second.peer)[1], listed(first.peer)[1])).toBe(true);
    expect(second.peer.of("ready")).toMatchObject([{ offset: 1 }]);
    expect(types(second.peer).slice(4)).toEqual(["devices", "series", "devices", "update"]);
    expect(second.peer.of("update")).toMatchObject([{ offset: 2, times: [at + 1, at], values: [2, 1] }]);
    world.clock.advance(500);
    const third = await watching(world);
    expect(asked).toBe(2);
    expect(types(third.peer)).toEqual(["subscribed", "devices", "series", "ready"]);
  });

  it("[P41] lets a page without an origin watch nothing", async () => {
    const world = await liveWorld();
    const { peer, session } = world.viewer("127.0.0.1:1", true);
    session.receive(subscribe(4));
    expect(peer.messages).toMatchObject([{ type: "error", id: 4, code: "not_allowed" }]);
  });

  it("leaves its sets when the connection is gone, in the middle of the past too", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const open = gate(world);
    const { peer, session } = world.viewer();
    session.receive(subscribe(1, { history: { from: at } }));
    await peer.untilOf("series");
    session.closed();
    open();
    expect(world.live.count).toBe(0);
    const after = await watching(world, { history: { from: at } });
    expect(types(after.peer).at(-1)).toBe("ready");
    expect(types(peer)).toEqual(["subscribed", "devices", "series"]);
  });
});
