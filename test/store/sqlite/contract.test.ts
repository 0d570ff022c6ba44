import { tryAll } from "../../support/amount.ts";
import { auditKeptInTests } from "../contract/access.ts";
import { storeContract } from "../contract.ts";
import { tinyTiers } from "../tiers/rolling.ts";
import { buildWorker, sqliteEngine } from "./engine.ts";

await buildWorker();

storeContract("the SQLite engine, readings in heads", () => sqliteEngine({ auditKept: auditKeptInTests }));
// Sealed too is what comes next, in many more chunks: chunks of a usual size are tried with everything (`npm run test:all`).
if (tryAll) storeContract("the SQLite engine, everything sealed at once", () => sqliteEngine({}, true), "readings");
storeContract(
  "the SQLite engine, tiny chunks, tiers and budgets",
  () => sqliteEngine({ chunkBytes: 60, journalBudgetBytes: 500, headBudgetBytes: 500, tiers: tinyTiers }, true),
  "readings",
);
