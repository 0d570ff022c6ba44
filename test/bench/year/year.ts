/** What the length of a range costs: the same thousand points of a year and of a day, of two hours of a series at 1 kHz and of two minutes. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { ladderWidth } from "../../../server/protocol/ladder.ts";
import { type Archive, type Case, Examiner, questionFigures } from "../asking/examiner.ts";
import { checkStored } from "../experiment.ts";
import { hubDialect } from "../history/dialects.ts";
import { dayMs, Fleet, metrics, shaken } from "../history/fleet.ts";
import { type Question, rightAnswer } from "../history/questions.ts";
import type { Context, Figure, Part } from "../part.ts";
import { settle } from "../process-figures.ts";
import { streamIn } from "../stream-in.ts";
import type { Running, System } from "../systems/system.ts";

const seed = 1;
const points = 1_000;
const turns = 200;
/** A hub tidies up once nothing has come for a while. */
const restMs = 15_000;
const patienceToSettleMs = 300_000;

/** A wide range and the short one beside which it is set. */
const pairs = [
  { wide: "a year of a sensor", short: "a day of a sensor" },
  { wide: "2 h of 1 kHz", short: "2 min of 1 kHz" },
] as const;

const cases: readonly Case<Fleet, Question>[] = [
  drawn("a day of a sensor", () => dayMs),
  drawn("a year of a sensor", ({ fromMs, toMs }) => toMs - fromMs),
  drawn("2 min of 1 kHz", ({ shakes }) => shakes / 60, shaken),
  drawn("2 h of 1 kHz", ({ shakes }) => shakes, shaken),
];

export const year: Part = {
  name: "year",
  about:
    "a year and a day of a sensor at 10 s, 2 h and 2 min of a series at 1 kHz, each drawn in 1,000 points, over HTTP",
  figures: [...questionFigures, { name: "of the short one", unit: "times", digits: 2 }],
  against: [],
  run,
};

/** Another metric each turn; of the range that ends where the readings do. */
function drawn(
  name: string,
  lengthMs: (fleet: Fleet) => number,
  series?: { readonly device: string; readonly metric: string },
): Case<Fleet, Question> {
  return {
    name,
    turns: () => turns,
    question(fleet, turn) {
      const everyMs = ladderWidth(Math.ceil(lengthMs(fleet) / points));
      const fromMs = Math.floor((fleet.toMs - lengthMs(fleet)) / everyMs) * everyMs;
      const own = { device: fleet.devices[0] as string, metric: metrics[turn % metrics.length] as string };
      return { ask: "buckets", ...(series ?? own), span: { fromMs, toMs: fleet.toMs }, everyMs, points };
    },
  };
}

async function* run(context: Context): AsyncGenerator<Figure> {
  const extent = context.quick
    ? { days: 2, stepMs: 60_000, shakeMs: 120_000 }
    : { days: 365, stepMs: 10_000, shakeMs: 7_200_000 };
  const fleet = new Fleet(seed, { devices: 1, ...extent });
  const archives: Archive<Question>[] = [];
  for (const hub of context.hubs) {
    context.say(`filling with ${fleet.count} readings: ${hub.name}`);
    archives.push(await filled(context, hub, fleet));
  }
  const medians = new Map<string, number>();
  const keyOf = (name: string, { system, round }: Figure): string => `${name} ${system} ${round}`;
  for await (const figure of new Examiner(fleet, cases, rightAnswer).rounds(context, archives)) {
    yield figure;
    if (figure.figure !== "p50 ms") continue;
    medians.set(keyOf(figure.case, figure), figure.value);
    const short = pairs.find(({ wide }) => wide === figure.case)?.short;
    const beside = short === undefined ? undefined : medians.get(keyOf(short, figure));
    if (beside !== undefined) yield { ...figure, figure: "of the short one", value: figure.value / beside };
  }
}

async function filled(context: Context, hub: System, fleet: Fleet): Promise<Archive<Question>> {
  const folder = mkdtempSync(join(context.folder, "archive-"));
  const running = await hub.start(folder);
  try {
    await streamIn(running.port, fleet.sources());
    await checkStored(hub, running, fleet.count);
    if (!context.quick) {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      await settle(running.pid, patienceToSettleMs);
    }
    await running.stop();
    const open = (): Promise<Running> => hub.start(folder);
    return { name: hub.name, folder, dialect: hubDialect, open };
  } catch (error) {
    running.kill();
    throw error;
  }
}
