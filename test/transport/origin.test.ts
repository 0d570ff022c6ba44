/** Who may reach the hub from a browser. */
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { judgeCaller } from "../../server/transport/origin.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const config = { host: "127.0.0.1", allowOrigin: ["https://board.example:3000"], open: false, trustProxy: [] };

interface Way {
  readonly local?: boolean;
  readonly secure?: boolean;
  readonly proxied?: boolean;
}

function verdict(
  origin: string | undefined,
  host: string | undefined = "localhost:8080",
  { local = true, secure = false, proxied = false }: Way = {},
  changes = {},
) {
  const judged = judgeCaller({ origin, host, local, secure, proxied }, { ...config, ...changes });
  return judged.allowed ? (judged.restricted ? "restricted" : "allowed") : "refused";
}

describe("origin and host", () => {
  it.each([
    ["no origin", undefined, "allowed"],
    ["the same host", "http://localhost:8080", "allowed"],
    ["this machine, another port", "http://127.0.0.1:5173", "allowed"],
    ["this machine by IPv6", "http://[::1]:5173", "allowed"],
    ["a name below localhost", "http://board.localhost", "allowed"],
    ["an origin that was allowed", "https://board.example:3000", "allowed"],
    ["that host at another port", "https://board.example:3001", "refused"],
    ["that host without TLS", "http://board.example:3000", "refused"],
    ["a name that begins like this machine", "http://localhost.evil.example", "refused"],
    ["a name that ends like this machine", "http://notlocalhost", "refused"],
    ["an address that begins like this machine", "http://127.0.0.1.evil.example", "refused"],
    ["a host in the user part", "http://localhost:8080@evil.example", "refused"],
    ["a file or a sandboxed frame", "null", "restricted"],
    ["no URL", "localhost", "refused"],
    ["nothing", "", "refused"],
  ])("[P41] [S1] %s: %s is %s", (_, origin, expected) => {
    expect(verdict(origin)).toBe(expected);
  });

  it.each([
    ["an address of this machine", "192.168.1.5:8080", "allowed"],
    ["IPv6", "[fe80::1]:8080", "allowed"],
    ["the name of this machine", `${hostname()}:8080`, "allowed"],
    ["the same by mDNS", `${hostname()}.local`, "allowed"],
    ["the name of an allowed page's host", "board.example", "allowed"],
    ["a foreign name that resolves to this machine", "evil.example:8080", "refused"],
    ["no name", "", "refused"],
  ])("[P41] host: %s (%s) is %s", (_, host, expected) => {
    expect(verdict(undefined, host)).toBe(expected);
  });

  it("[P41] a page of the same foreign host name is no way around the host check", () => {
    expect(verdict("http://evil.example:8080", "evil.example:8080")).toBe("refused");
  });

  it("[P41] a page without an origin is let in on loopback alone", () => {
    expect(verdict("null", "localhost", { local: false })).toBe("refused");
    expect(verdict("null", "[::1]:8080")).toBe("restricted");
    expect(verdict("null", "hub.example", { local: false, proxied: true })).toBe("refused");
  });

  it("[S1] behind a trusted proxy the name that it serves is the hub's own, and its pages are", () => {
    const behind = { local: false, secure: true, proxied: true };
    expect(verdict(undefined, "hub.example", behind)).toBe("allowed");
    expect(verdict("https://hub.example", "hub.example", behind)).toBe("allowed");
    expect(verdict("https://hub.example.evil", "hub.example", behind)).toBe("refused");
    expect(verdict("https://evil.example", "hub.example", behind)).toBe("refused");
    // Where all may do all, a foreign name must not lead somebody's browser there.
    expect(verdict("https://evil.example", "evil.example", behind, { open: true })).toBe("refused");
  });

  it("[S1] over TLS a page of the same host that came without it is not taken for the hub's own", () => {
    expect(verdict("http://192.168.1.5", "192.168.1.5", { local: false, secure: true })).toBe("refused");
    expect(verdict("https://192.168.1.5", "192.168.1.5", { local: false, secure: true })).toBe("allowed");
    expect(verdict("http://192.168.1.5", "192.168.1.5", { local: false })).toBe("allowed");
  });
});

describe("sockets of pages", () => {
  const open = hubsOfTest();

  function refusal(hub: TestHub, headers: Record<string, string>): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws`, { headers });
      socket.on("open", () => reject(new Error("the socket was let in")));
      socket.on("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (data) => {
          body += data;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
    });
  }

  it("[P41] [S1] a foreign page is refused before the upgrade, with the setting that would let it in", async () => {
    const hub = await open();
    const answer = await refusal(hub, { Origin: "https://evil.example" });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("--allow-origin https://evil.example");
    const rebound = await refusal(hub, { Host: "evil.example:8080" });
    expect(rebound).toMatchObject({ status: 403 });
    expect(rebound.body).toContain("evil.example");
    const allowing = await open({ config: { allowOrigin: ["https://board.example"] } });
    const client = await allowing.connect({ Origin: "https://board.example" });
    await client.settled();
  });

  it("[P41] a page without an origin may send readings, watch nothing, and take no device over", async () => {
    const hub = await open();
    const owner = await hub.welcomed("taken");
    const page = await hub.connect({ Origin: "null" });
    page.send({ type: "hello", device: "taken" });
    expect(await page.next()).toMatchObject({ type: "error", code: "not_allowed" });
    page.send({ type: "hello", device: "free" });
    expect(await page.next()).toMatchObject({ type: "welcome", device: "free" });
    page.send({ type: "readings", id: 1, readings: [{ metric: "m", value: 1 }] });
    expect(await page.next()).toMatchObject({ type: "ack", stored: 1 });
    await owner.settled();
    const viewer = await hub.connect({ Origin: "null" });
    viewer.send({ type: "subscribe", id: 1 });
    expect(await viewer.next()).toMatchObject({ type: "error", id: 1, code: "not_allowed" });
    viewer.send({ type: "ping", id: 2, time: 0 });
    expect((await viewer.next()).type).not.toBe("subscribed");
  });

  it("[P42] [S3] a token in the address is refused, and never repeated", async () => {
    const hub = await open();
    const answer = await new Promise<{ status: number; body: string }>((resolve) => {
      const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws?token=geheim`);
      socket.on("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (data) => {
          body += data;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("hello.token");
    expect(answer.body).not.toContain("geheim");
  });
});
