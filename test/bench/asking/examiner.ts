/** Asks systems that were filled and stopped about the past, round by round, and takes no wrong answer. */
import { byCase } from "../by-case.ts";
import type { Context, Figure, FigureKind } from "../part.ts";
import type { Running } from "../systems/system.ts";
import { type Answer, mistakeIn } from "./answers.ts";
import { Asker, type Told } from "./ask.ts";
import { forgetFiles } from "./page-cache.ts";

/** A kind of question about `Data`. */
export interface Case<Data, Question> {
  readonly name: string;
  /** So many questions differ, by series or by span: asked once each, none is answered from what is remembered of another. */
  turns(data: Data): number;
  question(data: Data, turn: number): Question;
  /** Each question is asked once more before the clock runs: what a system remembers of it may answer. */
  readonly isAskedBefore?: boolean;
}

/** How a system is asked over HTTP, and how it answers. */
export interface Dialect<Question> {
  /** Path and query of a GET. */
  path(question: Question): string;
  read(body: string, question: Question): Answer;
}

/** Data that is there, and no system on it. */
export interface Archive<Question> {
  readonly name: string;
  readonly folder: string;
  readonly dialect: Dialect<Question>;
  open(): Promise<Running>;
}

/** Of each case. */
export const questionFigures: readonly FigureKind[] = [
  { name: "p50 ms", unit: "ms", better: "less", digits: 2 },
  { name: "p99 ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
  { name: "first ms", unit: "ms", better: "less", tolerance: 3, digits: 2 },
  { name: "answer kB", unit: "kB", digits: 1 },
];

/** After its first time each question of a case is asked once, or until that took so long together, but for the least. */
const least = 2;
const patienceMs = 1_500;
/** Answers that are right are kept where they have no more times: they are asked for in each round, by all sides. */
const keptTimes = 20_000;

export class Examiner<Data, Question> {
  readonly #data: Data;
  readonly #cases: readonly Case<Data, Question>[];
  readonly #rightAnswer: (question: Question, data: Data) => Answer;
  readonly #right = new Map<string, Answer>();

  constructor(
    data: Data,
    cases: readonly Case<Data, Question>[],
    rightAnswer: (question: Question, data: Data) => Answer,
  ) {
    this.#data = data;
    this.#cases = cases;
    this.#rightAnswer = rightAnswer;
  }

  /** All rounds, the systems by turns. Throws where an answer is wrong. */
  async *rounds(context: Context, archives: readonly Archive<Question>[]): AsyncGenerator<Figure> {
    for (let round = 1; round <= context.rounds; round++) {
      const figures: Figure[] = [];
      for (const archive of archives) {
        context.say(`round ${round} of ${context.rounds}: ${archive.name}`);
        figures.push(...(await this.#examine(context, archive, round)));
      }
      yield* byCase(figures);
    }
  }

  async #examine(context: Context, archive: Archive<Question>, round: number): Promise<Figure[]> {
    if (!context.quick) await forgetFiles(archive.folder);
    const running = await archive.open();
    const asker = new Asker(running.port);
    const figures: Figure[] = [];
    try {
      for (const of of this.#cases.filter(({ name }) => context.wants(name))) {
        const measured = await this.#measure(archive, asker, of, context.quick);
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

  async #measure(
    archive: Archive<Question>,
    asker: Asker,
    of: Case<Data, Question>,
    quick: boolean,
  ): Promise<Record<string, number>> {
    const first = await this.ask(archive, asker, of, 0);
    const times: number[] = [];
    let spentMs = 0;
    const turns = quick ? 2 : of.turns(this.#data);
    for (let turn = 1; turn < turns && (turn <= least || spentMs < patienceMs); turn++) {
      const { ms } = await this.ask(archive, asker, of, turn);
      times.push(ms);
      spentMs += ms;
    }
    return {
      "p50 ms": quantile(times, 0.5),
      "p99 ms": quantile(times, 0.99),
      "first ms": first.ms,
      "answer kB": first.bytes / 1_000,
    };
  }

  /** One question of a case. Throws where the answer is wrong. */
  async ask(
    { name, dialect }: Pick<Archive<Question>, "name" | "dialect">,
    asker: Asker,
    of: Case<Data, Question>,
    turn: number,
  ): Promise<Told> {
    const question = of.question(this.#data, turn);
    if (of.isAskedBefore) await asker.ask(dialect.path(question));
    const told = await asker.ask(dialect.path(question));
    const key = JSON.stringify(question);
    const right = this.#right.get(key) ?? this.#rightAnswer(question, this.#data);
    const size = [...right.values()].reduce((sum, { times }) => sum + times.length, right.size);
    if (size <= keptTimes) this.#right.set(key, right);
    const mistake = mistakeIn(dialect.read(told.body, question), right);
    if (mistake !== undefined) throw new Error(`${name} answered "${of.name}" wrongly: ${mistake}`);
    return told;
  }
}

/** The time that such a share of them does not reach; 0 of none. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
