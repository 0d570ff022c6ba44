/**
 * One device that floods, beside others that send what they should: held against the same hub with turns switched off, in one
 * run. How far the others' acknowledgements move at p99 is measured by `npm run bench -- flood`.
 */
import { afterEach, describe, expect, it } from "vitest";
import { Flooder } from "../bench/flood/flood.ts";
import { HonestDevices } from "../bench/flood/honest.ts";
import type { Kind } from "../bench/flood/kinds.ts";
import { ChaosWorld } from "./world.ts";

const worlds: ChaosWorld[] = [];

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.end()));
});

/** Acknowledgements of each side; a stretch ends with so many. */
const acknowledgements = 400;

interface Beside {
  readonly medianMs: number;
  readonly floodBytes: number;
}

/** Honest devices beside a flood. */
async function beside(kind: Kind, flags: readonly string[]): Promise<Beside> {
  const world = new ChaosWorld();
  worlds.push(world);
  const url = await world.startHub({ flags }).url();
  const port = Number(new URL(url).port);
  const flooder = new Flooder();
  const honest = await HonestDevices.start(port, { devices: 20, perSecond: 10 });
  await flooder.order({ port, kind });
  await honest.acknowledged(acknowledgements / 4);
  honest.take();
  await honest.acknowledged(acknowledgements);
  const took = honest.take().sort((a, b) => a - b);
  const floodBytes = await flooder.order("stop");
  honest.stop();
  flooder.end();
  return { medianMs: took[Math.floor(took.length / 2)] as number, floodBytes };
}

describe("[F15] a device that floods", () => {
  it.each(["rows of 1,000", "no JSON"] as const)(
    "leaves the others' acknowledgements where they are: %s",
    {
      timeout: 120_000,
    },
    async (kind) => {
      const without = await beside(kind, ["--limit-sender-share", "100"]);
      const withTurns = await beside(kind, []);
      console.log(kind, { without, withTurns });
      expect(withTurns.medianMs).toBeLessThan(without.medianMs / 1.5);
      // It was not cut: it is read, only more slowly.
      expect(withTurns.floodBytes).toBeGreaterThan(0);
    },
  );
});
