/**
 * `npm run test:mutants`: every mutant, and a sound hub beside it, through the experiment that is made for it. Exits 0 only
 * where every mutant was caught and no sound hub was blamed.
 */
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import { type Faults, faultCount } from "../experiments.ts";
import { buildMutantHub, mutants } from "./mutants.ts";

const seed = printedSeed("mutants");
const words = (faults: Faults): string =>
  Object.entries(faults)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(", ") || "none";

const table: Record<string, Record<string, string>> = {};
let good = true;
await buildMutantHub();
for (const { name, wrong, shownBy, program, sound, missing, run } of mutants) {
  if (missing) {
    table[name] = {
      wrong,
      "shown by": shownBy,
      "its faults": `not tried: ${missing}`,
      "sound hub": "",
      verdict: "NOT RUN",
    };
    good = false;
    continue;
  }
  const found = await run(program, new Random(seed));
  const blamed = await run(sound, new Random(seed));
  const caught = faultCount(found) > 0 && faultCount(blamed) === 0;
  good &&= caught;
  const verdict = caught ? "caught" : faultCount(blamed) > 0 ? "SOUND HUB BLAMED" : "NOT CAUGHT";
  table[name] = { wrong, "shown by": shownBy, "its faults": words(found), "sound hub": words(blamed), verdict };
  console.log(`${name}: ${verdict} (${words(found)}; sound hub: ${words(blamed)})`);
}
console.table(table);
process.exit(good ? 0 : 1);
