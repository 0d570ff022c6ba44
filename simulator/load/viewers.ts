/** Many dashboards: each with a socket and a subscription of its own, all of the same selection. */
import type { HubToViewer } from "../../server/protocol/index.ts";
import type { Socket, SocketConstructor } from "../link/options.ts";
import { Probe } from "./probe.ts";
import { comeBack } from "./sender.ts";
import { Latencies } from "./tally.ts";

export interface ViewersOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly viewers: number;
  readonly devices?: readonly string[];
  readonly metrics?: readonly string[];
  readonly interval?: number;
  readonly probe: { readonly device: string; readonly metric: string };
  readonly WebSocket: SocketConstructor;
}

/** What the viewers have seen, all together. */
export class Seen {
  readonly latency = new Latencies();
  frames = 0;
  /** Readings in them. */
  updates = 0;
  bytes = 0;
  /** Readings that the hub left out for a viewer that was too slow. */
  merged = 0;
  reconnects = 0;
  trouble: string | undefined;
}

/** Viewers are connected so many at a time, so often (ms). */
const openedAtOnce = 10;
const openEveryMs = 5;

export class Viewers {
  readonly seen = new Seen();
  readonly #options: ViewersOptions;
  readonly #subscribe: string;
  readonly #sockets = new Set<Socket>();
  readonly #cancels = new Set<() => void>();
  #open = 0;
  #started = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #measuring = false;
  #probeSeries: number | undefined;
  /** Why the hub does not let anybody watch this. */
  refused: string | undefined;
  /** Viewers of one set are sent the same text: it is read once. */
  #last = { text: "", updates: 0, merged: 0, probes: [] as readonly number[] };

  constructor(options: ViewersOptions) {
    const { interval, probe } = options;
    this.#options = options;
    // What is timed must be among what is watched.
    const devices = options.devices && [...options.devices, probe.device];
    const metrics = options.metrics && [...options.metrics, probe.metric];
    this.#subscribe = JSON.stringify({ type: "subscribe", id: 1, devices, metrics, interval });
  }

  /** Viewers that are past the seam. */
  get open(): number {
    return this.#open;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (let opened = 0; opened < openedAtOnce && this.#started < this.#options.viewers; opened++) {
        this.#started += 1;
        this.#connect();
      }
    }, openEveryMs);
  }

  /** What is seen counts from now on. */
  measure(): void {
    this.#measuring = true;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const cancel of this.#cancels) cancel();
    for (const socket of this.#sockets) socket.close();
  }

  #connect(): void {
    const { url, token, WebSocket } = this.#options;
    const socket = new WebSocket(url);
    this.#sockets.add(socket);
    let ready = false;
    let trouble = "";
    socket.addEventListener("open", () => {
      if (token !== undefined) socket.send(JSON.stringify({ type: "hello", viewer: true, token }));
      socket.send(this.#subscribe);
    });
    socket.addEventListener("message", ({ data }) => {
      const text = String(data);
      try {
        if (text.startsWith('{"type":"update"')) this.#update(text);
        else if (this.#receive(JSON.parse(text) as HubToViewer)) {
          ready = true;
          this.#open += 1;
        }
      } catch {
        trouble = `no hub says ${text.slice(0, 100)}`;
        socket.close();
      }
    });
    socket.addEventListener("error", (event) => {
      trouble = (event as { message?: string }).message ?? "";
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.#sockets.delete(socket);
      if (ready) this.#open -= 1;
      if (this.#closed) return;
      this.seen.trouble = reason || trouble || `closed with code ${code}`;
      const cancel = comeBack(() => {
        this.#cancels.delete(cancel);
        this.seen.reconnects += 1;
        this.#connect();
      });
      this.#cancels.add(cancel);
    });
  }

  /** True at the seam. */
  #receive(message: HubToViewer): boolean {
    const { probe } = this.#options;
    if (message.type === "series") {
      for (const one of message.series) {
        if (!("removed" in one) && one.device === probe.device && one.metric === probe.metric)
          this.#probeSeries = one.series;
      }
    } else if (message.type === "error") {
      this.seen.trouble = `${message.code}: ${message.message}`;
      if (!message.retryable) this.refused = this.seen.trouble;
    }
    return message.type === "ready";
  }

  #update(text: string): void {
    if (!this.#measuring) return;
    if (text !== this.#last.text) this.#read(text);
    const { seen } = this;
    const { updates, merged, probes } = this.#last;
    seen.frames += 1;
    seen.updates += updates;
    seen.merged += merged;
    seen.bytes += text.length;
    for (const value of probes) seen.latency.record(Probe.ageMs(value));
  }

  #read(text: string): void {
    const { series, values, merged = 0 } = JSON.parse(text) as { series: number[]; values: unknown[]; merged?: number };
    const probes = series.flatMap((number, index) => (number === this.#probeSeries ? [values[index] as number] : []));
    this.#last = { text, updates: series.length, merged, probes };
  }
}
