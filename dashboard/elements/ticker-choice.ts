/** What a person chose on the page of prices, as the address holds it. */
import { type CandleInterval, candleIntervals, isCandleInterval, spanOfCandles } from "../data/candle-window.ts";
import { rangeOf } from "../data/route.ts";
import { type CandleChoice, fewestCandles, mostCandles } from "./candle-choice.ts";
import { type TickerChoice, type TickerSort, tickerSorts, wholeMarket } from "./ticker-order.ts";

export interface MarketChoice extends TickerChoice {
  /** `device/metric`; undefined where the address names none. */
  readonly series: string | undefined;
  /** Undefined where the address names none: the series decides. */
  readonly interval: CandleInterval | undefined;
  /** Candles; undefined where the address names none: the screen decides. */
  readonly count: number | undefined;
  readonly span: CandleChoice["span"];
}

export function marketChoiceOf(params: URLSearchParams): MarketChoice {
  const every = params.get("every");
  const interval = isCandleInterval(every) ? every : undefined;
  const sort = params.get("sort") ?? "";
  const range = rangeOf(params);
  const count = Number(params.get("candles"));
  return {
    query: params.get("q") ?? "",
    sort: isSort(sort) ? sort : wholeMarket.sort,
    down: params.get("down") === "1",
    series: params.get("series") ?? undefined,
    interval,
    count: Number.isInteger(count) && count >= fewestCandles && count <= mostCandles ? count : undefined,
    // Of a stretch without a width it is not known how many candles it would be.
    span: interval && typeof range === "object" ? spanOfCandles(range, candleIntervals[interval]) : undefined,
  };
}

/** What `marketChoiceOf` reads. */
export function marketParams(choice: MarketChoice): Record<string, string | undefined> {
  const { query, sort, down, series, interval, count, span } = choice;
  return {
    series,
    every: interval,
    candles: count === undefined ? undefined : String(count),
    from: span && String(span.fromMs),
    to: span && String(span.toMs),
    q: query === "" ? undefined : query,
    sort: sort === wholeMarket.sort ? undefined : sort,
    down: down ? "1" : undefined,
  };
}

function isSort(text: string): text is TickerSort {
  return tickerSorts.some((sort) => sort === text);
}
