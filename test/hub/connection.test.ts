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
  return { hub, clock, fatal, connect };
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
