/** What the hub told of itself in the last 15 minutes, a row an answer. Nobody asks while the page is hidden: that is a gap. */
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { NumberTrace } from "./number-trace.ts";
import type { TimeWindow } from "./ranges.ts";

/** From question to question, ms. */
export const statusEveryMs = 1_000;
/** Rows are kept for so long, ms. */
export const statusKeptMs = 15 * 60_000;
/** A chart that was just begun shows at least so much, ms. */
const shortestMs = 60_000;
/** A clock that was set back by more than this makes the rows of before worthless, ms. */
const setBackMs = 5_000;

/** What is drawn, read off an answer and the one before it; undefined where there is nothing to tell. */
const figures = {
  /** Readings stored a second since the answer before. */
  readings: (now, before) => {
    if (!before || before.startedAt !== now.startedAt || now.hubTime <= before.hubTime) return undefined;
    return ((now.readings.stored - before.readings.stored) * 1_000) / (now.hubTime - before.hubTime);
  },
  ack: ({ ackMs }) => ackMs.p99,
  fsync: ({ fsyncMs }) => fsyncMs.p99,
  queue: ({ queue }) => queue.bytes,
  loop: ({ loopDelayMs }) => loopDelayMs.p99,
  devices: ({ connections }) => connections.devices,
  viewers: ({ connections }) => connections.viewers,
  disk: ({ store }) => store.diskFreeBytes,
  /** Not drawn: how the data grows is read off it. */
  stored: ({ store }) => storedBytes(store),
} as const satisfies Record<string, (now: StatusAnswer, before: StatusAnswer | undefined) => number | undefined>;

export type StatusFigure = keyof typeof figures;

/** What the data takes on disk. */
export function storedBytes({ bytes, walBytes }: StatusAnswer["store"]): number {
  return bytes + walBytes;
}

export class StatusHistory {
  readonly #traces = new Map<StatusFigure, NumberTrace>(
    (Object.keys(figures) as StatusFigure[]).map((figure) => [figure, new NumberTrace()]),
  );
  #newest: StatusAnswer | undefined;

  get newest(): StatusAnswer | undefined {
    return this.#newest;
  }

  trace(figure: StatusFigure): NumberTrace {
    return this.#traces.get(figure) as NumberTrace;
  }

  take(status: StatusAnswer): void {
    const before = this.#newest;
    const other = before && (before.epoch !== status.epoch || status.hubTime < before.hubTime - setBackMs);
    // One that was asked long ago says nothing of this second.
    const joins = before && !other && status.hubTime - before.hubTime <= 2.5 * statusEveryMs ? before : undefined;
    for (const [figure, trace] of this.#traces) {
      if (other) trace.clear();
      const value = figures[figure](status, joins);
      trace.dropBefore(status.hubTime - statusKeptMs);
      if (value !== undefined) trace.add(status.hubTime, value);
    }
    this.#newest = status;
  }

  /** The stretch of time to draw: all that is known, at least a minute and at most 15. */
  window(nowMs: number): TimeWindow {
    const trace = this.trace("stored");
    const firstMs = trace.length === 0 ? nowMs : trace.time(0);
    const length = Math.max(shortestMs, Math.min(statusKeptMs, nowMs - firstMs));
    return { fromMs: nowMs - length, toMs: nowMs, live: true };
  }
}
