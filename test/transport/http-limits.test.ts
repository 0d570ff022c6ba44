/** HTTP under load and in trouble: answers that are too many, too slow, or break off. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoreError } from "../../server/store/store.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);
/** More than one page of an answer. */
const readings = 12_000;
const question = `/api/v1/readings?device=boiler-1&metric=temperature&from=${at}&to=${at + readings}`;

let hub: TestHub;

beforeEach(async () => {
  hub = await startHub();
  const device = await hub.welcomed("boiler-1");
  for (let start = 0; start < readings; start += 4_000) {
    const times = Array.from({ length: 4_000 }, (_, index) => at + start + index);
    device.send({ type: "samples", seq: start + 1, times, values: { temperature: times.map((time) => time - at) } });
    await device.next("ack");
  }
});

afterEach(() => hub.stop());

function socketTo(hub: TestHub): Socket {
  const { port, hostname } = new URL(hub.url);
  return connect(Number(port), hostname);
}

/** The reads of the store wait from now on until `release`; `until` resolves once so many do. */
function holdReads() {
  const { store } = hub;
  const read = store.readRaw.bind(store);
  let waiting = 0;
  let release = () => {};
  let arrived = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  store.readRaw = (range, limit) => {
    waiting += 1;
    arrived();
    return gate.then(() => read(range, limit));
  };
  const until = async (count: number) => {
    while (waiting < count) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  return { release, until };
}

describe("answers about the past", () => {
  it("come in several pages and are one answer", async () => {
    const body = await (await fetch(`${hub.url}${question}`)).json();
    expect(body.times).toEqual(Array.from({ length: readings }, (_, index) => at + index));
    expect(body.values).toEqual(Array.from({ length: readings }, (_, index) => index));
  });

  it("[S32] are made 16 at once; the next is asked to come again, and nothing is lost by it", async () => {
    const { release, until } = holdReads();
    const sixteen = Array.from({ length: 16 }, () => fetch(`${hub.url}${question}`));
    await until(16);
    const refused = await fetch(`${hub.url}${question}`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "rate_limited", retryable: true });
    // What would be done is looked for among as many readings.
    expect((await hub.http("GET", "series/1/merge?into=1")).body).toMatchObject({ code: "rate_limited" });
    expect((await hub.http("POST", "storage/preview", { policies: [] })).body).toMatchObject({ code: "rate_limited" });
    release();
    for (const answer of await Promise.all(sixteen)) expect((await answer.json()).values).toHaveLength(readings);
    expect((await fetch(`${hub.url}${question}`)).status).toBe(200);
  });

  it("give their place back, whether they were asked for by HEAD, refused, or left unread", async () => {
    for (let turn = 0; turn < 17; turn++) {
      expect((await fetch(`${hub.url}${question}`, { method: "HEAD" })).status).toBe(200);
      expect((await fetch(`${hub.url}${question}&every=1&points=1`)).status).toBe(400);
      const socket = socketTo(hub);
      socket.write(`GET ${question} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await once(socket, "data");
      socket.destroy();
    }
    let answer = await fetch(`${hub.url}${question}`);
    while (answer.status === 429) answer = await fetch(`${hub.url}${question}`);
    expect((await answer.json()).values).toHaveLength(readings);
  });

  it("that fail before they began are refused in words", async () => {
    hub.store.readRaw = () => Promise.reject(new StoreError("store_unavailable", "The store is restarting."));
    const answer = await fetch(`${hub.url}${question}`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: "store_unavailable", retryable: true });
  });

  it("that fail on their way are cut, never ended as if they were whole", async () => {
    await hub.http("POST", "readings", {
      device: "boiler-2",
      readings: [{ metric: "temperature", value: 1, time: at }],
    });
    const second = (await hub.http("GET", "series?device=boiler-2")).body.series[0].series;
    const read = hub.store.readRaw.bind(hub.store);
    hub.store.readRaw = (range, limit) =>
      range.series === second ? Promise.reject(new Error("gone")) : read(range, limit);
    const answer = await fetch(`${hub.url}${question.replace("boiler-1", "boiler-*")}`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });
});

describe("a connection without a request", () => {
  it("is kept for longer than a proxy, or whoever else asks again, keeps it: a hub that closes first cuts a request that has just left", async () => {
    const { headers } = await fetch(`${hub.url}/api/v1/status`);
    const [, seconds] = /^timeout=(\d+)$/.exec(headers.get("keep-alive") ?? "") ?? [];
    // Those of Caddy keep it for two minutes, of nginx for one.
    expect(Number(seconds)).toBeGreaterThan(120);
  });
});

describe("requests that dribble", () => {
  it("[S14] are answered 408 and closed", async () => {
    const silent = socketTo(hub);
    const body = socketTo(hub);
    await Promise.all([once(silent, "connect"), once(body, "connect")]);
    silent.write("GET /api/v1/status HTTP/1.1\r\nHost: localh");
    body.write("POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
    const startMs = performance.now();
    const heard = [silent, body].map(async (socket) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      await once(socket, "close");
      return text;
    });
    for (const text of await Promise.all(heard)) expect(text).toContain("408 Request Timeout");
    expect(performance.now() - startMs).toBeLessThan(60_000);
  });
});
