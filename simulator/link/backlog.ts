/**
 * What a link has taken and the hub has not decided yet: numbered frames first, then readings that wait for a number.
 * Pure bookkeeping without clock or socket; `link.ts` knows *when*, this file *what*.
 */

/** Readings under one sequence number. A frame keeps its number across reconnects, so that the hub stores it once. */
export interface Frame {
  readonly seq: number;
  /** Ordinal of the first reading, counted over the life of the link. */
  readonly first: number;
  /** Each reading as JSON text; emptied where the whole frame was refused. */
  rows: readonly string[];
  /** Given to the present connection. */
  sent: boolean;
  refused: boolean;
}

/** Most a frame may hold. */
export interface FrameLimits {
  readonly readings: number;
  readonly bytes: number;
}

/** Room for `{"type":"readings","seq":9007199254740991,"readings":[]}`. */
const envelopeBytes = 64;

/** UTF-8 bytes of a text, or somewhat more where it is not plain ASCII: never fewer. */
export function bytesAtMost(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}

/** How many of `rows` from `start` fit into one frame: at least one, as a reading cannot be divided. */
function fitting(rows: readonly string[], start: number, limits: FrameLimits): number {
  let bytes = envelopeBytes;
  let count = 0;
  while (start + count < rows.length && count < limits.readings) {
    bytes += bytesAtMost(rows[start + count] as string) + 1;
    if (bytes > limits.bytes && count > 0) break;
    count++;
  }
  return count;
}

export class Backlog {
  #frames: Frame[] = [];
  #waiting: string[] = [];
  /** Index of the oldest reading in `#waiting`; those before it have left. */
  #head = 0;
  #taken = 0;
  #seq = 0;

  /** Readings without a number yet. */
  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** Readings neither stored nor refused, as far as the hub told. */
  get pending(): number {
    return this.#frames.reduce((sum, frame) => sum + frame.rows.length, this.waiting);
  }

  /** Readings ever taken: the ordinal of the next one. */
  get taken(): number {
    return this.#taken;
  }

  /** Ordinal of the oldest undecided reading; everything below it is decided. */
  get oldest(): number {
    return this.#frames[0]?.first ?? this.#taken - this.waiting;
  }

  /** Frames given to the present connection and undecided. */
  get inFlight(): number {
    return this.#frames.reduce((count, frame) => count + (frame.sent ? 1 : 0), 0);
  }

  push(row: string): void {
    this.#waiting.push(row);
    this.#taken++;
  }

  /** Gives up the oldest reading that has no number yet; false where every reading has one. */
  dropOldest(): boolean {
    if (this.waiting === 0) return false;
    this.#leave(1);
    return true;
  }

  /** The next frame for the connection: a numbered one first. With `fresh`, waiting readings get a number. */
  next(limits: FrameLimits, fresh: boolean): Frame | undefined {
    const known = this.#frames.find((frame) => !frame.sent);
    if (known || !fresh || this.waiting === 0) return known;
    const first = this.#taken - this.waiting;
    const count = fitting(this.#waiting, this.#head, limits);
    const rows = this.#waiting.slice(this.#head, this.#head + count);
    this.#leave(count);
    const frame: Frame = { seq: ++this.#seq, first, rows, sent: false, refused: false };
    this.#frames.push(frame);
    return frame;
  }

  find(seq: number): Frame | undefined {
    return this.#frames.find((frame) => frame.seq === seq);
  }

  /** Everything up to `seq` is decided. Returns how many readings that were. */
  decide(seq: number): number {
    let count = 0;
    for (let head = this.#frames[0]; head && (head.seq <= seq || head.refused); head = this.#frames[0]) {
      count += head.rows.length;
      this.#frames.shift();
    }
    return count;
  }

  /** The frame was refused for good. Returns its readings. */
  refuse(frame: Frame): readonly string[] {
    const rows = frame.rows;
    frame.rows = [];
    frame.refused = true;
    this.decide(0);
    return rows;
  }

  /** The connection is gone: whatever it was given counts as not sent. */
  unsend(): void {
    for (const frame of this.#frames) frame.sent = false;
  }

  /** The hub waits for `seq`: that frame and all later ones are to be sent again. A frame that was given up comes empty. */
  resendFrom(seq: number): void {
    if (seq > this.#seq) return;
    for (const frame of this.#frames) if (frame.seq >= seq) frame.sent = false;
    if (this.find(seq)) return;
    const after = this.#frames.findIndex((frame) => frame.seq > seq);
    const place = after < 0 ? this.#frames.length : after;
    const first = this.#frames[place]?.first ?? this.#taken - this.waiting;
    this.#frames.splice(place, 0, { seq, first, rows: [], sent: false, refused: false });
  }

  /**
   * A new connection: `lastSeq` is the highest number the hub has decided. Returns how many readings that decided.
   * Another database (`sameDatabase` false) may have met these numbers in other frames, so that what is undecided is
   * numbered anew where they clash; so is everything when a frame no longer fits the hub's limits. A reading that comes
   * twice this way replaces itself, as each carries its time.
   */
  reconcile(lastSeq: number, sameDatabase: boolean, limits: FrameLimits): number {
    const decided = sameDatabase ? this.decide(lastSeq) : 0;
    this.#seq = Math.max(this.#seq, lastSeq);
    const clash = this.#frames.some((frame) => frame.seq <= lastSeq);
    if (clash || this.#frames.some((frame) => fitting(frame.rows, 0, limits) < frame.rows.length)) {
      this.#renumber(limits);
    }
    return decided;
  }

  #renumber(limits: FrameLimits): void {
    const old = this.#frames;
    this.#frames = [];
    for (const frame of old) {
      for (let start = 0; start < frame.rows.length; ) {
        const rows = frame.rows.slice(start, start + fitting(frame.rows, start, limits));
        this.#frames.push({ seq: ++this.#seq, first: frame.first + start, rows, sent: false, refused: false });
        start += rows.length;
      }
    }
  }

  /** Takes `count` readings off the front; the array is cut only now and then, as each cut copies it. */
  #leave(count: number): void {
    for (let index = 0; index < count; index++) this.#waiting[this.#head + index] = "";
    this.#head += count;
    if (this.#head < 1_024 || this.#head * 2 < this.#waiting.length) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }
}
