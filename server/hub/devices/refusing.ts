/** When the hub took no readings of anybody: its disk had no room, or its store could not be reached. */
import type { Clock } from "../../ports.ts";
import type { Interval } from "../../store/intervals.ts";
import type { PresenceChange, StoreError } from "../../store/store.ts";

/** The name under which the hub keeps it; no device has it. */
export const hubRefusals = " ";

/** After so long without a refusal it is over, ms. Room that comes and goes within is one time of refusing: each is kept, and not without end. */
const settledMs = 60_000;

/** Writes a change, with its time, ms since the epoch. */
export type NoteRefusing = (state: "refusing" | "taking", reason: string, atMs: number) => void;

export class Refusing {
  readonly #clock: Clock;
  readonly #note: NoteRefusing;
  #refuses = false;
  #refusedMs = Number.NEGATIVE_INFINITY;
  /** When readings were taken again, unless another refusal comes. */
  #toMs: number | undefined;

  constructor(clock: Clock, note: NoteRefusing) {
    this.#clock = clock;
    this.#note = note;
  }

  /** All that waited was refused at `atMs`, ms since the epoch. */
  refused(code: StoreError["code"], atMs: number): void {
    this.#refusedMs = this.#clock.monotonic();
    this.#toMs = undefined;
    if (this.#refuses) return;
    this.#refuses = true;
    this.#note("refusing", code, atMs);
  }

  /** Readings were taken at `atMs`, or would have been. Costs nothing where none were refused before. */
  taken(atMs: number): void {
    if (!this.#refuses) return;
    this.#toMs ??= atMs;
    if (this.#clock.monotonic() - this.#refusedMs >= settledMs) this.settle();
  }

  /** Nobody waits for another refusal. */
  settle(): void {
    if (this.#toMs === undefined) return;
    this.#note("taking", "stored", this.#toMs);
    this.#refuses = false;
    this.#toMs = undefined;
  }

  /** When it refused, in order, by what was written (`refusingSpans`): the last has no end (Infinity) where it still does. */
  spans(changes: readonly PresenceChange[]): Interval[] {
    const spans = refusingSpans(changes);
    const last = spans.at(-1);
    if (this.#toMs === undefined || last?.toMs !== Number.POSITIVE_INFINITY) return spans;
    return [...spans.slice(0, -1), { fromMs: last.fromMs, toMs: Math.max(last.fromMs, this.#toMs) }];
  }
}

/** From each first refusal until readings were taken or the hub ended. `changes` are those of `hubRefusals` and of the hub itself, each once or more. */
function refusingSpans(changes: readonly PresenceChange[]): Interval[] {
  const spans: Interval[] = [];
  let fromMs: number | undefined;
  for (const { device, state, atMs } of [...changes].sort((a, b) => a.number - b.number)) {
    if (device === hubRefusals && state === "refusing") fromMs ??= atMs;
    else if (fromMs !== undefined) {
      spans.push({ fromMs, toMs: Math.max(fromMs, atMs) });
      fromMs = undefined;
    }
  }
  return fromMs === undefined ? spans : [...spans, { fromMs, toMs: Number.POSITIVE_INFINITY }];
}
