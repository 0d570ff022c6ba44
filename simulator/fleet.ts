/** Many simulated devices, each with a link of its own, as real ones have. */

import { Feed } from "./fleet/feed.ts";
import {
  Link,
  type LinkPorts,
  type LinkState,
  type LinkStats,
  type Refused,
  type SocketConstructor,
  systemPorts,
} from "./link.ts";
import type { MarketHours } from "./market/calendar.ts";
import type { Source } from "./profiles.ts";

export interface FleetOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly sources: readonly Source[];
  readonly seed: string | number;
  /** Times as many reports as usual. Default 1. */
  readonly rate?: number;
  /** When shares are traded. Default: short days, of which one is going on at any time. */
  readonly marketHours?: MarketHours;
  /** Past to fill in before going on live, ms. Default 0. */
  readonly historyMs?: number;
  readonly WebSocket?: SocketConstructor;
  readonly ports?: LinkPorts;
  readonly onState?: (device: string, state: LinkState) => void;
  readonly onRejected?: (device: string, refused: Refused) => void;
  /** The past of all devices is with the hub, but of those that were sent away: called once, at once where there is none. */
  readonly onPast?: () => void;
}

/** Sums over all links. */
export interface FleetTotals extends LinkStats {
  readonly links: number;
  readonly open: number;
  readonly stopped: number;
  /** Cut off between reports, to spare the battery. */
  readonly asleep: number;
  /** How much of the past is done, by its readings, 0 to 1. */
  readonly past: number;
}

/** Links are opened so far apart, ms: a thousand at once would overrun the hub's accept queue. */
const openEveryMs = 2;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #ports: LinkPorts;
  readonly #feeds: Feed[] = [];
  #cancelOpening: (() => void) | undefined;
  #pasts = 0;

  /** Starts at once. Throws where the URL is none. */
  constructor(options: FleetOptions) {
    this.#options = options;
    this.#ports = options.ports ?? systemPorts;
    this.#openFrom(0);
  }

  get totals(): FleetTotals {
    const sum = { sent: 0, stored: 0, rejected: 0, dropped: 0, pending: 0, resent: 0, open: 0, stopped: 0, asleep: 0 };
    const past = { all: 0, done: 0 };
    for (const feed of this.#feeds) {
      const { stats, state } = feed;
      for (const key of ["sent", "stored", "rejected", "dropped", "pending", "resent"] as const) sum[key] += stats[key];
      if (state === "open" || state === "stopped" || state === "asleep") sum[state]++;
      const { all, done } = feed.past;
      past.all += all;
      past.done += done;
    }
    const { historyMs = 0, sources } = this.#options;
    const links = sources.length;
    const isPastIn = historyMs === 0 || this.#pasts === links;
    // Those that are not open yet are taken for as large as the others.
    const part = past.all === 0 ? 0 : (past.done / past.all) * (this.#feeds.length / links);
    return { ...sum, links, past: isPastIn ? 1 : Math.min(0.999, part) };
  }

  /** Makes no more readings, and waits until the hub has decided all it was sent, but no longer than `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.#cancelOpening?.();
    for (const feed of this.#feeds) feed.stop();
    let cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#ports.after(withinMs, resolve);
    });
    await Promise.race([patience, Promise.allSettled(this.#feeds.map((feed) => feed.flush()))]);
    cancel();
  }

  /** Ends all links at once. `totals` stay. */
  close(): void {
    this.#cancelOpening?.();
    for (const feed of this.#feeds) feed.close();
  }

  #openFrom(index: number): void {
    const source = this.#options.sources[index];
    if (source === undefined) return;
    this.#feeds.push(this.#open(source));
    this.#cancelOpening = this.#ports.after(openEveryMs, () => this.#openFrom(index + 1));
  }

  #open({ device, profile: { Model } }: Source): Feed {
    const { url, token, seed, rate, marketHours, historyMs = 0, WebSocket, onState, onRejected } = this.#options;
    const from = this.#ports.now() - historyMs;
    const model = new Model({
      device,
      seed,
      from,
      ...(rate === undefined ? {} : { rate }),
      ...(marketHours === undefined ? {} : { marketHours }),
    });
    const open = () =>
      new Link(url, {
        device,
        ...model.meta,
        ...(token === undefined ? {} : { token }),
        overflow: "drop-oldest",
        bufferReadings: 20_000,
        ports: this.#ports,
        ...(WebSocket === undefined ? {} : { WebSocket }),
        ...(onState === undefined ? {} : { onState: (state) => isNews(state) && onState(device, state) }),
        ...(onRejected === undefined ? {} : { onRejected: (refused) => onRejected(device, refused) }),
      });
    return new Feed({ model, open, historyMs, ports: this.#ports, onPast: () => this.#pastOfOne() });
  }

  #pastOfOne(): void {
    this.#pasts++;
    if (this.#pasts === this.#options.sources.length) this.#options.onPast?.();
  }
}

/** That the fleet itself closed a link is none. */
function isNews(state: LinkState): boolean {
  return state.state !== "stopped" || state.reason !== "closed";
}
