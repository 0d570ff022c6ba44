/**
 * The client of the hub, to be copied together with the folder `link/`: takes readings, sends them in batches, keeps them
 * until the hub has said that they are on disk, and comes back by itself after a cut. Runs in Node and in browsers and needs
 * nothing at run time; its types come from the contract. What it holds undecided is in memory, and lost with the process.
 */
import type { Ack, DeviceMeta, DeviceWelcome, ErrorMessage, HubToDevice } from "../server/protocol/index.ts";
import { Backlog, bytesAtMost, type Frame, type FrameLimits } from "./link/backlog.ts";
import { Connection } from "./link/connection.ts";
import {
  type LinkOptions,
  type LinkPorts,
  type LinkState,
  type LinkStats,
  type Refused,
  type SocketConstructor,
  systemPorts,
  type Value,
} from "./link/options.ts";

export type { LinkOptions, LinkPorts, LinkState, LinkStats, Refused, SocketConstructor, Value };
export { systemPorts };

/** No legal reading is longer as JSON text (names of 128 and a value of 256 code points, each as an escape). */
const longestRow = 4_096;

function randomName(): string {
  // Not randomUUID: browsers keep it from pages served over plain HTTP in a local network.
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Link {
  readonly #options: LinkOptions;
  readonly #ports: LinkPorts;
  readonly #hello: string;
  readonly #describes = new Map<string, string>();
  readonly #backlog = new Backlog();
  readonly #connection: Connection;
  readonly #batchReadings: number;
  #limits: FrameLimits;
  /** Halved each time a frame was too big for something on the way. */
  #bytesCap = Number.POSITIVE_INFINITY;
  #epoch: string | undefined;
  /** Waiting readings may leave now: their time has come, or somebody flushes. */
  #due = false;
  #cancelBatch: (() => void) | undefined;
  /** Set while the hub has asked for patience with a frame. */
  #cancelRetry: (() => void) | undefined;
  #flushes: { readonly target: number; resolve(): void; reject(error: Error): void }[] = [];
  #sent = 0;
  #stored = 0;
  #rejected = 0;
  #dropped = 0;
  #resent = 0;
  #highestSent = 0;

  /** Starts connecting at once to `url`, such as `ws://localhost:8080/ws`. Throws where that is no URL, or no WebSocket is to be had. */
  constructor(url: string, options: LinkOptions) {
    const { device, token, session = randomName() } = options;
    const { name, kind, reportInterval, historic, metrics, commands, labels } = options;
    const meta = { name, kind, reportInterval, historic, metrics, commands, labels };
    this.#hello = JSON.stringify({ type: "hello", device, token, session, protocol: 1, ...meta });
    this.#options = options;
    this.#ports = options.ports ?? systemPorts;
    this.#batchReadings = options.batchReadings ?? 500;
    this.#limits = { readings: this.#batchReadings, bytes: 512 * 1024 };
    const WebSocket = options.WebSocket ?? (globalThis.WebSocket as SocketConstructor | undefined);
    if (!WebSocket) throw new TypeError("no WebSocket here: before Node 22 give the one of the ws package");
    this.#connection = new Connection(url, WebSocket, this.#ports, {
      opened: () => this.#connection.send(this.#hello),
      received: (text) => this.#receive(text),
      lost: (code) => this.#lost(code),
      changed: (state) => this.#changed(state),
    });
    this.#connection.connect();
  }

  get state(): LinkState {
    return this.#connection.state;
  }

  get stats(): LinkStats {
    return {
      sent: this.#sent,
      stored: this.#stored,
      rejected: this.#rejected,
      dropped: this.#dropped,
      pending: this.#backlog.pending,
      resent: this.#resent,
    };
  }

  /**
   * Takes one reading. `time`: ms since the epoch, default now. `device`: another device that this one speaks for.
   * Of two values of one metric in the same ms the later one stays. Returns false where it was not taken: the buffer is
   * full, the link has stopped, or no hub would take such a value (told to `onRejected`).
   */
  send(metric: string, value: Value, time: number = this.#ports.now(), device?: string): boolean {
    const reading = { metric, value, time: Math.round(time), ...(device === undefined ? {} : { device }) };
    const row = encode(reading);
    this.#sent++;
    const finite = Number.isFinite(reading.time) && (typeof value !== "number" || Number.isFinite(value));
    if (!finite || row.length > longestRow) {
      const message = finite ? "the reading is too long for any hub" : "value and time must be finite numbers";
      this.#reject({ ...reading, code: "invalid_value", message });
      return false;
    }
    if (!this.#makeRoom()) return false;
    this.#backlog.push(row);
    if (this.#backlog.waiting >= this.#batchReadings) this.#leaveNow();
    else this.#cancelBatch ??= this.#ports.after(this.#options.batchDelayMs ?? 100, () => this.#leaveNow());
    return true;
  }

  /** Introduces a device behind this one, now and after each reconnect. */
  describe(device: string, meta: DeviceMeta): void {
    const text = JSON.stringify({ type: "describe", device, ...meta });
    this.#describes.set(device, text);
    if (this.#connection.open) this.#connection.send(text);
  }

  /** Resolves once everything taken so far is decided: on disk, or refused by name. Rejects where the link stops before. */
  flush(): Promise<void> {
    const target = this.#backlog.taken;
    if (this.#backlog.oldest >= target) return Promise.resolve();
    const { state } = this;
    if (state.state === "stopped") return Promise.reject(undelivered(state.reason));
    return new Promise((resolve, reject) => {
      this.#flushes.push({ target, resolve, reject });
      this.#leaveNow();
    });
  }

  /** Ends the link at once; `flush` before it, to lose nothing. */
  close(): void {
    this.#connection.stop("closed");
  }

  /** False where the reading has to be given up: counted, and told. */
  #makeRoom(): boolean {
    const stopped = this.state.state === "stopped";
    if (!stopped && this.#backlog.pending < (this.#options.bufferReadings ?? 100_000)) return true;
    const madeRoom = !stopped && this.#options.overflow === "drop-oldest" && this.#backlog.dropOldest();
    this.#dropped++;
    this.#options.onDropped?.(this.#dropped);
    return madeRoom;
  }

  #receive(text: string): void {
    let message: HubToDevice;
    try {
      message = JSON.parse(text) as HubToDevice;
    } catch {
      return;
    }
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "ack") this.#acknowledge(message);
    else if (message.type === "error") this.#error(message);
  }

  #welcome(welcome: DeviceWelcome): void {
    const sameDatabase = this.#epoch === undefined || this.#epoch === welcome.epoch;
    this.#epoch = welcome.epoch;
    this.#limits = {
      readings: Math.min(this.#batchReadings, welcome.limits.readingsPerFrame),
      bytes: Math.min(this.#bytesCap, welcome.limits.frameBytes),
    };
    this.#stored += this.#backlog.reconcile(welcome.lastSeq, sameDatabase, this.#limits);
    for (const text of this.#describes.values()) this.#connection.send(text);
    this.#connection.welcomed(welcome.epoch, welcome.heartbeat);
    this.#settle();
    this.#leaveNow();
  }

  #acknowledge(ack: Ack): void {
    for (const rejection of ack.rejected ?? []) {
      const row = this.#backlog.find(rejection.seq ?? ack.seq ?? 0)?.rows[rejection.index];
      this.#options.onRejected?.({ ...(row === undefined ? {} : (JSON.parse(row) as object)), ...rejection });
    }
    const rejected = ack.rejectedCount ?? ack.rejected?.length ?? 0;
    this.#rejected += rejected;
    this.#stored += (ack.seq === undefined ? 0 : this.#backlog.decide(ack.seq)) - rejected;
    for (const warning of ack.warnings ?? []) this.#options.onWarning?.(warning);
    this.#connection.progressed();
    this.#settle();
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
    this.#options.onError?.(error);
    // Without a welcome it was the hello that was refused, and the same one would be refused again.
    if (!error.retryable && this.state.state === "connecting") this.#connection.stop(`${error.code}: ${error.message}`);
  }

  /** Sends what may be sent: numbered frames first, then waiting readings whose time has come. */
  #pump(): void {
    const window = this.#options.window ?? 32;
    while (this.#connection.open && !this.#cancelRetry && this.#backlog.inFlight < window) {
      const frame = this.#backlog.next(this.#limits, this.#due);
      if (!frame) {
        this.#due = false;
        return;
      }
      const text = `{"type":"readings","seq":${frame.seq},"readings":[${frame.rows.join(",")}]}`;
      if (frame.rows.length === 1 && bytesAtMost(text) > this.#limits.bytes) {
        this.#refuse(frame, "frame_too_large", `frames may have ${this.#limits.bytes} bytes at most`);
        continue;
      }
      if (frame.seq <= this.#highestSent) this.#resent += frame.rows.length;
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
    const { seq } = frame;
    for (const row of this.#backlog.refuse(frame)) {
      this.#reject({ ...(JSON.parse(row) as { metric: string }), seq, code, message });
    }
    this.#settle();
  }

  #reject(refused: Refused): void {
    this.#rejected++;
    this.#options.onRejected?.(refused);
  }

  /** Answers the flushes whose readings are all decided. */
  #settle(): void {
    const { oldest } = this.#backlog;
    while (this.#flushes[0] && this.#flushes[0].target <= oldest) this.#flushes.shift()?.resolve();
  }

  #lost(code: number): void {
    if (code === 1009) this.#bytesCap = Math.floor(this.#limits.bytes / 2);
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#backlog.unsend();
  }

  #changed(state: LinkState): void {
    if (state.state === "stopped") {
      this.#cancelBatch?.();
      for (const flush of this.#flushes.splice(0)) flush.reject(undelivered(state.reason));
    }
    this.#options.onState?.(state);
  }
}

/** As JSON text; a negative zero keeps its sign, which `JSON.stringify` would drop. */
function encode(reading: { value: Value }): string {
  const text = JSON.stringify(reading);
  return Object.is(reading.value, -0) ? text.replace('"value":0', '"value":-0') : text;
}

function undelivered(reason: string): Error {
  return new Error(`readings are undelivered: ${reason}`);
}
