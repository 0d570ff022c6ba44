/** Clients that take their time so that the hub runs out of it. In real time: Node's own clock ends them, and no test can turn that. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpTimeouts } from "../../server/transport/http/handler.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { BareSocket } from "./bare-socket.ts";

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());

const { headersTimeout, requestTimeout, connectionsCheckingInterval } = httpTimeouts;
/** What a busy machine may be late by, ms. */
const slackMs = 30_000;
const dripMs = 300;

describe("a client that dribbles", () => {
  it("[S14] is ended with 408: silent, with a head or a body letter by letter, half-way to a WebSocket; others are served meanwhile", async () => {
    const drip: ReturnType<typeof setInterval>[] = [];
    const dripping = (begin: string, piece: string) => {
      const bare = new BareSocket(hub.url);
      bare.socket.write(begin);
      if (piece) drip.push(setInterval(() => bare.socket.destroyed || bare.socket.write(piece), dripMs));
      return bare;
    };
    const startMs = performance.now();
    const slow = {
      silent: dripping("", ""),
      head: dripping("GET /health HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n"),
      line: dripping("G", "E"),
      body: dripping("POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{", " "),
      chunks: dripping(
        "POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1\r\n \r\n",
      ),
      upgrade: dripping(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        "X-A: b\r\n",
      ),
    };
    try {
      const ends = Object.entries(slow).map(async ([name, bare]) => {
        const heard = String(await bare.closed);
        return [name, heard.split("\r\n", 1)[0], performance.now() - startMs] as const;
      });
      expect((await hub.http("GET", "status")).status).toBe(200);
      for (const [name, answer, ms] of await Promise.all(ends)) {
        // A method of many letters is refused before its time is over.
        expect(answer, name).toBe(name === "line" ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 408 Request Timeout");
        expect(ms, name).toBeLessThan(Math.max(headersTimeout, requestTimeout) + connectionsCheckingInterval + slackMs);
      }
    } finally {
      for (const one of drip) clearInterval(one);
    }
  });

  it("[S14] has 10 s for its head and 15 s for all of it, and is looked for every 2 s", () => {
    expect({ headersTimeout, requestTimeout, connectionsCheckingInterval }).toEqual({
      ...{ headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 2_000 },
    });
  });
});
