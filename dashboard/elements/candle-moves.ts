/** Which candles are seen, by hand: the window follows at once, and is whole candles, and a choice, when the hand is still. */
import { bucketStart } from "../../server/protocol/index.ts";
import { candleCounts, mostInWindow } from "../data/candle-window.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import { type CandleChoice, fewestCandles, isOtherChoice, mostCandles } from "./candle-choice.ts";

/** A window that a hand moved is chosen once the hand was still for so long, ms. */
const stillMs = 350;

export interface CandleMovesOptions {
  choice(): CandleChoice;
  /** Of a candle, ms. */
  everyMs(): number;
  /** The window that the choice tells of, and the one that ends now. */
  chosen(): TimeWindow;
  live(): TimeWindow;
  /** The window follows a hand. */
  follow(): void;
  choose(part: Partial<CandleChoice>): void;
}

export class CandleMoves {
  readonly #options: CandleMovesOptions;
  #moving: TimeSpan | undefined;
  #still: ReturnType<typeof setTimeout> | undefined;
  /** What was told last, or is about to be since a hand chose it. */
  #expected: CandleChoice | undefined;

  constructor(options: CandleMovesOptions) {
    this.#options = options;
  }

  /** The stretch that stands; undefined where the window ends with the newest candle. */
  get span(): TimeSpan | undefined {
    return this.#moving ?? this.#options.choice().span;
  }

  /** What is drawn. */
  window(): TimeWindow {
    return this.#moving ? { ...this.#moving, live: false } : this.#options.chosen();
  }

  /** No window ends later, ms. */
  latestMs(): number {
    return this.#options.live().toMs;
  }

  moved(span: TimeSpan): void {
    this.#moving = span;
    clearTimeout(this.#still);
    this.#still = undefined;
    this.#options.follow();
  }

  settled(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      this.#still = undefined;
      if (this.#moving) this.#show(this.#moving);
    }, stillMs);
  }

  /** The choice is told. A hand that goes on after what it chose goes before that, but not before what is chosen elsewhere. */
  arrived(): void {
    const choice = this.#options.choice();
    if (this.#still === undefined || isOtherChoice(choice, this.#expected)) this.stop();
    this.#expected = choice;
  }

  /** Takes a move back that is no step yet. False where there is none. */
  takeBack(): boolean {
    if (!this.#still) return false;
    this.stop();
    this.#options.follow();
    return true;
  }

  /** What a hand did counts no more. */
  stop(): void {
    clearTimeout(this.#still);
    this.#still = undefined;
    this.#moving = undefined;
  }

  /** Earlier or later by a part of what is seen. */
  pan(part: number): void {
    const { fromMs, toMs } = this.window();
    const byMs = (toMs - fromMs) * part;
    this.stop();
    this.#show({ fromMs: fromMs + byMs, toMs: toMs + byMs });
  }

  /** To more (1) or fewer (-1) candles; live ones stay live. */
  zoom(steps: number): void {
    const { count } = this.#options.choice();
    const stands = this.span;
    this.stop();
    if (!stands) {
      const next =
        steps > 0 ? candleCounts.find((each) => each > count) : candleCounts.findLast((each) => each < count);
      this.#options.choose({ count: next ?? count });
      return;
    }
    const { fromMs, toMs } = stands;
    const middle = (fromMs + toMs) / 2;
    const half = ((toMs - fromMs) / 2) * (steps > 0 ? 2 : 0.5);
    this.#show({ fromMs: middle - half, toMs: middle + half });
  }

  /** A stretch as whole candles; one that reaches the newest candle is live. */
  #show(stretch: TimeSpan): void {
    const { live, everyMs, choice, choose } = this.#options;
    const span = wholeCandles(stretch, everyMs());
    const isLive = span.toMs >= live().toMs;
    const count = Math.min((span.toMs - span.fromMs) / everyMs(), mostCandles);
    this.#moving = isLive ? undefined : span;
    const before = choice();
    const part = isLive ? { span: undefined, count } : { span };
    this.#expected = { ...before, ...part };
    if (isOtherChoice(this.#expected, before)) choose(part);
    this.#options.follow();
  }
}

/** As many candles as lie in a stretch, beginning with the nearest: what is moved keeps its length. */
export function wholeCandles({ fromMs, toMs }: TimeSpan, everyMs: number): TimeSpan {
  const candles = Math.max(fewestCandles, Math.min(mostInWindow, Math.round((toMs - fromMs) / everyMs)));
  const from = bucketStart(fromMs + everyMs / 2, everyMs);
  return { fromMs: from, toMs: from + candles * everyMs };
}
