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
  let open: { value: Value; sinceMs: number; knownMs: number } | undefined;
  const close = (nextMs: number) => {
    if (!open) return;
    const endMs = nextMs - open.knownMs <= span.silenceMs ? nextMs : open.knownMs;
    sums.add(open.value, open.sinceMs, endMs);
  };
  for await (const { columns } of changes) {
    const { times, values = [], until = [] } = columns;
    for (const [index, timeMs] of times.entries()) {
      close(timeMs);
      open = { value: values[index] as Value, sinceMs: timeMs, knownMs: until[index] as number };
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

  constructor(span: StateSpan) {
    this.#span = span;
  }

  add(value: Value, sinceMs: number, untilMs: number): void {
    const { fromMs, toMs, cuts } = this.#span;
    const endMs = Math.min(untilMs, toMs);
    let atMs = Math.max(sinceMs, fromMs);
    if (atMs >= endMs) return;
    const place = this.#states.get(value) ?? this.#states.size;
    this.#states.set(value, place);
    while (atMs < endMs) {
      const bucket = bucketAt(cuts, atMs);
      const times = this.#buckets.get(bucket.startMs) ?? [];
      const partMs = Math.min(bucket.endMs, endMs) - atMs;
      times[place] = (times[place] ?? 0) + partMs;
      this.#buckets.set(bucket.startMs, times);
      atMs += partMs;
    }
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
