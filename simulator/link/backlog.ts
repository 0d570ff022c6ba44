/**
 * What a link has taken and the hub has not decided yet: numbered frames first, then readings that wait for a number.
 * Pure bookkeeping without clock or socket; `link.ts` knows *when*, this file *what*.
 */
import { Columns } from "./columns.ts";
import type { Content, FrameLimits } from "./content.ts";
import { fitting, Rows } from "./rows.ts";

/** Readings under one sequence number. A frame keeps its number across reconnects, so that the hub stores it once. */
export interface Frame {
  readonly seq: number;
  /** Ordinal of the first reading, counted over the life of the link. */
  readonly first: number;
  /** Emptied where the whole frame was refused. */
  content: Content;
  /** Given to the present connection. */
  sent: boolean;
  /** Size of its text when it was sent last, somewhat more where that is not plain ASCII; 0 before. */
  bytes: number;
  refused: boolean;
}

const nothing = new Rows([]);

export class Backlog {
  #frames: Frame[] = [];
  /** Rows as JSON text, and columns between them, in the order in which they were taken. */
  #queue: (string | Columns)[] = [];
  /** Index of the oldest entry of `#queue`; those before it have left. */
  #head = 0;
  #waiting = 0;
  #numbered = 0;
  #taken = 0;
  #seq = 0;

  /** Readings without a number yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Readings neither stored nor refused, as far as the hub told. */
  get pending(): number {
    return this.#numbered + this.#waiting;
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

  /** Takes a row as JSON text, or columns that have a value. */
  push(entry: string | Columns): void {
    const count = typeof entry === "string" ? 1 : entry.count;
    this.#queue.push(entry);
    this.#waiting += count;
    this.#taken += count;
  }

  /** Gives up at least `count` of the oldest readings that have no number yet, of columns whole times. Returns how many went. */
  dropOldest(count: number): number {
    const before = this.#waiting;
    while (this.#waiting > 0 && before - this.#waiting < count) {
      const head = this.#queue[this.#head] as string | Columns;
      const wanted = count - (before - this.#waiting);
      if (typeof head === "string" || head.count <= wanted) this.#leave(1, typeof head === "string" ? 1 : head.count);
      else {
        const rest = head.from(head.momentsOf(wanted));
        this.#waiting -= head.count - rest.count;
        if (rest.count > 0) this.#queue[this.#head] = rest;
        else this.#leave(1, 0);
      }
    }
    return before - this.#waiting;
  }

  /** The next frame for the connection: a numbered one first. With `fresh`, waiting readings get a number. */
  next(limits: FrameLimits, fresh: boolean): Frame | undefined {
    const known = this.#frames.find((frame) => !frame.sent);
    if (known || !fresh || this.waiting === 0) return known;
    const first = this.#taken - this.waiting;
    const content = this.#takeContent(limits);
    this.#numbered += content.count;
    const frame: Frame = { seq: ++this.#seq, first, content, sent: false, bytes: 0, refused: false };
    this.#frames.push(frame);
    return frame;
  }

  find(seq: number): Frame | undefined {
    return this.#frames.find((frame) => frame.seq === seq);
  }

  /** Everything up to `seq` that the present connection was given is decided. Returns how many readings that were. */
  decide(seq: number): number {
    return this.#shiftWhile((frame) => frame.refused || (frame.sent && frame.seq <= seq));
  }

  /** The largest frame that the present connection was given. */
  get largestSent(): Frame | undefined {
    let largest: Frame | undefined;
    for (const frame of this.#frames) if (frame.sent && frame.bytes > (largest?.bytes ?? 0)) largest = frame;
    return largest;
  }

  /** The frame was refused for good. Returns its readings. */
  refuse(frame: Frame): Content {
    const { content } = frame;
    this.#numbered -= content.count;
    frame.content = nothing;
    frame.refused = true;
    this.decide(0);
    return content;
  }

  /** The connection is gone: whatever it was given counts as not sent. */
  unsend(): void {
    for (const frame of this.#frames) frame.sent = false;
  }

  /** The hub waits for `seq`: that frame and all later ones are to be sent again. A frame that was given up comes empty. */
  resendFrom(seq: number): void {
    if (seq < 1 || seq > this.#seq) return;
    for (const frame of this.#frames) if (frame.seq >= seq) frame.sent = false;
    if (this.find(seq)) return;
    const after = this.#frames.findIndex((frame) => frame.seq > seq);
    const place = after < 0 ? this.#frames.length : after;
    const first = this.#frames[place]?.first ?? this.#taken - this.waiting;
    this.#frames.splice(place, 0, { seq, first, content: nothing, sent: false, bytes: 0, refused: false });
  }

  /**
   * A new connection: `lastSeq` is the highest number the hub has decided. Returns how many readings that decided.
   * Another database (`sameDatabase` false) may have met these numbers in other frames, so that what is undecided is
   * numbered anew where they clash; so is everything when a frame no longer fits the hub's limits. A reading that comes
   * twice this way replaces itself, as each carries its time.
   */
  reconcile(lastSeq: number, sameDatabase: boolean, limits: FrameLimits): number {
    const decided = sameDatabase ? this.#shiftWhile((frame) => frame.refused || frame.seq <= lastSeq) : 0;
    this.#seq = Math.max(this.#seq, lastSeq);
    const clash = this.#frames.some((frame) => frame.seq <= lastSeq);
    if (clash || this.#frames.some((frame) => frame.content.divided(limits).length > 1)) this.#renumber(limits);
    return decided;
  }

  #shiftWhile(isDecided: (frame: Frame) => boolean): number {
    let count = 0;
    for (let head = this.#frames[0]; head && isDecided(head); head = this.#frames[0]) {
      count += head.content.count;
      this.#frames.shift();
    }
    this.#numbered -= count;
    return count;
  }

  #renumber(limits: FrameLimits): void {
    const old = this.#frames;
    this.#frames = [];
    for (const frame of old) {
      let { first } = frame;
      for (const content of frame.content.divided(limits)) {
        this.#frames.push({ seq: ++this.#seq, first, content, sent: false, bytes: 0, refused: false });
        first += content.count;
      }
    }
  }

  /** The longest beginning of what waits that makes one frame. */
  #takeContent(limits: FrameLimits): Content {
    const head = this.#queue[this.#head];
    if (!(head instanceof Columns)) {
      const count = fitting(this.#queue, this.#head, limits);
      const rows = this.#queue.slice(this.#head, this.#head + count) as string[];
      this.#leave(count, count);
      return new Rows(rows);
    }
    const [part = head, ...rest] = head.divided(limits);
    if (rest.length > 0) this.#queue.splice(this.#head, 1, part, ...rest);
    this.#leave(1, part.count);
    return part;
  }

  /** Takes entries off the front; the array is cut only now and then, as each cut copies it. */
  #leave(entries: number, readings: number): void {
    for (let index = 0; index < entries; index++) this.#queue[this.#head + index] = "";
    this.#head += entries;
    this.#waiting -= readings;
    if (this.#head < 1_024 || this.#head * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}
