import type { HistoryMessage } from "../../server/protocol/index.ts";

type State = boolean | string;

/** A time in one state. */
export interface StateSpan {
  readonly fromMs: number;
  /** Where the next state begins, or as far as this one is known to hold. */
  readonly toMs: number;
  readonly state: State;
}

/** So many states of a series are told apart by their colours; of more some share one. */
export const stateRanks = 6;

/** Of so many states the colours are parted; a series that tells texts without end has no more told apart. */
const mostParted = 64;

/** Most changes kept of one series. */
const mostChanges = 4_096;

/** The drawn past and present of a boolean or a text: its changes, and how far the last one is known to hold. */
export class StateTrace {
  #times: number[] = [];
  #states: State[] = [];
  #knownToMs = Number.NEGATIVE_INFINITY;
  #ranks = new Map<State, number>();
  /** Changes with each reading, so that a chart knows whether to draw anew. */
  version = 0;

  get length(): number {
    return this.#times.length;
  }

  /** The last time that a reading confirmed the newest state, ms. */
  get lastMs(): number {
    return this.#knownToMs;
  }

  /**
   * The place of a state among the colours, below `stateRanks`: by its name, whichever came first, and kept by `clear`, so
   * that it has the same colour in each chart and tomorrow. Two that want one place are parted by the order of their names.
   */
  rankOf(state: State): number {
    const known = this.#ranks.get(state);
    if (known !== undefined) return known;
    if (this.#ranks.size >= mostParted) return hashOf(String(state)) % stateRanks;
    this.#ranks = ranksOf([...this.#ranks.keys(), state]);
    return this.#ranks.get(state) ?? 0;
  }

  clear(): void {
    this.#times = [];
    this.#states = [];
    this.#knownToMs = Number.NEGATIVE_INFINITY;
    this.version += 1;
  }

  load(history: Pick<HistoryMessage, "times" | "values">): void {
    for (let index = 0; index < history.times.length; index++) {
      const state = history.values?.[index];
      if (state !== undefined && typeof state !== "number") this.add(history.times[index] as number, state);
    }
  }

  /** The newest state still held at `timeMs`, though the history tells only its changes. */
  confirm(timeMs: number): void {
    this.#knownToMs = Math.max(this.#knownToMs, timeMs);
    this.version += 1;
  }

  add(timeMs: number, state: State): void {
    this.confirm(timeMs);
    this.rankOf(state);
    let at = this.#times.length;
    while (at > 0 && (this.#times[at - 1] as number) > timeMs) at--;
    if (at > 0 && this.#times[at - 1] === timeMs) {
      this.#states[at - 1] = state;
      return;
    }
    if (this.#states[at - 1] === state) return;
    if (this.#states[at] === state) {
      this.#times[at] = timeMs;
      return;
    }
    this.#times.splice(at, 0, timeMs);
    this.#states.splice(at, 0, state);
    if (this.#times.length > mostChanges) {
      this.#times.shift();
      this.#states.shift();
    }
  }

  /** Forgets what ended before `timeMs`. */
  dropBefore(timeMs: number): void {
    let ended = 0;
    while (ended + 1 < this.#times.length && (this.#times[ended + 1] as number) <= timeMs) ended++;
    if (ended === 0) return;
    this.#times.splice(0, ended);
    this.#states.splice(0, ended);
  }

  /** What holds between the two instants, oldest first. `holdMs`: how long the newest state is taken to hold after its last reading. */
  spans(fromMs: number, toMs: number, holdMs = 0): StateSpan[] {
    const found: StateSpan[] = [];
    for (let index = 0; index < this.#times.length; index++) {
      const start = this.#times[index] as number;
      const end = this.#times[index + 1] ?? Math.max(start, Math.min(this.#knownToMs + holdMs, toMs), this.#knownToMs);
      if (end < fromMs || start > toMs) continue;
      found.push({ fromMs: start, toMs: end, state: this.#states[index] as State });
    }
    return found;
  }

  /** How much of the known time between the two instants each state takes, 0 to 1, the longest first. */
  shares(fromMs: number, toMs: number, holdMs = 0): { state: State; share: number }[] {
    const held = new Map<State, number>();
    let all = 0;
    for (const span of this.spans(fromMs, toMs, holdMs)) {
      const ms = Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
      held.set(span.state, (held.get(span.state) ?? 0) + ms);
      all += ms;
    }
    if (all <= 0) return [];
    return [...held].map(([state, ms]) => ({ state, share: ms / all })).sort((a, b) => b.share - a.share);
  }

  at(timeMs: number): State | undefined {
    let index = this.#times.length - 1;
    while (index >= 0 && (this.#times[index] as number) > timeMs) index--;
    return this.#states[index];
  }
}

function ranksOf(states: readonly State[]): Map<State, number> {
  const ranks = new Map<State, number>();
  const taken = new Set<number>();
  for (const state of [...states].sort((a, b) => (String(a) < String(b) ? -1 : 1))) {
    let rank = hashOf(String(state)) % stateRanks;
    while (taken.has(rank) && taken.size < stateRanks) rank = (rank + 1) % stateRanks;
    taken.add(rank);
    ranks.set(state, rank);
  }
  return ranks;
}

/** FNV-1a, whose last bits alone say little of short names. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
