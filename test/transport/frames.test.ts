/** What becomes of a frame as a whole: read, refused with the connection kept, or the end of the connection. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Arrivals } from "../../server/hub/arrivals.ts";
import { Turns } from "../../server/hub/ingest/turns.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { SessionCookie } from "../../server/transport/session-cookie.ts";
import { serveWebsocket } from "../../server/transport/websocket.ts";
import { openAccess } from "../support/access.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const reading = { type: "reading", device: "a", metric: "m", value: 1 };

describe("frames", () => {
  it("[P1] the subprotocol is offered and optional, and other paths are no socket", async () => {
    const hub = await open();
    const address = hub.url.replace("http", "ws");
    const protocols = await Promise.all(
      [[], ["telemetry.v1"], ["mqtt", "telemetry.v1"]].map(
        (offered) =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(`${address}/ws`, offered);
            socket.on("error", reject);
            socket.on("open", () => {
              resolve(socket.protocol);
              socket.close();
            });
          }),
      ),
    );
    expect(protocols).toEqual(["", "telemetry.v1", "telemetry.v1"]);
    const refused = new Promise((resolve) => {
      new WebSocket(`${address}/elsewhere`).on("error", (error) => resolve(error.message));
    });
    expect(await refused).toContain("404");
  });

  it("[P1] a ping settles nothing: the same socket may become a device's or a viewer's", async () => {
    const hub = await open();
    const device = await hub.connect();
    device.send({ type: "ping", id: 3, time: 17.5 }, reading);
    expect(await device.next()).toMatchObject({ type: "pong", id: 3, time: 17.5, hubTime: expect.any(Number) });
    expect(await device.next()).toEqual({ type: "ack", stored: 1 });
    const viewer = await hub.connect();
    viewer.send({ type: "ping", id: 4, time: 0 }, { type: "hello", viewer: true });
    expect(await viewer.next()).toMatchObject({ type: "pong", id: 4 });
    expect(await viewer.next()).toMatchObject({ type: "welcome", viewer: true });
    viewer.send(reading);
    expect(await viewer.next()).toMatchObject({ type: "error", code: "invalid_message" });
  });

  it("[P3] 20 unreadable frames in a row end the connection with 1008, and a readable one starts the count again", async () => {
    const hub = await open();
    const client = await hub.connect();
    const bad = ["nonsense", '{"type":"nothing"}', '{"type":"reading"}', "[]"];
    for (let count = 0; count < 19; count++) client.send(bad[count % 4] as string);
    client.send(reading);
    for (let count = 0; count < 19; count++) client.send(bad[count % 4] as string);
    expect(await client.next("ack")).toEqual({ type: "ack", stored: 1 });
    await client.settled();
    for (let count = 0; count < 20; count++) client.send("x");
    expect((await client.closed).code).toBe(1008);
    expect(client.seen.filter((answer) => answer.type === "error")).toHaveLength(58);
  });

  it("[P3] refusals of what could be read do not count", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    for (let count = 0; count < 30; count++) client.send({ type: "describe", device: "b", colour: "red" });
    for (let count = 0; count < 30; count++) expect(await client.next()).toMatchObject({ code: "unknown_field" });
    await client.settled();
  });

  it("[P2] a binary frame is refused and the connection stays", async () => {
    const hub = await open();
    const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws`);
    const answers: string[] = [];
    const two = new Promise<void>((resolve) => {
      socket.on("message", (data) => answers.push(String(data)) === 2 && resolve());
    });
    await new Promise((resolve) => socket.on("open", resolve));
    socket.send(Buffer.from(JSON.stringify(reading)), { binary: true });
    socket.send(JSON.stringify(reading));
    await two;
    socket.close();
    expect(answers.map((text) => JSON.parse(text))).toMatchObject([{ code: "invalid_json" }, { type: "ack" }]);
  });

  it("[P4] a frame over the limit ends the connection with 1009, and one at the limit does not", async () => {
    const hub = await open({ limits: { frameBytes: 2_048 } });
    const client = await hub.connect();
    const padding = (bytes: number) => JSON.stringify({ ...reading, value: "x" }).padEnd(bytes);
    client.send(padding(2_048));
    expect(await client.next()).toEqual({ type: "ack", stored: 1 });
    client.send(padding(2_049));
    expect((await client.closed).code).toBe(1009);
  });

  it("[P4] a frame of full size that comes in small pieces is taken, and many fragments are not", async () => {
    const hub = await open();
    const whole = Buffer.from(JSON.stringify({ ...reading, value: "x" }).padEnd(500_000));
    const handshake = `GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    const witness = await hub.connect();
    const answerTo = async (pieces: Iterable<Buffer>) => {
      const socket = connect(Number(new URL(hub.url).port), "127.0.0.1").setNoDelay(true);
      let received = "";
      const heard = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => received.includes(text) && resolve();
          socket.on("data", (data) => {
            received += data.toString("latin1");
            look();
          });
          socket.on("close", () => resolve());
          look();
        });
      const upgraded = heard("\r\n\r\n");
      socket.write(handshake);
      await upgraded;
      const answered = heard('"stored":1');
      for (const piece of pieces) {
        socket.write(piece);
        // A round trip on another socket: the hub has read this piece by itself.
        await witness.settled();
      }
      await answered;
      socket.destroy();
      return received;
    };
    // The mask is zero, so that the payload stands as it is.
    const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x07, 0xa1, 0x20, 0, 0, 0, 0]);
    const pieces = [head];
    for (let at = 0; at < whole.length; at += 1_000) pieces.push(whole.subarray(at, at + 1_000));
    expect(await answerTo(pieces)).toContain('{"type":"ack","stored":1}');
    const fragments = Array.from({ length: 40 }, (_, index) =>
      Buffer.from([index === 0 ? 1 : 0, 0x81, 0, 0, 0, 0, 0x20]),
    );
    expect(await answerTo([Buffer.concat(fragments)])).not.toContain("ack");
  });

  it("[P6] a frame with too many readings is refused whole, and its seq is decided", async () => {
    const hub = await open({ limits: { readingsPerFrame: 2 } });
    const client = await hub.welcomed("a", { session: "s" });
    const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ metric: `m${index}`, value: 1 }));
    client.send({ type: "readings", seq: 1, readings: rows(3) });
    expect(await client.next()).toMatchObject({ type: "error", seq: 1, code: "too_many_readings", retryable: false });
    client.send({ type: "readings", seq: 1, readings: rows(1) });
    client.send({ type: "readings", seq: 2, readings: rows(2) });
    expect(await client.next()).toMatchObject({ type: "ack", seq: 1, stored: 0 });
    expect(await client.next()).toEqual({ type: "ack", seq: 2, stored: 2 });
  });

  it("[P9] a refusal bears the id and the seq of the frame where they could be read", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({ type: "readings", id: 7, seq: 3, readings: "none" });
    expect(await client.next()).toMatchObject({ type: "error", id: 7, seq: 3, code: "invalid_message" });
    client.send({ type: "readings", id: 8, seq: 4, rows: [] });
    expect(await client.next()).toMatchObject({ type: "error", id: 8, seq: 4, code: "unknown_field" });
  });

  it("[P1] a frame that is encoded once for many goes out as text", async () => {
    const text = JSON.stringify({ type: "update", unit: "°C" });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const sockets = serveWebsocket(server, {
      accept(peer) {
        peer.send(Buffer.from(text));
        peer.send(text);
        return { principal: undefined, receive() {}, receiveBinary() {}, unreadable() {}, closed() {} };
      },
      access: openAccess(systemClock),
      sessionCookie: new SessionCookie("epoch"),
      arrivals: new Arrivals(systemClock),
      turns: new Turns(defaultLimits, systemClock),
      door: { refuseUpgrade: () => undefined },
      ...{
        config: {
          host: "127.0.0.1",
          allowOrigin: [],
          open: false,
          trustProxy: [],
          limits: defaultLimits,
          tlsCert: undefined,
          hstsMs: 0,
        },
        clock: systemClock,
        log: silentLog,
      },
    });
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`);
    const came: unknown[] = [];
    client.on("message", (data, isBinary) => came.push([String(data), isBinary]));
    await expect
      .poll(() => came)
      .toEqual([
        [text, false],
        [text, false],
      ]);
    client.terminate();
    await sockets.stop(1_000);
    server.close();
  });
});
