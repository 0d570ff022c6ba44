/** Requests that offer to change the protocol: sockets at one path, all else is an ordinary request. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { PlainRequests } from "../../server/transport/plain-request.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();

/** What the JDK's client and `curl --http2` send with every request to an address without TLS. */
const offer =
  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n";

/** Sends all at once over one connection, and answers what came until the hub closed it. */
async function exchange(url: string, text: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let answers = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answers += part;
  });
  socket.write(text);
  await once(socket, "close");
  return answers;
}

function post(value: number, headers: string, chunked = false): string {
  const body = JSON.stringify({
    device: "press-1",
    readings: [{ metric: "force", value, time: 1_790_000_000_000 + value }],
  });
  const head = `POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${headers}`;
  if (!chunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

describe("[P1] an offer of another protocol", () => {
  it("is passed over: each request of the connection is answered as one without it", async () => {
    const hub = await open();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const values = Array.from({ length: 30 }, (_, index) => index);
    const requests = values.map((value) => post(value, offer, value % 2 === 1));
    const last = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    const answers = await exchange(hub.url, `${requests.join("")}${last}`);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(31);
    expect(answers.match(/"stored":1,/g)).toHaveLength(30);
    const { body } = await hub.http("GET", "readings?device=press-1&metric=force&from=0");
    expect(body.values).toEqual(values);
    process.off("warning", onWarning);
    expect(warnings.map(String)).toEqual([]);
  });

  it("brings nobody past the door", async () => {
    const hub = await open();
    const foreign = `${offer}Origin: http://elsewhere.example\r\n`;
    expect(await exchange(hub.url, post(1, `${foreign}Connection: close\r\n`))).toMatch(/^HTTP\/1\.1 403 /);
    expect((await hub.http("GET", "devices")).body.devices).toEqual([]);
  });
});

describe("[P1] an offer of a WebSocket behind requests that are not answered yet", () => {
  const before = "GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(5);
  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;

  const readings = 5_000;
  const exported =
    "GET /api/v1/readings?device=press-1&metric=force&from=0&format=csv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const withManyReadings = async () => {
    const hub = await open();
    const rows = Array.from({ length: readings }, (_, index) => ({
      metric: "force",
      value: index,
      time: 1_790_000_000_000 + index,
    }));
    expect((await hub.http("POST", "readings", { device: "press-1", readings: rows })).status).toBe(200);
    return hub;
  };

  it("is taken when it is its turn, and nothing of them comes into the socket", async () => {
    const hub = await open();
    // A close frame, which the hub answers and then ends the connection.
    const close = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]).toString("latin1");
    const answers = await exchange(hub.url, Buffer.from(`${before}${upgrade("/ws")}${close}`, "latin1"));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array<string>(5).fill("HTTP/1.1 200"), "HTTP/1.1 101"]);
    expect(answers.slice(answers.indexOf("HTTP/1.1 101")).split("\r\n\r\n")[1]).toHaveLength(4);
  });

  it.each([["websocket"], ["h2c"]])(
    "waits for one that is larger than a socket takes at once (%s)",
    async (protocol) => {
      const hub = await withManyReadings();
      const offered = upgrade("/elsewhere")
        .replace("websocket", protocol)
        .replace("Connection: Upgrade", "Connection: Upgrade, close");
      const answers = await exchange(hub.url, `${before}${exported}${before}${offered}`);
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array<string>(11).fill("HTTP/1.1 200"), "HTTP/1.1 404"]);
      expect(answers.match(/,press-1,force,\d+\r\n/g)).toHaveLength(readings);
    },
  );

  it("[P22] holds up no end of the hub where somebody does not read their answers", async () => {
    const hub = await open();
    // More than two sockets hold.
    for (let round = 0; round < 12; round++) {
      const rows = Array.from({ length: 1_000 }, (_, index) => ({
        metric: "note",
        value: "가".repeat(256),
        time: 1_790_000_000_000 + round * 1_000 + index,
      }));
      expect((await hub.http("POST", "readings", { device: "press-1", readings: rows })).status).toBe(200);
    }
    const socket = connect(Number(new URL(hub.url).port), "127.0.0.1");
    socket.on("error", () => {});
    const notes = "GET /api/v1/readings?device=press-1&metric=note&from=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    socket.write(`${notes}${upgrade("/ws")}`);
    await once(socket, "readable");
    await hub.restart();
    socket.destroy();
  });

  it("is refused when it is its turn, and takes none of their answers away", async () => {
    const hub = await open();
    const answers = await exchange(hub.url, `${before}${upgrade("/elsewhere")}`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array<string>(5).fill("HTTP/1.1 200"), "HTTP/1.1 404"]);
  });
});

describe("[S14] an upgrade behind an answer that nobody reads", () => {
  it("waits for its turn for 30 s, and its connection ends then: Node has let go of it", async () => {
    const clock = new FakeClock();
    const server = createServer();
    const plain = new PlainRequests(server, clock);
    server.on("request", () => {});
    const offered = new Promise<void>((resolve) => {
      server.on("upgrade", (request, socket: Socket, head) => {
        plain.answer(request, socket, head);
        resolve();
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const ask = (lines: string) => `GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
    const exchanged = exchange(`http://127.0.0.1:${port}`, ask("") + ask(offer));
    await offered;
    clock.advance(29_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await exchanged).toBe("");
    expect(clock.pending).toBe(0);
    await once(server.close(), "close");
  });
});
