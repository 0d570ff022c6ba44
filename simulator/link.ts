/**
 * The client of the hub, to be copied together with the folder `link/`: takes readings, sends them in batches, keeps them
 * until the hub has said that they are on disk, and comes back by itself after a cut. Runs in Node and in browsers and needs
 * nothing but these files; the build makes `telemetry-hub/link` of them. What it holds undecided is in memory, and lost with the process.
 */
import { Backlog, type Frame } from "./link/backlog.ts";
import { batchOf, type Columns } from "./link/columns.ts";
import { Connection } from "./link/connection.ts";
import { bytesAtMost, utf8Bytes } from "./link/content.ts";
import { Flushes, undelivered } from "./link/flushes.ts";
import { heard } from "./link/hearing.ts";
import { Introductions } from "./link/introductions.ts";
import type { Ack, DeviceMeta, ErrorMessage, MetricMeta, Value, Welcome } from "./link/messages.ts";
import {
  checkNumbers,
  type LinkOptions,
  type LinkPorts,
  type LinkState,
  type LinkStats,
  type Refused,
  type Socket,
  type SocketConstructor,
  systemPorts,
} from "./link/options.ts";
import { encodeRow } from "./link/rows.ts";
import { Sizes } from "./link/sizes.ts";
import { refusedBy, Tally } from "./link/tally.ts";
import { tell } from "./link/tell.ts";

export type {
  DeviceMeta,
  ErrorMessage,
  LinkOptions,
  LinkPorts,
  LinkState,
  LinkStats,
  MetricMeta,
  Refused,
  Socket,
  SocketConstructor,
  Value,
};
export { systemPorts };

function randomName(): string {
  // Not randomUUID: browsers keep it from pages served over plain HTTP in a local network.
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Link {
  readonly #options: LinkOptions;
  readonly #ports: LinkPorts;
  readonly #hello: string;
  readonly #introductions = new Introductions();
  readonly #backlog = new Backlog();
  readonly #connection: Connection;
  readonly #batchReadings: number;
  readonly #sizes: Sizes;
  #epoch: string | undefined;
  /** Waiting readings may leave now: their time has come, or somebody flushes. */
  #due = false;
  #cancelBatch: (() => void) | undefined;
  /** When the batch that waits was begun, ms since the epoch. */
  #batchSince = 0;
  /** Set while the hub has asked for patience with a frame. */
  #cancelRetry: (() => void) | undefined;
  readonly #flushes = new Flushes();
  readonly #tally: Tally;
  #highestSent = 0;
  #constructed = false;

  /**
   * Starts connecting at once to `url`, such as `ws://localhost:8080/ws`. Throws where that is no URL, no WebSocket is to be
   * had, or a number among the options is out of its range (RangeError).
   */
  constructor(url: string, options: LinkOptions) {
    const { device, token, session = randomName() } = options;
    const { name, kind, reportInterval, historic, metrics, commands, labels } = options;
    const meta = { name, kind, reportInterval, historic, metrics, commands, labels };
    checkNumbers(options);
    this.#hello = JSON.stringify({ type: "hello", device, token, session, protocol: 1, ...meta });
    this.#options = options;
    this.#tally = new Tally(options);
    this.#ports = options.ports ?? systemPorts;
    this.#batchReadings = options.batchReadings ?? 500;
    this.#sizes = new Sizes(this.#batchReadings);
    const WebSocket = options.WebSocket ?? (globalThis.WebSocket as SocketConstructor | undefined);
    if (!WebSocket) throw new TypeError("no WebSocket here: before Node 22 give the one of the ws package");
    this.#connection = new Connection(url, WebSocket, this.#ports, {
      opened: () => this.#connection.send(this.#hello),
      received: (text) => this.#receive(text),
      lost: (code) => this.#lost(code),
      changed: (state) => this.#changed(state),
    });
    this.#connection.connect();
    this.#constructed = true;
  }

  get state(): LinkState {
    return this.#connection.state;
  }

  get stats(): LinkStats {
    return this.#tally.stats(this.#backlog.pending);
  }

  /**
   * Takes one reading. `time`: ms since the epoch, default now. `device`: another device that this one speaks for.
   * Of two values of one metric in the same ms the later one stays. Returns false where it was not taken: the buffer is
   * full, the link has stopped, or no hub would take such a value (told to `onRejected`).
   */
  send(metric: string, value: Value, time: number = this.#ports.now(), device?: string): boolean {
    const reading = { metric, value, time: Math.round(time), ...(device === undefined ? {} : { device }) };
    if (!this.#tally.given(reading) || !this.#makeRoom(1)) return false;
    this.#take(encodeRow(reading));
    return true;
  }

  /**
   * Takes many readings at once, as for high rates: `times` in ms since the epoch, and for each metric a column as long,
   * with null where there is no value at that time. Copies them. Returns false where a reading was not taken: a batch finds
   * room in the buffer as a whole or not at all, and what no hub would take is told to `onRejected`, one by one.
   * Throws a RangeError where a column has another length.
   */
  sendSamples(
    times: ArrayLike<number>,
    values: Readonly<Record<string, ArrayLike<Value | null>>>,
    device?: string,
  ): boolean {
    let sound = true;
    const batch = batchOf(times, values, device, (reading) => {
      const taken = this.#tally.given(reading);
      sound &&= taken;
      return taken;
    });
    if (batch.count === 0) return sound;
    if (!this.#makeRoom(batch.count)) return false;
    this.#take(batch);
    return sound;
  }

  /** Introduces a device behind this one, now and after each reconnect. */
  describe(device: string, meta: DeviceMeta): void {
    const text = this.#introductions.add(device, meta);
    if (this.#connection.open) this.#connection.send(text);
  }

  /**
   * Resolves once everything taken so far is decided: on disk, or refused by name; or given up, with `overflow: "drop-oldest"`.
   * Rejects where the link stops before.
   */
  flush(): Promise<void> {
    const target = this.#backlog.taken;
    if (this.#backlog.oldest >= target) return Promise.resolve();
    const { state } = this;
    if (state.state === "stopped") return Promise.reject(undelivered(state.reason));
    const flushed = this.#flushes.add(target);
    this.#leaveNow();
    return flushed;
  }

  /** Ends the link at once; `flush` before it, to lose nothing. */
  close(): void {
    this.#connection.stop("closed");
  }

  /** False where so many readings have to be given up: counted, and told. */
  #makeRoom(count: number): boolean {
    const stopped = this.state.state === "stopped";
    const excess = this.#backlog.pending + count - (this.#options.bufferReadings ?? 100_000);
    if (!stopped && excess <= 0) return true;
    const madeRoom = !stopped && this.#options.overflow === "drop-oldest" && excess <= this.#backlog.waiting;
    const dropped = madeRoom ? this.#backlog.dropOldest(excess) : count;
    this.#flushes.settle(this.#backlog.oldest);
    this.#tally.dropped(dropped);
    return madeRoom;
  }

  #take(entry: string | Columns): void {
    this.#backlog.push(entry);
    const { batchDelayMs = 100 } = this.#options;
    if (!this.#cancelBatch) {
      this.#batchSince = this.#ports.now();
      this.#cancelBatch = this.#ports.after(batchDelayMs, () => this.#leaveNow());
    }
    // Browsers let the timers of a hidden page wait for up to a minute.
    const late = this.#ports.now() - this.#batchSince > batchDelayMs;
    if (late || this.#backlog.waiting >= this.#batchReadings) this.#leaveNow();
  }

  #receive(text: string): void {
    const message = heard(text);
    if (message?.type === "ack") this.#acknowledge(message);
    else if (message?.type === "error") this.#error(message);
    else if (message?.type === "welcome" && this.state.state === "connecting") this.#welcome(message);
  }

  #welcome(welcome: Welcome): void {
    const sameDatabase = this.#epoch === undefined || this.#epoch === welcome.epoch;
    this.#epoch = welcome.epoch;
    this.#sizes.welcomed(welcome.limits);
    const decided = this.#backlog.reconcile(welcome.lastSeq, sameDatabase, this.#sizes.limits);
    this.#tally.stored(decided);
    if (decided > 0) this.#connection.progressed();
    for (const text of this.#introductions.messages()) this.#connection.send(text);
    this.#connection.welcomed(welcome.epoch, welcome.heartbeat);
    this.#flushes.settle(this.#backlog.oldest);
    this.#leaveNow();
  }

  #acknowledge(ack: Ack): void {
    // Looked up before the frames that hold them are let go, told when all is counted: whoever hears of it may close the link.
    const refused = refusedBy(ack, (seq) => this.#backlog.find(seq)?.content);
    this.#tally.acknowledged(ack, ack.seq === undefined ? 0 : this.#backlog.decide(ack.seq));
    this.#connection.progressed();
    this.#flushes.settle(this.#backlog.oldest);
    for (const one of refused) tell(this.#options.onRejected, one);
    for (const warning of ack.warnings ?? []) tell(this.#options.onWarning, warning);
    this.#pump();
  }

  #error(error: ErrorMessage): void {
    const frame = error.seq === undefined ? undefined : this.#backlog.find(error.seq);
    if (frame && !error.retryable) {
      this.#refuse(frame, error.code, error.message);
      this.#pump();
      return;
    }
    if (error.seq !== undefined && error.retryable) {
      this.#backlog.resendFrom(error.seq);
      this.#cancelRetry ??= this.#ports.after(this.#connection.backoff(), () => {
        this.#cancelRetry = undefined;
        this.#pump();
      });
    }
    tell(this.#options.onError, error);
    // Without a welcome it was the hello that was refused, and the same one would be refused again.
    if (!error.retryable && this.state.state === "connecting") this.#connection.stop(`${error.code}: ${error.message}`);
  }

  /** Sends what may be sent: numbered frames first, then waiting readings whose time has come. */
  #pump(): void {
    const window = this.#options.window ?? 32;
    while (this.#connection.open && !this.#cancelRetry && this.#backlog.inFlight < window) {
      const frame = this.#backlog.next(this.#sizes.limits, this.#due);
      if (!frame) {
        this.#due = false;
        return;
      }
      const { count } = frame.content;
      const text = frame.content.text(frame.seq);
      frame.bytes = bytesAtMost(text);
      const { hubBytes } = this.#sizes;
      if (count === 1 && frame.bytes > hubBytes && utf8Bytes(text) > hubBytes) {
        this.#refuse(frame, "frame_too_large", `frames may have ${hubBytes} bytes at most`);
        continue;
      }
      if (frame.seq <= this.#highestSent) this.#tally.resent(count);
      else this.#highestSent = frame.seq;
      frame.sent = true;
      this.#connection.send(text);
    }
  }

  #leaveNow(): void {
    this.#cancelBatch?.();
    this.#cancelBatch = undefined;
    this.#due = true;
    this.#pump();
  }

  #refuse(frame: Frame, code: string, message: string): void {
    const content = this.#backlog.refuse(frame);
    this.#flushes.settle(this.#backlog.oldest);
    this.#tally.refused(content, frame.seq, code, message);
  }

  #lost(code: number): void {
    if (code === 1009) this.#shrink();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#backlog.unsend();
  }

  /** A frame was too big for the hub or for something on the way: no smaller than the largest one that was sent. */
  #shrink(): void {
    const largest = this.#backlog.largestSent;
    if (!largest || this.#sizes.halve(largest)) return;
    this.#refuse(largest, "frame_too_large", `a frame of ${largest.bytes} bytes with this reading alone was refused`);
  }

  #changed(state: LinkState): void {
    if (state.state === "stopped") {
      this.#cancelBatch?.();
      this.#flushes.fail(state.reason);
    }
    if (this.#constructed) tell(this.#options.onState, state);
    // Whoever made the link does not have it yet.
    else queueMicrotask(() => this.state === state && tell(this.#options.onState, state));
  }
}
