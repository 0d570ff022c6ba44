import { describe, expect, it } from "vitest";
import { hubsOfTest } from "../support/start-hub.ts";

const start = hubsOfTest();

describe("POST backup", () => {
  it("[P95] is answered to programs of the hub's own machine alone", async () => {
    const hub = await start({ config: { open: true } });
    // A proxy of this machine that tells for whom it asks.
    const answer = await fetch(`${hub.url}/api/v1/backup`, {
      method: "POST",
      headers: { "X-Forwarded-For": "192.0.2.7" },
      body: JSON.stringify({ file: "/tmp/copy.db" }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: "not_allowed", message: expect.stringContaining("npm run backup") }),
    ]);
  });

  it("[P95] tells what is wrong with an order, and where there is nothing to copy", async () => {
    const hub = await start();
    const refused = async (body: object) => (await hub.http("POST", "backup", body)).body.code;
    expect(await refused({})).toBe("invalid_message");
    expect(await refused({ file: "/tmp/copy.db", forced: true })).toBe("unknown_field");
    expect(await refused({ file: 7 })).toBe("invalid_message");
    expect(await refused({ file: "/tmp/copy\0.db" })).toBe("invalid_message");
    expect(await refused({ file: "/tmp/copy.db" })).toBe("store_unavailable");
    // Nobody who looks for his readings is to find these.
    expect((await hub.http("GET", "arrivals")).body.refusals).toEqual([]);
  });
});
