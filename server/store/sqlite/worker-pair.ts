/** The two threads of a store, started together and ended together: what one of them lost, the other cannot answer for. */
import { MessageChannel, Worker } from "node:worker_threads";
import type { RawPage } from "../answers.ts";
import { type RawRange, StoreError, type StoreState } from "../store.ts";
import type { ReaderCalls, WorkerSetup, WriterCalls } from "./calls.ts";
import { WorkerLink, WorkerLostError } from "./link.ts";
import { OpenFrom } from "./open-from.ts";
import { databasePath, type SqliteStoreOptions, settingsOf } from "./options.ts";
import { SmallReads } from "./small-reads.ts";

/** What a call of the reader takes before what the writer adds. */
type ParametersBeforeLast<F extends (...values: never[]) => unknown> =
  Parameters<F> extends [...infer Before, unknown] ? Before : never;

/** Of the patience of a close, what the reader's answers may take: the writer has more to do. */
const readerShare = 1 / 3;

export interface PairEvents {
  /** The store can promise nothing any more. */
  readonly onFatal: (message: string) => void;
  /** The store goes on, with a loss. */
  readonly onTrouble: (message: string) => void;
  /** A thread ended by itself; everything that waited was rejected before this call. At most once, never after `end`. */
  readonly onLost: (reason: Error) => void;
}

export class WorkerPair {
  readonly writer: WorkerLink<WriterCalls>;
  readonly reader: WorkerLink<ReaderCalls>;
  readonly #openFrom = new OpenFrom();
  readonly #path: string;
  #small: SmallReads | undefined;
  readonly #workers: readonly Worker[];
  readonly #events: PairEvents;
  #ended = false;

  /** `isFirst`: no other pair had the folder since the hub holds it. */
  constructor(options: SqliteStoreOptions, isFirst: boolean, events: PairEvents) {
    this.#events = events;
    this.#path = databasePath(options.folder);
    const { port1, port2 } = new MessageChannel();
    const writer = spawn(options, "writer", isFirst, { between: port1, openFrom: this.#openFrom.buffer });
    const reader = spawn(options, "reader", false, { between: port2 });
    this.#workers = [writer, reader];
    this.writer = new WorkerLink(writer, events.onFatal, events.onTrouble);
    this.reader = new WorkerLink(reader, events.onFatal, events.onTrouble);
    for (const worker of this.#workers) {
      let reason = new Error("a store worker ended");
      worker.on("error", (error) => {
        reason = error instanceof Error ? error : new Error(String(error));
      });
      worker.on("exit", () => void this.#lose(reason));
    }
  }

  /** Opens the database; the writer has it ready before the reader looks at it. Throws `StoreOpenError`. */
  async open(): Promise<StoreState> {
    const state = await this.writer.call("open", []);
    await this.reader.call("open", []);
    this.#small = SmallReads.open(this.#path);
    return state;
  }

  /**
   * Asks the writer, which hands its answer to the reader behind these values: one way less between threads than to ask both.
   * Resolves with what the reader answers.
   */
  ask<W extends keyof WriterCalls & string, R extends keyof ReaderCalls & string>(
    what: W,
    values: Parameters<WriterCalls[W]>,
    name: R,
    before: ParametersBeforeLast<ReaderCalls[R]>,
  ): Promise<Awaited<ReturnType<ReaderCalls[R]>>> {
    return this.reader.expect((id) => this.writer.post({ id, name: what, values, handTo: { name, values: before } }));
  }

  /**
   * A small question about raw readings that nothing under way can change, answered at once on this thread; null where the series is
   * not known, undefined where the workers are to be asked.
   */
  async readSmall(range: RawRange, limit: number): Promise<RawPage | null | undefined> {
    const small = this.#small;
    if (!small || !this.writer.isQuiet || !small.takes(range)) return undefined;
    if (range.toMs <= this.#openFrom.ms) return small.read(range, limit);
    const head = await this.writer.call("headRows", [range]);
    if (this.#small !== small) throw closedError();
    return head && (small.read(range, limit, head) ?? this.reader.call("readRaw", [range, limit, head]));
  }

  /** Closes the database once what was asked before is answered, or most of `patienceMs` have passed; then ends the threads. */
  async close(patienceMs: number): Promise<void> {
    const startMs = performance.now();
    // The writer goes last: a reader cannot take the log away with it.
    const closed = this.#closeReader().then(
      () => true,
      () => true,
    );
    if (!(await Promise.race([closed, passed(patienceMs * readerShare)]))) this.#leaveReader();
    this.#closeSmall();
    await Promise.allSettled([
      this.writer.callLast("close", [patienceMs - (performance.now() - startMs)], closedError()),
    ]);
    await this.end();
  }

  /** Once it has answered: a reader that was closed before would throw at what comes to it from the writer, and be taken for lost. */
  async #closeReader(): Promise<void> {
    // What the writer was asked before, it has answered or handed to the reader when it answers this.
    await this.writer.call("latest", [[]]);
    await this.reader.quiet();
    await this.reader.callLast("close", [], closedError());
  }

  /** Nobody waits for what it was asked: the writer goes on without it, and at once, since a query ends when it is through. */
  #leaveReader(): void {
    const [, reader] = this.#workers;
    reader?.removeAllListeners("exit");
    void reader?.terminate();
    this.reader.abandon(closedError());
  }

  /** Ends the threads at once. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#closeSmall();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#abandon(closedError());
  }

  async #lose(reason: Error): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#closeSmall();
    // The other thread goes too, and its files are closed, before a new pair opens them.
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#abandon(new WorkerLostError(reason.message));
    this.#events.onLost(reason);
  }

  #closeSmall(): void {
    this.#small?.close();
    this.#small = undefined;
  }

  #abandon(error: StoreError): void {
    this.writer.abandon(error);
    this.reader.abandon(error);
  }
}

function closedError(): StoreError {
  return new StoreError("store_unavailable", "The store is closed.");
}

/** Resolves with false, and keeps no process alive for it. */
function passed(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}

function spawn(
  options: SqliteStoreOptions,
  role: WorkerSetup["role"],
  expectLog: boolean,
  { between, openFrom }: Pick<WorkerSetup, "between" | "openFrom"> = {},
): Worker {
  const { workerUrl } = options;
  const setup: WorkerSetup = {
    role,
    settings: settingsOf(options, expectLog),
    ...(between && { between }),
    ...(openFrom && { openFrom }),
  };
  const transferList = between ? [between] : [];
  if (workerUrl) return new Worker(workerUrl, { workerData: setup, transferList });
  return new Worker(new URL("./bootstrap.mjs", import.meta.url), {
    workerData: { ...setup, entry: new URL("./worker.ts", import.meta.url).href },
    transferList,
    execArgv: [],
  });
}
