/** How long a connection is kept between two requests. In real time: Node's own clock ends them, and no test can turn that. */
import { describe, expect, it } from "vitest";
import { AccessWorld } from "../hub/access/world.ts";
import { BareSocket } from "../security/bare-socket.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();

/** A connection that asked once, and stays. */
async function asked(hub: TestHub, ...lines: string[]): Promise<BareSocket> {
  const bare = new BareSocket(hub.url);
  const ask = ["GET /api/v1/session HTTP/1.1", "Host: localhost", ...lines, "", ""].join("\r\n");
  bare.socket.write(ask);
  await bare.until((text) => text.includes('"hasPeople"'));
  return bare;
}

const keepAlive = (bare: BareSocket) => /^Keep-Alive: (.*)\r$/im.exec(bare.text)?.[1];

describe("a connection that asks nothing more", () => {
  it("[S14] of somebody who is not known holds its place for 5 s; of who is known, and of a proxy, for as long as a proxy keeps it", async () => {
    const [hub, behind] = await Promise.all([start(), start({ config: { trustProxy: ["loopback"] } })]);
    const { Cookie = "" } = (await AccessWorld.setUp(hub)).admin;
    const stranger = await asked(hub);
    expect(keepAlive(stranger)).toBe("timeout=5");
    const known = await asked(hub, `Cookie: ${Cookie}`);
    expect(known.text).toContain('"kind":"person"');
    expect(keepAlive(known)).toBe("timeout=125");
    // A proxy keeps its connections for visitors to come, whoever asked last.
    const proxy = await asked(behind, "X-Forwarded-For: 203.0.113.9");
    expect(keepAlive(proxy)).toBe("timeout=125");
    await stranger.closed;
    expect([known.socket.destroyed, proxy.socket.destroyed]).toEqual([false, false]);
    for (const { socket } of [known, proxy]) socket.destroy();
  });

  it("[S14] of who was known is a stranger's again once they ask without saying who they are", async () => {
    const hub = await start();
    const { Cookie = "" } = (await AccessWorld.setUp(hub)).admin;
    const bare = await asked(hub, `Cookie: ${Cookie}`);
    bare.socket.write("GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await bare.closed;
    expect(bare.text).toContain("401 Unauthorized");
  }, 60_000);
});
