/** The mutants that the checks must catch, each with the experiment that is made for it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Random } from "../../../simulator/random.ts";
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
const tracedAcks = 1_000;

const sources = ["--import", "tsx/esm", fileURLToPath(new URL("./hub.ts", import.meta.url))];
const built = pathToFileURL(fileURLToPath(new URL("./lowered-sync.mjs", import.meta.url)));

function mutated(name: keyof typeof mutations): Pick<Mutant, "name" | "program" | "sound"> {
  return { name, program: [...sources, name], sound: [...sources, "none"] };
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
