/** When the hub took no readings of anybody ([P121], [P123]): its disk had no room, or its store could not be reached. */
import type { Clock } from "../../ports.ts";
import type { Interval } from "../../store/intervals.ts";
import type { PresenceChange, StoreError } from "../../store/store.ts";
import { hubItself } from "./timeline.ts";

/** The name under which the hub keeps it; no device has it. */
export const hubRefusals = " ";

/** What is known of the hub itself, each in order. */
export interface HubPast {
  /** From each end of a hub to the start of the next one. */
  readonly down: readonly Interval[];
  /** When all readings were refused; until Infinity where they still are. */
  readonly refusing: readonly Interval[];
}

/** After so long without a refusal it is over, ms. Room that comes and goes within is one time of refusing: each is kept, and not without end. */
const settledMs = 60_000;

/** Writes a change, with its time, ms since the epoch. */
export type NoteRefusing = (state: "refusing" | "taking", reason: string, atMs: number) => void;

export class Refusing {
  readonly #clock: Clock;
  readonly #note: NoteRefusing;
  #refuses = false;
  #code: StoreError["code"] | undefined;
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
    this.#code = code;
    this.#toMs = undefined;
    if (this.#refuses) return;
    this.#refuses = true;
    this.#note("refusing", code, atMs);
  }

  /** The disk has room at `atMs`: what was refused for want of it would be taken now. Call it again and again. */
  hasRoom(atMs: number): void {
    if (this.#code === "storage_full") this.taken(atMs);
  }

  /** Readings were taken at `atMs`. Costs nothing where none were refused before. */
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
  const inOrder = [...changes].sort((a, b) => a.number - b.number);
  // Of what is older than the ends of the hub that are kept nobody knows when it was over.
  const begin = inOrder.find(({ device }) => device === hubItself)?.number ?? 0;
  for (const { device, state, atMs, number } of inOrder) {
    if (number < begin) continue;
    if (device === hubRefusals && state === "refusing") fromMs ??= atMs;
    else if (fromMs !== undefined) {
      spans.push({ fromMs, toMs: Math.max(fromMs, atMs) });
      fromMs = undefined;
    }
  }
  return fromMs === undefined ? spans : [...spans, { fromMs, toMs: Number.POSITIVE_INFINITY }];
}
