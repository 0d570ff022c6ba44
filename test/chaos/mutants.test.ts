/**
 * The checks see what they are for: each hub that breaks the promise is caught by the experiment made for it. Sound hubs go
 * through the same in the other tests here and in `npm run test:mutants`, which tries both and prints a table.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../simulator/random.ts";
import { amount, sampleOf } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { faultCount, tracing, watching } from "./experiments.ts";
import { builtHub } from "./hub-process.ts";
import { buildMutantHub, mutants } from "./mutants/mutants.ts";
import { has } from "./world.ts";

const missingTrace = has("strace") ? undefined : "strace is not installed here, so no sync can be seen";

/** Acknowledgements that are traced, and kills that a viewer sees. */
const traced = amount(1_000, 300);
const kills = amount(4, 2);
/** Each level of syncs with a way: of these two a run tries one that its seed names, so that it has each level and each way once. */
const pairs = [
  ["synchronous-normal-socket", "synchronous-off-request"],
  ["synchronous-normal-request", "synchronous-off-socket"],
];
const wanted = sampleOf(pairs, 2, printedSeed("levels of syncs")).flat();
const leftOut = pairs.flat().filter((name) => !wanted.includes(name));

describe("a hub that breaks the promise is caught", () => {
  beforeAll(buildMutantHub);

  for (const { name, wrong, shownBy, missing, program, run } of mutants.filter(({ name }) => !leftOut.includes(name))) {
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
    `[P22] lets none of ${traced} $what leave before the sync of its commit${missingTrace ? `: ${missingTrace}` : ""}`,
    async ({ way }) => {
      const { acks, syncs, faults } = await tracing([builtHub], way, traced);
      expect(faults).toEqual([]);
      expect(acks).toBeGreaterThanOrEqual(traced);
      expect(syncs).toBeGreaterThan(traced / 5);
    },
  );

  it("[P22] shows viewers nothing that a kill takes back", async () => {
    const { missing, shown } = await watching([builtHub], new Random(printedSeed("watched kills")), kills);
    expect(missing).toBe(0);
    expect(shown).toBeGreaterThan(100 * kills);
  });
});
