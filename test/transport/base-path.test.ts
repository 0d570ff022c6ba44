/** A hub below a path, behind a proxy that leaves the path in what it hands on. */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "../../server/transport/http/headers.ts";
import { Client } from "../support/client.ts";
import { refusedUpgrade } from "../support/lan-hub.ts";
import { hubsOfTest } from "../support/start-hub.ts";
import { websocketTransport } from "../support/websocket-wire.ts";

const start = hubsOfTest();

describe("[S31] a hub with --base-path", () => {
  const ask = (url: string, path: string, init: RequestInit = {}) => fetch(url + path, { redirect: "manual", ...init });

  it.each(["", "/hub", "/a/b.c"])("answers below %s and without it", async (basePath) => {
    const { url } = await start({ config: { basePath } });
    for (const path of [`${basePath}/health`, "/health", `${basePath}/api/v1/devices?limit=1`, "/api/v1/devices"])
      expect((await ask(url, path)).status, path).toBe(200);
    for (const at of [url, url + basePath]) {
      const device = await Client.open(websocketTransport, at);
      device.send({ type: "reading", device: "d", metric: "m", value: 1 });
      expect(await device.next()).toMatchObject({ type: "ack", stored: 1 });
      device.wire.close();
    }
  });

  it("takes nothing for the path that only begins like it", async () => {
    const { url } = await start({ config: { basePath: "/hub" } });
    for (const path of [
      "/hubs/health",
      "/hub.html",
      "/hub%2Fhealth",
      "/x/hub/health",
      "/hub/hub/health",
      "/HUB/health",
    ])
      expect((await ask(url, path)).status, path).toBe(404);
    expect((await refusedUpgrade(`${url}/hubs/ws`)).status).toBe(404);
  });

  it("takes the whole address that some proxies write", async () => {
    const { url } = await start({ config: { basePath: "/hub" } });
    const { port } = new URL(url);
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        const asked = request({ port, host: "127.0.0.1", path }, async (response) => {
          await text(response);
          resolve(response.statusCode);
        });
        asked.on("error", reject).end();
      });
    expect(await status(`http://127.0.0.1:${port}/hub/health`)).toBe(200);
    expect(await status(`http://127.0.0.1:${port}/health`)).toBe(200);
  });

  it("sends the page on to where it has its last slash, and never to another host", async () => {
    const { url } = await start({ config: { basePath: "/hub" } });
    for (const [path, location] of [
      ["/hub", "/hub/"],
      ["/hub?kiosk=1", "/hub/?kiosk=1"],
      ["/hub?next=//evil.example", "/hub/?next=//evil.example"],
    ] as const) {
      const answer = await ask(url, path);
      expect([answer.status, answer.headers.get("location")]).toEqual([307, location]);
      expect(answer.headers.get("content-security-policy")).toBe(contentSecurityPolicy);
    }
    expect((await ask(url, "/hub", { method: "POST", body: "{}" })).status).toBe(404);
  });

  it("keeps to its rules of who may ask", async () => {
    const { url } = await start({ config: { basePath: "/hub" } });
    const headers = { Origin: "https://evil.example" };
    expect((await ask(url, "/hub/api/v1/devices", { headers })).status).toBe(403);
    expect((await refusedUpgrade(`${url}/hub/ws`, headers)).status).toBe(403);
    expect((await ask(url, "/hub/api/v1/devices?token=x")).status).toBe(400);
    expect((await refusedUpgrade(`${url}/hub/ws?token=x`)).status).toBe(400);
  });
});
