/** Parts of a stop: closes connections in steps, so that they do not all come back in one moment, and waits for nothing too long. */
import type { Clock } from "../ports.ts";
import type { TelemetryStore } from "../store/store.ts";

/** Connections that a stop closes at once. More are closed in steps. */
const closedAtOnce = 250;
const closeStepMs = 100;
const mostCloseSteps = 30;

/** A stop is ended hard after ten seconds: all of it takes no longer than this, ms. */
export const stopMs = 8_000;

/** Parts of the time of a stop by whose end each is through, or is let be: the next start, or whoever sent it, goes on with it. */
export const through = { settling: 0.45, presence: 0.65, gaps: 0.8, store: 0.93 } as const;

/** The one time that all parts of a stop share. */
export class StopTime {
  readonly #clock: Pick<Clock, "after" | "monotonic">;
  readonly #startMs: number;
  readonly #withinMs: number;

  constructor(withinMs: number, clock: Pick<Clock, "after" | "monotonic">) {
    this.#clock = clock;
    this.#withinMs = withinMs;
    this.#startMs = clock.monotonic();
  }

  /** Until this part of the time is over, ms; 0 where it is. */
  leftMs(part: number): number {
    return Math.max(this.#startMs + part * this.#withinMs - this.#clock.monotonic(), 0);
  }

  /** Resolves when `work` is done or failed, or this part of the time is over. */
  until(part: number, work: () => Promise<unknown>): Promise<void> {
    const leftMs = this.leftMs(part);
    return leftMs > 0 ? forAtMost(leftMs, this.#clock, work) : Promise.resolve();
  }

  after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(delayMs, resolve);
    });
  }
}

/** Closes the store for as long as a stop may take, and rejects where that is not enough: its threads are still at it. */
export async function closeStore(store: Pick<TelemetryStore, "close">, time: StopTime): Promise<void> {
  const patienceMs = time.leftMs(through.store);
  let isClosed = false;
  const closing = store.close(patienceMs).finally(() => {
    isClosed = true;
  });
  await time.until(through.store, () => closing);
  if (isClosed) return closing;
  closing.catch(() => {});
  throw new Error(`the store was not closed after ${Math.round(patienceMs)} ms; the next start recovers what it holds`);
}

/**
 * Each is served until its turn comes; `settled` resolves once nothing that one of them sent is on its way to the disk. What is
 * on its way for too long nobody is told of: its senders resend it.
 */
export async function closeInSteps(
  connections: readonly { shutDown(): void }[],
  settled: () => Promise<void>,
  time: StopTime,
): Promise<void> {
  const step = Math.max(closedAtOnce, Math.ceil(connections.length / mostCloseSteps));
  for (let at = 0; ; ) {
    await time.until(through.settling, settled);
    const isLate = time.leftMs(through.settling) === 0;
    const end = isLate ? connections.length : at + step;
    for (const connection of connections.slice(at, end)) connection.shutDown();
    at = end;
    if (at >= connections.length) return;
    await time.after(closeStepMs);
  }
}

/** Resolves when the last work of a part is done or failed, or `patienceMs` have passed: it can ask whether nobody waits for it any more. */
export function forAtMost(
  patienceMs: number,
  clock: Pick<Clock, "after">,
  work: (isOver: () => boolean) => Promise<unknown>,
): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const patience = clock.after(patienceMs, () => {
      isOver = true;
      resolve();
    });
    const done = () => {
      patience.cancel();
      resolve();
    };
    work(() => isOver).then(done, done);
  });
}
