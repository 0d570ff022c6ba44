import { describe, expect, it } from "vitest";
import { snippets, socketAddress } from "../../dashboard/data/snippets.ts";

describe("first programs", () => {
  it("name the hub that serves the page", () => {
    const local = { protocol: "http:", host: "localhost:8080", pathname: "/" };
    expect(socketAddress(local)).toBe("ws://localhost:8080/ws");
    expect(snippets(local).curl).toContain("curl http://localhost:8080/api/v1/readings ");
  });

  it("keep to TLS, and to the path below which a proxy serves the hub", () => {
    const proxied = { protocol: "https:", host: "example.org", pathname: "/plant/hub/index.html" };
    expect(socketAddress(proxied)).toBe("wss://example.org/plant/hub/ws");
    for (const program of Object.values(snippets(proxied)))
      expect(program).toMatch(/example\.org\/plant\/hub\/(ws|api\/v1\/readings)/);
  });
});
