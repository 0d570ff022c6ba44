/** [S25] Whose word is taken for where a request comes from. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entranceOf } from "../../server/transport/entrance.ts";
import { isTrusted } from "../../server/transport/proxies.ts";
import { BareSocket } from "../security/bare-socket.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { lanHubsOfTest, missingNetwork } from "../support/lan-hub.ts";
import { operatorToken } from "../support/operator.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const lanHub = lanHubsOfTest();

/** What a request of `peer` with these headers is taken for. */
function entrance(peer: string, headers: IncomingHttpHeaders, trustProxy: readonly string[] = ["10.0.0.0/8"]) {
  const request = { headers: { host: "hub.example", ...headers }, socket: { remoteAddress: peer } };
  return entranceOf(request as unknown as IncomingMessage, { trustProxy });
}

describe("[S25] a forwarded address", () => {
  it.each<[string, string, string]>([
    ["one proxy", "203.0.113.9", "203.0.113.9"],
    ["what the visitor wrote before", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["a trusted proxy before the nearest", "1.1.1.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"],
    ["a visitor who is a trusted address", "10.1.1.1, 10.2.2.2", "10.1.1.1"],
    ["a port behind it", "203.0.113.9:4711", "203.0.113.9"],
    ["IPv6 with a port", "[2001:db8::7]:4711", "2001:db8::7"],
    ["IPv6", "2001:db8::7", "2001:db8::7"],
    ["garbage alone", "unknown", "10.0.0.1"],
    ["garbage before a proxy", "<script>, 10.9.9.9", "10.9.9.9"],
    ["nothing", " , ", "10.0.0.1"],
  ])("of a trusted proxy: %s (%s) is %s", (_, header, address) => {
    expect(entrance("10.0.0.1", { "x-forwarded-for": header }).address).toBe(address);
  });

  it("of anybody else is not believed, and neither is the scheme or the host", () => {
    const headers = { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    for (const trusted of [[], ["10.0.0.0/8"], ["loopback"]])
      expect(entrance("203.0.113.9", headers, trusted)).toMatchObject({
        ...{ address: "203.0.113.9", local: false, secure: false, host: "hub.example", proxied: false },
      });
  });

  it("takes scheme and host from a trusted proxy", () => {
    const headers = { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https", "x-forwarded-host": "board.example" };
    expect(entrance("10.0.0.1", headers)).toMatchObject({ secure: true, host: "board.example", proxied: true });
    expect(entrance("10.0.0.1", { ...headers, "x-forwarded-proto": "https, http" }).secure).toBe(false);
    expect(entrance("10.0.0.1", { "x-forwarded-for": "1.1.1.1" })).toMatchObject({
      secure: false,
      host: "hub.example",
    });
  });

  it.each(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"])(
    "with %s a request comes from elsewhere, whoever it says it is for, trusted or not",
    (name) => {
      const here = { host: "localhost:8080" };
      for (const trusted of [[], ["loopback"]]) {
        // A trusted one that says nothing hands something on all the same.
        expect(entrance("127.0.0.1", here, trusted).local).toBe(trusted.length === 0);
        expect(entrance("127.0.0.1", { ...here, [name]: "127.0.0.1" }, trusted).local).toBe(false);
      }
    },
  );

  it("is an address or that of the peer, whatever is written", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const { address } = entrance("10.0.0.1", { "x-forwarded-for": header });
        expect(address).toMatch(/^[\da-f.:]+(%[^\s,]*)?$/i);
      }),
    );
  });
});

describe("a trusted proxy", () => {
  it.each<[string, string, boolean]>([
    ["loopback", "127.0.0.1", true],
    ["loopback", "127.8.8.8", true],
    ["loopback", "::1", true],
    ["loopback", "::ffff:127.0.0.1", true],
    ["loopback", "10.0.0.1", false],
    ["172.16.0.0/12", "172.31.255.255", true],
    ["172.16.0.0/12", "::ffff:172.16.0.1", true],
    ["172.16.0.0/12", "172.32.0.0", false],
    ["fd00::/8", "fd12::1", true],
    ["fd00::/8", "fe80::1%eth0", false],
    ["192.168.1.5", "192.168.1.5", true],
    ["192.168.1.5", "192.168.1.50", false],
    ["2001:db8::/32", "192.168.1.5", false],
  ])("%s: %s is one: %s", (peer, address, expected) => {
    expect(isTrusted(address, [peer])).toBe(expected);
  });
});

describe("a hub behind a trusted proxy", () => {
  const via = (address: string, headers = {}) => ({
    ...{ "X-Forwarded-For": address, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "hub.example" },
    ...headers,
  });

  const tokenOf = (hub: TestHub) => operatorToken(hub.url, hub.setupCode);

  it("[S25] throttles whoever guesses, not the proxy and not its other visitors", async () => {
    const hub = await start({ config: { trustProxy: ["loopback"] } });
    const ask = (address: string, token: string) =>
      fetch(`${hub.url}/api/v1/devices`, { headers: via(address, { Authorization: `Bearer ${token}` }) });
    const token = await tokenOf(hub);
    for (let count = 0; count < 10; count++) expect((await ask("203.0.113.9", `wrong-${count}`)).status).toBe(401);
    expect((await ask("203.0.113.9", token)).status).toBe(429);
    // What the visitor wrote before stands left of what the proxy did.
    expect((await ask("198.51.100.1, 203.0.113.9", token)).status).toBe(429);
    expect((await ask("198.51.100.1", token)).status).toBe(200);
  });

  it("asks its visitors for a token, and a proxy that says nothing of them, too", async () => {
    const hub = await start({ config: { trustProxy: ["loopback"] } });
    expect((await fetch(`${hub.url}/api/v1/devices`, { headers: via("203.0.113.9") })).status).toBe(401);
    expect((await fetch(`${hub.url}/api/v1/devices`)).status).toBe(401);
  });

  it("[S1] takes the page that the proxy serves for its own, and no other", async () => {
    const hub = await start({ config: { trustProxy: ["loopback"] } });
    const bearer = { Authorization: `Bearer ${await tokenOf(hub)}` };
    const ask = async (Origin: string) =>
      (await fetch(`${hub.url}/api/v1/devices`, { headers: via("203.0.113.9", { ...bearer, Origin }) })).status;
    expect(await ask("https://hub.example")).toBe(200);
    expect(await ask("http://hub.example")).toBe(403);
    expect(await ask("https://evil.example")).toBe(403);
  });

  it("[S14] has as many requests under way for one visitor as that one may have connections, and other visitors' beside them", async () => {
    const hub = await start({ config: { trustProxy: ["loopback"] }, door: { connectionsPerAddress: 2 } });
    const bearer = `Authorization: Bearer ${await tokenOf(hub)}`;
    const asks = async (address: string) => {
      const answer = await fetch(`${hub.url}/health`, { headers: via(address) });
      return { status: answer.status, body: await answer.text(), again: answer.headers.get("retry-after") };
    };
    // Each over a connection of the proxy's own, and with a body that does not end.
    const slow = ["X-Forwarded-For: 2001:db8::1", "X-Forwarded-For: 2001:db8::2"].map((line) => {
      const bare = new BareSocket(hub.url);
      bare.socket.write(
        ["POST /api/v1/readings HTTP/1.1", "Host: localhost", line, bearer, "Expect: 100-continue"].join("\r\n"),
      );
      bare.socket.write("\r\nContent-Length: 99\r\n\r\n");
      return bare;
    });
    // The hub answers so once it has read the head.
    await Promise.all(slow.map((bare) => bare.until((text) => text.includes("100 Continue"))));
    expect(await asks("2001:db8::3")).toMatchObject({
      status: 429,
      again: "5",
      body: expect.stringContaining("the limit connectionsPerAddress is 2 (setting --limit-connections-per-address)"),
    });
    expect((await asks("2001:db8:0:1::3")).status).toBe(200);
    slow[0]?.socket.destroy();
    await expect.poll(async () => (await asks("2001:db8::3")).status).toBe(200);
    slow[1]?.socket.destroy();
  });

  it("[S14] takes requests of a visitor whom nobody knows no faster than that one might connect; who is known asks on", async () => {
    const clock = new FakeClock();
    const hub = await start({
      ...{ config: { trustProxy: ["loopback"] }, clock },
      door: { attemptsPerAddress: 1, attemptsBurst: 3 },
    });
    const token = await tokenOf(hub);
    const statuses = async (address: string, count: number, headers = {}) => {
      const told: number[] = [];
      for (let each = 0; each < count; each++)
        told.push((await fetch(`${hub.url}/health`, { headers: via(address, headers) })).status);
      return told;
    };
    const bearer = { Authorization: `Bearer ${token}` };
    expect(await statuses("203.0.113.9", 5)).toEqual([200, 200, 200, 429, 429]);
    expect(await statuses("203.0.113.10", 1)).toEqual([200]);
    expect(await statuses("203.0.113.9", 5, bearer)).toEqual([200, 200, 200, 200, 200]);
    clock.advance(1_000);
    expect(await statuses("203.0.113.9", 2)).toEqual([200, 429]);
  });

  it("tells among what arrived whom it came from", async () => {
    const hub = await start({ config: { trustProxy: ["loopback"] } });
    const token = await tokenOf(hub);
    const client = await hub.connect(via("203.0.113.9", { Authorization: `Bearer ${token}` }));
    client.send({ type: "reading", device: "far", metric: "m", value: 1 });
    await client.next("ack");
    const answer = await fetch(`${hub.url}/api/v1/arrivals`, { headers: { Authorization: `Bearer ${token}` } });
    const { senders } = (await answer.json()) as { senders: object[] };
    expect(senders).toMatchObject([{ device: "far", address: "203.0.113.…" }]);
  });

  it.skipIf(missingNetwork)(
    "[S25] believes nobody who is not named (left out where this machine has no network)",
    async () => {
      const { ask, bearer, url } = await lanHub();
      const headers = { ...bearer, ...via("203.0.113.9"), Origin: "https://hub.example" };
      const answer = await ask("/api/v1/devices", headers);
      expect(answer.status).toBe(403);
      expect((await ask("/api/v1/devices", { ...headers, Origin: url })).status).toBe(200);
    },
  );
});
