/** Decides the moment for everything that is not a commit: the jobs of `slices/`, and moving the log into the database. */
import { FilePages } from "./free-pages.ts";
import type { StoreSettings } from "./options.ts";
import type { WriterParts } from "./parts.ts";
import { Rest } from "./rest.ts";
import { type Job, journalBudget, type Workplace } from "./slices/job.ts";
import { jobsOf } from "./slices/jobs.ts";
import { worthSealing } from "./slices/rest.ts";
import { sealAll, sealSome } from "./slices/seal.ts";
import { trimWhole } from "./slices/trim.ts";
import { vacuumWhole } from "./slices/vacuum.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** No commit for this long: the hub is idle, and what waits is done. */
const idleMs = 100;
/** A checkpoint moves at most about this much while commits wait for it. */
const checkpointBytes = 4 * 2 ** 20;
/** An idle hub moves the log into the database from here on. */
const idleCheckpointBytes = 2 ** 20;
/** Longer ones end at once. */
const longestTimerMs = 2 ** 31 - 1;
/** A hub at rest looks again this often whether what it keeps has become old, ms. */
const restingLookMs = 60_000;
/** After a failed slice (a full disk) the next attempt waits, ms. */
const retryMs = 1000;
/** A close seals what a hub at rest would, but not for longer than this, in slices that are long enough to share a sync. */
const closingMs = 3000;
const closingSliceMs = 100;
/** It moves the log into the database as often as that: the end of a close would else have to move all of it at once, however slow the disk. */
const closingCheckpointBytes = 16 * 2 ** 20;
/** Bytes of memory that a reading takes in a head, with the room that heads grow by. */
const headBytesPerReading = 24;
/** Below this fill of its budget nothing is sealed for it. From here on a first round ends just as the budget is full. */
const sweepFrom = 1 / Math.E;

export class Maintenance {
  readonly #place: Workplace;
  readonly #jobs: readonly Job[];
  readonly #log: WriteAheadLog;
  readonly #onError: (error: unknown) => void;
  #stopped = false;
  /** Where the round over all jobs is that an idle moment began, and whether any of it has more to do. */
  #round = { next: 0, more: false };
  #soon: NodeJS.Immediate | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** Runs while nothing is left to do before the hub comes to rest. */
  #resting: NodeJS.Timeout | undefined;

  /** `commit` is the newest one. `onError` is told of each failed slice; a passing failure is tried again later. */
  constructor(parts: WriterParts, settings: StoreSettings, commit: number, onError: (error: unknown) => void) {
    const rest = new Rest(settings.restMs, performance.now());
    this.#place = { parts, settings, rest, pages: new FilePages(parts.db), commit };
    this.#jobs = jobsOf(this.#place);
    this.#log = new WriteAheadLog(parts.db, settings);
    this.#onError = onError;
  }

  /** A batch was committed, from `startMs` (monotonic) until now. */
  took(commit: number, journalBytes: number, readings: number, startMs: number): void {
    const { parts, settings, rest } = this.#place;
    const { heads, journal } = parts;
    const nowMs = performance.now();
    this.#place.commit = commit;
    rest.took(nowMs, nowMs - startMs);
    const forJournal = sweepShare(journalBytes, journal.bytes, journalBudget(this.#place, nowMs));
    // In a steady round heads are half full on average.
    const forHeads = sweepShare((readings * headBytesPerReading) / 2, heads.bytes, settings.headBudgetBytes);
    heads.advanceSweep(Math.max(forJournal, forHeads));
    // Batches that come fast enough are all read before the event loop gets to what waits for its turn.
    if (this.#soon && heads.due >= settings.headsPerSlice * 2) this.#betweenCommits();
    this.wrote();
  }

  /** The log has grown: looks for work, at once where there is much of it. */
  wrote(): void {
    if (this.#isSealing() || this.#log.bytes >= checkpointBytes)
      this.#soon ??= setImmediate(() => this.#betweenCommits());
    this.wake();
  }

  /** Looks for work at the next idle moment. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#whenIdle(), idleMs);
  }

  /** Seals every head, however small, empties the journal, and rolls up all that is sealed. */
  sealAll(): void {
    sealAll(this.#place);
    const roll = this.#jobs.find(({ name }) => name === "roll");
    while (roll?.run());
  }

  /** Seals before a close what a hub at rest would, so that the file is short and the next start has little to read; gives up after `mostMs`, or sooner. */
  shorten(mostMs: number): void {
    const endMs = performance.now() + Math.min(closingMs, mostMs);
    const moveLog = () => {
      if (this.#log.bytes >= closingCheckpointBytes) this.#log.checkpoint();
    };
    let more = true;
    while (more && performance.now() < endMs) {
      const worth = worthSealing(this.#place, performance.now());
      more = worth.length > 0 && sealSome(this.#place, worth, closingSliceMs);
      moveLog();
    }
    trimWhole(this.#place);
    vacuumWhole(this.#place, endMs, moveLog);
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#soon);
    clearTimeout(this.#idle);
    clearTimeout(this.#resting);
  }

  #isSealing(): boolean {
    const { parts, settings } = this.#place;
    return parts.heads.due >= settings.headsPerSlice;
  }

  #betweenCommits(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    const done = this.#attempt(() => {
      this.#run("commit");
      if (this.#log.bytes < checkpointBytes) return;
      // A busy hub is never idle, and what was deleted or is too much has to go all the same.
      this.#run("checkpoint");
      this.#log.checkpoint();
    });
    // Not for the log: what a checkpoint left in it a reader holds, and the next commit tries again.
    if (done && this.#isSealing()) this.#soon ??= setImmediate(() => this.#betweenCommits());
  }

  #whenIdle(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#resting);
    this.#idle = undefined;
    let isWhole = false;
    let more = false;
    let held = false;
    const done = this.#attempt(() => {
      isWhole = this.#goRound();
      more = this.#round.more;
      if (!isWhole) return;
      this.#round = { next: 0, more: false };
      // Work that goes on for minutes, such as what follows a large delete, must not fill the log, and so the disk, meanwhile.
      if (this.#log.bytes >= (more ? checkpointBytes : idleCheckpointBytes)) this.#log.checkpoint();
      else if (!more && this.#log.shortens(idleCheckpointBytes)) this.#log.checkpoint();
      held = !more && this.#log.cut();
    });
    if (this.#stopped) return;
    if (!done) this.#round = { next: 0, more: false };
    if (!done || held) this.#idle ??= setTimeout(() => this.#whenIdle(), retryMs);
    else if (more || !isWhole) this.#idle ??= setTimeout(() => this.#whenIdle(), 0);
    else this.#awaitRest();
  }

  /** A slice of one job after the other until they took as long as one slice; true at the end of a round. A commit may come between. */
  #goRound(): boolean {
    const endMs = performance.now() + this.#place.settings.sliceMs;
    const round = this.#round;
    while (round.next < this.#jobs.length) {
      const job = this.#jobs[round.next] as Job;
      round.next += 1;
      if (job.run()) round.more = true;
      if (performance.now() >= endMs) break;
    }
    return round.next === this.#jobs.length;
  }

  /** Looks for work when rest begins, and then until what was too small for a chunk is old, and what was kept for viewers, too. */
  #awaitRest(): void {
    const { rest, parts } = this.#place;
    const untilRestMs = rest.untilRestMs(performance.now());
    const isEmpty = parts.journal.isTrimmed && parts.heads.oldestCommit() === Number.POSITIVE_INFINITY;
    if (untilRestMs === 0 && isEmpty) return;
    this.#resting = setTimeout(() => this.#whenRested(), Math.min(untilRestMs || restingLookMs, longestTimerMs));
  }

  #whenRested(): void {
    if (this.#place.rest.untilRestMs(performance.now()) === 0) this.#whenIdle();
    // Commits have come that were too close to each other for an idle moment, or no timer runs for so long.
    else this.#awaitRest();
  }

  /** A slice of each job that begins at this moment. */
  #run(from: Job["from"]): void {
    for (const job of this.#jobs) if (job.from === from) job.run();
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }
}

/** The part of a round that the sweep must make for `added` bytes, so that a round takes as long as what is held took to come. */
function sweepShare(added: number, held: number, budget: number): number {
  return held < budget * sweepFrom ? 0 : added / Math.min(held, budget);
}
