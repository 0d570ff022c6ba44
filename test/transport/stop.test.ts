/** How a hub ends: what it received is committed and acknowledged first. */
import { describe, expect, it } from "vitest";
import { StoreError } from "../../server/store/store.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const time = Date.UTC(2026, 10, 1);

function frame(seq: number) {
  return { type: "readings", seq, readings: [{ metric: "m", value: seq, time: time + seq }] };
}

describe("stopping", () => {
  it("[P22] commits and acknowledges what was received, then closes with 1012", async () => {
    const hub = await open({ config: { commitDelayMs: 10_000 } });
    const client = await hub.device("a", { session: "s" });
    await client.next("welcome");
    client.send(frame(1), frame(2));
    await client.settled();
    await hub.restart();
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(client.seen.filter((answer) => answer.type === "ack")).toEqual([{ type: "ack", seq: 2, stored: 2 }]);
    expect(await hub.readings("a", "m")).toHaveLength(2);
  });

  it("[P22] a client that does not answer the close is cut, and the hub ends all the same", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.wire.pause();
    const startedMs = performance.now();
    await hub.restart();
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it("[P29] what the store refuses at the end is refused, not acknowledged", async () => {
    const hub = await open({ config: { commitDelayMs: 10_000 } });
    const client = await hub.device("a", { session: "s" });
    await client.next("welcome");
    client.send(frame(1));
    await client.settled();
    hub.store.failNextAppend(new StoreError("storage_full", "The disk is full."));
    await hub.restart();
    await client.closed;
    expect(client.seen.filter((answer) => answer.type !== "welcome" && answer.type !== "pong")).toMatchObject([
      { type: "error", code: "storage_full", seq: 1 },
    ]);
    expect(await hub.readings("a", "m")).toEqual([]);
  });

  it("[P22] a commit waits for company as long as it was told to, and leaves with all that came", async () => {
    const { FakeClock } = await import("../support/fake-clock.ts");
    const clock = new FakeClock();
    const hub = await open({ clock, config: { commitDelayMs: 50 } });
    const client = await hub.device("a", { session: "s" });
    await client.next("welcome");
    client.send(frame(1));
    await client.settled();
    clock.advance(49);
    client.send(frame(2));
    await client.settled();
    expect(hub.store.appended).toEqual([]);
    clock.advance(1);
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 2 });
  });

  it("[P22] does not tell viewers, while it closes its connections, that its devices left", async () => {
    const { FakeClock } = await import("../support/fake-clock.ts");
    const clock = new FakeClock();
    const hub = await open({ clock });
    const device = await hub.welcomed("a");
    // More than are closed at once, so that the viewer is still served when the device is gone.
    await Promise.all(Array.from({ length: 250 }, () => hub.connect()));
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("ready");
    const restarted = hub.restart();
    await device.closed;
    await viewer.settled();
    clock.advance(1_000);
    await viewer.closed;
    expect(viewer.waiting.filter(({ type }) => type === "devices")).toEqual([]);
    clock.advance(10_000);
    await restarted;
  });
});
