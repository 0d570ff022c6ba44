import type { Pending, Timers } from "./timers.ts";

export interface HeartbeatOptions {
  /** A connection that was quiet this long is asked, ms. */
  readonly quietMs: number;
  /** Without any answer for this long after the question the connection counts as dead, ms. */
  readonly answerMs: number;
}

export const defaultHeartbeat: HeartbeatOptions = { quietMs: 4_000, answerMs: 4_000 };

/** Decides when a connection is asked and when it is given up; says nothing about how. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #options: HeartbeatOptions;
  readonly #ask: () => void;
  readonly #giveUp: () => void;
  #heardAt = 0;
  #heardWallMs = 0;
  #askedAt: number | undefined;
  /** The open question is the second one: the answer to the first may lie unread. */
  #isSecond = false;
  #pending: Pending | undefined;

  constructor(timers: Timers, options: HeartbeatOptions, ask: () => void, giveUp: () => void) {
    this.#timers = timers;
    this.#options = options;
    this.#ask = ask;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.heard();
    this.#wait(this.#options.quietMs);
  }

  stop(): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    this.#askedAt = undefined;
  }

  /** Something came: whatever it was, the other end lives. */
  heard(): void {
    this.#heardAt = this.#timers.monotonic();
    this.#heardWallMs = this.#timers.now();
    this.#askedAt = undefined;
    this.#isSecond = false;
  }

  /** True where nothing was heard for longer than a connection is left quiet. The wall clock is asked, too: in many browsers the other stands still while the machine sleeps. */
  isOverdue(): boolean {
    const { quietMs } = this.#options;
    return this.#timers.monotonic() - this.#heardAt > quietMs || this.#timers.now() - this.#heardWallMs > quietMs;
  }

  /** Asks now, for instance after sleep or a change of network. Not while a question is open. */
  probe(): void {
    if (this.#pending === undefined || this.#askedAt !== undefined) return;
    this.#askedAt = this.#timers.monotonic();
    this.#ask();
    this.#wait(this.#options.answerMs);
  }

  #wait(delayMs: number): void {
    this.#pending?.cancel();
    this.#pending = this.#timers.after(delayMs, () => this.#look());
  }

  #look(): void {
    const now = this.#timers.monotonic();
    if (this.#askedAt === undefined) {
      const quiet = now - this.#heardAt;
      if (quiet >= this.#options.quietMs) this.probe();
      else this.#wait(this.#options.quietMs - quiet);
      return;
    }
    const waited = now - this.#askedAt;
    // A machine that slept calls the timer hours late with the answer still unread: such a question is asked once more.
    // A hidden tab calls it late each time: no second question is asked again.
    if (waited > this.#options.answerMs * 2 && !this.#isSecond) {
      this.#askedAt = undefined;
      this.probe();
      this.#isSecond = true;
    } else if (waited >= this.#options.answerMs) this.#giveUp();
    else this.#wait(this.#options.answerMs - waited);
  }
}
