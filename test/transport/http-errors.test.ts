/** HTTP where something is wrong: addresses, methods, bodies, callers; and the headers that every answer bears. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorMessage } from "../../server/protocol/errors.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

let hub: TestHub;
const logged: string[] = [];

beforeAll(async () => {
  const line = (message: string, fields?: object) => logged.push(`${message} ${JSON.stringify(fields)}`);
  hub = await startHub({ log: { debug: line, info: line, warn: line, error: line } });
  await hub.http("POST", "readings", { device: "boiler-1", readings: [{ metric: "temperature", value: 20 }] });
});

afterAll(() => hub.stop());

function ask(path: string, init: RequestInit = {}) {
  return fetch(`${hub.url}${path}`, init);
}

/** Sends bytes as they stand and resolves with everything that comes until the hub closes. */
function raw(text: string | Uint8Array): Promise<string> {
  const { port, hostname } = new URL(hub.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.end(text);
  });
}

async function refusal(response: Response) {
  const body = errorMessage.parse(await response.json());
  expect(body.message.length).toBeLessThanOrEqual(1_000);
  return { status: response.status, ...body };
}

describe("addresses and methods", () => {
  it("[P38] an address that is none is 404 and says what there is", async () => {
    const answer = await refusal(await ask("/api/v1/reading"));
    expect(answer).toMatchObject({ status: 404, type: "error", code: "not_found", retryable: false });
    expect(answer.message).toContain("/api/v1/readings");
    expect((await ask("/favicon.xyz")).status).toBe(404);
  });

  it("says at the address of sockets what it is for", async () => {
    const answer = await refusal(await ask("/ws"));
    expect(answer).toMatchObject({ status: 404, code: "not_found" });
    expect(answer.message).toBe(
      "/ws takes WebSockets alone: connect to it as one, with an address that begins with ws://.",
    );
  });

  it("says how a / in a device id is written", async () => {
    const answer = await refusal(await ask("/api/v1/devices/greenhouse/north"));
    expect(answer.message).toContain("%2F");
  });

  it.each(["/api/v1/devices/%zz", "/api/v1/devices/", "/api/v1/devices/%E0%A4%A", "//evil.example/api/v1/devices"])(
    "answers 404 to %s",
    async (path) => {
      expect(await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toContain(
        "404 Not Found",
      );
    },
  );

  it("takes an address that a proxy wrote out in full", async () => {
    const answer = await raw(
      "GET http://localhost/api/v1/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain("200 OK");
  });

  it("a method that a route has not is 405 with Allow", async () => {
    const response = await ask("/api/v1/readings", { method: "PUT" });
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST, DELETE");
    expect(await refusal(response)).toMatchObject({ status: 405, code: "not_allowed" });
  });

  it("answers HEAD like GET without a body", async () => {
    for (const path of ["/api/v1/devices", "/api/v1/readings?device=boiler-1&metric=temperature", "/health"]) {
      const head = await ask(path, { method: "HEAD" });
      expect(head.status).toBe(200);
      expect(head.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(await head.text()).toBe("");
    }
    expect((await ask("/api/v1/devices/nobody", { method: "HEAD" })).status).toBe(404);
  });

  it.each(["/api/v1/status?token=secret", "/api/v1/devices/boiler-1?x=1", "/api/v1/device?ID=boiler-1"])(
    "[P7] refuses the unknown parameter of %s, and does not repeat its value",
    async (path) => {
      const answer = await refusal(await ask(path));
      expect(answer).toMatchObject({ status: 400, code: "unknown_field" });
      expect(answer.message).not.toContain("secret");
    },
  );

  it("[P10] refuses device without an id, with two, or with one that is no name", async () => {
    for (const query of ["", "?id=a&id=b"]) {
      expect(await refusal(await ask(`/api/v1/device${query}`))).toMatchObject({ status: 400, code: "invalid_query" });
    }
    for (const path of ["device?id=", "device?id=a/../b", "devices/a%20b", "devices/__proto__"]) {
      expect(await refusal(await ask(`/api/v1/${path}`))).toMatchObject({ status: 400, code: "invalid_name" });
    }
  });
});

describe("bodies", () => {
  function post(body: BodyInit, headers: Record<string, string> = {}) {
    return ask("/api/v1/readings", { method: "POST", body, headers, duplex: "half" } as RequestInit);
  }

  const valid = JSON.stringify({ device: "boiler-1", readings: [{ metric: "temperature", value: 21 }] });

  it.each([
    ["no JSON", "temperature=20", "invalid_json"],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "invalid_json"],
    ["no object", "7", "invalid_message"],
    ["without a device", '{"readings":[]}', "invalid_name"],
    ["with an unknown field", '{"device":"a","readings":[],"sesion":"s"}', "unknown_field"],
    ["nested too deep", `{"device":"a","readings":[],"x":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, "too_deep"],
    ["with seq alone", '{"device":"a","seq":1,"readings":[]}', "invalid_message"],
  ])("[P38] %s is refused", async (_, body, code) => {
    expect(await refusal(await post(body))).toMatchObject({ status: 400, code });
  });

  it("over 1 MiB is 413, announced or not, and the client hears it", async () => {
    const large = "x".repeat(3 * 1024 * 1024);
    expect(await refusal(await post(large))).toMatchObject({ status: 413, code: "frame_too_large" });
    const stream = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 3; part++) controller.enqueue(new TextEncoder().encode(large.slice(0, 1024 * 1024)));
        controller.close();
      },
    });
    expect(await refusal(await post(stream))).toMatchObject({ status: 413, code: "frame_too_large" });
    expect((await post(valid)).status).toBe(200);
  });

  it("that is compressed is refused in words", async () => {
    const answer = await refusal(await post(valid, { "Content-Encoding": "gzip" }));
    expect(answer).toMatchObject({ status: 400, code: "invalid_message" });
    expect(answer.message).toContain("gzip");
  });

  it("that ends early stores nothing", async () => {
    const before = (await (await ask("/api/v1/status")).json()).readings.stored;
    await raw(`POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n${valid}`);
    expect((await (await ask("/api/v1/status")).json()).readings.stored).toBe(before);
  });
});

describe("callers", () => {
  it("[P41] refuses pages of foreign origins with the setting that would allow them", async () => {
    for (const Origin of ["https://evil.example", "http://localhost.evil.example"]) {
      const answer = await refusal(await ask("/api/v1/devices", { headers: { Origin } }));
      expect(answer).toMatchObject({ status: 403, code: "not_allowed" });
      expect(answer.message).toContain(`--allow-origin ${Origin}`);
    }
  });

  it("[P41] refuses a foreign Host", async () => {
    const answer = await raw("GET /api/v1/devices HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    expect(answer).toContain("403 Forbidden");
  });

  it("[P41] lets a page of this machine read the answer, and ask before it posts", async () => {
    const Origin = "http://localhost:5173";
    const response = await ask("/api/v1/devices", { headers: { Origin } });
    expect(response.headers.get("access-control-allow-origin")).toBe(Origin);
    expect(response.headers.get("vary")).toBe("Origin");
    const preflight = await ask("/api/v1/readings", {
      method: "OPTIONS",
      headers: { Origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("content-type");
  });

  it("[P41] lets a page without an origin post readings and nothing else", async () => {
    const headers = { Origin: "null" };
    const body = JSON.stringify({ device: "file", readings: [{ metric: "x", value: 1 }] });
    expect((await ask("/api/v1/readings", { method: "POST", headers, body })).status).toBe(200);
    expect((await ask("/api/v1/readings", { method: "OPTIONS", headers })).status).toBe(204);
    for (const [method, path] of [
      ["GET", "/api/v1/devices"],
      ["DELETE", "/api/v1/readings?device=file&metric=x"],
      ["DELETE", "/api/v1/devices/file"],
    ] as const) {
      expect((await ask(path, { method, headers })).status).toBe(403);
    }
  });

  it("without an Origin is let in, and no page is", async () => {
    const response = await ask("/api/v1/devices");
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("every answer", () => {
  it("[S20] bears nosniff and a policy without foreign scripts, whatever it says", async () => {
    for (const path of ["/api/v1/devices", "/api/v1/nothing", "/health", "/"]) {
      const { headers } = await ask(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      for (const rule of ["script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
        expect(policy.split("; ")).toContain(rule);
      }
    }
  });

  it("of the API is JSON and kept by no cache", async () => {
    for (const path of ["/api/v1/devices", "/api/v1/nothing", "/api/v1/readings?device=boiler-1&metric=temperature"]) {
      const { headers } = await ask(path);
      expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  it("[S24] says nothing of what went wrong inside but a name, by which the log tells it", async () => {
    hub.store.refusals = () => Promise.reject(new TypeError("SELECT secret FROM somewhere"));
    const answer = await refusal(await ask("/api/v1/devices/boiler-1/refused"));
    expect(answer).toMatchObject({ status: 500, code: "internal", retryable: true });
    expect(JSON.stringify(answer)).not.toMatch(/secret|TypeError|\.ts|\n *at /);
    const { failure } = answer.details as { failure: string };
    expect(answer.message).toContain(`failure ${failure}`);
    const lines = logged.filter((line) => line.includes(failure));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("SELECT secret");
  });
});
