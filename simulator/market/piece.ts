/** A piece of a share's trading day: its ticks and changes of state, without those of the pieces before it. */
import { type Report, round } from "../model.ts";
import type { Random } from "../random.ts";
import type { TradingDay } from "./calendar.ts";
import { type Change, changesOf, haltOf, type Share, trendOf } from "./session.ts";

/** `from` and `to` lie in the continuous part of `day`, ms since the epoch. */
export interface Piece {
  readonly day: TradingDay;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** Trades of one share beside those of an average moment, by part of the day: many at its begin and end, few at noon. */
function liveliness(part: number): number {
  return 0.6 + 2 * (2 * part - 1) ** 4;
}

/** A moment of a piece that is to be reported. */
interface Step {
  readonly time: number;
  /** Where the walk is, as a logarithm. */
  readonly walk: number;
  /** Sum of the squares of the steps' usual sizes so far. */
  readonly spent: number;
  readonly mood: number;
  readonly change?: Change;
}

/**
 * The reports of a piece: ticks between its ends, and the changes of state that fall into it; before the first piece the
 * opening auction, behind the last one the close. The walk of a piece begins and ends on the trend (a Brownian bridge): what
 * brings it back is spread over the steps by their size, so that calm spells stay calm.
 *
 * A report is made when it is asked for: of a long past most are passed over.
 */
export class PieceReports {
  readonly #random: Random;
  readonly #halt: ReturnType<typeof haltOf>;
  readonly #trend: (time: number) => number;
  readonly #steps: Step[] = [];
  /** Where the walk ended. */
  #end = { walk: 0, spent: 0 };
  /** Reports whose chance is used up. */
  #made = 0;

  constructor(share: Share, piece: Piece) {
    const { day, number } = piece;
    this.#random = share.random.derive(`${day.index}/${number}`);
    this.#halt = haltOf(share, day);
    this.#trend = trendOf(share, day.index);
    this.#walk(share, piece);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** ms since the epoch; undefined beyond the last one. */
  timeOf(index: number): number | undefined {
    return this.#steps[index]?.time;
  }

  changesState(index: number): boolean {
    return this.#steps[index]?.change !== undefined;
  }

  /** To be asked for in rising order. */
  report(index: number): Report {
    for (; this.#made < index; this.#made++) if (isTrade(this.#steps[this.#made] as Step)) skipQuote(this.#random);
    this.#made = index + 1;
    const step = this.#steps[index] as Step;
    const { time, change } = step;
    const state = change ? [["state", change.state] as const] : [];
    if (!isTrade(step)) return { time, readings: state };
    const part = this.#end.spent > 0 ? step.spent / this.#end.spent : 0;
    const jump = this.#halt && time >= this.#halt.from ? this.#halt.jump : 0;
    const middle = Math.exp(this.#trend(time) + step.walk - part * this.#end.walk + jump);
    return { time, readings: [...quote(middle, step.mood, this.#random, change?.size ?? 1), ...state] };
  }

  #walk(share: Share, { day, from, to }: Piece): void {
    const random = this.#random;
    const halt = this.#halt;
    const within = (time: number) => (time >= from || from <= day.openAt) && (time < to || to >= day.closingAt);
    const changes = changesOf(share, day).filter(({ time }) => within(time));
    let time = Math.ceil(from);
    let walk = 0;
    let spent = 0;
    let mood = random.normal();
    for (;;) {
      // Lively spells: more trades, and larger steps between them.
      mood = 0.985 * mood + 0.17 * random.normal();
      const lively = liveliness((time - day.openAt) / (day.closingAt - day.openAt));
      time += Math.max(1, Math.round(random.exponential((share.tickMs * Math.exp(-0.5 * mood - 0.125)) / lively)));
      while (changes[0] && (changes[0].time <= time || time >= to)) {
        const change = changes.shift() as Change;
        this.#steps.push({ time: change.time, walk, spent, mood, change });
        if (time === change.time) time++;
      }
      if (time >= to) break;
      let size = share.volatility * Math.exp(0.7 * mood);
      if (random.chance(0.0012)) size += 12 * share.volatility;
      walk += size * random.normal();
      spent += size ** 2;
      if (!halt || time < halt.from || time > halt.to) this.#steps.push({ time, walk, spent, mood });
    }
    this.#end = { walk, spent };
  }
}

/** Of the changes of state some are no trade. */
function isTrade({ change }: Step): boolean {
  return change === undefined || change.size !== undefined;
}

/** Uses up as much chance as `quote` does. */
function skipQuote(random: Random): void {
  random.word();
  random.word();
}

/** A trade at the bid or at the ask, in whole cents. `size`: times the usual one. Uses two words of chance (`skipQuote`). */
function quote(middle: number, mood: number, random: Random, size: number): (readonly [string, number])[] {
  const spread = middle * 1.5e-4 * Math.exp(0.5 * mood);
  const bid = Math.floor((middle - spread / 2) * 100) / 100;
  const ask = round(Math.max(bid + 0.01, middle + spread / 2), 2);
  const shares = Math.max(
    1,
    Math.round(random.exponential(60 * Math.exp(0.4 * mood)) * size + (size > 1 ? 20 * size : 0)),
  );
  return [
    ["price", random.chance(0.5) ? bid : ask],
    ["size", shares],
    ["bid", bid],
    ["ask", ask],
  ];
}
