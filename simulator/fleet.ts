/** Many simulated devices, each with a link of its own, as real ones have. */
import {
  Link,
  type LinkPorts,
  type LinkState,
  type LinkStats,
  type Refused,
  type SocketConstructor,
  systemPorts,
} from "./link.ts";
import type { Model } from "./model.ts";
import type { Source } from "./profiles.ts";

export interface FleetOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly sources: readonly Source[];
  readonly seed: string | number;
  /** Times as many reports as usual. Default 1. */
  readonly rate?: number;
  /** Past to fill in before going on live, ms. Default 0. */
  readonly historyMs?: number;
  readonly WebSocket?: SocketConstructor;
  readonly ports?: LinkPorts;
  readonly onState?: (device: string, state: LinkState) => void;
  readonly onRejected?: (device: string, refused: Refused) => void;
}

/** Sums over all links. */
export interface FleetTotals extends LinkStats {
  readonly links: number;
  readonly open: number;
  readonly stopped: number;
}

/** Readings of a past that are handed over before the hub has to have them all: memory stays flat however long it is. */
const chunkReadings = 5_000;

/** Reports made or passed over at a stretch: the sockets have their turn after some 30 ms at most. */
const stretchReports = 50_000;

/** Older than this, a long past is thinned … */
const fullDetailMs = 3_600_000;

/** … to about so many reports a device. */
const pastReports = 10_000;

/** Links are opened so far apart, ms: a thousand at once would overrun the hub's accept queue. */
const openEveryMs = 2;

/** Feeds one link from one model, on time: each report is due at a time of its own, so that no delay adds up. */
class Feed {
  readonly link: Link;
  readonly #model: Model;
  readonly #ports: LinkPorts;
  readonly #stride: number;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(model: Model, link: Link, historyMs: number, ports: LinkPorts) {
    this.#model = model;
    this.link = link;
    this.#ports = ports;
    this.#stride = Math.max(1, Math.ceil((historyMs - fullDetailMs) / model.intervalMs / pastReports));
    this.#start();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #start(): void {
    // A flush fails only where the link has stopped; its state says why, and there is nothing left to feed.
    this.#catchUp().catch(() => this.stop());
  }

  /** Reports everything that is due, then sleeps until the next report. */
  async #catchUp(): Promise<void> {
    let handed = 0;
    let made = 0;
    while (!this.#stopped && this.#model.nextTime <= this.#ports.now()) {
      const old = this.#model.nextTime < this.#ports.now() - fullDetailMs;
      const stride = old ? this.#stride : 1;
      const { time, readings } = this.#model.report(stride);
      for (const [metric, value] of readings) this.link.send(metric, value, time);
      handed += readings.length;
      made += stride;
      if (handed < chunkReadings && made < stretchReports) continue;
      handed = 0;
      made = 0;
      await this.link.flush();
    }
    if (this.#stopped) return;
    this.#cancel = this.#ports.after(this.#model.nextTime - this.#ports.now(), () => this.#start());
  }
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #ports: LinkPorts;
  readonly #feeds: Feed[] = [];
  #cancelOpening: (() => void) | undefined;

  /** Starts at once. Throws where the URL is none. */
  constructor(options: FleetOptions) {
    this.#options = options;
    this.#ports = options.ports ?? systemPorts;
    this.#openFrom(0);
  }

  get totals(): FleetTotals {
    const sum = { sent: 0, stored: 0, rejected: 0, dropped: 0, pending: 0, resent: 0, open: 0, stopped: 0 };
    for (const { link } of this.#feeds) {
      const { stats, state } = link;
      for (const key of ["sent", "stored", "rejected", "dropped", "pending", "resent"] as const) sum[key] += stats[key];
      if (state.state === "open") sum.open++;
      if (state.state === "stopped") sum.stopped++;
    }
    return { ...sum, links: this.#options.sources.length };
  }

  /** Makes no more readings, and waits until the hub has decided all it was sent, but no longer than `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.#cancelOpening?.();
    for (const feed of this.#feeds) feed.stop();
    let cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#ports.after(withinMs, resolve);
    });
    await Promise.race([patience, Promise.allSettled(this.#feeds.map(({ link }) => link.flush()))]);
    cancel();
  }

  /** Ends all links at once. `totals` stay. */
  close(): void {
    this.#cancelOpening?.();
    for (const feed of this.#feeds) {
      feed.stop();
      feed.link.close();
    }
  }

  #openFrom(index: number): void {
    const source = this.#options.sources[index];
    if (source === undefined) return;
    this.#feeds.push(this.#open(source));
    this.#cancelOpening = this.#ports.after(openEveryMs, () => this.#openFrom(index + 1));
  }

  #open({ device, profile: { Model } }: Source): Feed {
    const { url, token, seed, rate, historyMs = 0, WebSocket, onState, onRejected } = this.#options;
    const from = this.#ports.now() - historyMs;
    const model = new Model({ device, seed, from, ...(rate === undefined ? {} : { rate }) });
    const link = new Link(url, {
      device,
      ...model.meta,
      ...(token === undefined ? {} : { token }),
      overflow: "drop-oldest",
      bufferReadings: 20_000,
      ports: this.#ports,
      ...(WebSocket === undefined ? {} : { WebSocket }),
      ...(onState === undefined ? {} : { onState: (state) => onState(device, state) }),
      ...(onRejected === undefined ? {} : { onRejected: (refused) => onRejected(device, refused) }),
    });
    return new Feed(model, link, historyMs, this.#ports);
  }
}
