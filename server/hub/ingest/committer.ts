/**
 * Group commit. One batch is on its way to the disk while the next one fills: the running sync is the batching window,
 * so a lone reading waits for nothing and a flood shares its syncs.
 */
import type { Clock, Timer } from "../../ports.ts";
import { type Columns, ColumnsBuilder } from "../../store/columns.ts";
import { type Commit, StoreError, type TelemetryStore } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import { OpenBatch } from "./batch.ts";

export interface CommitterOptions {
  readonly store: Pick<TelemetryStore, "append">;
  readonly clock: Clock;
  /** How long a commit waits for company, ms. 0: not at all. */
  readonly delayMs: number;
  /**
   * Called with each commit before its senders are told, and with the arrival that the store was given, ms since the epoch.
   * The columns are lent: they change after `onTold` returned.
   */
  readonly onCommit: (commit: Commit, batch: OpenBatch, receivedMs: number) => void;
  /** Called after the senders were told: what viewers see comes after the acknowledgement. */
  readonly onTold: (commit: Commit, batch: OpenBatch, receivedMs: number) => void;
  /** Called with each refusal of all that waits, before its senders are told; `receivedMs` as above. */
  readonly onRefused: (error: StoreError, refused: readonly OpenBatch[], receivedMs: number) => void;
  /** Called when the hub itself failed while it handled a commit; nothing is acknowledged after that. */
  readonly onFatal: (error: unknown) => void;
}

/** Answers of one sender are charged with no more, ms: a process that is held up meanwhile is nobody's doing. */
const mostAnswerMs = 5;

/** What a reading takes of the store's thread and the disk later on, ms: a larger sync, the seal, moving the log. Who sends many pays for it. */
const storedMs = 0.003;

/** What a refusal that is told counts beside the time that it takes, ms: whoever sends what nobody can store gets less for it. */
const toldMs = 0.2;

/** What runs one after the other: batches on their way to the disk, and work that must not run beside one. */
type Step =
  | { readonly kind: "batch"; readonly batch: OpenBatch; readonly columns: Columns }
  | { readonly kind: "work"; readonly run: () => Promise<void> };

export class Committer {
  /** The readings of `open`. */
  readonly columns = new ColumnsBuilder();
  readonly #options: CommitterOptions;
  #batches = 1;
  #open = new OpenBatch(this.#batches);
  #steps: Step[] = [];
  #state: "idle" | "running" | "halted" = "idle";
  /** `open` may leave as soon as nothing else is on its way. */
  #due = false;
  #waiting = false;
  #delay: Timer | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** The batch that takes what comes now. It changes whenever one leaves. */
  get open(): OpenBatch {
    return this.#open;
  }

  /** Sees to it that what was put into `open` is committed. Call after each frame. */
  touch(): void {
    if (this.#due || this.#waiting) return;
    const { delayMs, clock } = this.#options;
    if (delayMs > 0) {
      this.#waiting = true;
      this.#delay = clock.after(delayMs, () => this.#leave());
    } else if (this.#state === "running") {
      this.#due = true;
    } else {
      // All frames that one turn of the event loop reads share a commit.
      this.#waiting = true;
      setImmediate(() => this.#leave());
    }
  }

  /** Resolves once everything put into a batch before this call is decided: on disk or refused. */
  settled(): Promise<void> {
    return this.exclusive(async () => {});
  }

  /**
   * Runs `work` after everything that came before it is decided, and before anything that comes after it is sent to the
   * store. For removals, which must neither overtake readings nor be overtaken by them.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#seal();
      this.#steps.push({ kind: "work", run: () => work().then(resolve, reject) });
      this.#pump();
    });
  }

  /**
   * Gives readings that wait for the disk another series where theirs is `gone`; `successor` finds or makes it, and notes
   * in the batch what has to be written with it. Call it in `exclusive` work.
   */
  replaceWaiting(gone: ReadonlyMap<number, Series>, successor: (series: Series, batch: OpenBatch) => Series): void {
    this.#seal();
    const numbers = new Map<number, number>();
    let first: OpenBatch | undefined;
    for (const step of this.#steps) {
      if (step.kind === "work") continue;
      step.batch.forget(gone);
      // A store takes numbers in rising order, and the successors' are higher than those of the batches behind.
      first ??= step.batch;
      if (first !== step.batch) first.takeSeriesOf(step.batch);
      const { length, series } = step.columns;
      for (let index = 0; index < length; index++) {
        const number = series[index] as number;
        const old = gone.get(number);
        if (!old) continue;
        let next = numbers.get(number);
        if (next === undefined) {
          next = successor(old, first).number;
          numbers.set(number, next);
        }
        series[index] = next;
      }
    }
  }

  /** Tells nobody anything any more: the store can't promise that what it took is safe. */
  halt(): void {
    this.#state = "halted";
    this.#delay?.cancel();
  }

  #leave(): void {
    this.#waiting = false;
    this.#due = true;
    this.#pump();
  }

  #pump(): void {
    if (this.#state !== "idle") return;
    this.#state = "running";
    this.#run().catch((error) => {
      this.halt();
      this.#options.onFatal(error);
    });
  }

  async #run(): Promise<void> {
    while (this.#state === "running") {
      if (this.#steps.length === 0 && this.#due) this.#seal();
      const step = this.#steps.shift();
      if (!step) {
        this.#state = "idle";
        return;
      }
      if (step.kind === "work") await step.run();
      else await this.#commit(step.batch, step.columns);
    }
  }

  /** Lines `open` up for the disk and begins a new one. */
  #seal(): void {
    this.#due = false;
    if (this.#open.empty) return;
    this.#steps.push({ kind: "batch", batch: this.#open, columns: this.columns.take() });
    this.#open = new OpenBatch(++this.#batches);
  }

  async #commit(batch: OpenBatch, columns: Columns): Promise<void> {
    const { store, clock, onCommit, onTold } = this.#options;
    const receivedMs = clock.now();
    let commit: Commit;
    try {
      commit = await store.append(batch.toBatch(columns, receivedMs));
    } catch (error) {
      if (this.#state !== "running") return;
      this.#refuse(batch, error instanceof StoreError ? error : unexpected(error), receivedMs);
      return;
    }
    if (this.#state !== "running") return;
    const beganMs = clock.monotonic();
    batch.settle();
    onCommit(commit, batch, receivedMs);
    this.#share(batch, clock.monotonic() - beganMs);
    this.#answer(batch);
    onTold(commit, batch, receivedMs);
    this.columns.recycle(commit.columns);
  }

  /** Tells all senders; each is charged with its own answers. */
  #answer({ receipts }: OpenBatch): void {
    const { clock } = this.#options;
    let atMs = clock.monotonic();
    for (const receipt of receipts) {
      const { sender } = receipt;
      sender.decided(receipt);
      const nowMs = clock.monotonic();
      sender.peer?.took(Math.min(nowMs - atMs, mostAnswerMs));
      atMs = nowMs;
    }
  }

  /** Charges the senders with what the readings of a commit took, and will. What viewers are shown is not theirs to pay for. */
  #share({ receipts }: OpenBatch, ms: number): void {
    let stored = 0;
    for (const receipt of receipts) stored += receipt.stored;
    const eachMs = stored === 0 ? 0 : ms / stored + storedMs;
    for (const receipt of receipts) {
      const tookMs = eachMs * receipt.stored + toldMs * receipt.told;
      if (tookMs > 0) receipt.sender.peer?.took(tookMs);
    }
  }

  /**
   * The batches behind it are refused too: they may hold later frames of the same senders, and nothing behind a hole is
   * ever stored. What devices said of themselves goes with the next batch.
   */
  #refuse(failed: OpenBatch, error: StoreError, receivedMs: number): void {
    const refused = [failed];
    for (const step of this.#steps) if (step.kind === "batch") refused.push(step.batch);
    refused.push(this.#open);
    this.#steps = this.#steps.filter((step) => step.kind === "work");
    this.columns.recycle(this.columns.take());
    this.#open = new OpenBatch(++this.#batches);
    for (const batch of refused) {
      this.#open.inherit(batch);
      batch.rewind();
    }
    this.#options.onRefused(error, refused, receivedMs);
    for (const batch of refused) {
      for (const receipt of batch.receipts) receipt.sender.refused(receipt, error);
    }
  }
}

/** What went wrong inside is not for devices: it goes on as the cause, for the log. */
function unexpected(cause: unknown): StoreError {
  const error = new StoreError("internal", "The store failed; the hub's log says why.");
  error.cause = cause;
  return error;
}
