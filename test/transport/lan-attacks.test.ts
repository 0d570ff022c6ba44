/** A hub with --lan and those who mean it harm: guessers, proxies, floods, and makers who put a token where it does not belong. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { lanHubsOfTest, missingNetwork, networkAddress, outside, refusedUpgrade } from "../support/lan-hub.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const lanHub = lanHubsOfTest();
const start = hubsOfTest();

describe.skipIf(missingNetwork)("a hub with --lan under attack (left out where this machine has no network)", () => {
  it("[S7] tells nobody, uncounted, whether a guess was right: in an address all guesses are answered alike", async () => {
    const { ask, token, url } = await lanHub();
    const guess = token.replace(/[0-9a-z]/g, (letter) => (letter === "0" ? "1" : "0"));
    const places = [
      "/TOKEN",
      "/api/v1/devices/TOKEN",
      "/api/v1/devices?key=TOKEN",
      "/x?TOKEN",
      "/x/%23token=TOKEN",
      "/health?q=TOKEN",
    ];
    for (const shape of [
      (one: string) => one,
      (one: string) => one.replaceAll("-", ""),
      (one: string) => one.toUpperCase(),
    ]) {
      for (const place of places) {
        const [rightAnswer, wrongAnswer] = await Promise.all(
          [token, guess].map(async (one) => {
            const answer = await ask(place.replace("TOKEN", shape(one)));
            return { status: answer.status, text: (await answer.text()).replaceAll(shape(one), "TOKEN") };
          }),
        );
        expect(rightAnswer, place).toEqual(wrongAnswer);
      }
      const upgrades = [token, guess].map((one) => refusedUpgrade(`${url}/${shape(one)}/ws`));
      const [rightUpgrade, wrongUpgrade] = await Promise.all(upgrades);
      expect(rightUpgrade?.status).toBe(wrongUpgrade?.status);
    }
  });

  it("[S7] [S25] counts wrong tokens of an address, whatever X-Forwarded-For says, and on public paths too", async () => {
    const { ask, bearer, hub } = await lanHub();
    for (let count = 0; count < 10; count++) {
      const headers = {
        Authorization: `Bearer wrong-${count}`,
        "X-Forwarded-For": `10.0.0.${count}`,
        "X-Real-IP": `10.0.1.${count}`,
      };
      await ask(count % 2 === 0 ? "/health" : "/api/v1/devices", headers);
    }
    expect((await ask("/api/v1/devices", { ...bearer, "X-Forwarded-For": "10.0.0.99" })).status).toBe(429);
    const metrics = await (await fetch(`${hub.url}/metrics`)).text();
    expect(metrics).toContain('hub_tokens_refused_total{reason="wrong"} 10\n');
    expect(metrics).toContain('hub_tokens_refused_total{reason="throttled"} 1\n');
  });

  it("[S34] tells strangers at /health whether the hub is up, and nothing more", async () => {
    const data = mkdtempSync(join(tmpdir(), "hub-degraded-"));
    const app = await createApp(
      makeConfig({ lan: true, port: 0, data }),
      { clock: systemClock, log: silentLog },
      {
        store: ({ onTrouble }) => {
          onTrouble?.("the database /home/maker/data/hub.db was put aside");
          return new MemoryStore();
        },
        onFatal: () => {},
      },
    );
    const ask = async (Authorization?: string, url = `http://${networkAddress}:${new URL(app.url).port}`) =>
      (await fetch(`${url}/health`, Authorization === undefined ? {} : { headers: { Authorization } })).json();
    try {
      expect(await ask()).toEqual({ status: "degraded" });
      expect(await ask("Bearer wrong")).toEqual({ status: "degraded" });
      const headers = { "Content-Type": "application/json" };
      const made = await fetch(`${app.url}/api/v1/tokens`, { method: "POST", headers, body: '{"kind":"program"}' });
      const { token } = (await made.json()) as { token: string };
      // A device may send, and learns no more than a stranger.
      expect(await ask(`Bearer ${app.newToken}`)).toEqual({ status: "degraded" });
      for (const answer of [await ask(`Bearer ${token}`), await ask(undefined, app.url)])
        expect(answer).toMatchObject({ status: "degraded", reason: expect.stringContaining("/home/maker") });
    } finally {
      await app.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });

  it("[S34] answers /metrics of an open hub to this machine alone, and not to what a proxy on it hands on", async () => {
    const open = await start();
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    for (const name of ["X-Forwarded-For", "Via"])
      expect((await fetch(`${open.url}/metrics`, { headers: { [name]: "10.0.0.1" } })).status).toBe(401);
  });

  it("gives upgrades the heads of RFC 9110: how to sign in, and when to come back", async () => {
    const { url } = await lanHub();
    const wrong = () => refusedUpgrade(`${url}/ws`, { Authorization: "Bearer wrong" });
    expect((await wrong()).headers["www-authenticate"]).toMatch(/^Bearer /);
    for (let count = 1; count < 10; count++) await wrong();
    const { status, headers } = await wrong();
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThan(30);
  });

  it("tells a viewer with a wrong token how to sign in, and closes a silent one", async () => {
    const { url } = await lanHub({ firstMessageMs: 200 });
    const [wrong, silent] = await Promise.all([outside(url), outside(url)]);
    wrong.send({ type: "hello", viewer: true, token: "wrong" });
    const { message } = await wrong.next("error");
    for (const word of ["Authorization: Bearer TOKEN", "hello.token", "Access"]) expect(message).toContain(word);
    expect((await wrong.closed).code).toBe(4401);
    silent.send({ type: "ping", id: 1, time: 0 });
    expect((await silent.closed).code).toBe(4408);
  });

  /** The status of a request whose head is written by hand: `fetch` lets nobody choose these. */
  async function statusOf(port: string, ...lines: string[]): Promise<number> {
    const socket = connect(Number(port), networkAddress);
    socket.end(["GET /api/v1/devices HTTP/1.1", "Connection: close", ...lines, "", ""].join("\r\n"));
    return Number((await text(socket)).split(" ")[1]);
  }

  it("[S6] believes nobody that he is this machine because he says so in Host", async () => {
    const { port, url } = await lanHub();
    for (const host of ["localhost", "127.0.0.1", "[::1]", `localhost:${port}`, "a.localhost"]) {
      expect(await statusOf(port, `Host: ${host}`), host).toBe(401);
      const socket = await outside(url, { Host: host });
      socket.send({ type: "subscribe", id: 1 });
      expect((await socket.closed).code, host).toBe(4401);
    }
  });

  it("asks for the token at requests that offer another protocol, as the JDK and curl --http2 do", async () => {
    const { port, token } = await lanHub();
    const offer = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB"];
    const ask = (...lines: string[]) => statusOf(port, `Host: ${networkAddress}`, ...offer, ...lines);
    expect(await ask()).toBe(401);
    expect(await ask("Authorization: Bearer wrong")).toBe(401);
    expect(await ask(`Authorization: Bearer ${token}`)).toBe(200);
  });

  it("logs the sockets that it refuses once a minute for an address, so that nobody fills the disk with lines", async () => {
    const { url, lines } = await lanHub();
    for (let count = 0; count < 20; count++)
      expect((await refusedUpgrade(`${url}/ws`, { Origin: `http://evil-${count}.example` })).status).toBe(403);
    expect(lines.filter((line) => line.includes("socket refused"))).toHaveLength(1);
  });

  it("[S23] neither log, metrics nor refusals hold a token, right or wrong, wherever a maker puts it", async () => {
    const { hub, url, token, ask, bearer, lines } = await lanHub();
    const wrong = "wrng-wrng-wrng-wrng-wrng-wrng-wrng";
    const answers: string[] = [];
    for (const one of [token, wrong]) {
      for (const text of [
        `{"type":"hello","device":"a","token":"${one}",}`,
        `{"type":"hello","device":"a","tokn":"${one}","token":"${one}"}`,
        `{"type":"hello","device":"a","token":["${one}"]}`,
        `{"type":"hello","viewer":true,"token":{"is":"${one}"}}`,
        `{"type":"hello","device":"b","token":"${one}","session":7}`,
        `{"type":"reading","device":"a","metric":"m","value":null,"token":"${one}"}`,
      ]) {
        const client = await outside(url);
        client.send(text);
        answers.push(JSON.stringify(await client.next()));
        client.wire.close();
      }
      for (const headers of [
        { Authorization: one },
        { Authorization: `Basic ${one}` },
        { Authorization: `Bearer "${one}"` },
      ]) {
        answers.push(await (await ask("/api/v1/devices", headers)).text());
        await refusedUpgrade(`${url}/ws`, headers);
      }
    }
    for (const path of ["/metrics", "/api/v1/status", "/api/v1/devices", "/api/v1/refused"])
      answers.push(await (await fetch(`${hub.url}${path}`, { headers: bearer })).text());
    expect(answers.length).toBeGreaterThan(10);
    for (const one of [token, wrong]) {
      expect(lines.filter((line) => line.includes(one))).toEqual([]);
      expect(answers.filter((answer) => answer.includes(one))).toEqual([]);
    }
  });
});
