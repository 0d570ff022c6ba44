/** The flags of `npm run bench`, and what it says of them. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Part } from "./part.ts";

export const recordFile = fileURLToPath(new URL("recorded.json", import.meta.url));

/** As `parseArgs` takes them. `takes`: what stands behind the flag. */
export const flagOptions = {
  case: {
    type: "string",
    multiple: true,
    default: [] as string[],
    takes: "NAME",
    help: "this case alone, or several, each with a flag",
  },
  rounds: { type: "string", takes: "N", help: "how often each is measured (3, with --quick 1)" },
  quick: {
    type: "boolean",
    default: false,
    help: "everything once and small: tells whether it runs, measures nothing",
  },
  json: { type: "string", takes: "FILE", help: "write what was measured there as JSON, too" },
  guard: { type: "boolean", default: false, help: "end with 1 where a ratio is worse than recorded" },
  record: { type: "boolean", default: false, help: "put what was measured into the record" },
  recorded: { type: "string", default: recordFile, takes: "FILE", help: "the record (test/bench/recorded.json)" },
  hub: {
    type: "string",
    multiple: true,
    default: [] as string[],
    takes: "MAIN.js",
    help: "another build of the hub beside this one",
  },
  folder: { type: "string", default: tmpdir(), takes: "DIR", help: `where the data of all systems lies (${tmpdir()})` },
  cache: {
    type: "string",
    default: join(tmpdir(), "telemetry-hub-bench"),
    takes: "DIR",
    help: "where data that takes long to make is kept for the next run",
  },
  days: { type: "string", default: "12", takes: "N", help: "days of data of the part history (12)" },
  minute: { type: "string", default: "60", takes: "S", help: "length of a minute of the part steady, s (60)" },
  help: { type: "boolean", default: false, help: "say this" },
} as const;

/** What `--help` prints. */
export function usageText(parts: readonly Pick<Part, "name" | "about">[]): string {
  const rows = Object.entries<{ readonly takes?: string; readonly help: string }>(flagOptions).map(
    ([name, { takes, help }]) => [`--${name}${takes === undefined ? "" : ` ${takes}`}`, help] as const,
  );
  const width = Math.max(...rows.map(([flag]) => flag.length), ...parts.map(({ name }) => name.length));
  const lines = (all: readonly (readonly [string, string])[]) =>
    all.map(([name, words]) => `  ${name.padEnd(width)}  ${words}`).join("\n");
  return `npm run bench -- [PART…] [FLAGS]

Measures this hub beside others in one run: all parts, or those that are named. --quick tells in minutes whether all of it
runs here; a run that is worth something takes far longer, on a machine that does nothing else.

Parts:
${lines(parts.map(({ name, about }) => [name, about] as const))}

Flags:
${lines(rows)}
`;
}
