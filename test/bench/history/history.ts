/** How long it takes to ask about the past of a hundred devices and of a series at 1 kHz, beside the plain indexed table with the same readings. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { byCase } from "../by-case.ts";
import { checkStored } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { streamIn } from "../stream-in.ts";
import { startTableReader } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { Asker, type Told } from "../ten-days/ask.ts";
import { forgetFiles } from "../ten-days/page-cache.ts";
import { type Answer, mistakeIn } from "../ten-days/questions.ts";
import { type Dialect, hubDialect, tableDialect } from "./dialects.ts";
import { Fleet } from "./fleet.ts";
import { type Case, cases, rightAnswer } from "./questions.ts";
import { tableOf } from "./table.ts";

const seed = 1;
/** Of the case of what all that takes on the disk, and how long until it is there. */
const storedCase = "all of it";

export const history: Part = {
  name: "history",
  about:
    "questions about the past of 100 devices with 5 metrics each 10 s and one series at 1 kHz, each over HTTP; first: the first of its kind after a start with cold files",
  figures: [
    { name: "p50 ms", unit: "ms", better: "less", tolerance: 1.6, digits: 2 },
    { name: "p99 ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
    { name: "first ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
    { name: "answer kB", unit: "kB", digits: 1 },
    { name: "bytes/reading", unit: "bytes", better: "less", tolerance: 1.3, digits: 2 },
    { name: "MB", unit: "MB", digits: 0 },
    { name: "filled in s", unit: "s", digits: 1 },
    { name: "readings", unit: "readings" },
  ],
  against: [tableFull.name],
  run,
};

/** Data that is there, and no system on it. */
interface Archive {
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly dialect: Dialect;
  open(): Promise<Running>;
}

const quickExtent = { devices: 3, days: 1, stepMs: 60_000, shakeMs: 10_000 };

async function* run(context: Context): AsyncGenerator<Figure> {
  const { quick, days } = context;
  const fleet = new Fleet(seed, quick ? quickExtent : { devices: 100, days, stepMs: 10_000 });
  const archives: Archive[] = [];
  for (const hub of context.hubs) {
    context.say(`filling with ${fleet.count} readings: ${hub.name}`);
    archives.push(await filled(context, hub, fleet));
  }
  const table = await tableOf(fleet, quick ? context.folder : context.cache, context.say);
  const open = (): Promise<Running> => startTableReader(table.folder);
  archives.push({ ...table, open, name: tableFull.name, dialect: tableDialect });
  if (context.wants(storedCase)) for (const archive of archives) yield* weighed(archive, fleet);
  const examiner = new Examiner(fleet);
  for (let round = 1; round <= context.rounds; round++) {
    const figures: Figure[] = [];
    for (const archive of archives) {
      context.say(`round ${round} of ${context.rounds}: ${archive.name}`);
      figures.push(...(await examined(context, archive, examiner, round)));
    }
    yield* byCase(figures);
  }
}

function weighed({ name: system, bytes, seconds }: Archive, { count }: Fleet): Figure[] {
  const of = { "bytes/reading": bytes / count, MB: bytes / 1e6, "filled in s": seconds, readings: count };
  return Object.entries(of).map(([figure, value]) => ({ case: storedCase, system, round: 1, figure, value }));
}

/** A hub tidies up once nothing has come for a while. */
const restMs = 15_000;
const patienceToSettleMs = 300_000;

async function filled(context: Context, hub: System, fleet: Fleet): Promise<Archive> {
  const folder = mkdtempSync(join(context.folder, "archive-"));
  const running = await hub.start(folder);
  try {
    const startMs = performance.now();
    await streamIn(running.port, fleet.sources());
    const seconds = (performance.now() - startMs) / 1_000;
    await checkStored(hub, running, fleet.count);
    if (!context.quick) {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      await settle(running.pid, patienceToSettleMs);
    }
    await running.stop();
    const open = (): Promise<Running> => hub.start(folder);
    return { name: hub.name, folder, bytes: bytesIn(folder), seconds, dialect: hubDialect, open };
  } catch (error) {
    running.kill();
    throw error;
  }
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
/** Answers that are right, of small ones: they are asked for in each round, by both sides. */
const keptTimes = 2_000;

/** Asks, and takes no wrong answer. */
class Examiner {
  readonly #fleet: Fleet;
  readonly #right = new Map<string, Answer>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async examine(archive: Archive, asker: Asker, of: Case, quick: boolean): Promise<Record<string, number>> {
    const first = await this.#ask(archive, asker, of, 0);
    const times: number[] = [];
    let spentMs = 0;
    const turns = quick ? 2 : of.turns(this.#fleet);
    for (let turn = 1; turn < turns && (turn <= least || spentMs < patienceMs); turn++) {
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
    const question = of.question(this.#fleet, turn);
    const told = await asker.ask(dialect.path(question));
    const key = JSON.stringify(question);
    const right = this.#right.get(key) ?? rightAnswer(question, this.#fleet);
    const size = [...right.values()].reduce((sum, { times }) => sum + times.length, right.size);
    if (size <= keptTimes) this.#right.set(key, right);
    const mistake = mistakeIn(dialect.read(told.body, question), right);
    if (mistake !== undefined) throw new Error(`${name} answered "${of.name}" wrongly: ${mistake}`);
    return told;
  }
}
