import { describe, expect, it } from "vitest";
import { isOwnMachine, socketAddress } from "../../dashboard/data/hub-address.ts";
import { snippets } from "../../dashboard/data/snippets.ts";

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

  it("bring the hub's token where it needs one, in a header or a field and never in an address", () => {
    const local = { protocol: "http:", host: "192.168.1.5:8080", pathname: "/" };
    for (const program of Object.values(snippets(local, { token: "k3j9-x2mq" }))) {
      expect(program).toMatch(/token: "k3j9-x2mq"|Authorization"?[:,] "?Bearer k3j9-x2mq/);
      expect(program).not.toMatch(/https?:[^\s"']*k3j9|wss?:[^\s"']*k3j9/);
    }
    for (const program of Object.values(snippets(local))) expect(program).not.toMatch(/token|Authorization/);
  });

  it("send as the device that they are given", () => {
    const local = { protocol: "http:", host: "192.168.1.5:8080", pathname: "/" };
    for (const program of Object.values(snippets(local, { token: "k3j9-x2mq", device: "greenhouse/7" }))) {
      expect(program).toMatch(/greenhouse\/7/);
      expect(program).not.toContain("my-");
    }
  });

  it("leave a place for the token in the program of another machine, where the hub asks for one that the page does not know", () => {
    const local = { protocol: "http:", host: "localhost:8080", pathname: "/" };
    const { arduino, ...others } = snippets(local, { needed: "elsewhere" });
    expect(arduino).toContain('"Bearer TOKEN"');
    for (const program of Object.values(others)) expect(program).not.toContain("TOKEN");
    for (const program of Object.values(snippets(local, { needed: "everywhere" }))) expect(program).toContain("TOKEN");
  });

  it.each([
    ["localhost:8080", true],
    ["127.0.0.1:8080", true],
    ["[::1]:8080", true],
    ["hub.localhost", true],
    ["192.168.1.5:8080", false],
    ["localhost.example.org", false],
    ["hub.local", false],
  ])("know whether another machine can reach %s", (host, own) => {
    expect(isOwnMachine({ host })).toBe(own);
  });
});
