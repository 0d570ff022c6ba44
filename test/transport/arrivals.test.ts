/** `GET arrivals`, by sockets and requests that are taken, refused, unreadable or never let in. */
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type ArrivalsAnswer, arrivalsAnswer } from "../../server/protocol/http.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const newHub = hubsOfTest();

async function arrivals(hub: TestHub): Promise<ArrivalsAnswer> {
  const { status, body } = await hub.http("GET", "arrivals");
  expect(status).toBe(200);
  return arrivalsAnswer.parse(body);
}

describe("GET arrivals", () => {
  it("[P71] tells of a socket and of posts what was stored, and of a bad row why", async () => {
    const hub = await newHub();
    const device = await hub.welcomed("greenhouse/1");
    const rows = [
      { metric: "temperature", value: 21 },
      { metric: "humidity", value: { percent: 3 } },
    ];
    device.send({ type: "readings", id: 2, readings: rows });
    await device.next("ack");
    await hub.http("POST", "readings", { device: "tank", readings: [{ metric: "level", value: 1 }] });
    const { senders, refusals, more, windowMs } = await arrivals(hub);
    expect({ more, windowMs }).toEqual({ more: 0, windowMs: 60_000 });
    expect(senders).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ way: "socket", address: "local", device: "greenhouse/1", readings: 1, refused: 1 }),
        expect.objectContaining({ way: "http", device: "tank", connected: false, readings: 1, refused: 0 }),
      ]),
    );
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({ way: "socket", device: "greenhouse/1", metric: "humidity", count: 1 });
    expect(refusals[0]).toMatchObject({ code: "invalid_value", raw: JSON.stringify(rows[1]) });
  });

  it("[P71] tells of a socket that never said hello what it sent and why that can't be read", async () => {
    const hub = await newHub();
    const stranger = await hub.connect();
    stranger.send("temperature=21.5");
    await stranger.next("error");
    stranger.send({ type: "readings", readings: [{ metric: "m", value: 1 }] });
    await stranger.next("error");
    const { refusals, senders } = await arrivals(hub);
    expect(refusals).toMatchObject([
      { code: "hello_required", way: "socket" },
      { code: "invalid_json", raw: "temperature=21.5" },
    ]);
    expect(senders).toMatchObject([{ way: "socket", connected: true, readings: 0, refused: 2 }]);
    expect(senders[0]).not.toHaveProperty("device");
  });

  it("[P71] tells the start of a name that is too long, a hundred times if need be: it may be half of the frame", async () => {
    const hub = await newHub();
    const device = await hub.welcomed("verbose");
    const times = Array.from({ length: 100 }, (_, index) => 1_764_000_000_000 + index);
    device.send({ type: "samples", id: 2, times, values: { ["n".repeat(400_000)]: times.map(() => 1) } });
    const ack = await device.next("ack");
    expect(ack).toMatchObject({ rejectedCount: 100 });
    expect(JSON.stringify(ack).length).toBeLessThan(100_000);
    const { refusals } = await arrivals(hub);
    expect(JSON.stringify(refusals).length).toBeLessThan(10_000);
  });

  it("[P71] tells of a frame that was too large, and ended its connection", async () => {
    const hub = await newHub({ limits: { frameBytes: 1_024 } });
    const device = await hub.welcomed("big");
    device.send(JSON.stringify({ type: "readings", readings: [], device: "x".repeat(2_000) }));
    await expect
      .poll(async () => (await arrivals(hub)).refusals)
      .toMatchObject([
        { device: "big", code: "frame_too_large", message: expect.stringContaining("--limit-frame-bytes") },
      ]);
  });

  it("[P71] tells of posts with a broken body or to a wrong address, and of pages that are not let in", async () => {
    const hub = await newHub();
    await fetch(`${hub.url}/api/v1/readings`, { method: "POST", body: "{broken" });
    await fetch(`${hub.url}/api/readings`, { method: "POST", body: "{}" });
    const foreign = new WebSocket(`${hub.url.replace("http", "ws")}/ws`, { origin: "https://example.org" });
    await new Promise((resolve) => foreign.on("error", resolve));
    const { refusals } = await arrivals(hub);
    expect(refusals).toMatchObject([
      { way: "socket", code: "not_allowed", message: expect.stringContaining("--allow-origin") },
      { way: "http", code: "not_found" },
      { way: "http", code: "invalid_json", raw: "{broken" },
    ]);
  });

  it("[P71] is not told of readers: a question that is refused is no arrival", async () => {
    const hub = await newHub();
    await hub.http("GET", "devices?limit=-1");
    await hub.http("GET", "nothing");
    expect(await arrivals(hub)).toMatchObject({ senders: [], refusals: [] });
    expect(await hub.http("GET", "arrivals?all")).toMatchObject({ status: 400, body: { code: "unknown_field" } });
  });

  it("[P42] [P71] counts a wrong token, shows none, and tells strangers nothing", async () => {
    const hub = await newHub({ config: { lan: true, host: "127.0.0.1" } });
    const headers = { "X-Forwarded-For": "192.168.1.9" };
    const post = (token: string) =>
      fetch(`${hub.url}/api/v1/readings`, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${token}` },
        body: "{}",
      });
    expect((await post("wrong-word")).status).toBe(401);
    expect((await fetch(`${hub.url}/api/v1/arrivals`, { headers })).status).toBe(401);
    const told = await arrivals(hub);
    expect(told.wrongTokens).toBe(1);
    expect(told.refusals).toMatchObject([{ way: "http", code: "not_signed_in" }]);
    expect(JSON.stringify(told)).not.toContain("wrong-word");
  });
});

describe("GET status", () => {
  it("tells what waits for the disk, how the hub is, and the settings that its figures run into", async () => {
    const hub = await newHub({ config: { minFreeBytes: 12_345 }, viewing: { slowViewerBytes: 65_536 } });
    const { body } = await hub.http("GET", "status");
    expect(body.queue).toEqual({ frames: 0, bytes: 0 });
    expect(body).toMatchObject({ health: { status: "ok" }, access: "open" });
    expect(body.limits).toMatchObject({ minFreeBytes: 12_345, slowViewerBytes: 65_536, series: 1_000_000 });
    const device = await hub.welcomed("a");
    const release = hub.store.holdAppends();
    device.send({ type: "readings", seq: 1, readings: [{ metric: "m", value: 1 }] });
    await expect.poll(async () => (await hub.http("GET", "status")).body.queue.frames).toBe(1);
    expect((await hub.http("GET", "status")).body.queue.bytes).toBeGreaterThan(50);
    release();
    await device.next("ack");
    expect((await hub.http("GET", "status")).body.queue).toEqual({ frames: 0, bytes: 0 });
  });
});
