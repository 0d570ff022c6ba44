/**
 * One device that floods, beside others that send what they should. How far the others' acknowledgements move is measured by
 * `npm run bench -- flood`: on a busy machine a test can't tell; that a sender waits for its turn is held by `turns.test.ts`.
 */
import { afterEach, describe, expect, it } from "vitest";
import { Flooder } from "../bench/flood/flood.ts";
import { HonestDevices } from "../bench/flood/honest.ts";
import { kinds } from "../bench/flood/kinds.ts";
import { ChaosWorld } from "./world.ts";

const devices = 10;
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe("[F15] beside a device that floods", () => {
  it.each(kinds)("the others are acknowledged, all in their turn: %s", { timeout: 120_000 }, async (kind) => {
    const world = new ChaosWorld();
    ends.push(() => world.end());
    const port = Number(new URL(await world.startHub().url()).port);
    const flooder = new Flooder();
    ends.push(() => flooder.end());
    const honest = await HonestDevices.start(port, { devices, perSecond: 10 });
    ends.push(() => honest.stop());
    await flooder.order({ port, kind });
    // An answer that is no acknowledgement throws.
    await honest.acknowledged(10 * devices);
    expect(honest.take().length).toBeGreaterThanOrEqual(10 * devices);
    // It is not shut out: it is read, only more slowly.
    expect(await flooder.order("stop")).toBeGreaterThan(0);
  });
});
