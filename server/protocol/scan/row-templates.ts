/**
 * Rows as senders repeat them: all bytes of a row but those of its numbers. A sender writes the same names in the same order and
 * the same layout again and again, so that most rows are compared, four bytes at once, and not read.
 */

import { Literal } from "./literal.ts";

/** Pairs of device and metric that are remembered: who makes up names must not fill the memory. */
export const mostTemplates = 8192;
/** Rows that get none because of that; then all are forgotten, since those that are remembered may be of nobody any more. */
const turnedAwayAtMost = 2 ** 18;
/** Longer rows have no template, bytes. */
const longestRow = 256;

/** Where the numbers of a row stand in its frame, byte by byte; each ends before the `…End`. */
export interface RowPlaces {
  readonly begin: number;
  readonly end: number;
  readonly valueBegin: number;
  readonly valueEnd: number;
  /** `timeEnd` is 0 where it has no time. */
  readonly timeBegin: number;
  readonly timeEnd: number;
}

export class RowTemplate {
  readonly metric: string;
  /** The device that the row names. */
  readonly device: string | undefined;
  readonly hasTime: boolean;
  readonly isTimeFirst: boolean;
  /** Up to the first number. */
  readonly head: Literal;
  /** Between the numbers; empty where there is one alone. */
  readonly middle: Literal;
  /** Behind the last number. */
  readonly tail: Literal;
  /** That of the row which stood behind such a one last. */
  next: RowTemplate | undefined;
  /** Of the same metric in another layout: of senders that write it differently most write it in one of two ways. */
  other: RowTemplate | undefined;

  constructor(bytes: Uint8Array, places: RowPlaces, metric: string, device: string | undefined) {
    const { begin, end, valueBegin, valueEnd, timeBegin, timeEnd } = places;
    this.metric = metric;
    this.device = device;
    this.hasTime = timeEnd > 0;
    this.isTimeFirst = this.hasTime && timeBegin < valueBegin;
    const [firstBegin, firstEnd] = this.isTimeFirst ? [timeBegin, timeEnd] : [valueBegin, valueEnd];
    const [lastBegin, lastEnd] = this.isTimeFirst || !this.hasTime ? [valueBegin, valueEnd] : [timeBegin, timeEnd];
    this.head = new Literal(bytes, begin, firstBegin);
    this.middle = new Literal(bytes, firstEnd, this.hasTime ? lastBegin : firstEnd);
    this.tail = new Literal(bytes, lastEnd, end);
  }
}

/** Templates of each metric of each device that rows name: of the two layouts that came last. */
export class RowTemplates {
  readonly #byDevice = new Map<string | undefined, Map<string, RowTemplate>>();
  #count = 0;
  #turnedAway = 0;

  /**
   * The template of a row that was read at `places`; undefined where it gets none. It was neither like `tried` nor like the other
   * one of that: where they are those of this metric, this is a new layout.
   */
  of(
    bytes: Uint8Array,
    places: RowPlaces,
    metric: string,
    device: string | undefined,
    tried: RowTemplate | undefined,
  ): RowTemplate | undefined {
    let ofDevice = this.#byDevice.get(device);
    const known = ofDevice?.get(metric);
    if (known !== undefined && known !== tried && known !== tried?.other) return known;
    if (places.end - places.begin > longestRow) return undefined;
    if (known === undefined && this.#count === mostTemplates) {
      if (++this.#turnedAway < turnedAwayAtMost) return undefined;
      this.#byDevice.clear();
      this.#count = 0;
      this.#turnedAway = 0;
      ofDevice = undefined;
    }
    if (ofDevice === undefined) {
      ofDevice = new Map();
      this.#byDevice.set(device, ofDevice);
    }
    if (known === undefined) this.#count += 1;
    const template = new RowTemplate(bytes, places, metric, device);
    template.other = known;
    if (known !== undefined) known.other = template;
    ofDevice.set(metric, template);
    return template;
  }
}
