/** Shades what is missing in one of the linked charts: pale where a line has a silence, darker where no line has a value. */
import type { GapCause } from "../../server/protocol/index.ts";
import { eachWithin, SharedSilences } from "../data/explore-gaps.ts";
import type { Gap } from "../data/missing.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { chartColours } from "./colours.ts";
import type { Pen } from "./plot-options.ts";

/** Fills a stretch of a chart with the hatching of a cause. */
export type Hatch = (pen: Pen, cause: GapCause, fromMs: number, toMs: number) => void;

/** Why readings are missing, and how it is drawn: comes once something is missing and the hub told why. */
export interface ShadeCauses {
  readonly gaps: readonly Gap[];
  readonly hatch: Hatch;
}

export class ExploreShade {
  readonly silences = new SharedSilences();
  causes: ShadeCauses | undefined;
  /** What is drawn. */
  window: TimeSpan = { fromMs: 0, toMs: 0 };
  /** What is known of it: what the hub was asked for, up to now; undefined while it has not told all. */
  known: TimeSpan | undefined;
  /** Tells the silences of each line, before each time that they are painted. */
  fill: (silences: SharedSilences) => void = () => {};
  #pen: Pen | undefined;

  /** Within the plotting area, which it is cut to. */
  paint(pen: Pen): void {
    const { silences, causes } = this;
    silences.begin();
    this.fill(silences);
    silences.end(this.window);
    const { shared } = silences;
    const { context } = pen;
    this.#pen = pen;
    context.fillStyle = chartColours().gap;
    // Where silences of several lines overlap they are shaded once.
    context.beginPath();
    silences.each(this.#outline);
    context.fill();
    context.beginPath();
    for (let end = 1; end < shared.length; end += 2) this.#outline(shared[end - 1] as number, shared[end] as number);
    context.fill();
    if (causes) eachWithin(causes.gaps, shared, this.#hatch);
    this.#pen = undefined;
  }

  readonly #hatch = ({ cause }: Gap, fromMs: number, toMs: number): void => {
    this.causes?.hatch(this.#pen as Pen, cause, fromMs, toMs);
  };

  readonly #outline = (fromMs: number, toMs: number): void => {
    const { context, x, left, width, top, height, ratio } = this.#pen as Pen;
    const from = Math.max(left, x(fromMs));
    const to = Math.min(left + width, x(toMs));
    // The shortest one is still seen.
    if (to > left && from < left + width) context.rect(from, top, Math.max(ratio, to - from), height);
  };
}
