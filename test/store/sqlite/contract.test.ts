import { sampleOf } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import { auditKeptInTests } from "../contract/access.ts";
import { storeContract } from "../contract.ts";
import { tinyTiers } from "../tiers/rolling.ts";
import { buildWorker, sqliteEngine } from "./engine.ts";

await buildWorker();

storeContract("the SQLite engine, readings in heads", () => sqliteEngine({ auditKept: auditKeptInTests }));
// Sealed in one way or the other, as a seed says; in both where everything is tried (`npm run test:all`).
const sealed: readonly (readonly [name: string, options: Parameters<typeof sqliteEngine>[0]])[] = [
  ["everything sealed at once", {}],
  [
    "tiny chunks, tiers and budgets",
    { chunkBytes: 60, journalBudgetBytes: 500, headBudgetBytes: 500, tiers: tinyTiers },
  ],
];
for (const [name, options] of sampleOf(sealed, 2, printedSeed("sealed contract")))
  storeContract(`the SQLite engine, ${name}`, () => sqliteEngine(options, true), "readings");
