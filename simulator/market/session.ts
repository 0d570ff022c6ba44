/** What an invented share does on a trading day, made in pieces, each without those before it. */
import { type Report, round } from "../model.ts";
import type { Noise, Random } from "../random.ts";
import type { TradingDay } from "./calendar.ts";

/** A large jump is forgotten by so much with each day: not all news was as good or bad as it looked. */
const memory = 0.8;
const daysRemembered = 8;

/** What the share is like, by its seed. */
export interface Share {
  readonly random: Random;
  readonly trend: Noise;
  /** Price at which its trend stands at 0, USD. */
  readonly opening: number;
  /** Average time between ticks while it is traded, ms. */
  readonly tickMs: number;
  /** Deviation of the walk's step from one average tick to the next, in parts of the price. */
  readonly volatility: number;
  readonly haltMs: number;
  /** Of its exchange. */
  readonly weekMs: number;
  /** How large news and gaps are, 1 where days are as long as real ones. */
  readonly moves: number;
}

/** `from` and `to` lie in the continuous part of `day`, ms since the epoch. */
export interface Piece {
  readonly day: TradingDay;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** Something that happens at a time of its own, besides the ticks. */
interface Change {
  readonly time: number;
  readonly state: string;
  /** Times the usual size of a trade; missing where none is made. */
  readonly size?: number;
}

/** Trades of one share beside those of an average moment, by part of the day: many at its begin and end, few at noon. */
function liveliness(part: number): number {
  return 0.6 + 2 * (2 * part - 1) ** 4;
}

/** Every third day, news: the price jumps by 3 to 9 % (as a part of it, times `moves`), and trading rests. */
function newsOf(random: Random, index: number): { part: number; jump: number } | undefined {
  const news = random.derive(`news/${index}`);
  if (!news.chance(0.35)) return undefined;
  return { part: news.between(0.06, 0.88), jump: news.between(0.03, 0.09) * news.choice([-1, 1]) };
}

/** When the share is halted, ms since the epoch; undefined on most days. */
function haltOf(
  share: Share,
  { index, openAt, closingAt }: TradingDay,
): { from: number; to: number; jump: number } | undefined {
  const news = newsOf(share.random, index);
  if (!news) return undefined;
  const from = Math.round(openAt + news.part * (closingAt - openAt));
  return { from, to: from + share.haltMs, jump: share.moves * news.jump };
}

/** Every change of state of a day, in rising time. */
export function changesOf(share: Share, day: TradingDay): Change[] {
  const halt = haltOf(share, day);
  return [
    { time: day.auctionAt, state: "auction" },
    { time: day.openAt, state: "open", size: 80 },
    ...(halt
      ? [
          { time: halt.from, state: "halted", size: 4 },
          { time: halt.to, state: "open", size: 30 },
        ]
      : []),
    { time: day.closingAt, state: "auction" },
    { time: day.closeAt, state: "closed", size: 120 },
  ];
}

/** Logarithm of the price that the market returns to on a day, without that day's jump. Nights move it too: hence the gaps. */
function trendOf({ random, trend, opening, weekMs, moves }: Share, index: number): (time: number) => number {
  let base = Math.log(opening) + 0.03 * moves * trend.rough(index / 2 + 0.25);
  for (let back = 1; back <= daysRemembered; back++)
    base += moves * memory ** back * (newsOf(random, index - back)?.jump ?? 0);
  return (time) => base + 0.25 * trend.rough(time / (16 * weekMs)) + 0.015 * trend.rough((6 * time) / weekMs);
}

/**
 * The reports of a piece: ticks between its ends, and the changes of state that fall into it; before the first piece the
 * opening auction, behind the last one the close. The walk of a piece begins and ends on the trend (a Brownian bridge): what
 * brings it back is spread over the steps by their size, so that calm spells stay calm.
 */
export function reportsOf(share: Share, piece: Piece): Report[] {
  const { day, from, to } = piece;
  const random = share.random.derive(`${day.index}/${piece.number}`);
  const halt = haltOf(share, day);
  const within = (time: number) => (time >= from || from <= day.openAt) && (time < to || to >= day.closingAt);
  const changes = changesOf(share, day).filter(({ time }) => within(time));
  const steps: { time: number; walk: number; spent: number; mood: number; change?: Change }[] = [];
  let time = Math.ceil(from);
  let walk = 0;
  /** Sum of the squares of the steps' usual sizes so far. */
  let spent = 0;
  let mood = random.normal();
  for (;;) {
    // Lively spells: more trades, and larger steps between them.
    mood = 0.985 * mood + 0.17 * random.normal();
    const lively = liveliness((time - day.openAt) / (day.closingAt - day.openAt));
    time += Math.max(1, Math.round(random.exponential((share.tickMs * Math.exp(-0.5 * mood - 0.125)) / lively)));
    while (changes[0] && (changes[0].time <= time || time >= to)) {
      const change = changes.shift() as Change;
      steps.push({ time: change.time, walk, spent, mood, change });
      if (time === change.time) time++;
    }
    if (time >= to) break;
    let size = share.volatility * Math.exp(0.7 * mood);
    if (random.chance(0.0012)) size += 12 * share.volatility;
    walk += size * random.normal();
    spent += size ** 2;
    if (!halt || time < halt.from || time > halt.to) steps.push({ time, walk, spent, mood });
  }
  const trend = trendOf(share, day.index);
  return steps.map((step) => {
    const part = spent > 0 ? step.spent / spent : 0;
    const jump = halt && step.time >= halt.from ? halt.jump : 0;
    const middle = Math.exp(trend(step.time) + step.walk - part * walk + jump);
    const { time, change } = step;
    const state = change ? [["state", change.state] as const] : [];
    if (change && change.size === undefined) return { time, readings: state };
    const quoted = quote(middle, step.mood, random, change?.size ?? 1);
    return { time, readings: [...quoted, ...state] };
  });
}

/** A trade at the bid or at the ask, in whole cents. `size`: times the usual one. */
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
