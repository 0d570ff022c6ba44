/** One device of the fleet: its model, and a link that is fed from it on time. */
import type { Link, LinkPorts, LinkState, LinkStats } from "../link.ts";
import type { Model, Report } from "../model.ts";

/** Readings of a past that are handed over before the hub has to have them all: memory stays flat however long it is. */
const chunkReadings = 5_000;

/** Reports made or passed over at a stretch: the sockets have their turn after some 30 ms at most. */
const stretchReports = 50_000;

/** Older than this, a long past is thinned … */
const fullDetailMs = 3_600_000;

/** … to about so many reports a device. */
const pastReports = 10_000;

const counted = ["sent", "stored", "rejected", "dropped", "pending", "resent"] as const;

export interface FeedOptions {
  readonly model: Model;
  /** Begins a connection. A device that sleeps has a new one each time it wakes up. */
  readonly open: () => Link;
  readonly historyMs: number;
  readonly ports: LinkPorts;
  /** The past is with the hub, or never will be: called once. */
  readonly onPast: () => void;
}

/** Feeds links from one model, on time: each report is due at a time of its own, so that no delay adds up. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #stride: number;
  readonly #begunAt: number;
  readonly #from: number;
  /** Of links that are closed. */
  readonly #stats = { sent: 0, stored: 0, rejected: 0, dropped: 0, pending: 0, resent: 0 };
  #link: Link | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;
  #pastIn = false;

  constructor(options: FeedOptions) {
    const { model, historyMs, ports } = options;
    this.#options = options;
    this.#begunAt = ports.now();
    this.#from = this.#begunAt - historyMs;
    this.#stride = Math.max(1, Math.ceil((historyMs - fullDetailMs) / model.intervalMs / pastReports));
    this.#link = options.open();
    this.#start();
  }

  get stats(): LinkStats {
    const sum = { ...this.#stats };
    const current = this.#link?.stats;
    if (current) for (const key of counted) sum[key] += current[key];
    return sum;
  }

  get state(): LinkState["state"] | "asleep" {
    return this.#link?.state.state ?? "asleep";
  }

  /** Readings of the past, as far as it can be said before they are made: all of them, and those that are done. */
  get past(): { readonly all: number; readonly done: number } {
    const all = this.#pastUntil(this.#begunAt);
    if (this.#pastIn) return { all, done: all };
    const done = this.#pastUntil(Math.min(this.#begunAt, this.#options.model.nextTime));
    // All of it handed over is not yet all of it acknowledged.
    return { all, done: Math.min(0.999 * all, done) };
  }

  /** Makes no more readings. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Resolves once the hub has decided all it was sent. */
  async flush(): Promise<void> {
    await this.#link?.flush();
  }

  close(): void {
    this.stop();
    this.#link?.close();
  }

  #start(): void {
    // A flush fails only where the link has stopped; its state says why, and there is nothing left to feed.
    this.#catchUp().catch(() => {
      this.stop();
      this.#tellPast();
    });
  }

  /** Reports everything that is due, then sleeps until the next report. */
  async #catchUp(): Promise<void> {
    const { model, open, historyMs, ports } = this.#options;
    this.#link ??= open();
    const link = this.#link;
    let handed = 0;
    let made = 0;
    while (!this.#stopped && model.nextTime <= ports.now()) {
      const old = model.nextTime < ports.now() - fullDetailMs;
      const stride = old ? this.#stride : 1;
      handed += handOver(model.report(stride), link);
      made += stride;
      if (handed < chunkReadings && made < stretchReports) continue;
      handed = 0;
      made = 0;
      await link.flush();
    }
    if (model.sleeps || (!this.#pastIn && historyMs > 0)) await link.flush();
    this.#tellPast();
    if (this.#stopped) return;
    if (model.sleeps) this.#sleep(link);
    this.#cancel = ports.after(model.nextTime - ports.now(), () => this.#start());
  }

  /** Cuts the connection as a device does that spares its battery. */
  #sleep(link: Link): void {
    const { stats } = link;
    for (const key of counted) this.#stats[key] += stats[key];
    this.#link = undefined;
    link.close();
  }

  #pastUntil(time: number): number {
    const { intervalMs, meta, samplesPerReport = 0 } = this.#options.model;
    const rows = Object.keys(meta.metrics ?? {}).length;
    const fullFrom = Math.max(this.#from, this.#begunAt - fullDetailMs);
    const thinned = Math.max(0, Math.min(time, fullFrom) - this.#from) / (intervalMs * this.#stride);
    const full = Math.max(0, time - fullFrom) / intervalMs;
    return rows * thinned + (rows + samplesPerReport) * full;
  }

  #tellPast(): void {
    if (this.#pastIn) return;
    this.#pastIn = true;
    this.#options.onPast();
  }
}

/** Gives the number of readings. */
function handOver({ time, readings, samples }: Report, link: Link): number {
  for (const [metric, value] of readings) link.send(metric, value, time);
  if (!samples) return readings.length;
  link.sendSamples(samples.times, samples.values);
  return readings.length + samples.times.length * Object.keys(samples.values).length;
}
