/**
 * Reads `readings` and `samples` frames from their bytes, without an object for each row or cell: the form that nearly every sender
 * uses, nearly always. Whatever is not quite that, and whatever would be refused, is left to `JSON.parse` and the schemas
 * (`decode.ts`): those say what is right, and a frame that is taken here says the same there (test/protocol/scan/).
 */
import {
  begins,
  behindSpace,
  bytesOf,
  comma,
  deviceNames,
  ends,
  isDigit,
  letters,
  listBegins,
  listEnds,
  metricNames,
  quote,
} from "./byte-reader.ts";
import { type ColumnHead, ColumnHeads } from "./column-heads.ts";
import { RowReader } from "./row-reader.ts";
import type { ScannedRows } from "./scanned-rows.ts";
import { ScannedSamples } from "./scanned-samples.ts";

export type ScannedFrame = ScannedRows | ScannedSamples;

/** The fields of a frame, a bit each. One that stands twice is left to JSON, where the last one stands. */
const ofFrame = { type: 1, seq: 2, id: 4, device: 8, readings: 16, times: 32, values: 64 } as const;
const rowsNeed = ofFrame.type | ofFrame.readings;
const samplesNeed = ofFrame.type | ofFrame.times | ofFrame.values;
const needed = rowsNeed | samplesNeed;

const keys = {
  type: bytesOf('"type"'),
  seq: bytesOf('"seq"'),
  id: bytesOf('"id"'),
  device: bytesOf('"device"'),
  readings: bytesOf('"readings"'),
  values: bytesOf('"values"'),
  times: bytesOf('"times"'),
} as const;
const words = {
  readings: bytesOf('"readings"'),
  samples: bytesOf('"samples"'),
  null: bytesOf("null"),
} as const;

export class FrameScanner extends RowReader {
  readonly #samples = new ScannedSamples();
  readonly #heads = new ColumnHeads();
  /** Of the first column of the last frame. */
  #firstHead: ColumnHead | undefined;
  #frames = 0;
  #isSamples = false;
  #seq: number | undefined;
  #id: number | undefined;
  #device: string | undefined;

  /** The readings of a frame of at most `most`; undefined where `decode.ts` has to read it. */
  scan(frame: Uint8Array, most: number): ScannedFrame | undefined {
    this.load(frame);
    this.rows.length = 0;
    this.#seq = undefined;
    this.#id = undefined;
    this.#device = undefined;
    const end = this.#frame(most);
    if (end < 0 || behindSpace(this.bytes, end) !== frame.length) return undefined;
    const scanned = this.#isSamples ? this.#samples : this.rows;
    scanned.seq = this.#seq;
    scanned.id = this.#id;
    scanned.device = this.#device;
    if (!this.#isSamples) this.rows.bytes = frame;
    return scanned;
  }

  #frame(most: number): number {
    const { bytes } = this;
    let at = behindSpace(bytes, 0);
    if (bytes[at] !== begins) return -1;
    let seen = 0;
    do {
      at = behindSpace(bytes, at + 1);
      if (bytes[at] !== quote) return -1;
      let field: number;
      switch (bytes[at + 1]) {
        case letters.t:
          if (bytes[at + 2] === letters.y) {
            field = ofFrame.type;
            at = this.#type(this.behindKey(at, keys.type));
          } else {
            field = ofFrame.times;
            at = this.#times(this.behindKey(at, keys.times), most);
          }
          break;
        case letters.s:
          field = ofFrame.seq;
          at = this.positive(this.behindKey(at, keys.seq));
          this.#seq = this.number;
          break;
        case letters.i:
          field = ofFrame.id;
          at = this.positive(this.behindKey(at, keys.id));
          this.#id = this.number;
          break;
        case letters.d:
          field = ofFrame.device;
          at = this.text(this.behindKey(at, keys.device), deviceNames);
          this.#device = this.name;
          break;
        case letters.r:
          field = ofFrame.readings;
          at = this.list(this.behindKey(at, keys.readings), most);
          break;
        case letters.v:
          field = ofFrame.values;
          at = this.#columns(this.behindKey(at, keys.values), most);
          break;
        default:
          return -1;
      }
      if (at < 0 || (seen & field) !== 0) return -1;
      seen |= field;
      at = behindSpace(bytes, at);
    } while (bytes[at] === comma);
    if (bytes[at] !== ends) return -1;
    if (!this.#isSamples) return (seen & needed) === rowsNeed ? at + 1 : -1;
    return (seen & needed) === samplesNeed && this.#samples.isEven ? at + 1 : -1;
  }

  #type(from: number): number {
    this.#isSamples = this.bytes[from + 1] === letters.s;
    return this.behindWord(from, this.#isSamples ? words.samples : words.readings);
  }

  #times(from: number, most: number): number {
    const { bytes } = this;
    if (from < 0 || bytes[from] !== listBegins) return -1;
    const samples = this.#samples;
    samples.beginTimes();
    let at = behindSpace(bytes, from + 1);
    if (bytes[at] === listEnds) return at + 1;
    for (let count = 0; count < most; count++) {
      at = this.whole(at);
      if (at < 0) return -1;
      samples.addTime(this.number);
      at = behindSpace(bytes, at);
      if (bytes[at] === listEnds) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = behindSpace(bytes, at + 1);
    }
    return -1;
  }

  #columns(from: number, most: number): number {
    const { bytes } = this;
    if (from < 0 || bytes[from] !== begins) return -1;
    const samples = this.#samples;
    samples.beginColumns();
    if (this.#heads.beginFrame()) this.#firstHead = undefined;
    const frame = ++this.#frames;
    let at = behindSpace(bytes, from + 1);
    if (bytes[at] === ends) return at + 1;
    let before: ColumnHead | undefined;
    for (let count = 0; ; count++) {
      const expected: ColumnHead | undefined = before === undefined ? this.#firstHead : before.next;
      let end = expected?.literal === undefined ? -1 : this.behindLiteral(at, expected.literal);
      let head = expected;
      if (end >= 0) end = behindSpace(bytes, end);
      else {
        end = this.#columnHead(at);
        if (end < 0) return -1;
        head = this.#heads.of(bytes, at, end, this.name, expected);
        if (before === undefined) this.#firstHead = head;
        else before.next = head;
      }
      // Of two columns of one name the last one stands: elsewhere. So are more columns than there may be readings, however short.
      if (head === undefined || head.frame === frame || count === most) return -1;
      head.frame = frame;
      before = head;
      samples.beginColumn(head.name);
      at = this.#column(end, most);
      if (at < 0) return -1;
      at = behindSpace(bytes, at);
      if (bytes[at] === ends) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = behindSpace(bytes, at + 1);
    }
  }

  /** The name of a column; answers where its first cell, or its end, stands. */
  #columnHead(from: number): number {
    const { bytes } = this;
    // JSON has fields with the name of an index first.
    if (isDigit(bytes[from + 1])) return -1;
    const at = this.behindColon(this.text(from, metricNames));
    return bytes[at] === listBegins ? behindSpace(bytes, at + 1) : -1;
  }

  /** The cells of a column, of which the first one stands at `from`. */
  #column(from: number, most: number): number {
    const { bytes } = this;
    const samples = this.#samples;
    let at = from;
    if (bytes[at] === listEnds) return at + 1;
    while (samples.cells < most) {
      if (bytes[at] === letters.n) {
        at = this.behindWord(at, words.null);
        if (at < 0) return -1;
        samples.addNull();
      } else {
        at = this.value(at);
        if (at < 0) return -1;
        samples.add(this.number, this.isBoolean);
      }
      at = behindSpace(bytes, at);
      if (bytes[at] === listEnds) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = behindSpace(bytes, at + 1);
    }
    return -1;
  }
}
