/** Frames of a series and their buckets, for one question: what was looked up or opened last is kept, since the next stretch is mostly of the same. */
import { CellRoom, type Cells, type OpenCells } from "../codec/cells.ts";
import { lowerBound } from "../intervals.ts";
import type { Frame, Stretch } from "./plan.ts";
import { type Tiers, whereSound } from "./tiers.ts";

/** Frames that are looked up in one go. */
const framesAhead = 16;

/** Buckets from `start` to `end` (excluded); of others the columns may tell anything. */
export interface CellSpan {
  readonly cells: Cells;
  readonly start: number;
  readonly end: number;
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly frames: readonly Frame[];
}

interface Opened {
  readonly frame: Frame;
  /** Undefined for a damaged one. */
  readonly cells: OpenCells | undefined;
  readonly frames: readonly Frame[];
  /** All of them with their steps, once they were asked for. */
  all?: Cells | undefined;
}

/** Room for one frame of each width. A thread answers one question at a time. */
export class FrameRooms {
  readonly #rooms = new Map<number, CellRoom>();

  of(widthMs: number): CellRoom {
    const room = this.#rooms.get(widthMs) ?? new CellRoom();
    this.#rooms.set(widthMs, room);
    return room;
  }
}

export class FrameCells {
  readonly #tiers: Tiers;
  readonly #rooms: FrameRooms;
  readonly #series: number;
  readonly #frameBuckets: number;
  readonly #withSteps: boolean;
  readonly #windows = new Map<number, Window>();
  readonly #opened = new Map<number, Opened>();

  constructor(tiers: Tiers, rooms: FrameRooms, series: number, frameBuckets: number, withSteps: boolean) {
    this.#tiers = tiers;
    this.#rooms = rooms;
    this.#series = series;
    this.#frameBuckets = frameBuckets;
    this.#withSteps = withSteps;
  }

  /** As `FramesOf`. */
  frames(widthMs: number, fromMs: number, toMs: number): readonly Frame[] {
    let window = this.#windows.get(widthMs);
    if (!window || fromMs < window.fromMs || toMs > window.toMs) {
      const untilMs = Math.max(toMs, fromMs + framesAhead * this.#frameBuckets * widthMs);
      const frames = this.#tiers.frames(this.#series, widthMs, fromMs, untilMs);
      window = { fromMs, toMs: untilMs, frames };
      this.#windows.set(widthMs, window);
    }
    // Most stretches lie in the frame of the one before.
    const last = this.#opened.get(widthMs);
    if (last && last.frame.fromMs <= fromMs && last.frame.toMs >= toMs) return last.frames;
    return window.frames.filter((frame) => frame.fromMs < toMs && frame.toMs > fromMs);
  }

  /** The buckets of a frame that start from `fromMs` (included) to `toMs` (excluded); undefined where its frame is damaged. What it told before is gone then. */
  cells({ widthMs, frame }: NonNullable<Stretch["tier"]>, fromMs: number, toMs: number): CellSpan | undefined {
    const opened = this.#open(widthMs, frame);
    const { cells } = opened;
    if (!cells) return undefined;
    if (!this.#withSteps) return whereSound(() => cells.between(fromMs, toMs));
    opened.all ??= whereSound(() => cells.all(true));
    const { all } = opened;
    return all && { cells: all, start: lowerBound(all.times, fromMs), end: lowerBound(all.times, toMs) };
  }

  #open(widthMs: number, frame: Frame): Opened {
    const last = this.#opened.get(widthMs);
    if (last?.frame.id === frame.id) return last;
    const opened = {
      frame,
      frames: [frame],
      cells: this.#tiers.open(this.#series, widthMs, frame, this.#rooms.of(widthMs)),
    };
    this.#opened.set(widthMs, opened);
    return opened;
  }
}
