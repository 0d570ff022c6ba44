/**
 * The checks see what they are for: each hub that breaks the promise is caught by the experiment made for it. Sound hubs go
 * through the same in the other tests here and in `npm run test:mutants`, which tries both and prints a table.
 */
import { describe, expect, it } from "vitest";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";
import { faultCount, tracing, watching } from "./experiments.ts";
import { builtHub } from "./hub-process.ts";
import { mutants } from "./mutants/mutants.ts";
import { has } from "./world.ts";

const missingTrace = has("strace") ? undefined : "strace is not installed here, so no sync can be seen";

describe("a hub that breaks the promise is caught", () => {
  for (const { name, wrong, shownBy, missing, program, run } of mutants) {
    it.skipIf(missing)(`[P22] by ${shownBy}, where it ${wrong}${missing ? `: ${missing}` : ""}`, async () => {
      const faults = await run(program, new Random(printedSeed(name)));
      expect(faultCount(faults)).toBeGreaterThan(0);
    });
  }
});

describe("a sound hub", () => {
  it.skipIf(missingTrace).each([
    { way: "socket", what: "acknowledgements" },
    { way: "request", what: "answers 200 to POST readings" },
  ] as const)(
    `[P22] lets none of 1,000 $what leave before the sync of its commit${missingTrace ? `: ${missingTrace}` : ""}`,
    async ({ way }) => {
      const { acks, syncs, faults } = await tracing([builtHub], way, 1_000);
      expect(faults).toEqual([]);
      expect(acks).toBeGreaterThanOrEqual(1_000);
      expect(syncs).toBeGreaterThan(200);
    },
  );

  it("[P22] shows viewers nothing that a kill takes back", async () => {
    const { missing, shown } = await watching([builtHub], new Random(printedSeed("watched kills")), 4);
    expect(missing).toBe(0);
    expect(shown).toBeGreaterThan(400);
  });
});
