/** A reconnect storm, small; `npm run storm` cuts 2,000 and more. */
import { afterEach, describe, expect, it } from "vitest";
import { amount } from "../support/amount.ts";
import { runStorm } from "./storm/storm.ts";
import { ChaosWorld } from "./world.ts";

const devices = amount(300, 150);
const worlds: ChaosWorld[] = [];

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.end()));
});

describe("[F21] [T12] a storm of devices that a restart of the hub cut at once", () => {
  it.each(["SIGKILL", "SIGTERM"] as const)(
    `is over 30 s after the hub is back at the latest, with nothing lost or doubled: ${devices}, by %s`,
    {
      timeout: 180_000,
    },
    async (signal) => {
      const world = new ChaosWorld();
      worlds.push(world);
      const report = await runStorm(world, { devices, signal, everyMs: 500 });
      console.log(signal, report);
      expect(report).toMatchObject({ lost: 0, phantom: 0, doubled: 0 });
      // How long a start takes of a busy machine is not the devices' affair; `npm run storm` counts from the cut.
      expect(report.resent.last - report.hubUpMs).toBeLessThan(30_000);
      // Each sent before the storm and in it.
      expect(report.readings).toBeGreaterThanOrEqual(2 * devices);
    },
  );
});
