/** When the invented exchanges trade: days with an opening and a closing auction, nights and weekends between them. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A trading day, its times in ms since the epoch. */
export interface TradingDay {
  /** Rises from day to day, by more than one over a weekend. */
  readonly index: number;
  /** Orders are collected … */
  readonly auctionAt: number;
  /** … matched at one price, and trading goes on continuously … */
  readonly openAt: number;
  /** … until orders are collected again … */
  readonly closingAt: number;
  /** … and matched for the last time of the day. */
  readonly closeAt: number;
}

/** How a market lays out its week. */
export interface MarketHours {
  /** What `--market-hours` takes. */
  readonly name: string;
  readonly help: string;
  readonly weekMs: number;
  readonly dayMs: number;
  /** Start of a week, ms since the epoch, on the first of the exchanges; the others follow `shiftMs` apart. */
  readonly weekFrom: number;
  readonly exchanges: readonly string[];
  readonly shiftMs: number;
  /** Times of the day, ms after its start. */
  readonly auctionAt: number;
  readonly openAt: number;
  readonly closingAt: number;
  readonly closeAt: number;
  /** A share rests for so long after a large jump, ms. */
  readonly haltMs: number;
  /** How large jumps and gaps are, in parts of those of a real day. */
  readonly moves: number;
}

const tradingDays = 5;

/**
 * A week in six hours, five days of 66 minutes and a weekend of 30, on two exchanges half a week apart, of which one trades at
 * any time: whoever looks for some minutes, whenever, sees trades, and within the hour an opening, a close and a gap.
 */
const short: MarketHours = {
  name: "short",
  help: "trading days of 66 minutes on two exchanges, one of them open at any time",
  weekMs: 6 * hour,
  dayMs: 66 * minute,
  weekFrom: 0,
  exchanges: ["XAM", "XPM"],
  shiftMs: 3 * hour,
  auctionAt: 0,
  openAt: 2 * minute,
  closingAt: 57 * minute,
  closeAt: 59 * minute,
  haltMs: minute,
  moves: 0.35,
};

/** As New York trades, in its winter time all year round, and without holidays. */
const real: MarketHours = {
  name: "real",
  help: "Monday to Friday, 14:30 to 21:00 UTC",
  weekMs: 7 * day,
  dayMs: day,
  // The epoch was a Thursday.
  weekFrom: 4 * day,
  exchanges: ["XDAY"],
  shiftMs: 0,
  auctionAt: 14.25 * hour,
  openAt: 14.5 * hour,
  closingAt: 20 * hour + 50 * minute,
  closeAt: 21 * hour,
  haltMs: 5 * minute,
  moves: 1,
};

/** The first is the default. */
export const allMarketHours = [short, real] as const;

/** The trading days of one exchange. */
export class Calendar {
  readonly hours: MarketHours;
  readonly exchange: string;
  readonly #weekFrom: number;

  /** `number`: which of the exchanges, from 0. */
  constructor(hours: MarketHours, number: number) {
    this.hours = hours;
    this.exchange = hours.exchanges[number % hours.exchanges.length] as string;
    this.#weekFrom = hours.weekFrom + (number % hours.exchanges.length) * hours.shiftMs;
  }

  /** How much of all time is continuous trading. */
  get openPart(): number {
    const { weekMs, openAt, closingAt } = this.hours;
    return (tradingDays * (closingAt - openAt)) / weekMs;
  }

  /** The day whose auction was the last to begin by `time`. */
  dayAt(time: number): TradingDay {
    const { weekMs, dayMs, auctionAt } = this.hours;
    const since = time - this.#weekFrom - auctionAt;
    const week = Math.floor(since / weekMs);
    return this.#dayOf(week, Math.min(tradingDays - 1, Math.floor((since - week * weekMs) / dayMs)));
  }

  after({ closeAt }: TradingDay): TradingDay {
    const { weekMs, dayMs } = this.hours;
    const week = Math.floor((closeAt - this.#weekFrom) / weekMs);
    const inWeek = Math.floor((closeAt - this.#weekFrom - week * weekMs) / dayMs);
    return inWeek + 1 < tradingDays ? this.#dayOf(week, inWeek + 1) : this.#dayOf(week + 1, 0);
  }

  #dayOf(week: number, inWeek: number): TradingDay {
    const { weekMs, dayMs, auctionAt, openAt, closingAt, closeAt } = this.hours;
    const start = this.#weekFrom + week * weekMs + inWeek * dayMs;
    return {
      index: week * (tradingDays + 2) + inWeek,
      auctionAt: start + auctionAt,
      openAt: start + openAt,
      closingAt: start + closingAt,
      closeAt: start + closeAt,
    };
  }
}
