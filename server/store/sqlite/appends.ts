/**
 * Appends on their way to the writer. When its thread is lost with some under way, nobody was told whether they are on
 * disk: the recovered database knows, and is asked, so that none is refused that was stored and then stored twice.
 */
import type { Columns } from "../columns.ts";
import { type Batch, type Commit, StoreError } from "../store.ts";
import type { WriterCalls } from "./calls.ts";
import { type WorkerLink, WorkerLostError } from "./link.ts";

type Writer = Pick<WorkerLink<WriterCalls>, "call">;

interface Doubtful {
  /** The commit that it is, if it is one. */
  readonly number: number;
  readonly sentMs: number;
  readonly error: StoreError;
  resolve(commit: Commit): void;
  reject(error: StoreError): void;
}

const nothing: Columns = {
  length: 0,
  series: new Uint32Array(0),
  times: new Float64Array(0),
  values: new Float64Array(0),
  strings: [],
};

export class Appends {
  /** Appends called since the last refusal was delivered carry the same number; the writer refuses those behind a hole by it. */
  #generation = 0;
  /** The commit that the last append sent will be, if it and those before it succeed. */
  #sent = 0;
  #doubtful: Doubtful[] = [];
  #abandoned = false;

  /** The writer is open, for the first time. */
  opened(commit: number): void {
    this.#sent = commit;
  }

  /** Sends a batch to the writer that `pair` brings; answers as `TelemetryStore.append` does. */
  async send(pair: Promise<{ readonly writer: Writer }>, batch: Batch): Promise<Commit> {
    const generation = this.#generation;
    let number = 0;
    const sentMs = performance.now();
    try {
      const { writer } = await pair;
      if (generation !== this.#generation) {
        throw new StoreError("store_unavailable", "A batch before this one was refused: send both once more.");
      }
      number = ++this.#sent;
      const { series, times, values } = batch.columns;
      return await writer.call("append", [batch, generation], [series.buffer, times.buffer, values.buffer]);
    } catch (error) {
      if (error instanceof WorkerLostError && number > 0 && !this.#abandoned) {
        return new Promise((resolve, reject) => this.#doubtful.push({ number, sentMs, error, resolve, reject }));
      }
      if (generation === this.#generation) this.#refuse(number === 0 ? this.#sent : number - 1);
      throw error;
    }
  }

  /**
   * The writer was lost and is back with `commit` as its newest. Settles every append that was under way; call it before
   * anything else may be sent.
   */
  async recovered(commit: number, writer: Writer): Promise<void> {
    const doubtful = this.#doubtful;
    this.#doubtful = [];
    this.#sent = commit;
    if (doubtful.some(({ number }) => number > commit)) this.#refuse(commit);
    for (const { number, sentMs, error, resolve, reject } of doubtful) {
      if (number > commit) {
        reject(error);
        continue;
      }
      // It is on disk, whatever becomes of this writer: only its readings may be out of reach.
      const columns = await writer.call("committed", [number]).catch(() => null);
      resolve({ commit: number, columns: columns ?? nothing, commitMs: performance.now() - sentMs });
    }
  }

  /** The writer was lost and does not come back: nobody will ever know. */
  abandon(): void {
    this.#abandoned = true;
    for (const { error, reject } of this.#doubtful.splice(0)) reject(error);
  }

  /** `before`: the commit that the last append before the refused one is, or will be once it is answered. */
  #refuse(before: number): void {
    this.#generation += 1;
    this.#sent = before;
  }
}
