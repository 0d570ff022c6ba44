/** Systems that were filled with the walks, came to rest and were stopped; those of many millions are kept from run to run. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { schemaVersion } from "../../../server/store/sqlite/schema.ts";
import type { Archive } from "../asking/examiner.ts";
import type { Context } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import type { Running, System } from "../systems/system.ts";
import { hubDialect, victoriaMetricsDialect } from "./dialects.ts";
import { fill } from "./fill.ts";
import type { Question } from "./questions.ts";
import type { Walks } from "./walks.ts";

/** Raised where the walks, or how they are filled in, change. */
const version = 1;
/** A hub tidies up once nothing has come for a while. */
const restMs = 15_000;
const patienceToSettleMs = 300_000;
const noteSchema = z.strictObject({ bytes: z.number(), seconds: z.number() });

export interface Filled extends Archive<Question> {
  readonly system: System;
  /** Of all its files, when it was stopped. */
  readonly bytes: number;
  /** How long it took to fill, s. */
  readonly seconds: number;
}

/** A fresh one. */
export async function filled(context: Context, system: System, walks: Walks): Promise<Filled> {
  const folder = mkdtempSync(join(context.folder, "archive-"));
  return { ...archiveOf(system, folder), ...(await fillIn(context, system, walks, folder)) };
}

/** One that was filled by an earlier run, or is now. What a hub of another schema wrote is not asked. */
export async function kept(context: Context, system: System, walks: Walks): Promise<Filled> {
  const of = system.route.over === "websocket" ? `schema-${schemaVersion}` : system.name;
  const home = join(context.cache, `questions-${version}-${of}-${walks.key}`.replaceAll(/[^\w.-]/g, "_"));
  const [folder, note] = [join(home, "data"), join(home, "filled.json")];
  if (!existsSync(note)) {
    context.say(`once, kept in ${context.cache}`);
    const draft = `${home}.part`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(join(draft, "data"), { recursive: true });
    const of = await fillIn(context, system, walks, join(draft, "data"));
    writeFileSync(join(draft, "filled.json"), JSON.stringify(of));
    renameSync(draft, home);
  }
  return { ...archiveOf(system, folder), ...noteSchema.parse(JSON.parse(readFileSync(note, "utf8"))) };
}

function archiveOf(system: System, folder: string) {
  const dialect = system.route.over === "websocket" ? hubDialect : victoriaMetricsDialect(false);
  return { name: system.name, system, folder, dialect, open: (): Promise<Running> => system.start(folder) };
}

async function fillIn(
  context: Context,
  system: System,
  walks: Walks,
  folder: string,
): Promise<Pick<Filled, "bytes" | "seconds">> {
  context.say(`filling with ${walks.count} readings: ${system.name}`);
  const running = await system.start(folder);
  try {
    const seconds = await fill(system, running, walks);
    if (!context.quick) {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      await settle(running.pid, patienceToSettleMs);
    }
    await running.stop();
    return { bytes: bytesIn(folder), seconds };
  } catch (error) {
    running.kill();
    throw error;
  }
}
