/** What goes into a link and what comes out of it. */
import type { DeviceMeta, ErrorMessage } from "./messages.ts";

/** The part of a WebSocket that a link uses; the browser's, Node's and the `ws` package's have it. */
export interface Socket {
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: "error", listener: (event: object) => void): void;
  send(text: string): void;
  close(): void;
}

export type SocketConstructor = new (url: string) => Socket;

/** What a link needs from the machine; tests give a clock that can be turned. */
export interface LinkPorts {
  /** ms since the epoch, for readings sent without a time. */
  now(): number;
  /** Calls once after `delayMs`, however long; the function returned cancels, and may be called again. */
  after(delayMs: number, call: () => void): () => void;
  /** Uniform in [0, 1), for the back-off. */
  random(): number;
}

/** Set for longer, a timer ends at once, ms. */
const longestTimerMs = 2 ** 31 - 1;

export const systemPorts: LinkPorts = {
  now: () => Date.now(),
  after(delayMs, call) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (leftMs: number): void => {
      const part = Math.min(leftMs, longestTimerMs);
      timer = setTimeout(() => (leftMs > part ? wait(leftMs - part) : call()), part);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** A reading refused for good. `seq` is missing where the link itself refused it. */
export interface Refused {
  readonly metric: string;
  readonly value?: unknown;
  readonly time?: number;
  readonly device?: string | undefined;
  readonly seq?: number | undefined;
  readonly code: string;
  readonly message: string;
}

/** `waiting`: cut off, comes back by itself. `stopped`: closed, or sent away for good; it takes a new link. */
export type LinkState =
  | { readonly state: "connecting"; readonly reason?: undefined }
  | { readonly state: "open"; readonly epoch: string; readonly reason?: undefined }
  | { readonly state: "waiting"; readonly reason: string; readonly retryInMs: number }
  | { readonly state: "stopped"; readonly reason: string };

/** Readings counted: `sent` = `stored` + `rejected` + `dropped` + `pending`. */
export interface LinkStats {
  /** Given to `send` and `sendSamples`. */
  readonly sent: number;
  /**
   * Acknowledged: on disk at the hub. Where a cut swallowed an ack, refusals that it told are counted here; the hub shows
   * them at `GET devices/{id}/refused`.
   */
  readonly stored: number;
  /** Refused for good, each told to `onRejected`. */
  readonly rejected: number;
  /** Given up because the buffer was full or the link had stopped. */
  readonly dropped: number;
  /** Not decided yet. */
  readonly pending: number;
  /** Sent more than once, after a cut or at the hub's wish. Stored once all the same. */
  readonly resent: number;
}

export interface LinkOptions extends DeviceMeta {
  readonly device: string;
  readonly token?: string | undefined;
  /** Names one life of the sequence numbers. Default: random for each link. A fixed one goes on above what the hub has seen. */
  readonly session?: string | undefined;
  /** A batch leaves when it has so many readings … Default 500. */
  readonly batchReadings?: number | undefined;
  /** … or when its oldest reading is so old, ms. Default 100. More spares bandwidth and disk, and delays the live view. */
  readonly batchDelayMs?: number | undefined;
  /** Most undecided readings kept in memory, about 150 bytes each (in columns 25). Default 100,000. */
  readonly bufferReadings?: number | undefined;
  /**
   * Where the buffer is full. `refuse-newest` (default): `send` answers false, so that the caller knows at once.
   * `drop-oldest`: the oldest reading that was not yet on its way makes room. Both are counted in `stats.dropped`.
   */
  readonly overflow?: "refuse-newest" | "drop-oldest" | undefined;
  /** Most frames on their way at once. Default 32. */
  readonly window?: number | undefined;
  /** Default: the global one, in browsers and from Node 22 on. Before that, give the one of the `ws` package. */
  readonly WebSocket?: SocketConstructor | undefined;
  readonly ports?: LinkPorts | undefined;
  readonly onState?: ((state: LinkState) => void) | undefined;
  readonly onRejected?: ((refused: Refused) => void) | undefined;
  /** Told at each reading dropped, with the number dropped so far. */
  readonly onDropped?: ((dropped: number) => void) | undefined;
  /** Errors that belong to no frame, and retryable ones, after which the link sends again by itself. */
  readonly onError?: ((error: ErrorMessage) => void) | undefined;
  /** What the hub remarks on readings that it stored all the same. */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** Throws a RangeError where a number is out of its range: a link with batches or a window of none would never send. */
export function checkNumbers({ batchReadings, bufferReadings, window, batchDelayMs }: LinkOptions): void {
  const least = { batchReadings: 1, bufferReadings: 1, window: 1, batchDelayMs: 0 };
  for (const [name, value] of Object.entries({ batchReadings, bufferReadings, window, batchDelayMs })) {
    const from = least[name as keyof typeof least];
    if (value === undefined || (typeof value === "number" && value >= from)) continue;
    throw new RangeError(`${name} must be a number from ${from} on, not ${value}`);
  }
}
