/**
 * Trades in an invented share: a slow trend with a random walk on it, calm and lively spells, jumps, a spread that widens
 * when it is lively; trading days with auctions, most trades at their begin and end, gaps between them, a halt after large
 * news. Ticks come at irregular times, each ms at most one.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Model, ModelOptions, Report } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { allMarketHours, Calendar, type TradingDay } from "./calendar.ts";
import { type Piece, PieceReports } from "./piece.ts";
import { changesOf, type Share } from "./session.ts";

/** Average number of ticks in a piece of a day. */
const pieceTicks = 3_600;

/** Invented; any that is traded somewhere is so by accident. */
export const symbols = [
  ...["ACME", "BORU", "CYLN", "DUNO", "EVRA", "FJLD", "GRUN", "HALO", "IXIA", "JUNI"],
  ...["KVAR", "LUMO", "MIRA", "NOVU", "ORBO", "PYRE", "QUAD", "RUNE", "SOLV", "TERN"],
] as const;

export class Ticker implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  /** Over nights and weekends too. */
  readonly intervalMs: number;
  readonly #share: Share;
  readonly #calendar: Calendar;
  /** The change of state that holds where it was begun: told first. */
  #holding: Report | undefined;
  #piece: Piece;
  #reports: PieceReports;
  #next = 0;

  constructor({ device, seed, from, rate = 1, marketHours: hours = allMarketHours[0] }: ModelOptions) {
    const random = new Random(seed).derive(device);
    const symbol = device.slice(device.lastIndexOf("/") + 1);
    const tickMs = random.choice([300, 500, 900, 1_500]) / rate;
    this.#share = {
      random,
      tickMs,
      opening: Math.exp(random.between(Math.log(8), Math.log(400))),
      volatility: random.between(0.6e-4, 2e-4) * Math.sqrt(tickMs / 500),
      trend: new Noise(`${random.seed}/trend`),
      haltMs: hours.haltMs,
      weekMs: hours.weekMs,
      moves: hours.moves,
    };
    this.device = device;
    // Symbols stand in alphabetical order: every second one is traded elsewhere.
    this.#calendar = new Calendar(hours, symbol.charCodeAt(0) || 0);
    this.intervalMs = tickMs / this.#calendar.openPart;
    this.meta = tickerMeta(symbol, this.#calendar.exchange);
    const day = this.#calendar.dayAt(from);
    const changes = changesOf(this.#share, day);
    const { time: held, state } = changes.findLast(({ time }) => time <= from) ?? (changes[0] as (typeof changes)[0]);
    // Where trading goes on, its own trade is left out: a chart would join it to the next one told, over all those between.
    this.#holding = state === "open" ? { time: held, readings: [["state", state]] } : this.#reportAt(day, held);
    this.#piece = this.#pieceAt(day, from);
    this.#reports = this.#make();
    while ((this.#reports.timeOf(this.#next) ?? Number.POSITIVE_INFINITY) <= Math.max(held, from - 1)) this.#next++;
    this.#skipEnd();
  }

  get nextTime(): number {
    return this.#holding?.time ?? (this.#reports.timeOf(this.#next) as number);
  }

  /** A change of state ends what is passed over. */
  report(stride = 1): Report {
    const holding = this.#holding;
    this.#holding = undefined;
    if (holding) return holding;
    const report = this.#reports.report(this.#next);
    for (let passed = 0; passed < stride; passed++) {
      this.#next++;
      // A piece that is passed over whole is not made, but taken for an average one.
      while (this.#next >= this.#reports.length && stride - passed > pieceTicks && this.#isPlain(this.#following)) {
        this.#piece = this.#following;
        passed += pieceTicks;
      }
      this.#skipEnd();
      if (this.#reports.changesState(this.#next)) break;
    }
    return report;
  }

  get #following(): Piece {
    const { day, to } = this.#piece;
    return to < day.closingAt
      ? this.#pieceOf(day, this.#piece.number + 1)
      : this.#pieceOf(this.#calendar.after(day), 0);
  }

  #skipEnd(): void {
    while (this.#next >= this.#reports.length) {
      this.#piece = this.#following;
      this.#next = 0;
      this.#reports = this.#make();
    }
  }

  #make(): PieceReports {
    return new PieceReports(this.#share, this.#piece);
  }

  /** The one that is due at `time`. */
  #reportAt(day: TradingDay, time: number): Report {
    const reports = new PieceReports(this.#share, this.#pieceAt(day, time));
    let index = 0;
    while (index < reports.length - 1 && reports.timeOf(index) !== time) index++;
    return reports.report(index);
  }

  /** Nothing but ticks happens in it. */
  #isPlain({ day, from, to }: Piece): boolean {
    if (from <= day.openAt || to >= day.closingAt) return false;
    return changesOf(this.#share, day).every(({ time }) => time < from || time >= to);
  }

  /** The one in which `time` lies; before the opening the first, after the close the last. */
  #pieceAt(day: TradingDay, time: number): Piece {
    const part = (time - day.openAt) / (day.closingAt - day.openAt);
    const count = this.#piecesOf(day);
    return this.#pieceOf(day, Math.max(0, Math.min(count - 1, Math.floor(part * count))));
  }

  #pieceOf(day: TradingDay, number: number): Piece {
    const count = this.#piecesOf(day);
    const edge = (index: number) => day.openAt + ((day.closingAt - day.openAt) * index) / count;
    return { day, number, from: edge(number), to: edge(number + 1) };
  }

  #piecesOf({ openAt, closingAt }: TradingDay): number {
    return Math.ceil((closingAt - openAt) / (this.#share.tickMs * pieceTicks));
  }
}

function tickerMeta(symbol: string, market: string): DeviceMeta {
  return {
    name: symbol,
    kind: "ticker",
    // On event: a share that nobody trades for a while, or at night, is not silent.
    reportInterval: 0,
    labels: { market },
    metrics: {
      price: { label: "Last trade", unit: "USD", decimals: 2, role: "price" },
      size: { label: "Size of the last trade", unit: "shares", decimals: 0, role: "volume" },
      bid: { label: "Bid", unit: "USD", decimals: 2, role: "bid" },
      ask: { label: "Ask", unit: "USD", decimals: 2, role: "ask" },
      state: { label: "Trading", kind: "state", reportInterval: 0 },
    },
  };
}
