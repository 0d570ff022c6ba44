/** Signs of life: who does not answer is cut, unless the hub itself was the one that slept. */
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Heartbeat } from "../../server/transport/heartbeat.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const open = hubsOfTest();

/** A socket that answers pings only where `autoPong`; resolves once it is welcomed. */
async function device(hub: TestHub, id: string, autoPong: boolean) {
  const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws`, { autoPong });
  const pings: (() => void)[] = [];
  let pinged = 0;
  socket.on("ping", () => {
    pinged += 1;
    for (const told of pings.splice(0)) told();
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await new Promise((resolve) => socket.on("open", resolve));
  const welcomed = new Promise((resolve) => socket.once("message", resolve));
  socket.send(JSON.stringify({ type: "hello", device: id }));
  await welcomed;
  const ping = async (count: number) => {
    while (pinged < count) await new Promise<void>((resolve) => pings.push(resolve));
  };
  return { socket, closed, ping };
}

describe("heartbeat", () => {
  it("[P37] a socket that does not answer a ping in time is closed, and its device is offline by timeout", async () => {
    const clock = new FakeClock();
    const hub = await open({ clock });
    const alive = await device(hub, "alive", true);
    const mute = await device(hub, "mute", false);
    clock.advance(24_999);
    clock.advance(1);
    await Promise.all([alive.ping(1), mute.ping(1)]);
    const witness = await hub.connect();
    await witness.settled();
    clock.advance(9_999);
    await witness.settled();
    expect(mute.socket.readyState).toBe(WebSocket.OPEN);
    clock.advance(1);
    await mute.closed;
    await witness.settled();
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    expect((await hub.http("GET", "devices/mute")).body).toMatchObject({ state: "offline", reason: "timeout" });
    expect((await hub.http("GET", "devices/alive")).body).toMatchObject({ state: "online" });
    alive.socket.close();
  });

  it("[P37] a ping that has just left is no reason to cut a socket that answered the one before", async () => {
    const clock = new FakeClock();
    // The time to answer the first ping is over at the moment when the second one leaves.
    const hub = await open({ clock, limits: { pingMs: 5_000, pongMs: 5_000 } });
    const alive = await device(hub, "alive", true);
    const mute = await device(hub, "mute", false);
    clock.advance(5_000);
    await Promise.all([alive.ping(1), mute.ping(1)]);
    const witness = await hub.connect();
    await witness.settled();
    clock.advance(5_000);
    await mute.closed;
    await alive.ping(2);
    await witness.settled();
    expect((await hub.http("GET", "devices/alive")).body).toMatchObject({ state: "online" });
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    alive.socket.close();
  });

  it("[P37] a socket that answers nothing is cut also where it is pinged more often than it has time to answer", async () => {
    const clock = new FakeClock();
    const hub = await open({ clock, limits: { pingMs: 2_000, pongMs: 5_000 } });
    const mute = await device(hub, "mute", false);
    clock.advance(6_999);
    const witness = await hub.connect();
    await witness.settled();
    expect(mute.socket.readyState).toBe(WebSocket.OPEN);
    clock.advance(1);
    await mute.closed;
    await witness.settled();
    expect((await hub.http("GET", "devices/mute")).body).toMatchObject({ state: "offline", reason: "timeout" });
  });

  it("[P37] any frame is a sign of life", async () => {
    const clock = new FakeClock();
    const hub = await open({ clock });
    const busy = await device(hub, "busy", false);
    clock.advance(25_000);
    await busy.ping(1);
    const answered = new Promise((resolve) => busy.socket.once("message", resolve));
    busy.socket.send(JSON.stringify({ type: "ping", id: 1, time: 0 }));
    await answered;
    clock.advance(10_000);
    const witness = await hub.connect();
    await witness.settled();
    expect(busy.socket.readyState).toBe(WebSocket.OPEN);
    busy.socket.close();
  });

  it("[P37] after a stall of the event loop one round is skipped, the next one counts", () => {
    const clock = new FakeClock();
    let asked = 0;
    let cut = 0;
    const pulse = { ping: () => asked++, unansweredSinceMs: 0, timeOut: () => cut++ };
    const heartbeat = new Heartbeat(clock, { pingMs: 25_000, pongMs: 10_000 }, new Set([pulse]));
    clock.advance(25_000);
    // Timers fall due while the loop stands still, and are called late: all that was sent meanwhile is still unread.
    clock.stall(60_000);
    expect([asked > 0, cut]).toEqual([true, 0]);
    clock.advance(35_000);
    expect(cut).toBeGreaterThan(0);
    heartbeat.stop();
    expect(clock.pending).toBe(0);
  });
});
