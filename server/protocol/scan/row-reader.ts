/** Reads the rows of a `readings` frame: by the template of the row that is expected, or byte by byte. */
import {
  ByteReader,
  begins,
  behindSpace,
  bytesOf,
  comma,
  deviceNames,
  ends,
  letters,
  listBegins,
  listEnds,
  metricNames,
  quote,
} from "./byte-reader.ts";
import { type RowPlaces, type RowTemplate, RowTemplates } from "./row-templates.ts";
import { ScannedRows } from "./scanned-rows.ts";

/** The fields of a row, a bit each. One that stands twice is left to JSON, where the last one stands. */
const fields = { metric: 1, value: 2, time: 4, device: 8 } as const;
const needed = fields.metric | fields.value;

const keys = {
  metric: bytesOf('"metric"'),
  value: bytesOf('"value"'),
  time: bytesOf('"time"'),
  device: bytesOf('"device"'),
} as const;

export class RowReader extends ByteReader {
  protected readonly rows = new ScannedRows();
  readonly #templates = new RowTemplates();
  /** Of the first row of the last frame. */
  #first: RowTemplate | undefined;
  /** Where the numbers of the last row stood that was read byte by byte. */
  readonly #places: { -readonly [Name in keyof RowPlaces]: number } = {
    begin: 0,
    end: 0,
    valueBegin: 0,
    valueEnd: 0,
    timeBegin: 0,
    timeEnd: 0,
  };

  /** A list of at most `most` rows. */
  protected list(from: number, most: number): number {
    const { bytes, rows } = this;
    if (from < 0 || bytes[from] !== listBegins) return -1;
    rows.length = 0;
    let at = behindSpace(bytes, from + 1);
    if (bytes[at] === listEnds) return at + 1;
    let before: RowTemplate | undefined;
    for (let count = 0; count < most; ) {
      if (count === rows.times.length) rows.grow();
      const expected: RowTemplate | undefined = count === 0 ? this.#first : before?.next;
      let like = expected;
      let end = like === undefined ? -1 : this.#expected(like, at, count);
      if (end < 0 && expected?.other !== undefined) {
        like = expected.other;
        end = this.#expected(like, at, count);
      }
      if (end < 0) {
        end = this.#row(at, count);
        if (end < 0) return -1;
        like = this.#learn(at, end, count, before, expected);
      }
      before = like;
      rows.length = ++count;
      at = behindSpace(bytes, end);
      if (bytes[at] === listEnds) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = behindSpace(bytes, at + 1);
    }
    return -1;
  }

  /** A row that is like `template` but for its numbers. */
  #expected(template: RowTemplate, from: number, index: number): number {
    const { rows } = this;
    const { hasTime, isTimeFirst } = template;
    let at = this.behindLiteral(from, template.head);
    if (at < 0) return -1;
    if (isTimeFirst) {
      at = this.whole(at);
      rows.times[index] = this.number;
      at = this.behindLiteral(at, template.middle);
      if (at < 0) return -1;
    }
    at = this.value(at);
    rows.numbers[index] = this.number;
    rows.areBooleans[index] = this.isBoolean ? 1 : 0;
    if (!isTimeFirst && hasTime) {
      at = this.behindLiteral(at, template.middle);
      if (at < 0) return -1;
      at = this.whole(at);
      rows.times[index] = this.number;
    }
    at = this.behindLiteral(at, template.tail);
    if (!hasTime) rows.times[index] = Number.NaN;
    rows.metrics[index] = template.metric;
    rows.devices[index] = template.device;
    return at;
  }

  /** Expects such a row behind the one before from now on. */
  #learn(
    begin: number,
    end: number,
    index: number,
    before: RowTemplate | undefined,
    tried: RowTemplate | undefined,
  ): RowTemplate | undefined {
    this.#places.begin = begin;
    this.#places.end = end;
    const { metrics, devices } = this.rows;
    const template = this.#templates.of(this.bytes, this.#places, metrics[index] as string, devices[index], tried);
    if (index === 0) this.#first = template;
    else if (before !== undefined) before.next = template;
    return template;
  }

  #row(from: number, index: number): number {
    const { bytes, rows } = this;
    const places = this.#places;
    let at = from;
    if (bytes[at] !== begins) return -1;
    rows.times[index] = Number.NaN;
    rows.devices[index] = undefined;
    places.timeEnd = 0;
    let seen = 0;
    do {
      at = behindSpace(bytes, at + 1);
      if (bytes[at] !== quote) return -1;
      let field: number;
      switch (bytes[at + 1]) {
        case letters.m:
          field = fields.metric;
          at = this.text(this.behindKey(at, keys.metric), metricNames);
          rows.metrics[index] = this.name;
          break;
        case letters.v:
          field = fields.value;
          places.valueBegin = this.behindKey(at, keys.value);
          at = this.value(places.valueBegin);
          places.valueEnd = at;
          rows.numbers[index] = this.number;
          rows.areBooleans[index] = this.isBoolean ? 1 : 0;
          break;
        case letters.t:
          field = fields.time;
          places.timeBegin = this.behindKey(at, keys.time);
          at = this.whole(places.timeBegin);
          places.timeEnd = at;
          rows.times[index] = this.number;
          break;
        case letters.d:
          field = fields.device;
          at = this.text(this.behindKey(at, keys.device), deviceNames);
          rows.devices[index] = this.name;
          break;
        default:
          return -1;
      }
      if (at < 0 || (seen & field) !== 0) return -1;
      seen |= field;
      at = behindSpace(bytes, at);
    } while (bytes[at] === comma);
    return bytes[at] === ends && (seen & needed) === needed ? at + 1 : -1;
  }
}
