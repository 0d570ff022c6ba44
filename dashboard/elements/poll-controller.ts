/** What an element shows of an answer that is asked for again and again: the answer, how old it may be, what the hub refused. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { Poll } from "../client/poll.ts";
import { browserTimers } from "../client/timers.ts";

/** An answer that is older than so many turns is no longer how the hub is now. */
const freshTurns = 3;

export interface PollSource<Answer> {
  readonly hub: () => Hub;
  /** Below `/api/v1/`. */
  readonly path: string;
  /** From question to question, ms; asked anew with each answer where that tells it. */
  readonly everyMs: number | (() => number);
  readonly answered: (answer: Answer) => void;
}

/** Asks while its element is on the page and somebody sees it. */
export class PollController<Answer> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: PollSource<Answer>;
  readonly #poll: Poll<Answer>;
  #problem: string | undefined;
  #failed = false;
  /** By the page's own clock, which nobody sets. */
  #answeredMs: number | undefined;

  constructor(host: ReactiveControllerHost, source: PollSource<Answer>) {
    this.#host = host;
    this.#source = source;
    const { hub, path, everyMs } = source;
    this.#poll = new Poll<Answer>({
      timers: browserTimers,
      everyMs,
      ask: (signal) => hub().api.get<Answer>(path, { signal, quiet: true }),
      seen: () => document.visibilityState === "visible" && hub().client.state.state === "open",
      answered: (answer) => {
        this.#answeredMs = performance.now();
        this.#told(false, undefined);
        source.answered(answer);
      },
      failed: (error) => this.#told(true, error instanceof HubRefusal ? error.message : undefined),
    });
    host.addController(this);
  }

  /** What the hub said where it refused the newest question. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether what was answered at that moment of the hub's clock is past: the newest question failed, or has no answer yet. */
  isPast(answerMs: number): boolean {
    const { hub, everyMs } = this.#source;
    const ageMs = this.#answeredMs === undefined ? hub().client.now() - answerMs : performance.now() - this.#answeredMs;
    const turnMs = typeof everyMs === "number" ? everyMs : everyMs();
    return this.#failed || ageMs > freshTurns * turnMs;
  }

  /** Asks now, and goes on from there. */
  ask(): void {
    this.#poll.start();
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#seen);
    this.#poll.start();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#poll.stop();
    this.#answeredMs = undefined;
  }

  /** Until the hub answers, what was told before it was left is past. */
  readonly #seen = (): void => {
    this.#poll.start();
    this.#host.requestUpdate();
  };

  #told(failed: boolean, problem: string | undefined): void {
    this.#failed = failed;
    this.#problem = problem;
    this.#host.requestUpdate();
  }
}
