/** What a person chose on the page of prices: it stands in the address, and steps in it are taken back and again. */
import type { SeriesView } from "../client/hub-view.ts";
import { Steps } from "../data/address-steps.ts";
import { seriesAddress } from "../data/candle-window.ts";
import { go, goInPlace, pageHref, parseRoute, type Route } from "../data/route.ts";
import { isWithin } from "../data/window-moves.ts";
import type { CandleChoice } from "../elements/candle-choice.ts";
import { type MarketChoice, marketChoiceOf, marketParams } from "../elements/ticker-choice.ts";

/** What a person types is in the address so much later, ms: browsers refuse addresses that change with every key. */
const typingMs = 300;

export class MarketAddress {
  readonly #changed: () => void;
  readonly #steps = new Steps();
  #choice = marketChoiceOf(new URLSearchParams());
  /** The address as this page wrote it last. */
  #written: string | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  /** `changed`: the page itself chose something. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get choice(): MarketChoice {
    return this.#choice;
  }

  /** The page is at `route` now. */
  arrive({ params }: Route): void {
    const given = pageHref("market", Object.fromEntries(params));
    this.#steps.arrive(given);
    // While a person types, what was written before comes back.
    if (given === this.#written) return;
    this.#written = undefined;
    clearTimeout(this.#typing);
    this.#choice = marketChoiceOf(params);
  }

  close(): void {
    clearTimeout(this.#typing);
  }

  /** Of the table; no step of its own. */
  choose(part: Partial<MarketChoice>): void {
    this.#choice = { ...this.#choice, ...part };
    this.#changed();
    clearTimeout(this.#typing);
    if (part.query === undefined) this.#write();
    else this.#typing = setTimeout(() => this.#write(), typingMs);
  }

  /** Of the candles of a series. Where they stand is a step of its own, so that Back shows what was seen before. */
  chooseCandles({ entry }: SeriesView, present: CandleChoice, part: Partial<CandleChoice>): void {
    const series = seriesAddress(entry.device, entry.metric);
    const href = this.#hrefOf({ series, interval: present.interval, ...part });
    if (href === location.hash) return;
    const moves = part.span !== undefined || ("span" in part && present.span !== undefined);
    this.#steps.expect(moves ? "step" : "in place");
    if (moves) go(href);
    else goInPlace(href);
  }

  /** Out of what was zoomed into last: the step before where that showed more of the same, else live. */
  back(series: SeriesView, present: CandleChoice): void {
    const { span } = present;
    if (!span) return;
    const before = this.#steps.before && marketChoiceOf(parseRoute(this.#steps.before).params);
    const here = seriesAddress(series.entry.device, series.entry.metric);
    // What the address does not name is what was shown.
    const { series: its = here, interval = present.interval } = before || {};
    const showedMore = before && (!before.span || isWithin(span, before.span));
    if (showedMore && its === here && interval === present.interval) this.undo();
    else this.live();
  }

  /** The newest candles, of the width that is shown. */
  live(): void {
    if (!this.#choice.span) return;
    this.#steps.expect("step");
    go(this.#hrefOf({ span: undefined }));
  }

  undo(): void {
    if (this.#steps.canUndo) history.back();
  }

  redo(): void {
    if (this.#steps.canRedo) history.forward();
  }

  /** Of a series as it is chosen, with the same width of candles; undefined: of none. */
  hrefOf(series: SeriesView | undefined): string {
    const { entry } = series ?? {};
    return this.#hrefOf({ series: entry && seriesAddress(entry.device, entry.metric), span: undefined });
  }

  /** Another sensor has a pace of its own: its candles open with the width that suits it. */
  readonly pickedHref = ({ entry }: SeriesView): string =>
    this.#hrefOf({ series: seriesAddress(entry.device, entry.metric), interval: undefined, span: undefined });

  #hrefOf(part: Partial<MarketChoice>): string {
    return pageHref("market", marketParams({ ...this.#choice, ...part }));
  }

  #write(): void {
    this.#written = this.#hrefOf({});
    if (this.#written === location.hash) return;
    this.#steps.expect("in place");
    goInPlace(this.#written);
  }
}
