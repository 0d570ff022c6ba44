/** The five questions that a page asks most, of ten and of 130 million readings, of systems at rest and beside ingest; and how long a start takes. */
import { Examiner, questionFigures } from "../asking/examiner.ts";
import type { Context, Figure, Part } from "../part.ts";
import type { System } from "../systems/system.ts";
import { type Filled, filled, kept } from "./archives.ts";
import { beside, besideFigures, isBeside } from "./beside.ts";
import { victoriaMetricsDialect } from "./dialects.ts";
import { cases, rightAnswer } from "./questions.ts";
import { started, startFigures, startName } from "./start.ts";
import { type Extent, manyMillion, smokeOf, tenMillion, Walks } from "./walks.ts";

const seed = "1";
const rival = "VictoriaMetrics";

export const questions: Part = {
  name: "questions",
  about:
    "five questions about 5,000 series, each over HTTP, of 10.6 and of 130 million readings, beside ingest too, and the start of a system that has 130 million",
  figures: [
    ...questionFigures,
    { name: "bytes/reading", unit: "bytes", better: "less", digits: 2 },
    { name: "filled in s", unit: "s", digits: 1 },
    { name: "readings", unit: "readings" },
    ...besideFigures,
    ...startFigures,
  ],
  against: [rival],
  run,
};

/** All cases of one amount of readings; what is asked of them is known by the names alone. */
const nameOf = (name: string, { name: amount }: Extent): string => `${name}, ${amount}`;
const againOf = (name: string): string => `${name}, asked again`;

async function* run(context: Context): AsyncGenerator<Figure> {
  const systems = [...context.hubs, ...context.rivals.filter(({ name }) => name === rival)];
  yield* amount(context, tenMillion, systems, filled);
  yield* amount(context, manyMillion, systems, context.quick ? filled : kept);
}

async function* amount(
  context: Context,
  extent: Extent,
  systems: readonly System[],
  fillOf: typeof filled,
): AsyncGenerator<Figure> {
  const storedCase = nameOf("stored", extent);
  const plain = cases.map((each) => ({ ...each, name: nameOf(each.name, extent) }));
  const again = plain.map((each) => ({ ...each, name: againOf(each.name), isAskedBefore: true }));
  const isTen = extent === tenMillion;
  const wanted = [...plain, ...again].filter(({ name }) => context.wants(name));
  const wantsBeside = isTen && plain.some(({ name }) => context.wants(isBeside(name)));
  const wantsStart = !isTen && startName.some((name) => context.wants(name));
  if (wanted.length === 0 && !wantsBeside && !wantsStart && !context.wants(storedCase)) return;
  const walks = new Walks(seed, context.quick ? smokeOf(extent) : extent);
  const archives: Filled[] = [];
  for (const system of systems) archives.push(await fillOf(context, system, walks));
  if (context.wants(storedCase)) {
    for (const { name: system, bytes, seconds } of archives) {
      const of = { "bytes/reading": bytes / walks.count, "filled in s": seconds, readings: walks.count };
      yield* Object.entries(of).map(([figure, value]) => ({ case: storedCase, system, round: 1, figure, value }));
    }
  }
  if (wantsStart) yield* started(context, archives);
  const examiner = new Examiner(walks, plain, rightAnswer);
  if (plain.some(({ name }) => context.wants(name))) yield* examiner.rounds(context, archives);
  if (again.some(({ name }) => context.wants(name))) {
    const caching = archives.map((each) =>
      each.name === rival ? { ...each, dialect: victoriaMetricsDialect(true) } : each,
    );
    yield* new Examiner(walks, again, rightAnswer).rounds(context, caching);
  }
  // Last: each archive is given readings.
  if (wantsBeside) yield* beside(context, archives, walks, plain, examiner);
}
