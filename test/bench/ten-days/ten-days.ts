/** How long it takes to ask about the past, of systems that hold the same ten days. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { byCase } from "../by-case.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { startTableReader } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { Asker, type Told } from "./ask.ts";
import { type Dialect, dialectOf } from "./dialects/dialects.ts";
import { fill } from "./fill.ts";
import { forgetFiles } from "./page-cache.ts";
import { type Answer, type Case, cases, mistakeIn, rightAnswer } from "./questions.ts";
import { Readings } from "./readings.ts";

/** Stored is the case of what all that takes on the disk. */
const storedCase = "50 series, 10 days";

export const tenDays: Part = {
  name: "ten-days",
  about: "questions about the past, each over HTTP; first: the first of its kind after a start with cold files",
  figures: [
    { name: "p50 ms", unit: "ms", better: "less", tolerance: 1.6, digits: 2 },
    { name: "p99 ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
    { name: "first ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
    { name: "answer kB", unit: "kB", digits: 1 },
    { name: "bytes/reading", unit: "bytes", better: "less", tolerance: 1.3, digits: 2 },
  ],
  against: ["table FULL", "VictoriaMetrics", "InfluxDB"],
  run,
};

/** A system that was filled and stopped. */
interface Archive {
  readonly name: string;
  readonly folder: string;
  readonly dialect: Dialect;
  open(): Promise<Running>;
}

/** A day in reports of 8 s has 10,800 of each series; in a smoke they are two minutes apart. */
const stepMsOf = ({ quick }: Context): number => (quick ? 120_000 : 8_000);

async function* run(context: Context): AsyncGenerator<Figure> {
  const readings = new Readings("bench", stepMsOf(context), Date.now());
  const archives: Archive[] = [];
  for (const system of [...context.hubs, tableFull, ...context.rivals]) {
    context.say(`filling with ${readings.count} readings: ${system.name}`);
    const archive = await filled(context, system, readings);
    archives.push(archive);
    const value = bytesIn(archive.folder) / readings.count;
    if (context.wants(storedCase))
      yield { case: storedCase, system: system.name, round: 1, figure: "bytes/reading", value };
  }
  const examiner = new Examiner(readings);
  for (let round = 1; round <= context.rounds; round++) {
    const figures: Figure[] = [];
    for (const archive of archives) {
      context.say(`round ${round} of ${context.rounds}: ${archive.name}`);
      figures.push(...(await examined(context, archive, examiner, round)));
    }
    yield* byCase(figures);
  }
}

async function filled(context: Context, system: System, readings: Readings): Promise<Archive> {
  const folder = mkdtempSync(join(context.folder, "archive-"));
  const running = await system.start(folder);
  try {
    await fill(system, running, readings);
    // What a system still has to merge would disturb the others' answers, and its own.
    if (!context.quick) await settle(running.pid, 60_000);
    await running.stop();
  } catch (error) {
    running.kill();
    throw error;
  }
  const open = (): Promise<Running> => (system === tableFull ? startTableReader(folder) : system.start(folder));
  return { name: system.name, folder, dialect: dialectOf(system), open };
}

async function examined(context: Context, archive: Archive, examiner: Examiner, round: number): Promise<Figure[]> {
  if (!context.quick) await forgetFiles(archive.folder);
  const running = await archive.open();
  const asker = new Asker(running.port);
  const figures: Figure[] = [];
  try {
    for (const of of cases.filter(({ name }) => context.wants(name))) {
      const measured = await examiner.examine(archive, asker, of, context.quick);
      for (const [figure, value] of Object.entries(measured))
        figures.push({ case: of.name, system: archive.name, round, figure, value });
    }
    asker.end();
    await running.stop();
    return figures;
  } catch (error) {
    running.kill();
    throw error;
  }
}

/** After its first time each question of a case is asked once, or until that took so long together, but for the least. */
const least = 2;
const patienceMs = 1_500;

/** Asks, and takes no wrong answer. */
class Examiner {
  readonly #readings: Readings;
  readonly #right = new Map<string, Answer>();

  constructor(readings: Readings) {
    this.#readings = readings;
  }

  async examine(archive: Archive, asker: Asker, of: Case, quick: boolean): Promise<Record<string, number>> {
    const first = await this.#ask(archive, asker, of, 0);
    const times: number[] = [];
    let spentMs = 0;
    for (let turn = 1; turn < (quick ? 2 : of.turns) && (turn <= least || spentMs < patienceMs); turn++) {
      const { ms } = await this.#ask(archive, asker, of, turn);
      times.push(ms);
      spentMs += ms;
    }
    times.sort((a, b) => a - b);
    const quantile = (share: number): number =>
      times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    return {
      "p50 ms": quantile(0.5),
      "p99 ms": quantile(0.99),
      "first ms": first.ms,
      "answer kB": first.bytes / 1_000,
    };
  }

  async #ask({ name, dialect }: Archive, asker: Asker, of: Case, turn: number): Promise<Told> {
    const question = of.question(this.#readings, turn);
    const told = await asker.ask(dialect.path(question));
    const key = JSON.stringify(question);
    const right = this.#right.get(key) ?? rightAnswer(question, this.#readings);
    this.#right.set(key, right);
    const mistake = mistakeIn(dialect.read(told.body, question), right);
    if (mistake !== undefined) throw new Error(`${name} answered "${of.name}" wrongly: ${mistake}`);
    return told;
  }
}
