/** What an invented share is like, and what a trading day has in store for it: its news, its halt, the price it returns to. */
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

/** Something that happens at a time of its own, besides the ticks. */
export interface Change {
  readonly time: number;
  readonly state: string;
  /** Times the usual size of a trade; missing where none is made. */
  readonly size?: number;
}

/** Every third day, news: the price jumps by 3 to 9 % (as a part of it, times `moves`), and trading rests. */
function newsOf(random: Random, index: number): { part: number; jump: number } | undefined {
  const news = random.derive(`news/${index}`);
  if (!news.chance(0.35)) return undefined;
  return { part: news.between(0.06, 0.88), jump: news.between(0.03, 0.09) * news.choice([-1, 1]) };
}

/** When the share is halted, ms since the epoch; undefined on most days. */
export function haltOf(
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
export function trendOf({ random, trend, opening, weekMs, moves }: Share, index: number): (time: number) => number {
  let base = Math.log(opening) + 0.03 * moves * trend.rough(index / 2 + 0.25);
  for (let back = 1; back <= daysRemembered; back++)
    base += moves * memory ** back * (newsOf(random, index - back)?.jump ?? 0);
  return (time) => base + 0.25 * trend.rough(time / (16 * weekMs)) + 0.015 * trend.rough((6 * time) / weekMs);
}
