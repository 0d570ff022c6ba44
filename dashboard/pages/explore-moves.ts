import type { Steps } from "../data/address-steps.ts";
import type { ExploreFeed } from "../data/explore-feed.ts";
import { openingRange, type Range, type RangeKey, rangeKeys, type TimeSpan, type TimeWindow } from "../data/ranges.ts";
import { parseRoute, rangeOf } from "../data/route.ts";
import { isWithin, panned, zoomed } from "../data/window-moves.ts";
import type { ExploreMove } from "../elements/explore-bar.ts";

/** A window that a hand moved is a step of its own once the hand was still for so long, ms. */
const stillMs = 350;

/** Parts of the window by which a key or a button moves it. */
const panBy = 0.2;
const zoomBy = 0.5;

export interface MovesOptions {
  readonly feed: ExploreFeed;
  readonly steps: Steps;
  /** The hub's clock, ms. */
  nowMs(): number;
  /** The window follows a hand. */
  follow(): void;
  /** A step to this range. */
  show(range: Range): void;
}

/** Moves the one window of all charts: at once while a hand is at it, as a step in the browser's history when it is still. */
export class ExploreMoves {
  readonly #options: MovesOptions;
  #moving: TimeSpan | undefined;
  #still: ReturnType<typeof setTimeout> | undefined;
  /** The range that moved along with time before the window stood. */
  #liveRange: RangeKey | undefined;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** What is drawn: a range, or a stretch that stands. */
  get range(): Range {
    return this.#moving ?? this.#options.feed.range;
  }

  window(): TimeWindow {
    return this.#moving ? { ...this.#moving, live: false } : this.#options.feed.window();
  }

  /** No window ends later, ms. */
  latestMs(): number {
    return Math.max(this.#options.nowMs(), this.#options.feed.span().lastMs ?? 0);
  }

  /** Where "back to live" leads; `all` where all data is old. */
  get liveRange(): RangeKey {
    const { feed, nowMs } = this.#options;
    const opening = openingRange(feed.span(), nowMs());
    return opening === "all" ? opening : (this.#liveRange ?? opening);
  }

  /** The address told another range. What a hand moved is still to be told there, unless somebody went elsewhere meanwhile. */
  arrived(byThisPage: boolean): void {
    if (byThisPage && this.#isPending) return;
    this.stop();
    this.#moving = undefined;
    const { range } = this.#options.feed;
    if (typeof range === "string") this.#liveRange = range;
  }

  move(span: TimeSpan): void {
    this.#moving = span;
    clearTimeout(this.#still);
    this.#still = undefined;
    this.#options.follow();
  }

  settle(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      this.#still = undefined;
      if (this.#moving) this.#options.show(this.#moving);
    }, stillMs);
  }

  /** A hand moved the window a moment ago: that is no step yet. */
  get #isPending(): boolean {
    return this.#still !== undefined && this.#moving !== undefined;
  }

  /** A step at once. */
  show(range: Range): void {
    this.stop();
    this.#moving = typeof range === "object" ? range : undefined;
    this.#options.show(range);
  }

  stop(): void {
    clearTimeout(this.#still);
    this.#still = undefined;
  }

  do(move: ExploreMove): void {
    const { steps } = this.#options;
    if (move === "undo" && this.#isPending) this.#takeBack();
    else if (move === "undo" && steps.canUndo) history.back();
    else if (move === "redo" && steps.canRedo) history.forward();
    else if (move === "live" && typeof this.range === "object") this.show(this.liveRange);
    else if (move === "earlier") this.#pan(-1);
    else if (move === "later") this.#pan(1);
    else if (move === "zoom-in") this.#zoom(-1);
    else if (move === "zoom-out") this.#zoom(1);
  }

  #takeBack(): void {
    this.stop();
    this.#moving = undefined;
    this.#options.follow();
  }

  /** Out of what was zoomed into last: the step before where that showed more, else as far as the data goes along with time. */
  back(): void {
    if (this.#isPending) {
      this.#takeBack();
      return;
    }
    const { steps } = this.#options;
    const before = steps.before && rangeOf(parseRoute(steps.before).params);
    const { range } = this;
    if (steps.before !== undefined && typeof range === "object") {
      if (typeof before !== "object" || isWithin(range, before)) {
        this.do("undo");
        return;
      }
    }
    this.do("live");
  }

  /** What a key means; false where it means nothing here. */
  key({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey) {
      if (altKey || (key.toLowerCase() !== "z" && key.toLowerCase() !== "y")) return false;
      this.do(shiftKey || key.toLowerCase() === "y" ? "redo" : "undo");
      return true;
    }
    if (altKey) return false;
    if (key === "l" || key === "L") this.do("live");
    else if (key === "+" || key === "=") this.#zoom(-1);
    else if (key === "-" || key === "_") this.#zoom(1);
    else if (shiftKey) return false;
    else if (key === "ArrowLeft") this.#pan(-1);
    else if (key === "ArrowRight") this.#pan(1);
    else return false;
    return true;
  }

  #pan(direction: -1 | 1): void {
    const window = this.window();
    // Later than now there is nothing.
    if (direction > 0 && window.live) return;
    this.move(panned(window, direction * panBy * (window.toMs - window.fromMs), this.latestMs()));
    this.settle();
  }

  /** A range that moves along stays one: the next longer or shorter. */
  #zoom(direction: -1 | 1): void {
    const { range } = this;
    if (typeof range === "string" && range !== "all") {
      const next = rangeKeys[rangeKeys.indexOf(range) + direction];
      if (next) this.show(next);
      return;
    }
    const window = this.window();
    const factor = direction < 0 ? zoomBy : 1 / zoomBy;
    this.move(zoomed(window, factor, (window.fromMs + window.toMs) / 2, this.latestMs()));
    this.settle();
  }
}
