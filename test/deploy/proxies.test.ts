/** The hub behind nginx, Caddy and HAProxy, each as `server/deploy/` has it. A proxy that this machine lacks is left out. */
import { request } from "node:https";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { RawPage } from "../../server/store/answers.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import type { RawRange } from "../../server/store/store.ts";
import { launchChromium } from "../support/browser.ts";
import { authority } from "../support/tls-hub.ts";
import { lookup, type ProxiedHub, pageOfTest, proxiedHubsOfTest } from "./proxied-hub.ts";
import { missing, type ProxyKind, ProxyProcess, proxyHost, proxyKinds } from "./proxies.ts";

const start = proxiedHubsOfTest();

const post = (hub: ProxiedHub, readings: readonly object[], more: object = {}) =>
  hub.ask(
    "/api/v1/readings",
    { method: "POST", headers: { ...hub.bearer, "Content-Type": "application/json", ...more } },
    JSON.stringify({ device: "oven/1", readings }),
  );

describe.each(proxyKinds)("behind $name (left out where it is not installed)", (kind) => {
  const test = it.skipIf(missing(kind));

  test("devices and people come through: a socket gets its ack, ids keep their slashes, the way is known to be safe", async () => {
    const hub = await start(kind);
    const device = await hub.connect();
    device.send({ type: "hello", device: "oven/1" });
    await device.next("welcome");
    device.send({ type: "readings", seq: 1, readings: [{ metric: "t", value: 21 }] });
    expect(await device.next("ack")).toMatchObject({ seq: 1, stored: 1 });
    const { status, text, headers } = await hub.ask("/api/v1/devices/oven%2F1");
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ device: "oven/1" })]);
    expect(headers["strict-transport-security"]).toBe("max-age=2592000");
    expect((await hub.ask("/health", { headers: {} })).status).toBe(200);
  });

  test("[S25] who guesses is throttled by the address that the proxy saw, and what a visitor writes is worth nothing", async () => {
    const hub = await start(kind);
    const guess = (count: number, from = "127.0.0.1") =>
      hub.ask("/api/v1/devices", {
        localAddress: from,
        headers: {
          ...{ Authorization: `Bearer wrong-${count}`, "X-Forwarded-For": `203.0.113.${count}` },
          ...{ "X-Real-IP": `203.0.113.${count}`, Forwarded: `for=203.0.113.${count}` },
        },
      });
    // The proxy sees this machine's own addresses, which are trusted: another one of them stands for a visitor from elsewhere.
    for (let count = 0; count < 10; count++) expect((await guess(count, "127.0.0.7")).status).toBe(401);
    expect((await guess(10, "127.0.0.7")).status).toBe(429);
    expect((await hub.ask("/api/v1/devices", { localAddress: "127.0.0.7" })).status).toBe(429);
    expect((await hub.ask("/api/v1/devices", { localAddress: "127.0.0.8" })).status).toBe(200);
    expect((await hub.ask("/api/v1/devices", { headers: {} })).status).toBe(401);
  });

  test("[S1] the hub's own page may use it, a foreign one and one without TLS may not, by HTTP and by socket", async () => {
    const hub = await start(kind);
    const { origin } = new URL(hub.url);
    const asked = async (Origin: string) =>
      (await hub.ask("/api/v1/devices", { headers: { ...hub.bearer, Origin } })).status;
    const upgraded = (Origin: string) =>
      new Promise((resolve, reject) => {
        const options = { ca: authority.ca, lookup, headers: { ...hub.bearer, Origin } };
        const socket = new WebSocket(`${hub.url.replace("https", "wss")}/ws`, options);
        socket.on("open", () => resolve(101)).on("open", () => socket.terminate());
        socket.on("unexpected-response", (_, response) => resolve(response.statusCode)).on("error", reject);
      });
    for (const [from, status, upgrade] of [
      [origin, 200, 101],
      [`https://${proxyHost}.evil.example`, 403, 403],
      [origin.replace("https", "http"), 403, 403],
      ["null", 403, 403],
    ] as const) {
      expect(await asked(from), from).toBe(status);
      expect(await upgraded(from), from).toBe(upgrade);
    }
  });

  test("the address without its last slash, and http, lead to the page; other paths of the host are not the hub's", async () => {
    const hub = await start(kind);
    const { origin } = new URL(hub.url);
    const bare = await hub.ask("?kiosk=1");
    expect(String(bare.status)).toMatch(/^30[1278]$/);
    expect(new URL(String(bare.headers.location), hub.url).pathname).toBe("/hub/");
    const plain = await fetch(`http://127.0.0.1:${hub.proxy.httpPort}/hub/`, {
      redirect: "manual",
      headers: { Host: proxyHost },
    });
    expect(plain.status).toBe(308);
    expect(plain.headers.get("location")).toMatch(/^https:\/\//);
    const options = { lookup, ca: authority.ca, agent: false, headers: hub.bearer };
    const other = await new Promise((resolve, reject) =>
      request(`${origin}/api/v1/devices`, options, (response) => resolve(response.resume().headers))
        .on("error", reject)
        .end(),
    );
    expect(other).not.toHaveProperty("content-security-policy");
  });

  test("refuses a request that is larger than the hub takes, and takes one that is nearly as large", async () => {
    const hub = await start(kind);
    const pad = (bytes: number) => [{ metric: "t", value: 1, time: Date.now(), note: "x".repeat(bytes) }];
    expect((await post(hub, pad(1_000_000))).status).toBe(200);
    expect((await post(hub, pad(3_000_000))).status).toBe(413);
  });

  test("a socket that is quiet for longer than the proxy waits lives by the hub's pings", async () => {
    const hub = await start(kind, { quietMs: 1_000, pingMs: 200 });
    const options = { ca: authority.ca, lookup, headers: hub.bearer };
    const socket = new WebSocket(`${hub.url.replace("https", "wss")}/ws`, options);
    await new Promise<void>((resolve, reject) => {
      let pings = 0;
      socket.on("close", () => reject(new Error(`closed after ${pings} pings`))).on("error", reject);
      // Twelve of them take more than twice as long as the proxy waits.
      socket.on("ping", () => {
        if (++pings === 12) resolve();
      });
    });
    socket.removeAllListeners("close");
    const answer = new Promise<string>((resolve) => socket.on("message", (data) => resolve(String(data))));
    socket.send(JSON.stringify({ type: "reading", device: "d", metric: "m", value: 1 }));
    expect(JSON.parse(await answer)).toMatchObject({ type: "ack", stored: 1 });
    socket.terminate();
    if (!kind.cutsQuiet) return;
    // The other way round: where the hub says nothing, the time-out is in force.
    const silent = await start(kind, { quietMs: 300, pingMs: 3_600_000 });
    expect((await (await silent.connect()).closed).code).toBe(1006);
  });

  test("an answer goes out as it is made", async () => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let second: number | undefined;
    class HeldStore extends MemoryStore {
      override async readRaw(range: RawRange, limit: number): Promise<RawPage> {
        second ??= range.series;
        if (range.series !== second) await held;
        return super.readRaw(range, limit);
      }
    }
    const hub = await start(kind, { store: new HeldStore() });
    const time = Date.now();
    await post(hub, [
      { metric: "a", value: 1, time },
      { metric: "b", value: 2, time },
    ]);
    let text = "";
    await new Promise<void>((resolve, reject) => {
      const path = "/api/v1/readings?device=oven/1&metric=*&format=csv";
      const options = { lookup, ca: authority.ca, agent: false, headers: hub.bearer };
      const asked = request(hub.url + path, options, (answer) => {
        answer.on("data", (piece) => {
          text += piece;
          // What the hub has is here, and what it does not have yet it gives only now.
          if (text.includes(",a,1")) letGo();
        });
        answer.on("end", resolve).on("error", reject);
      });
      asked.on("error", reject).end();
    });
    expect(text.trimEnd().split("\r\n")).toHaveLength(3);
    expect(text).toContain(",b,2");
  });

  test("serves the hub at a host of its own, too", async () => {
    const hub = await start(kind, { whole: true });
    expect((await hub.ask("/health")).status).toBe(200);
    const device = await hub.connect();
    device.send({ type: "reading", device: "d", metric: "m", value: 1 });
    expect(await device.next()).toMatchObject({ type: "ack", stored: 1 });
  });
});

describe("a proxy of a test", () => {
  it("gets other ports where somebody took its own, is stopped also where it ended by itself, and says what it does not have", async () => {
    const ends = (port: number) =>
      `require("node:net").createServer(() => process.exit(0)).listen(${port}, "127.0.0.1")`;
    const ports: number[] = [];
    const trial: ProxyKind = {
      ...{ name: "trial", version: ["no-such-proxy"], leavesPath: false, cutsQuiet: false },
      prepare: (_, { httpsPort }) => {
        ports.push(httpsPort);
        const taken = "console.error('bind: address already in use'); process.exit(1)";
        return [process.execPath, "-e", ports.length === 1 ? taken : ends(httpsPort)];
      },
    };
    expect(missing(trial)).toBe(true);
    const proxy = await ProxyProcess.start(trial, "http://127.0.0.1:1");
    expect(ports).toHaveLength(2);
    expect(proxy.port).toBe(ports[1]);
    // It was asked whether it listens, and has ended for that.
    await proxy.ended;
    await proxy.stop();
    const broken: ProxyKind = { ...trial, prepare: () => ["no-such-proxy"] };
    await expect(ProxyProcess.start(broken, "http://127.0.0.1:1")).rejects.toThrow(/trial ended:\n.*ENOENT/);
  });
});

describe("the page at a path of a host (proxies that are not installed are left out)", () => {
  let browser: Browser;
  let page: { folder: string; remove: () => void };
  beforeAll(async () => {
    [browser, page] = await Promise.all([
      launchChromium([`--host-resolver-rules=MAP ${proxyHost} 127.0.0.1`]),
      pageOfTest(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    page.remove();
  });

  it.each(proxyKinds.filter((kind) => !missing(kind)))(
    "opens behind $name, at a deep link, with all that it loads",
    async (kind) => {
      const hub = await start(kind, { dashboardFolder: page.folder });
      await post(hub, [{ metric: "t", value: 21.5 }]);
      const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
      const tab = await context.newPage();
      const wrong: string[] = [];
      tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
      tab.on("pageerror", (error) => wrong.push(String(error)));
      tab.on(
        "response",
        (response) => response.status() >= 400 && wrong.push(`${response.status()} ${response.url()}`),
      );
      const asked: string[] = [];
      tab.on("request", (one) => asked.push(one.url()));
      tab.on("websocket", (socket) => asked.push(socket.url().replace("wss:", "https:")));
      await tab.goto(`${hub.url}/#token=${hub.token}`);
      await tab.locator("fleet-page >> text=oven/1").first().waitFor();
      // Lazy modules of another page, from a link that somebody sent.
      await tab.goto(`${hub.url}/#/device/oven/1`);
      await tab.locator("metric-card canvas").first().waitFor();
      expect(wrong).toEqual([]);
      expect(asked.filter((url) => !url.startsWith(`${hub.url}/`))).toEqual([]);
      expect(asked).toContain(`${hub.url}/ws`);
      await context.close();
    },
  );
});
