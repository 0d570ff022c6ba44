/** How long it takes to ask about the past of a hundred devices and of a series at 1 kHz, beside the plain indexed table with the same readings. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Archive, Examiner, questionFigures } from "../asking/examiner.ts";
import { byCase } from "../by-case.ts";
import { checkStored } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { streamIn } from "../stream-in.ts";
import { startTableReader } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { beside, besideFigures, exportFigures } from "./beside.ts";
import { hubDialect, tableDialect } from "./dialects.ts";
import { Fleet } from "./fleet.ts";
import { cases, type Question, rightAnswer } from "./questions.ts";
import { tableOf } from "./table.ts";

const seed = 1;
/** Of the case of what all that takes on the disk, and how long until it is there. */
const storedCase = "all of it";

export const history: Part = {
  name: "history",
  about:
    "questions about the past of 100 devices with 5 metrics each 10 s and one series at 1 kHz, each over HTTP; first: the first of its kind after a start with cold files",
  figures: [
    ...questionFigures,
    { name: "bytes/reading", unit: "bytes", better: "less", digits: 2 },
    { name: "MB", unit: "MB", digits: 0 },
    { name: "filled in s", unit: "s", digits: 1 },
    { name: "readings", unit: "readings" },
    ...besideFigures,
    ...exportFigures,
  ],
  against: [tableFull.name],
  run,
};

interface Weighed extends Archive<Question> {
  /** Of all its files. */
  readonly bytes: number;
  /** How long it took to fill, s. */
  readonly seconds: number;
}

const quickExtent = { devices: 3, days: 1, stepMs: 60_000, shakeMs: 10_000 };

async function* run(context: Context): AsyncGenerator<Figure> {
  const { quick, days } = context;
  const fleet = new Fleet(seed, quick ? quickExtent : { devices: 100, days, stepMs: 10_000 });
  const archives: Weighed[] = [];
  for (const hub of context.hubs) {
    context.say(`filling with ${fleet.count} readings: ${hub.name}`);
    archives.push(await filled(context, hub, fleet));
  }
  const table = await tableOf(fleet, quick ? context.folder : context.cache, context.say);
  const open = (): Promise<Running> => startTableReader(table.folder);
  archives.push({ ...table, open, name: tableFull.name, dialect: tableDialect });
  if (context.wants(storedCase)) for (const archive of archives) yield* weighed(archive, fleet);
  yield* new Examiner(fleet, cases, rightAnswer).rounds(context, archives);
  for (const [index, hub] of context.hubs.entries()) {
    const figures: Figure[] = [];
    for await (const figure of beside(context, hub, archives[index] as Weighed, fleet)) figures.push(figure);
    yield* byCase(figures);
  }
}

function weighed({ name: system, bytes, seconds }: Weighed, { count }: Fleet): Figure[] {
  const of = { "bytes/reading": bytes / count, MB: bytes / 1e6, "filled in s": seconds, readings: count };
  return Object.entries(of).map(([figure, value]) => ({ case: storedCase, system, round: 1, figure, value }));
}

/** A hub tidies up once nothing has come for a while. */
const restMs = 15_000;
const patienceToSettleMs = 300_000;

async function filled(context: Context, hub: System, fleet: Fleet): Promise<Weighed> {
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
