/** Both ends of the wire between the main thread and a worker: requests by name, answers by number. */
import type { MessagePort, TransferListItem, Worker } from "node:worker_threads";
import { StoreError, StoreOpenError } from "../store.ts";
import type { Handed, Reply, Request, SentError } from "./calls.ts";

/** Any table of functions fits; the calls themselves are typed by it. */
type Table<T> = { [K in keyof T]: (...values: never[]) => unknown };

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** The worker ended while this was under way: whether it was done is known only to the disk. */
export class WorkerLostError extends StoreError {
  constructor(reason: string) {
    super("store_unavailable", `The store's worker was lost (${reason}) and is started again: send it once more.`);
    this.name = "WorkerLostError";
  }
}

/** The main thread's end. */
export class WorkerLink<T extends Table<T>> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #gone: Error | undefined;
  #whenQuiet: (() => void)[] = [];

  /** `onFatal` hears of a store that can promise nothing any more, `onTrouble` of one that goes on with a loss. */
  constructor(worker: Worker, onFatal: (message: string) => void, onTrouble: (message: string) => void) {
    this.#worker = worker;
    worker.on("message", (reply: Reply) => {
      if ("fatal" in reply) return onFatal(reply.fatal);
      if ("trouble" in reply) return onTrouble(reply.trouble);
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("error" in reply) waiting?.reject(fromSent(reply.error));
      else waiting?.resolve(reply.value as never);
      this.#tellQuiet();
    });
  }

  /** Calls `name` in the worker; rejects with the error it threw there. */
  call<K extends keyof T & string>(
    name: K,
    values: Parameters<T[K]>,
    transfer: readonly TransferListItem[] = [],
  ): Promise<Awaited<ReturnType<T[K]>>> {
    return this.expect((id) => this.post({ id, name, values }, transfer));
  }

  /** The answer to a request of this number, which `send` sends here or to the other worker of a pair. */
  expect<Answer>(send: (id: number) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#gone) throw this.#gone;
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  /** Whether everything that was sent here is answered. What the other worker of a pair is to answer is not counted. */
  get isQuiet(): boolean {
    return this.#waiting.size === 0;
  }

  /** Resolves once all that was asked is answered, and what the answers had others ask at once. Never rejects. */
  async quiet(): Promise<void> {
    while (!this.isQuiet) {
      await new Promise<void>((resolve) => this.#whenQuiet.push(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** As `call`, and everything after it is refused by `error`: the worker has nothing left to answer from. */
  callLast<K extends keyof T & string>(
    name: K,
    values: Parameters<T[K]>,
    error: Error,
  ): Promise<Awaited<ReturnType<T[K]>>> {
    const answer = this.call(name, values);
    this.#gone ??= error;
    return answer;
  }

  post(request: Request, transfer: readonly TransferListItem[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** Rejects everything that still waits and all that comes: the worker is gone. */
  abandon(error: Error): void {
    this.#gone = error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
    this.#tellQuiet();
  }

  #tellQuiet(): void {
    if (!this.isQuiet) return;
    for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }
}

/**
 * The worker's end: answers each request by the function of its name; buffers that `transferOf` names move. `between` leads to
 * the other worker of a pair: what comes from there is answered to the main thread, too.
 */
export function serve<T extends Table<T>>(
  port: MessagePort,
  table: T,
  transferOf: (value: unknown) => ArrayBuffer[],
  between?: MessagePort,
): void {
  function take({ id, name, values, handTo }: Request): void {
    const answer = (value: unknown): void => {
      if (handTo === undefined) port.postMessage({ id, value } satisfies Reply, transferOf(value));
      else between?.postMessage({ id, name: handTo.name, values: [...handTo.values, value] }, transferOf(value));
    };
    const refuse = (error: unknown): void => {
      const sent = toSent(error);
      // Anything unforeseen leaves this thread in a state nobody knows: it ends, and a new one recovers from the disk.
      if (sent.kind === "other" && name !== "open") throw error;
      (handTo === undefined ? port : between)?.postMessage({ id, error: sent });
    };
    let value: unknown;
    try {
      value = table[name as keyof T](...(values as never[]));
    } catch (error) {
      refuse(error);
      return;
    }
    // Others are answered meanwhile.
    if (value instanceof Promise) value.then(answer, refuse);
    else answer(value);
  }
  port.on("message", take);
  between?.on("message", (handed: Handed) => ("error" in handed ? port.postMessage(handed) : take(handed)));
}

function toSent(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return { kind: "store", code: error.code, message, retryable: error.retryable };
  if (error instanceof StoreOpenError) return { kind: "open", reason: error.reason, message };
  return { kind: "other", message };
}

function fromSent(error: SentError): Error {
  if (error.kind === "store") return new StoreError(error.code, error.message, error.retryable);
  if (error.kind === "open") return new StoreOpenError(error.reason, error.message);
  return new Error(error.message);
}
