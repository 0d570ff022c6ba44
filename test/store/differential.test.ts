/** The SQLite engine beside the memory engine under the same random life, its process killed again and again. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { amount } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { buildPrograms } from "./oracle/child.ts";
import { anyLifeIsSound, replay } from "./oracle/oracle.ts";
import { Tally } from "./oracle/tally.ts";

const programs = await buildPrograms();
afterAll(() => programs.remove());

describe("both engines", () => {
  it("[ST38] answer the same whatever was appended, overwritten, hidden, deleted, renamed, merged, set aside, sealed, reopened and killed before", async () => {
    const tally = new Tally();
    await fc.assert(anyLifeIsSound(programs, tally), {
      ...{ numRuns: Number(process.env.HUB_TEST_RUNS ?? amount(6, 3)), seed: printedSeed("two engines") },
      ...replay(),
    });
    expect(tally.counts.kills).toBeGreaterThan(0);
  }, 1_800_000);
});
