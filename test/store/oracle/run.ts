/**
 * `npm run test:oracle`: lives of the store beside the memory engine for as long as a night, `HUB_ORACLE_MINUTES` (30).
 * Exits 0 only where every life was sound and the lives were rich enough to mean something.
 */
import fc from "fast-check";
import { takesNoFlags } from "../../support/no-flags.ts";
import { printedSeed } from "../../support/seed.ts";
import { buildPrograms } from "./child.ts";
import { anyLifeIsSound, replay } from "./oracle.ts";
import { Tally } from "./tally.ts";

takesNoFlags(`Usage: [HUB_ORACLE_MINUTES=30] [HUB_TEST_SEED=N] npm run test:oracle

Lives of the store beside the memory engine, by chance, for so many minutes. Exit codes: 0 every life was sound and the lives
were rich enough to mean something, 1 one was not or they were not, 2 a word on the command line was wrong.`);

/** Lives with one seed: a failure is then found again without the whole night. */
const livesPerSeed = 20;

const minutes = Number(process.env.HUB_ORACLE_MINUTES ?? 30);
const endMs = performance.now() + minutes * 60_000;
const tally = new Tally();
const programs = await buildPrograms();
process.on("exit", () => programs.remove());

for (let seed = printedSeed("oracle"); performance.now() < endMs; seed = (seed + 1) % 2 ** 31) {
  const property = anyLifeIsSound(programs, tally, () => performance.now() >= endMs);
  // A path leads to one life of one seed: that is for the test.
  const { path: _, ...settings } = replay();
  const outcome = await fc.check(property, { ...settings, numRuns: livesPerSeed, seed });
  if (outcome.failed) {
    console.error(fc.defaultReportMessage(outcome));
    console.error(outcome.errorInstance);
    console.error(
      `Again: HUB_TEST_SEED=${outcome.seed} HUB_TEST_PATH=${outcome.counterexamplePath} npx vitest run test/store/differential.test.ts`,
    );
    console.error(
      "Kills at a statement come at the same one again; kills by a signal, slices of sealing and idle moments come when the system lets them.",
    );
    console.table(tally.counts);
    process.exit(1);
  }
  console.log(`seed ${seed}: sound; ${tally.counts.lives} lives, ${tally.counts.kills} kills`);
}
console.table(tally.counts);
const missing = tally.missing();
for (const one of missing) console.error(`Too little to mean anything: ${one}`);
process.exit(missing.length === 0 ? 0 : 1);
