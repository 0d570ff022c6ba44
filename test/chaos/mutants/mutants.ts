/** The mutants that the checks must catch, each with the experiment that is made for it. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Random } from "../../../simulator/random.ts";
import { amount } from "../../support/amount.ts";
import { type Faults, filling, killing, type Program, tracing, type Way, watching } from "../experiments.ts";
import { builtHub } from "../hub-process.ts";
import { has } from "../world.ts";
import type { mutations } from "./mutations.ts";

export interface Mutant {
  readonly name: string;
  /** What it does wrong. */
  readonly wrong: string;
  /** What shows it. */
  readonly shownBy: string;
  readonly program: Program;
  /** A hub of the same make without the fault. */
  readonly sound: Program;
  /** Why this machine cannot try it. */
  readonly missing?: string | undefined;
  /** Answers the faults that were seen of either program. */
  readonly run: (program: Program, random: Random) => Promise<Faults>;
}

/** How far an experiment goes before it says that it saw nothing. */
const kills = 6;
const tracedAcks = amount(1_000, 300);

const folder = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-mutants-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const mutantHub = [join(folder, "hub.js")];

/** Builds the hub that mutations are made to: one that is translated takes three seconds of a core for each start. */
export async function buildMutantHub(): Promise<void> {
  const { build } = await import("vite");
  const root = resolve(import.meta.dirname, "../../..");
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  await build({
    ...{ root, configFile: false, logLevel: "error" },
    build: {
      ssr: fileURLToPath(new URL("./hub.ts", import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      copyPublicDir: false,
    },
  });
}

const built = pathToFileURL(fileURLToPath(new URL("./lowered-sync.mjs", import.meta.url)));

function mutated(name: keyof typeof mutations): Pick<Mutant, "name" | "program" | "sound"> {
  return { name, program: [...mutantHub, name, builtHub], sound: [...mutantHub, "none", builtHub] };
}

function lowered(level: "NORMAL" | "OFF", way: Way): Mutant {
  return {
    name: `synchronous-${level.toLowerCase()}-${way}`,
    wrong: `opens the database with synchronous = ${level}`,
    shownBy: `trace of syncs, a ${way}`,
    program: ["--import", `${built}?${level}`, builtHub],
    sound: [builtHub],
    missing: has("strace") ? undefined : "strace is not installed here",
    run: async (program) => {
      const { acks, faults } = await tracing(program, way, tracedAcks);
      return { "out of order": faults.length, "acks missing": Math.max(0, tracedAcks - acks) };
    },
  };
}

export const mutants: readonly Mutant[] = [
  {
    ...mutated("early-ack"),
    wrong: "acknowledges before the commit",
    shownBy: "kills",
    run: (program, random) => killing(program, random, kills),
  },
  lowered("NORMAL", "socket"),
  lowered("NORMAL", "request"),
  lowered("OFF", "socket"),
  lowered("OFF", "request"),
  {
    ...mutated("no-uniqueness"),
    wrong: "stores a frame again that it had decided",
    shownBy: "kills",
    run: (program, random) => killing(program, random, kills),
  },
  {
    ...mutated("early-push"),
    wrong: "shows viewers a batch before its commit",
    shownBy: "kills, a viewer",
    run: async (program, random) => {
      const { missing, shown } = await watching(program, random, kills);
      return { "shown and gone": missing as number, "nothing shown": shown > 0 ? 0 : 1 };
    },
  },
  {
    ...mutated("swallowed-full"),
    wrong: "acknowledges what a full disk refused",
    shownBy: "a full disk",
    missing: process.platform === "linux" && has("unshare") ? undefined : "needs mount namespaces of Linux",
    run: filling,
  },
];
