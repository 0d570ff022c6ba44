/**
 * A hub with --lan, asked by an address of this machine in its network: what comes by it looks to the hub like another machine.
 * Left out where this machine has no such address.
 */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { programArgs } from "../support/built.ts";
import { lanHubsOfTest, missingNetwork, networkAddress, outside, refusedUpgrade } from "../support/lan-hub.ts";
import type { TestHub } from "../support/start-hub.ts";
import { outcomeOf } from "../tools/checkout.ts";

const lanHub = lanHubsOfTest();

describe.skipIf(missingNetwork)("[S6] a hub with --lan, by an address of the network (left out without one)", () => {
  it("answers nothing of its data without the token, and says how to sign in", async () => {
    const { ask, bearer } = await lanHub();
    const paths = ["/api/v1/devices", "/api/v1/status", "/api/v1/nothing", "/api/", "/metrics", "/ready"];
    for (const path of paths) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
      expect(await answer.json()).toMatchObject({ code: "not_signed_in", message: expect.stringContaining("Bearer") });
    }
    expect((await ask("/health")).status).toBe(200);
    expect((await ask("/api/v1/devices", bearer)).status).toBe(200);
    expect((await ask("/metrics", bearer)).status).toBe(200);
    expect((await ask("/api/v1/nothing", bearer)).status).toBe(404);
    const wrong = ["Bearer wrong", "Basic d3Jvbmc=", "Bearer", ""].map((Authorization) => ({ Authorization }));
    for (const headers of wrong) expect((await ask("/api/v1/devices", headers)).status).toBe(401);
  });

  it("takes readings with the token alone, by HTTP and by socket", async () => {
    const { hub, ask, bearer, token, url } = await lanHub();
    const body = JSON.stringify({ device: "a", readings: [{ metric: "m", value: 1 }] });
    const json = { "Content-Type": "application/json" };
    expect((await ask("/api/v1/readings", json, { method: "POST", body })).status).toBe(401);
    expect((await hub.http("GET", "devices")).body.devices).toEqual([]);
    expect((await ask("/api/v1/readings", { ...json, ...bearer }, { method: "POST", body })).status).toBe(200);
    const device = await outside(url);
    device.send({ type: "hello", device: "b", token });
    await device.next("welcome");
    const tiny = await outside(url);
    tiny.send({ type: "reading", id: 1, device: "c", metric: "m", value: 1, token });
    await tiny.next("ack");
    tiny.send({ type: "reading", id: 2, device: "c", metric: "m", value: 2 });
    expect(await tiny.next()).toMatchObject({ type: "ack", id: 2 });
    const viewer = await outside(url, bearer);
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("subscribed");
  });

  it("refuses sockets: 4401 for a missing or wrong token, 401 for a wrong header, 4408 for silence", async () => {
    const { url } = await lanHub({ firstMessageMs: 200 });
    const [none, wrong, silent] = await Promise.all([outside(url), outside(url), outside(url)]);
    none.send({ type: "subscribe", id: 3 });
    expect(await none.next()).toMatchObject({ type: "error", id: 3, code: "not_signed_in" });
    expect((await none.closed).code).toBe(4401);
    wrong.send({ type: "hello", device: "a", token: "wrong" });
    expect(await wrong.next()).toMatchObject({ type: "error", code: "not_signed_in", retryable: false });
    expect((await wrong.closed).code).toBe(4401);
    expect((await silent.closed).code).toBe(4408);
    expect((await refusedUpgrade(`${url}/ws`, { Authorization: "Bearer wrong" })).status).toBe(401);
  });

  it("[S7] turns an address away for a while after 10 wrong tokens, whatever way they came, and logs it once", async () => {
    const { url, ask, bearer, lines, hub } = await lanHub();
    for (let count = 0; count < 5; count++) await ask("/api/v1/devices", { Authorization: "Bearer wrong" });
    for (let count = 0; count < 5; count++) {
      const client = await outside(url);
      client.send({ type: "hello", device: "a", token: "wrong" });
      await client.closed;
    }
    const answer = await ask("/api/v1/devices", bearer);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(30);
    expect((await refusedUpgrade(`${url}/ws`, bearer)).status).toBe(429);
    const client = await outside(url);
    client.send({ type: "hello", device: "a", token: "wrong" });
    expect(await client.next()).toMatchObject({ code: "rate_limited", retryable: true });
    expect(await client.closed).toMatchObject({
      ...{
        code: 4429,
        reason: expect.stringMatching(/^too many wrong tokens came from this address; come again in \d+ s$/),
      },
    });
    expect((await hub.http("GET", "devices")).status).toBe(200);
    expect(lines.filter((one) => one.includes("too many wrong tokens"))).toHaveLength(1);
  });

  it("[S3] refuses a token in an address with 400, wherever it stands, and never logs it", async () => {
    const { url, ask, bearer, token, lines } = await lanHub();
    const paths = [
      `/api/v1/devices?token=${token}`,
      `/?token=${token}`,
      `/api/v1/devices?access_token=x`,
      `/api/v1/devices?key=${token}`,
      `/api/v1/devices/${token}`,
      `/${token}/`,
      `/${encodeURIComponent(token.toUpperCase())}`,
    ];
    for (const path of paths) {
      const answer = await ask(path, bearer);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(await answer.text()).not.toContain(token);
    }
    expect((await refusedUpgrade(`${url}/ws?token=${token}`)).status).toBe(400);
    expect((await refusedUpgrade(`${url}/${token}/ws`)).status).toBe(400);
    expect(lines.join("\n").toLowerCase()).not.toContain(token);
  });

  it("needs no token from this machine itself, but does where a proxy or another host name is between", async () => {
    const { hub, port } = await lanHub();
    expect((await hub.http("GET", "devices")).status).toBe(200);
    const device = await hub.device("a");
    await device.next("welcome");
    for (const name of ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
      expect((await fetch(`${hub.url}/api/v1/devices`, { headers: { [name]: "10.0.0.1" } })).status, name).toBe(401);
    expect(await rawStatus(port, `${networkAddress}:${port}`)).toBe(401);
    expect(await rawStatus(port, `${hostname()}:${port}`)).toBe(401);
    expect(await rawStatus(port, `evil.example:${port}`)).toBe(403);
    expect(await rawStatus(port, `localhost:${port}`)).toBe(200);
  });

  it("lets pages of its own address use it, and foreign pages no more than before", async () => {
    const { ask, bearer, url } = await lanHub();
    expect((await ask("/api/v1/devices", { ...bearer, Origin: url })).status).toBe(200);
    expect((await ask("/api/v1/devices", { ...bearer, Origin: "http://evil.example" })).status).toBe(403);
    const preflight = await ask("/api/v1/readings", { Origin: url }, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
      204,
      "content-type, authorization",
    ]);
  });

  it("takes the simulator's fleet with the token, and one without it ends at once with 1 and one sentence", async () => {
    const { hub, url, token } = await lanHub();
    const flags = (devices: number) => ["--url", url, "--devices", `${devices}`, "--tickers", "0", "--quiet"];
    const run = (options: readonly string[], env: Record<string, string> = {}) =>
      outcomeOf(simulate(options, env)).then(({ code, stderr }) => ({ code, stderr }));
    const past = [...flags(1), "--history", "5m", "--duration", "2s"];
    expect(await run([...past, "--token", token])).toEqual({ code: 0, stderr: "" });
    expect(await run(past, { HUB_TOKEN: token })).toEqual({ code: 0, stderr: "" });
    expect((await hub.http("GET", "status")).body.readings.stored).toBeGreaterThan(0);
    const address = `${url.replace("http", "ws")}/ws`;
    expect(await run(flags(40))).toEqual({
      code: 1,
      stderr: `The hub at ${address} asks for a token: give one as --token, or in HUB_TOKEN. Tokens are made on its page, under Access.\n`,
    });
    expect(await run([...flags(1), "--token", `${token}x`])).toEqual({
      code: 1,
      stderr: `The hub at ${address} does not know this token: give another, made on its page under Access.\n`,
    });
  });

  it("tells a fleet that is turned away for a while so, and not that no hub answers", async () => {
    const { url, ask, token } = await lanHub();
    for (let count = 0; count < 10; count++) await ask("/health", { Authorization: "Bearer wrong" });
    const fleet = simulate(["--url", url, "--token", token, "--devices", "1", "--tickers", "0", "--quiet"], {});
    const outcome = outcomeOf(fleet);
    fleet.stderr.once("data", () => fleet.kill("SIGINT"));
    expect((await outcome).stderr.replace(/\d+ s\b/, "N s")).toBe(
      `The hub at ${url.replace("http", "ws")}/ws lets this machine in later: too many wrong tokens came from this address; come again in N s. Trying again by itself.\n`,
    );
  });

  it("keeps its token over a restart", async () => {
    const { hub, token } = await lanHub();
    await hub.restart();
    expect(hub.newToken).toBeUndefined();
    expect(await statusWith(hub, token)).toBe(200);
    expect(await statusWith(hub, `${token}x`)).toBe(401);
  });
});

function statusWith(hub: TestHub, token: string): Promise<number> {
  const url = `http://${networkAddress}:${new URL(hub.url).port}/api/v1/devices`;
  return fetch(url, { headers: { Authorization: `Bearer ${token}` } }).then(({ status }) => status);
}

function simulate(flags: readonly string[], env: Record<string, string>) {
  const argv = [...programArgs("simulator/main"), ...flags];
  return spawn(process.execPath, argv, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

/** Asks by loopback under another `Host`, which `fetch` does not let one choose. */
function rawStatus(port: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let text = "";
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      text += bytes;
    });
    socket.on("end", () => resolve(Number(text.split(" ")[1])));
    socket.end(`GET /api/v1/devices HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
}
