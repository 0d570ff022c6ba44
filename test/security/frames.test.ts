/** Frames that are meant to use a hub up: too large, in too many pieces, too many, compressed. The hub runs in a process of its own. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { WatchedHub } from "../fuzz/watched-hub.ts";
import { BareSocket, frame, upgradeHead } from "./bare-socket.ts";

/** What an attack may make the hub hold, bytes. */
const mostGrownBytes = 20e6;
const { frameBytes, pingsPerSecond } = defaultLimits;
const text = 0x81;
const ping = 0x89;

let hub: WatchedHub;
const sockets: BareSocket[] = [];

beforeAll(async () => {
  hub = await WatchedHub.start();
});
afterEach(() => {
  for (const { socket } of sockets.splice(0)) socket.destroy();
});
afterAll(() => hub.stop());

async function upgraded(...lines: string[]): Promise<BareSocket> {
  const bare = await BareSocket.upgraded(hub.url, ...lines);
  sockets.push(bare);
  return bare;
}

/** A reading that the hub stores as ever. */
async function expectServed(): Promise<void> {
  const body = JSON.stringify({ device: "honest", readings: [{ metric: "m", value: 1 }] });
  const answer = await fetch(`${hub.url}/api/v1/readings`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

/** The same once before what is measured: what is made once is made then. */
async function grownBy(attack: () => Promise<void>): Promise<number> {
  await attack();
  const before = await heldBytes();
  await attack();
  const after = await heldBytes();
  await expectServed();
  return after - before;
}

/** What the hub holds: the median of some looks, each after a garbage collection. One alone may fall on pages that are about to be given back. */
async function heldBytes(): Promise<number> {
  const looks: number[] = [];
  while (looks.length < 5) looks.push((await hub.figures()).rss);
  return looks.toSorted((one, other) => one - other)[2] ?? 0;
}

describe("a WebSocket of an attacker", () => {
  it.each([
    ["a message of 100 MiB", 100 * 1024 * 1024],
    ["a message one byte over the limit", frameBytes + 1],
  ])("[S11] %s closes with 1009 by its head, and is never held", async (_, said) => {
    const grown = await grownBy(async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => upgraded()));
      for (const bare of all) void bare.pour(frame(text, Buffer.alloc(1_000), said), 1);
      for (const bare of all) {
        await bare.closed;
        expect(bare.closeCode).toBe(1009);
      }
    });
    expect(grown).toBeLessThan(mostGrownBytes);
  });

  it("[S11] fragments of one byte without an end close with 1008", async () => {
    const grown = await grownBy(async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => upgraded()));
      const endless = Buffer.concat(Array.from({ length: 16_000 }, () => frame(0x00, Buffer.from("a"))));
      for (const bare of all) {
        bare.socket.write(frame(0x01, Buffer.from("a")));
        void bare.pour(endless, 1);
      }
      for (const bare of all) {
        await bare.closed;
        expect(bare.closeCode).toBe(1008);
      }
    });
    expect(grown).toBeLessThan(mostGrownBytes);
  });

  it.each([
    ["pings", ping],
    ["pongs that nobody asked for", 0x8a],
  ])(
    "[S11] a flood of %s closes with 1008 at limits.pingsPerSecond, whether its answers are read or not",
    async (_, kind) => {
      const grown = await grownBy(async () => {
        const all = await Promise.all(Array.from({ length: 8 }, () => upgraded()));
        const flood = Buffer.concat(Array.from({ length: 1_000 }, () => frame(kind, Buffer.alloc(100))));
        const deaf = all.slice(0, 4);
        const startMs = performance.now();
        for (const bare of deaf) bare.socket.pause();
        const poured = await Promise.all(all.map((bare) => bare.pour(flood, 1_000)));
        for (const bare of deaf) bare.socket.resume();
        for (const bare of all) await bare.closed;
        // 100 MB would have been sent; the hub stopped reading, and cut them.
        expect(Math.max(...poured)).toBeLessThan(1_000);
        for (const bare of all) {
          const pongs = bare.text.split("\x8a").length - 1;
          // A slow machine may take some seconds to come to the one in which it is too much.
          const seconds = 1 + Math.ceil((performance.now() - startMs) / 1_000);
          expect(pongs).toBeLessThanOrEqual(pingsPerSecond * seconds);
        }
      });
      expect(grown).toBeLessThan(mostGrownBytes);
    },
  );

  it("[S11] as many pings a second as are allowed are answered", async () => {
    const bare = await upgraded();
    bare.socket.write(Buffer.concat(Array.from({ length: pingsPerSecond }, () => frame(ping, Buffer.from("still")))));
    await bare.until((heard) => heard.split("still").length - 1 === pingsPerSecond);
    bare.socket.write(frame(text, Buffer.from('{"type":"ping","id":1,"time":0}')));
    await bare.until((heard) => heard.includes('"pong"'));
  });

  it("[S11] one that is closed for a broken frame and goes on is cut, also where it never answers", async () => {
    const bare = await upgraded();
    bare.socket.write(frame(0x83));
    await bare.closed;
    expect(bare.closeCode).toBe(1002);
  });

  it("[S11] ten thousand headers are refused, by a request and by an upgrade", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `X-${index}: a`);
    for (const head of [
      `GET /health HTTP/1.1\r\nHost: localhost\r\n${many.join("\r\n")}\r\n\r\n`,
      upgradeHead(...many),
    ]) {
      const bare = new BareSocket(hub.url);
      sockets.push(bare);
      bare.socket.write(head);
      await bare.closed;
      expect(bare.text).toMatch(/^HTTP\/1\.1 (?:400|431) /);
    }
    await expectServed();
  });

  it("[S12] compression is offered in vain, so that no frame of a few bytes unpacks to many", async () => {
    const offers = [
      "permessage-deflate",
      "permessage-deflate; client_max_window_bits; server_no_context_takeover",
      "x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=10",
    ];
    for (const offer of offers) {
      const bare = await upgraded(`Sec-WebSocket-Extensions: ${offer}`);
      expect(bare.text).toMatch(/^HTTP\/1\.1 101 /);
      expect(bare.text.toLowerCase()).not.toContain("sec-websocket-extensions");
      // The bit that says so is a broken frame.
      bare.socket.write(frame(0xc1, Buffer.from("a")));
      await bare.closed;
      expect(bare.closeCode).toBe(1002);
    }
  });

  it("[S12] compressed bodies are refused, and no answer with readings is compressed", async () => {
    const body = new Uint8Array([0x1f, 0x8b, 8, 0]);
    for (const encoding of ["gzip", "br", "deflate", "x-gzip"]) {
      const answer = await fetch(`${hub.url}/api/v1/readings`, {
        method: "POST",
        body,
        headers: { "Content-Encoding": encoding },
      });
      expect(answer.status, encoding).toBe(400);
    }
    for (const path of ["devices", "status", "latest"]) {
      const { headers } = await fetch(`${hub.url}/api/v1/${path}`, { headers: { "Accept-Encoding": "gzip, br" } });
      expect(headers.get("content-encoding")).toBeNull();
    }
  });
});
