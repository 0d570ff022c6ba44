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
export const mostChanges = 4_096;

/** Readings of one state, one after another. */
interface Run {
  readonly fromMs: number;
  /** The last of its readings that is known; those between are not kept. */
  heldMs: number;
  /** Where what came late ends it: up to there it was told, though nobody kept when last. */
  cutMs?: number;
  readonly state: State;
}

/** The drawn past and present of a boolean or a text: its changes, and how far each state is known to have held. */
export class StateTrace {
  /** In rising time, each of another state than the one before. */
  #runs: Run[] = [];
  #ranks = new Map<State, number>();
  #isCut = false;
  /** Longer than this without a reading, ms, nobody knows what the state was; Infinity where each holds until another is told. */
  silenceMs = Number.POSITIVE_INFINITY;
  /** Changes with each reading, so that a chart knows whether to draw anew. */
  version = 0;

  get length(): number {
    return this.#runs.length;
  }

  /** The last time that a reading confirmed the newest state, ms. */
  get lastMs(): number {
    return this.#runs.at(-1)?.heldMs ?? Number.NEGATIVE_INFINITY;
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

  /** Where the first change that is kept was told, where earlier ones had no room, ms. */
  get cutMs(): number | undefined {
    return this.#isCut ? this.#runs[0]?.fromMs : undefined;
  }

  clear(): void {
    this.#runs = [];
    this.#isCut = false;
    this.version += 1;
  }

  /** Takes changes, each with the last reading that confirmed it (`until`), or else readings one by one. */
  load({ times, values, until }: Pick<HistoryMessage, "times" | "values" | "until">): void {
    for (let index = 0; index < times.length; index++) {
      const state = values?.[index];
      if (state === undefined || typeof state === "number") continue;
      this.add(times[index] as number, state);
      const untilMs = until?.[index];
      if (untilMs !== undefined) this.#hold(times[index] as number, untilMs);
    }
  }

  /** The state at `timeMs` was told again and again up to `untilMs`, where nothing else is known to have been told meanwhile. */
  #hold(timeMs: number, untilMs: number): void {
    const index = this.#runs.findLastIndex(({ fromMs }) => fromMs <= timeMs);
    const run = this.#runs[index];
    if (!run) return;
    run.heldMs = Math.max(run.heldMs, Math.min(untilMs, this.#runs[index + 1]?.fromMs ?? untilMs));
    this.#join(index + 1);
  }

  /**
   * Takes one reading; of two with one time the later call counts. False where it came late and told another state than its
   * neighbours: readings that were not kept may lie behind it, so that only the hub knows how long its state held.
   */
  add(timeMs: number, state: State): boolean {
    this.version += 1;
    this.rankOf(state);
    const runs = this.#runs;
    const isLate = timeMs < this.lastMs;
    let at = runs.length;
    while (at > 0 && (runs[at - 1] as Run).fromMs > timeMs) at--;
    const run = runs[at - 1];
    if (run?.state === state && !this.#isSilent(run, timeMs)) {
      run.heldMs = Math.max(run.heldMs, timeMs);
      this.#join(at);
      return true;
    }
    const told: Run = { fromMs: timeMs, heldMs: timeMs, state };
    // Its state was told again afterwards: what came late is no more than a part of it.
    const rest = run && run.heldMs > timeMs ? [{ ...run, fromMs: run.heldMs }] : [];
    runs.splice(at, 0, told, ...rest);
    if (run && run.heldMs >= timeMs) {
      run.heldMs = run.fromMs;
      run.cutMs = timeMs;
    }
    if (run?.fromMs === timeMs) runs.splice(--at, 1);
    this.#join(at + 1);
    this.#join(at);
    while (runs.length > mostChanges) {
      runs.shift();
      this.#isCut = true;
    }
    return !isLate;
  }

  /** A run and the one before it are one where they are of one state, with no silence between. */
  #join(index: number): void {
    const [before, run] = [this.#runs[index - 1], this.#runs[index]];
    if (!before || before.state !== run?.state || this.#isSilent(before, run.fromMs)) return;
    before.heldMs = run.heldMs;
    if (run.cutMs === undefined) delete before.cutMs;
    else before.cutMs = run.cutMs;
    this.#runs.splice(index, 1);
  }

  /** Whether too long nothing was told between a run and `timeMs`. */
  #isSilent(run: Run, timeMs: number): boolean {
    return timeMs - toldMs(run) > this.silenceMs;
  }

  /** Forgets what ended before `timeMs`. */
  dropBefore(timeMs: number): void {
    let ended = 0;
    while (ended + 1 < this.#runs.length && (this.#runs[ended + 1] as Run).fromMs <= timeMs) ended++;
    if (ended > 0) this.#runs.splice(0, ended);
  }

  /** What holds between the two instants, oldest first; nothing where nothing was told. `holdMs`: how long the newest state is taken to hold after its last reading. */
  spans(fromMs: number, toMs: number, holdMs = 0): StateSpan[] {
    const found: StateSpan[] = [];
    for (const [index, run] of this.#runs.entries()) {
      const nextMs = this.#runs[index + 1]?.fromMs;
      const newestMs = Math.max(run.heldMs, Math.min(run.heldMs + holdMs, toMs));
      const end = nextMs === undefined ? newestMs : this.#isSilent(run, nextMs) ? toldMs(run) : nextMs;
      if (end < fromMs || run.fromMs > toMs) continue;
      found.push({ fromMs: run.fromMs, toMs: end, state: run.state });
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
    const index = this.#runs.findLastIndex(({ fromMs }) => fromMs <= timeMs);
    const [run, next] = [this.#runs[index], this.#runs[index + 1]];
    if (!run || (next && timeMs > toldMs(run) && this.#isSilent(run, next.fromMs))) return undefined;
    return run.state;
  }
}

/** Up to where a run is known to have held. */
function toldMs({ heldMs, cutMs }: Run): number {
  return cutMs === undefined ? heldMs : Math.max(heldMs, cutMs);
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
