/** How long it takes to ask about the past, of systems that hold the same ten days. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Archive, Examiner, questionFigures } from "../asking/examiner.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { startTableReader } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";
import { tableFull } from "../systems/systems.ts";
import { dialectOf } from "./dialects/dialects.ts";
import { fill } from "./fill.ts";
import { cases, type Question, rightAnswer } from "./questions.ts";
import { Readings } from "./readings.ts";

/** Stored is the case of what all that takes on the disk. */
const storedCase = "50 series, 10 days";

export const tenDays: Part = {
  name: "ten-days",
  about: "questions about the past, each over HTTP; first: the first of its kind after a start with cold files",
  figures: [...questionFigures, { name: "bytes/reading", unit: "bytes", better: "less", digits: 2 }],
  against: ["table FULL", "VictoriaMetrics", "InfluxDB"],
  run,
};

/** A day in reports of 8 s has 10,800 of each series; in a smoke they are two minutes apart. */
const stepMsOf = ({ quick }: Context): number => (quick ? 120_000 : 8_000);

async function* run(context: Context): AsyncGenerator<Figure> {
  const readings = new Readings("bench", stepMsOf(context), Date.now());
  const archives: Archive<Question>[] = [];
  for (const system of [...context.hubs, tableFull, ...context.rivals]) {
    context.say(`filling with ${readings.count} readings: ${system.name}`);
    const archive = await filled(context, system, readings);
    archives.push(archive);
    const value = bytesIn(archive.folder) / readings.count;
    if (context.wants(storedCase))
      yield { case: storedCase, system: system.name, round: 1, figure: "bytes/reading", value };
  }
  yield* new Examiner(readings, cases, rightAnswer).rounds(context, archives);
}

async function filled(context: Context, system: System, readings: Readings): Promise<Archive<Question>> {
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
