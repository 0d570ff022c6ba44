/** How long a series was in which state, bucket by bucket. */
import { Refusal } from "../../protocol/errors.ts";
import type { Value } from "../../store/columns.ts";
import { bucketAt, type Cuts } from "../../store/cuts.ts";
import type { HistoryPage } from "./query.ts";

/** States times buckets of one series: its answer is made in one piece. */
const mostCells = 100_000;

export interface StateSpan {
  readonly fromMs: number;
  /** Now or earlier. */
  readonly toMs: number;
  readonly cuts: Cuts;
  /** A silence longer than this is in no state. */
  readonly silenceMs: number;
}

/** `ms[state][bucket]`. What is missing to the length of a bucket nobody knows. Buckets in which nothing is known are left out. */
export interface StateTimes {
  /** In the order in which they came first. */
  readonly states: Value[];
  readonly times: number[];
  readonly ms: number[][];
}

/** Sums up changes that tell until when each was confirmed. Throws `Refusal` `range_too_large`. */
export async function timesOf(changes: AsyncIterable<HistoryPage>, span: StateSpan): Promise<StateTimes> {
  const sums = new StateSums(span);
  let isOpen = false;
  let [sinceMs, knownMs]: [number, number] = [0, 0];
  let held: Value = false;
  const close = (nextMs: number) => {
    if (isOpen) sums.add(held, sinceMs, nextMs - knownMs <= span.silenceMs ? nextMs : knownMs);
  };
  for await (const { columns } of changes) {
    const { times, values = [], until = [] } = columns;
    for (let index = 0; index < times.length; index++) {
      const timeMs = times[index] as number;
      close(timeMs);
      isOpen = true;
      held = values[index] as Value;
      sinceMs = timeMs;
      knownMs = until[index] as number;
    }
  }
  close(span.toMs);
  return sums.told();
}

class StateSums {
  readonly #span: StateSpan;
  readonly #states = new Map<Value, number>();
  /** Per bucket the time in each state, by the state's place. */
  readonly #buckets = new Map<number, number[]>();
  /** The bucket that was added to last: most often the next state holds in it, too. */
  #times: number[] = [];
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;

  constructor(span: StateSpan) {
    this.#span = span;
  }

  add(value: Value, sinceMs: number, untilMs: number): void {
    const endMs = Math.min(untilMs, this.#span.toMs);
    let atMs = Math.max(sinceMs, this.#span.fromMs);
    if (atMs >= endMs) return;
    const place = this.#placeOf(value);
    while (atMs < endMs) {
      if (atMs < this.#startMs || atMs >= this.#endMs) this.#enter(atMs);
      const partMs = Math.min(this.#endMs, endMs) - atMs;
      this.#times[place] = (this.#times[place] ?? 0) + partMs;
      atMs += partMs;
    }
  }

  #placeOf(value: Value): number {
    const known = this.#states.get(value);
    if (known !== undefined) return known;
    const place = this.#states.size;
    this.#states.set(value, place);
    this.#check();
    return place;
  }

  #enter(atMs: number): void {
    const { startMs, endMs } = bucketAt(this.#span.cuts, atMs);
    const times = this.#buckets.get(startMs) ?? [];
    this.#buckets.set(startMs, times);
    this.#times = times;
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#check();
  }

  #check(): void {
    const cells = this.#states.size * this.#buckets.size;
    if (cells <= mostCells) return;
    throw new Refusal(
      "range_too_large",
      `${this.#states.size} states in ${this.#buckets.size} buckets are ${cells} times; at most ${mostCells} are allowed. Ask for a shorter range or a larger every.`,
    );
  }

  told(): StateTimes {
    const buckets = [...this.#buckets.values()];
    return {
      states: [...this.#states.keys()],
      times: [...this.#buckets.keys()],
      ms: Array.from(this.#states.values(), (place) => buckets.map((times) => times[place] ?? 0)),
    };
  }
}
