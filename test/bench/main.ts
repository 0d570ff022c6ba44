/**
 * `npm run bench [-- PART…] [FLAGS]`: this hub beside others, in one run; `--help` tells the flags. Exit codes: 0 measured, 1 a
 * run was void or the guard is red, 2 a word on the command line was wrong.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { flagOptions, recordFile, usageText } from "./flags.ts";
import { compare, isRed, type Recorded, readRecord, updated, writeRecord } from "./guard.ts";
import { Load } from "./load-process.ts";
import { machineOf } from "./machine.ts";
import type { Context, Figure, Part } from "./part.ts";
import { parts } from "./parts.ts";
import { type PartReport, reportOf } from "./report.ts";
import { guardText, headText, partText } from "./report-text.ts";
import { type Result, resultSchemaVersion } from "./result.ts";
import { hubSystem } from "./systems/hub.ts";
import { isHere, rivals } from "./systems/rivals.ts";

function readFlags() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: flagOptions,
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  const unknown = positionals.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no part ${unknown}; there are ${parts.map(({ name }) => name).join(", ")}.`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a number from 1, not ${values.rounds}.`);
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1) throw new Error(`--days takes a number from 1, not ${values.days}.`);
  if (values.quick && values.record && values.recorded === recordFile)
    throw new Error("--quick measures nothing that is worth a record; name another file with --recorded.");
  const minuteMs = Number(values.minute) * 1_000;
  if (!(minuteMs > 0)) throw new Error(`--minute takes seconds above 0, not ${values.minute}.`);
  return {
    ...values,
    rounds,
    days,
    minuteMs,
    parts: parts.filter(({ name, onlyNamed }) => (positionals.length === 0 ? !onlyNamed : positionals.includes(name))),
  };
}

type Flags = ReturnType<typeof readFlags>;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n\n`);

async function measure(part: Part, context: Context): Promise<PartReport> {
  const figures: Figure[] = [];
  const own = { ...context, say: (line: string) => context.say(`${part.name}: ${line}`) };
  for await (const figure of part.run(own)) figures.push(figure);
  return reportOf(
    part,
    figures,
    context.hubs.map(({ name }) => name),
  );
}

async function run(flags: Flags): Promise<number> {
  if (process.platform !== "linux")
    throw new Error("The benchmark reads what a process costs from /proc, and needs Linux.");
  const { quick, rounds, days, minuteMs, cache } = flags;
  // A record that can't be read is told before the measuring, not after it.
  const before = readRecord(flags.recorded);
  mkdirSync(flags.folder, { recursive: true });
  const folder = mkdtempSync(join(flags.folder, "hub-bench-"));
  // Interrupted, it leaves neither data nor programs behind: who started one ends it when this process exits.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const machine = machineOf(folder);
  const absent = rivals.filter((each) => !isHere(each));
  for (const { name, needs } of absent)
    say(`${name} is left out: no ${needs?.program} on PATH; it comes with ${needs?.from}.`);
  const load = new Load();
  const context: Context = {
    folder,
    ...{ rounds, quick, days, minuteMs, cache },
    hubs: [hubSystem(), ...flags.hub.map((main) => hubSystem(main, main))],
    rivals: rivals.filter(isHere),
    load,
    wants: (name) => flags.case.length === 0 || flags.case.includes(name),
    say,
  };
  const [began, beganMs] = [new Date().toISOString(), performance.now()];
  try {
    const reports: PartReport[] = [];
    for (const part of flags.parts) reports.push(await measure(part, context));
    const result: Result = {
      schema: resultSchemaVersion,
      began,
      seconds: Math.round((performance.now() - beganMs) / 1_000),
      rounds,
      quick,
      machine,
      leftOut: absent.map(({ name }) => name),
      parts: reports.filter(({ rows }) => rows.length > 0),
    };
    const absentCase = flags.case.find((name) => !reports.some(({ rows }) => rows.some((row) => row.case === name)));
    if (absentCase !== undefined) {
      say(`There is no case ${absentCase} in ${flags.parts.map(({ name }) => name).join(", ")}.`);
      return 2;
    }
    print([headText(result), ...result.parts.map(partText)].join("\n\n"));
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(result, null, 2)}\n`);
    return judge(flags, before, result);
  } finally {
    load.end();
  }
}

/** Sets the run beside the record, and then in its place where that is asked for. */
function judge({ recorded, record, guard, quick }: Flags, before: Recorded, result: Result): number {
  const verdicts = compare(before, result);
  if (guard || !quick) print(guardText(verdicts));
  if (record) writeRecord(recorded, updated(before, result));
  return guard && isRed(verdicts) ? 1 : 0;
}

let flags: Flags | undefined;
try {
  flags = readFlags();
  if (flags.help) print(usageText(parts));
  else process.exitCode = await run(flags);
} catch (error) {
  const isWord = flags === undefined && error instanceof Error;
  say(isWord ? `${error.message}\nSee npm run bench -- --help.` : String((error as Error).stack ?? error));
  process.exitCode = flags === undefined ? 2 : 1;
}
