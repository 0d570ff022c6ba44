/** What somebody recorded on the wire, sent again. */
import { describe, expect, it } from "vitest";
import { hubsOfTest } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);
const captured = JSON.stringify({ type: "readings", seq: 7, readings: [{ metric: "m", value: 1, time: at }] });

describe("a message that was recorded", () => {
  it("[S28] is acknowledged again and stored once: on its socket, on another, after a restart, and by a request", async () => {
    const hub = await start({ engine: "sqlite" });
    const first = await hub.welcomed("meter", { session: "s" });
    first.send(captured);
    expect(await first.next("ack")).toMatchObject({ seq: 7, stored: 1 });
    // A newer value at the same time, which the old message must not bring back.
    first.send({ type: "readings", seq: 8, readings: [{ metric: "m", value: 2, time: at }] });
    expect(await first.next("ack")).toMatchObject({ seq: 8, stored: 1 });
    first.send(captured);
    expect((await first.next("ack")).stored ?? 0).toBe(0);
    const second = await hub.welcomed("meter", { session: "s" });
    second.send(captured);
    expect((await second.next("ack")).stored ?? 0).toBe(0);
    await hub.restart();
    const third = await hub.welcomed("meter", { session: "s" });
    third.send(captured);
    expect((await third.next("ack")).stored ?? 0).toBe(0);
    third.wire.close();
    const posted = { device: "meter", session: "s", seq: 7, readings: [{ metric: "m", value: 1, time: at }] };
    expect((await hub.http("POST", "readings", posted)).body).toMatchObject({ stored: 0, duplicates: 1 });
    expect(await hub.readings("meter", "m")).toEqual([[at, 2]]);
  });
});
