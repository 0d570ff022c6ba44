/** A connection whose other end does not behave, without a socket: a real hub and a peer that reads as it likes. */
import { describe, expect, it } from "vitest";
import { Hub } from "../../server/hub/hub.ts";
import { silentLog } from "../../server/ports.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { openAccess } from "../support/access.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakePeer } from "../support/fake-peer.ts";

async function world() {
  const store = new MemoryStore();
  const clock = new FakeClock();
  const fatal: unknown[] = [];
  const hub = new Hub({
    ...{ store, state: await store.open(), version: "0.0.0", access: openAccess(clock) },
    config: { commitDelayMs: 0, limits: defaultLimits },
    ports: { clock, log: silentLog },
    loopDelayMs: () => 0,
    onFatal: (error) => fatal.push(error),
  });
  const connect = () => {
    const peer = new FakePeer();
    return { peer, session: hub.accept(peer) };
  };
  return { store, hub, clock, fatal, connect };
}

const ping = JSON.stringify({ type: "ping", id: 1, time: 0 });

describe("connections", () => {
  it.each([
    ["nobody yet", undefined],
    ["a device", { type: "hello", device: "a" }],
  ])("[P36] whoever sends and never reads is not read any more, and cut in the end: %s", async (_, hello) => {
    const { clock, connect } = await world();
    const { peer, session } = connect();
    if (hello) {
      session.receive(JSON.stringify(hello));
      await peer.untilOf("welcome");
    }
    peer.stalled = true;
    let sent = 0;
    while (!peer.paused && sent < 100_000) {
      session.receive(ping);
      sent += 1;
    }
    expect(peer.bufferedBytes()).toBeLessThan(1.1 * 1024 * 1024);
    clock.advance(31_000);
    expect(peer.terminated).toBe(true);
    session.closed({ reason: "closed", clean: false });
  });

  it("answers a frame the same as text and as its bytes, whatever is refused of it, and stores the same", async () => {
    const row = (metric: string, value: unknown, more: object = {}) => ({ metric, value, ...more });
    const at = 1_700_000_000_000;
    const frames: object[] = [
      { seq: 1, readings: [row("a", 1), row("b", true), row("c", -0.5, { time: 1_700_000_000_000 })] },
      { seq: 2, readings: [row("a", 2), row("a", 3), row("b", 4), row("a", 5, { time: 1_700_000_000_001 })] },
      { seq: 2, readings: [row("a", 2)] },
      { seq: 3, id: 7, readings: [row("a", 1, { time: 5 }), row("a", 1, { time: 9e12 }), row("c", false)] },
      { id: 8, readings: [row("a", 1, { device: "d/2" }), row("a", 6), row("a", 2, { device: "d/2", time: -4 })] },
      { id: 9, device: "d/3", readings: [row("x", 1e-7), row("x", 21.299999237060547, { time: 1.5 })] },
      { id: 10, readings: [row("a", 1)] },
      { id: 11, readings: [] },
      { times: [at, at + 1, at + 2], values: { a: [1, 2, 3], n: [4, 5, 6], b: [true, null, false] }, id: 13 },
      { times: [at + 3, at + 4], values: { a: [1, 2], n: [4, 5], b: [1, 2], c: [null, null], e: [] }, id: 14 },
      { times: [at + 3, at + 4], values: { n: [7, 8], b: [1, 2], a: [null, 3], c: [9, true] }, id: 15, seq: 4 },
      { times: [at + 5, 5, 9e12], values: { n: [7, 8, 9], a: [1, null, true] }, id: 16 },
      { times: [at + 6], values: { n: [1], a: [1] }, id: 17, device: "d/2" },
      { times: Array.from({ length: 100 }, (_, index) => at + index), values: { n: Array(100).fill(1.5) }, id: 18 },
      { times: [], values: { n: [] }, id: 19 },
      { id: 12, readings: [row("a", "text"), row("ä", 1), row("a", null), row("a", 1, { unit: "C" })] },
    ];
    const short = frames.findIndex((frame) => "id" in frame && frame.id === 14);
    const told: unknown[] = [];
    for (const form of [(text: string) => text, (text: string) => Buffer.from(text)]) {
      const { store, connect } = await world();
      const { peer, session } = connect();
      session.receive(form(JSON.stringify({ type: "hello", device: "d/1", session: "s" })));
      await peer.untilOf("welcome");
      for (const [index, frame] of frames.entries()) {
        session.receive(form(JSON.stringify({ type: "times" in frame ? "samples" : "readings", ...frame })));
        // The one with a short column is refused as a whole.
        if (index === short) await peer.untilOf("error");
        else await peer.untilOf("ack", index < short ? index + 1 : index);
      }
      const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
      const stored = [await store.seriesState(numbers), await store.latest(numbers), await store.refusals("d/1")];
      told.push({ said: peer.messages.slice(1), stored });
    }
    expect(told[1]).toEqual(told[0]);
    expect(new Set(JSON.stringify(told[0]).match(/"code":"\w+"/g)).size, "kinds of refusals").toBeGreaterThan(3);
  });

  it("[F3] a hub that failed tells nobody anything, says so to who asks, and ends", async () => {
    const { hub, fatal, connect } = await world();
    const { peer, session } = connect();
    session.receive(JSON.stringify({ type: "hello", device: "a" }));
    await peer.untilOf("welcome");
    const before = peer.texts.length;
    hub.fail(new Error("fsync failed"));
    session.receive(JSON.stringify({ type: "readings", seq: 1, readings: [{ metric: "m", value: 1 }] }));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(peer.texts).toHaveLength(before);
    expect([hub.health().status, hub.ready().status]).toEqual(["down", "down"]);
    expect(fatal).toMatchObject([{ message: "fsync failed" }]);
    hub.fail(new Error("again"));
    expect(fatal).toHaveLength(1);
  });

  it("a connection that comes while the hub ends is told to come back", async () => {
    const { hub, connect } = await world();
    await hub.stop();
    const { peer } = connect();
    expect(peer.closed).toMatchObject({ code: 1012 });
  });

  it("[P53] a clean close between reports leaves a device online, asleep; a cut does not", async () => {
    const { hub, clock, connect } = await world();
    for (const [device, clean] of [
      ["sleeper", true],
      ["cut", false],
    ] as const) {
      const { peer, session } = connect();
      session.receive(JSON.stringify({ type: "hello", device }));
      await peer.untilOf("welcome");
      session.receive(JSON.stringify({ type: "readings", id: 1, readings: [{ metric: "m", value: 1 }] }));
      await peer.untilOf("ack");
      session.closed({ reason: "closed", clean });
    }
    clock.advance(2_000);
    const states = [...hub.catalog.devices()].map((device) => hub.presence.stateOf(device));
    expect(states).toMatchObject([
      { state: "online", reason: "asleep" },
      { state: "offline", reason: "closed" },
    ]);
  });

  it("[F22] many connections are closed in steps, each served until its turn; new ones are sent away", async () => {
    const { hub, clock, connect } = await world();
    const all = Array.from({ length: 600 }, connect);
    const closed = () => all.filter(({ peer }) => peer.closed?.code === 1012).length;
    const last = all[599] as (typeof all)[number];
    last.session.receive(JSON.stringify({ type: "hello", device: "last" }));
    await last.peer.untilOf("welcome");
    const stopped = hub.stop();
    for (const count of [250, 500]) {
      await expect.poll(closed).toBe(count);
      expect(connect().peer.closed?.code).toBe(1012);
      last.session.receive(JSON.stringify({ type: "readings", id: count, readings: [{ metric: "m", value: 1 }] }));
      await last.peer.untilOf("ack", count / 250);
      expect(closed()).toBe(count);
      clock.advance(100);
    }
    await stopped;
    expect(closed()).toBe(600);
  });

  it("[P3] [P36] nothing is taken from a connection that the hub has closed", async () => {
    const { hub, connect } = await world();
    const first = (device: string) => JSON.stringify({ type: "reading", device, metric: "m", value: 1 });
    const rude = connect();
    for (let count = 0; count < 20; count++) rude.session.receiveBinary();
    expect(rude.peer.closed?.code).toBe(1008);
    rude.session.receive(first("rude"));
    rude.session.receiveBinary();
    const polite = connect();
    await hub.stop();
    polite.session.receive(first("polite"));
    expect([...hub.catalog.devices()]).toEqual([]);
    expect(rude.peer.texts).toHaveLength(20);
  });
});
