/** Who is closed for unreadable frames and comes back at once, over and over, is read later. */
import { describe, expect, it } from "vitest";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();

describe("[F15] an address of which ten connections ended for unreadable frames", () => {
  it("is read one to two seconds later, loses nothing by it, and is read at once after that", async () => {
    const clock = new FakeClock();
    const hub = await open({ clock });
    for (let each = 0; each < 10; each++) {
      const broken = await hub.connect();
      broken.send(...Array.from({ length: 20 }, () => "{]"));
      expect((await broken.closed).code).toBe(1008);
    }
    const device = await hub.device("press-1");
    // Answered behind the socket's frames, if these were read.
    expect((await hub.http("GET", "status")).body.connections.devices).toBe(0);
    expect(device.seen).toEqual([]);
    clock.advance(999);
    expect((await hub.http("GET", "status")).body.connections.devices).toBe(0);
    clock.advance(1_001);
    expect(await device.next()).toMatchObject({ type: "welcome" });
    await hub.welcomed("press-2");
  });
});
