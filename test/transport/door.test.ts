/** How many may connect, and how fast: who is beyond a limit is told which one, and all others go on. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DoorCounts } from "../../server/hub/meters.ts";
import { type Log, silentLog, systemClock } from "../../server/ports.ts";
import { type DoorLimits, defaultDoor } from "../../server/protocol/door.ts";
import { Door } from "../../server/transport/door.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { missingNetwork, networkAddress, refusedUpgrade } from "../support/lan-hub.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const open = hubsOfTest();
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

interface Told {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over a connection of its own. */
function ask(url: string, path = "/health"): Promise<Told> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent: false }, async (response) => {
      let body = "";
      for await (const bytes of response) body += bytes;
      resolve({ status: response.statusCode, headers: response.headers, body });
    })
      .on("error", reject)
      .end();
  });
}

/** A connection that says nothing; `ended` once the other side closed it. */
async function silent(url: string): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  const ended = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  await once(socket, "connect");
  return { socket, ended };
}

async function doorOf(hub: TestHub) {
  return (await hub.http("GET", "status")).body.door;
}

function collectingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: { ...silentLog, warn: (text, fields) => lines.push(`${text} ${JSON.stringify(fields)}`) } };
}

/** The hub as another machine of this network reaches it. */
function fromNetwork(hub: TestHub): string {
  return `http://${networkAddress}:${new URL(hub.url).port}`;
}

describe("[F16] connections beyond a limit", () => {
  it("are refused with 503, with the limit and its setting, before they are read; others go on", async () => {
    const { log, lines } = collectingLog();
    const hub = await open({ door: { connections: 2 }, log });
    const device = await hub.welcomed("press-1");
    const second = await hub.welcomed("press-2");
    const refused = await ask(hub.url);
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "5", connection: "close" } });
    expect(JSON.parse(refused.body)).toMatchObject({ type: "error", code: "overloaded", retryable: true });
    expect(refused.body).toContain("the limit connections is 2 (setting --limit-connections)");
    expect(await refusedUpgrade(`${hub.url}/ws`)).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    device.send({ type: "readings", id: 7, readings: [{ metric: "force", value: 1 }] });
    expect(await device.next("ack")).toMatchObject({ id: 7, stored: 1 });
    second.wire.close();
    await second.closed;
    await expect.poll(async () => (await ask(hub.url)).status).toBe(200);
    device.wire.close();
    await device.closed;
    await expect.poll(async () => (await doorOf(hub)).open).toBe(1);
    const { refused: counted } = await doorOf(hub);
    expect(counted).toMatchObject({ connectionsPerAddress: 0, acceptsPerSecond: 0, attemptsPerAddress: 0 });
    expect(counted.connections).toBeGreaterThanOrEqual(2);
    const metrics = await (await fetch(`${hub.url}/metrics`)).text();
    expect(metrics).toContain(`hub_connections_refused_total{limit="connections"} ${counted.connections}\n`);
    // A flood must not fill the disk with lines.
    expect(lines.filter((line) => line.includes("connection was refused"))).toHaveLength(1);
  });

  it("[S14] are cut without a word where those that are told so are many already", async () => {
    const hub = await open({ door: { connections: 1 } });
    const device = await hub.welcomed("press-1");
    const many = await Promise.all(Array.from({ length: 100 }, () => silent(hub.url)));
    // 64 are kept for their request, which never comes; the rest is cut at once, and those a little later.
    await Promise.all(many.map(({ ended }) => ended));
    device.send({ type: "readings", id: 7, readings: [{ metric: "force", value: 1 }] });
    expect(await device.next("ack")).toMatchObject({ id: 7 });
    device.wire.close();
    await device.closed;
    await expect.poll(async () => (await ask(hub.url)).status).toBe(200);
    expect((await doorOf(hub)).refused.connections).toBeGreaterThanOrEqual(100);
  });

  it("are those that come faster than the hub lets in, until it has let in the others", async () => {
    const clock = new FakeClock();
    const hub = await open({ clock, door: { acceptsPerSecond: 2, acceptsBurst: 3 } });
    const statuses = async (count: number) => {
      const told: (number | undefined)[] = [];
      for (let each = 0; each < count; each++) told.push((await ask(hub.url)).status);
      return told;
    };
    expect(await statuses(5)).toEqual([200, 200, 200, 503, 503]);
    const { headers, body } = await ask(hub.url);
    expect(headers["retry-after"]).toBe("1");
    expect(body).toContain("the limit acceptsPerSecond is 2 (setting --limit-accepts-per-second)");
    clock.advance(1_000);
    expect(await statuses(3)).toEqual([200, 200, 503]);
  });
});

describe.skipIf(missingNetwork)("[F16] connections of one address (left out where this machine has no network)", () => {
  const everywhere = { host: "0.0.0.0", open: true };

  it("are refused with 429 beyond its limit; this machine's own are not counted", async () => {
    const hub = await open({ config: everywhere, door: { connectionsPerAddress: 3 } });
    const url = fromNetwork(hub);
    const held = await Promise.all([silent(url), silent(url), silent(url)]);
    const refused = await ask(url);
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "5" } });
    expect(refused.body).toContain("the limit connectionsPerAddress is 3 (setting --limit-connections-per-address)");
    expect(await refusedUpgrade(`${url}/ws`)).toMatchObject({ status: 429 });
    expect((await ask(hub.url)).status).toBe(200);
    held[0]?.socket.destroy();
    await expect.poll(async () => (await ask(url)).status).toBe(200);
  });

  it("that come too fast take nothing of what all share", async () => {
    const clock = new FakeClock();
    const limits = { attemptsPerAddress: 1, attemptsBurst: 2, acceptsPerSecond: 1, acceptsBurst: 5 };
    const hub = await open({ config: everywhere, clock, door: limits });
    const url = fromNetwork(hub);
    for (const status of [200, 200, 429, 429, 429, 429]) expect((await ask(url)).status).toBe(status);
    const { headers, body } = await ask(url);
    expect(headers["retry-after"]).toBe("1");
    expect(body).toContain("the limit attemptsPerAddress is 1 (setting --limit-attempts-per-address)");
    for (const status of [200, 200, 200, 503]) expect((await ask(hub.url)).status).toBe(status);
  });
});

describe("the door", () => {
  /** A server that does nothing but ask the door. */
  async function bare(limits: Partial<DoorLimits>, openFiles?: number) {
    const { log, lines } = collectingLog();
    const counts = new DoorCounts();
    const server = createServer();
    const deps = { limits: { ...defaultDoor, ...limits }, counts, clock: systemClock, log, openFiles };
    const door = new Door(server, { ...deps, isProxy: (address) => address === "127.0.0.1" });
    const held: ServerResponse[] = [];
    server.on(
      "request",
      door.guard((asked, response) => {
        const address = asked.headers["x-for"];
        if (address === undefined) response.end("in");
        else if (door.refuseRequest(response, String(address), true)) response.destroy();
        else held.push(response);
      }),
    );
    const judged: { socket: Socket; refusal: unknown }[] = [];
    server.on("upgrade", (asked, socket: Socket) => {
      const refusal = door.refuseUpgrade(asked.socket, String(asked.headers["x-for"]));
      judged.push({ socket, refusal });
      if (refusal) socket.destroy();
      else
        socket
          .on("end", () => socket.destroy())
          .resume()
          .write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const upgrade = async (address: string) => {
      const { socket, ended } = await silent(url);
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-For: ${address}\r\n\r\n`,
      );
      await Promise.race([once(socket, "data"), ended]);
      return { socket, code: (judged.at(-1)?.refusal as { code?: string } | undefined)?.code };
    };
    return { server, url, upgrade, counts, lines, held };
  }

  it("counts those behind a proxy by themselves, an IPv6 network as one", async () => {
    const { server, upgrade } = await bare({ connectionsPerAddress: 2 });
    const { socket } = await upgrade("203.0.113.7");
    expect((await upgrade("203.0.113.7")).code).toBeUndefined();
    expect((await upgrade("203.0.113.7")).code).toBe("rate_limited");
    expect((await upgrade("203.0.113.8")).code).toBeUndefined();
    expect((await upgrade("2001:db8::1")).code).toBeUndefined();
    expect((await upgrade("2001:db8::2")).code).toBeUndefined();
    expect((await upgrade("2001:db8:0:0:5::3")).code).toBe("rate_limited");
    socket.destroy();
    await expect.poll(async () => (await upgrade("203.0.113.7")).code).toBeUndefined();
    for (const each of sockets.splice(0)) each.destroy();
    await once(server.close(), "close");
  });

  it("[S14] forgets requests behind one that is still to be answered with the proxy's connection that they came by", async () => {
    const { server, url, upgrade, held } = await bare({ connectionsPerAddress: 3 });
    const { socket } = await silent(url);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-For: 203.0.113.7\r\n\r\n".repeat(3));
    await expect.poll(() => held.length).toBe(3);
    expect((await upgrade("203.0.113.7")).code).toBe("rate_limited");
    // What is answered before counts no more, and not once more with the connection.
    held[0]?.end();
    await expect.poll(async () => (await upgrade("203.0.113.7")).code).toBeUndefined();
    expect((await upgrade("203.0.113.7")).code).toBe("rate_limited");
    socket.destroy();
    for (const _ of ["second", "third"])
      await expect.poll(async () => (await upgrade("203.0.113.7")).code).toBeUndefined();
    expect((await upgrade("203.0.113.7")).code).toBe("rate_limited");
    for (const each of sockets.splice(0)) each.destroy();
    await once(server.close(), "close");
  });

  it("takes no more than the files that the system lets it open, and says so at the start", async () => {
    const { server, lines, url } = await bare({}, 257);
    expect(lines).toEqual([
      expect.stringMatching(/lets the hub open few files.*"connections":1,"set":15000.*ulimit -n/),
    ]);
    await silent(url);
    expect((await ask(url)).body).toContain(
      "the limit connections is 1 (setting --limit-connections); the system lets",
    );
    for (const each of sockets.splice(0)) each.destroy();
    await once(server.close(), "close");
  });
});
