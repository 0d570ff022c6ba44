/** The same questions while a system takes readings in at half of what it took as its most in the same form: columns of 1,000 readings. */
import { Asker } from "../asking/ask.ts";
import { type Case, type Examiner, quantile } from "../asking/examiner.ts";
import { byCase } from "../by-case.ts";
import { checkStored } from "../experiment.ts";
import type { Shape } from "../frames.ts";
import { devices, windowOf } from "../ingest/ingest.ts";
import type { Outcome } from "../orders.ts";
import type { Context, Figure, FigureKind } from "../part.ts";
import type { Filled } from "./archives.ts";
import type { Question } from "./questions.ts";
import type { Walks } from "./walks.ts";

export const besideFigures: readonly FigureKind[] = [
  { name: "ingest/s", unit: "readings/s" },
  { name: "answers", unit: "answers" },
];
export const isBeside = (name: string): string => `${name}, beside ingest`;

const shape: Shape = { name: "1,000 samples", form: "samples", readings: 1_000, metrics: 20 };
const floodMs = 1_500;
const stretchMs = 2_000;
/** Frames at hand for each device, and which part of them the flood may use: what is left is enough for half of its rate. */
const frames = 1_600;
const floodShare = 0.35;
const quickFrames = 32;

/** Each archive is opened once, flooded, and then asked case by case, each beside a stretch of half of the flood's rate. */
export async function* beside(
  context: Context,
  archives: readonly Filled[],
  walks: Walks,
  cases: readonly Case<Walks, Question>[],
  examiner: Examiner<Walks, Question>,
): AsyncGenerator<Figure> {
  const figures: Figure[] = [];
  const wanted = cases.filter(({ name }) => context.wants(isBeside(name)));
  for (const archive of archives) {
    for await (const figure of besideOne(context, archive, walks, wanted, examiner)) figures.push(figure);
  }
  yield* byCase(figures);
}

async function* besideOne(
  { load, quick, say }: Context,
  archive: Filled,
  walks: Walks,
  cases: readonly Case<Walks, Question>[],
  examiner: Examiner<Walks, Question>,
): AsyncGenerator<Figure> {
  const { system, name } = archive;
  const running = await archive.open();
  const { port } = running;
  const asker = new Asker(port);
  try {
    say(`what ${name} takes at most`);
    const traffic = { shape, devices, frames: quick ? quickFrames : frames };
    await load.order({ do: "open", port, route: system.route, traffic });
    const flood = await load.order({
      ...{ do: "flood", forMs: quick ? 50 : floodMs, window: windowOf(shape), share: floodShare },
    });
    let sent = flood.frames;
    const perSecond = Math.max(1, Math.floor((flood.frames * 1_000) / flood.ms / 2));
    const left = Math.floor((traffic.frames * devices - sent) / cases.length / devices) * devices;
    const framesEach = quick ? devices : Math.min(left, Math.ceil((perSecond * stretchMs) / 1_000));
    for (const of of cases) {
      say(`${name}, ${of.name} beside ${perSecond * shape.readings} readings/s`);
      await examiner.ask(archive, asker, of, 0);
      const { paced, times } = await askedBeside(
        load.order({ do: "pace", frames: framesEach, perSecond }),
        async (turn) => (await examiner.ask(archive, asker, of, turn % of.turns(walks))).ms,
      );
      sent += paced.frames;
      const measured = {
        "p50 ms": quantile(times, 0.5),
        "p99 ms": quantile(times, 0.99),
        "ingest/s": (paced.frames * shape.readings * 1_000) / paced.ms,
        answers: times.length,
      };
      for (const [figure, value] of Object.entries(measured))
        yield { case: isBeside(of.name), system: name, round: 1, figure, value };
    }
    await checkStored(system, running, walks.count + sent * shape.readings);
    await load.order({ do: "close" });
    asker.end();
    await running.stop();
  } catch (error) {
    running.kill();
    throw error;
  }
}

/** Asks without a pause until `writing` is done, twice at least. */
async function askedBeside(
  writing: Promise<Outcome>,
  ask: (turn: number) => Promise<number>,
): Promise<{ readonly paced: Outcome; readonly times: readonly number[] }> {
  let goOn = true;
  const ended = writing.finally(() => {
    goOn = false;
  });
  // What fails is heard of below; until then nobody waits for it.
  ended.catch(() => {});
  const times: number[] = [];
  for (let turn = 1; goOn || turn <= 2; turn++) times.push(await ask(turn));
  return { paced: await ended, times };
}
