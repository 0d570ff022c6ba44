/** The contract of every store engine, rule by rule (`[ST…]` in server/store/README.md). */
import { afterEach, beforeEach, describe } from "vitest";
import { accessRules } from "./contract/access.ts";
import { bucketRules } from "./contract/buckets.ts";
import { commitRules } from "./contract/commits.ts";
import { deleteRules } from "./contract/deletes.ts";
import { ledgerRules } from "./contract/ledger.ts";
import { maskRules } from "./contract/masks.ts";
import { mergeRules } from "./contract/merges.ts";
import { nameRules } from "./contract/names.ts";
import { presenceRules } from "./contract/presence.ts";
import { quarantineRules } from "./contract/quarantine.ts";
import { questionRules } from "./contract/questions.ts";
import { readingRules } from "./contract/readings.ts";
import { recordRules } from "./contract/records.ts";
import { retentionRules } from "./contract/retention.ts";
import { sizeRules } from "./contract/sizes.ts";
import { type Engine, World } from "./world.ts";

/**
 * Runs the rules against an engine; `makeEngine` gives one on fresh data. `readings` alone where it differs from another one only
 * in where readings lie: what is kept beside them lies where it does.
 */
export function storeContract(name: string, makeEngine: () => Engine, which: "all" | "readings" = "all"): void {
  describe(name, () => {
    let world: World;

    beforeEach(async () => {
      world = new World(makeEngine());
      await world.open();
    });

    afterEach(() => world.end());

    const current = () => world;
    describe("commits", () => commitRules(current));
    describe("readings", () => readingRules(current));
    describe("buckets", () => bucketRules(current));
    describe("questions", () => questionRules(current));
    describe("deletes", () => deleteRules(current));
    describe("masks", () => maskRules(current));
    describe("merges", () => mergeRules(current));
    describe("ledger of gaps", () => ledgerRules(current));
    describe("sizes", () => sizeRules(current));
    describe("retention", () => retentionRules(current));
    if (which === "readings") return;
    describe("senders and records", () => recordRules(current));
    describe("names", () => nameRules(current));
    describe("presence", () => presenceRules(current));
    describe("access", () => accessRules(current));
    describe("quarantine", () => quarantineRules(current));
  });
}
