/** The two threads of a store, started together and ended together: what one of them lost, the other cannot answer for. */
import { Worker } from "node:worker_threads";
import { StoreError, type StoreState } from "../store.ts";
import type { ReaderCalls, WorkerSetup, WriterCalls } from "./calls.ts";
import { WorkerLink } from "./link.ts";
import { type SqliteStoreOptions, settingsOf } from "./options.ts";

export interface PairEvents {
  /** The store can promise nothing any more. */
  readonly onFatal: (message: string) => void;
  /** A thread ended by itself; everything that waited was rejected before this call. At most once, never after `end`. */
  readonly onLost: (reason: Error) => void;
}

export class WorkerPair {
  readonly writer: WorkerLink<WriterCalls>;
  readonly reader: WorkerLink<ReaderCalls>;
  readonly #workers: readonly Worker[];
  readonly #events: PairEvents;
  #ended = false;

  constructor(options: SqliteStoreOptions, events: PairEvents) {
    this.#events = events;
    const writer = spawn(options, "writer");
    const reader = spawn(options, "reader");
    this.#workers = [writer, reader];
    this.writer = new WorkerLink(writer, events.onFatal);
    this.reader = new WorkerLink(reader, events.onFatal);
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
    return state;
  }

  /** Closes the database once what was asked before is answered, then ends the threads. */
  async close(): Promise<void> {
    await Promise.allSettled([this.reader.call("close", []), this.writer.call("close", [])]);
    await this.end();
  }

  /** Ends the threads at once. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#abandon("The store is closed.");
  }

  async #lose(reason: Error): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // The other thread goes too, and its files are closed, before a new pair opens them.
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#abandon(`The store's worker was lost (${reason.message}) and is started again: send it once more.`);
    this.#events.onLost(reason);
  }

  #abandon(message: string): void {
    const error = new StoreError("store_unavailable", message);
    this.writer.abandon(error);
    this.reader.abandon(error);
  }
}

function spawn(options: SqliteStoreOptions, role: WorkerSetup["role"]): Worker {
  const { workerUrl } = options;
  const setup: WorkerSetup = { role, settings: settingsOf(options) };
  if (workerUrl) return new Worker(workerUrl, { workerData: setup });
  return new Worker(new URL("./bootstrap.mjs", import.meta.url), {
    workerData: { ...setup, entry: new URL("./worker.ts", import.meta.url).href },
    execArgv: [],
  });
}
