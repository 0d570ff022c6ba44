/** Plays a recording as the devices that it is of, each with a link of its own. */
import type { FleetTotals } from "../fleet.ts";
import {
  Link,
  type LinkOptions,
  type LinkPorts,
  type LinkState,
  type Refused,
  type SocketConstructor,
  systemPorts,
} from "../link.ts";
import { Pace, type PaceOptions } from "./pace.ts";
import type { Moment } from "./readings.ts";
import type { Contents, Recording } from "./recording.ts";
import { WrongFile } from "./row.ts";

export interface PlayerOptions extends PaceOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly WebSocket?: SocketConstructor;
  readonly ports?: LinkPorts;
  readonly onState?: (device: string, state: LinkState) => void;
  readonly onRejected?: (device: string, refused: Refused) => void;
  /** All of the file is decided, or it could not be read to its end: then with the reason. */
  readonly onEnd?: (trouble?: Error) => void;
}

/** Readings handed over before the hub has to have decided those before them: memory stays flat however long the file is. */
const chunkReadings = 5_000;

/** Links are opened so far apart, ms: a thousand at once would overrun the hub's accept queue. */
const openEveryMs = 2;

/** Timers take no longer waits, ms. */
const longestWaitMs = 3_600_000;

/** A file that is not in order is sorted in memory up to here, readings; a larger one can be played at `max` alone. */
const sortedReadings = 1_000_000;

/** Throws `WrongFile` where the file cannot be played at that pace. */
export function checkPace({ speed, loop = false }: PaceOptions, { contents, plan }: Recording): void {
  if (speed === "max") return;
  const { unordered, readings } = contents;
  if (unordered !== undefined && readings > sortedReadings)
    throw new WrongFile(
      `Line ${unordered}, column "${plan.header[plan.layout.time]}": expected a time not before that of the line above, since a file of more than ${sortedReadings.toLocaleString("en-US")} readings is not sorted in memory. Sort it, or play it with --speed max, which takes any order.`,
    );
  const fastest = fastestLoop(contents);
  if (loop && speed > fastest)
    throw new WrongFile(
      `In a loop at ${speed.toLocaleString("en-US")} × its speed a device would have several of its times in each millisecond, which is the shortest time that a hub tells apart. Play it with --speed ${fastest} or less.`,
    );
}

/** The speed at which a device's times, were they evenly apart, are a millisecond apart. A file that is over is over; a loop that is faster floods the hub for ever with what none can keep. */
function fastestLoop({ rows, devices, firstTime, lastTime, intervalMs }: Contents): number {
  const roundMs = lastTime - firstTime + intervalMs;
  const moments = Math.min(rows / devices, roundMs / intervalMs);
  return Math.max(1, Math.floor(roundMs / moments));
}

export class Player {
  readonly #options: PlayerOptions;
  readonly #recording: Recording;
  readonly #ports: LinkPorts;
  readonly #pace: Pace;
  readonly #links = new Map<string, Link>();
  readonly #names: ReadonlyMap<string, string | undefined>;
  /** Readings of the chunk that is being handed over. */
  #handed = 0;
  /** The chunk before it is decided. */
  #before: Promise<unknown> = Promise.resolve();
  #cancelWait: (() => void) | undefined;
  #endWait: (() => void) | undefined;
  #stopped = false;

  /** Starts at once. */
  constructor(recording: Recording, options: PlayerOptions) {
    this.#options = options;
    this.#recording = recording;
    this.#ports = options.ports ?? systemPorts;
    this.#pace = new Pace(options, recording.contents, this.#ports.now());
    this.#names = new Map([...recording.reader.devices()].map(({ device, name }) => [device, name]));
    this.#run().catch((error: Error) => options.onEnd?.(error));
  }

  get totals(): FleetTotals {
    const sum = { sent: 0, stored: 0, rejected: 0, dropped: 0, pending: 0, resent: 0, open: 0, stopped: 0 };
    for (const { stats, state } of this.#links.values()) {
      for (const key of ["sent", "stored", "rejected", "dropped", "pending", "resent"] as const) sum[key] += stats[key];
      if (state.state === "open") sum.open++;
      if (state.state === "stopped") sum.stopped++;
    }
    return { ...sum, links: this.#links.size, asleep: 0, past: 1 };
  }

  /** Sends no more of the file, and waits until the hub has decided all it was sent, but no longer than `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.#stop();
    let cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#ports.after(withinMs, resolve);
    });
    await Promise.race([patience, this.#decided()]);
    cancel();
  }

  /** Ends all links at once. `totals` stay. */
  close(): void {
    this.#stop();
    for (const link of this.#links.values()) link.close();
  }

  async #run(): Promise<void> {
    do {
      await this.#playOnce();
      this.#pace.nextLap();
    } while (this.#options.loop && !this.#stopped);
    if (this.#stopped) return;
    await this.#decided();
    if (!this.#stopped) this.#options.onEnd?.();
  }

  async #playOnce(): Promise<void> {
    for await (const moments of this.#inOrder()) {
      for (const moment of moments) {
        const due = this.#pace.due(moment.time);
        if (due !== undefined) await this.#until(due);
        if (this.#stopped) return;
        const link = this.#links.get(moment.device) ?? (await this.#open(moment.device));
        const time = this.#pace.told(moment.time);
        for (const [metric, value] of moment.readings) link.send(metric, value, time);
        this.#handed += moment.readings.length;
        if (this.#handed < chunkReadings) continue;
        this.#handed = 0;
        // One chunk is on its way while the next is read.
        await this.#before;
        this.#before = this.#decided();
      }
    }
  }

  /** The moments as they are to be played: by time, where that matters and the file is not in that order. */
  async *#inOrder(): AsyncGenerator<readonly Moment[]> {
    if (this.#options.speed === "max" || this.#recording.contents.unordered === undefined) {
      yield* this.#recording.moments();
      return;
    }
    const all: Moment[] = [];
    for await (const moments of this.#recording.moments()) all.push(...moments);
    yield all.sort((one, other) => one.time - other.time);
  }

  async #open(device: string): Promise<Link> {
    const { url, token, WebSocket, onState, onRejected, speed, shiftToNow } = this.#options;
    const name = this.#names.get(device);
    const metrics = this.#recording.reader.metrics;
    const meta: LinkOptions = {
      device,
      ...(name === undefined ? {} : { name }),
      ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
      // Its last reading may be decades old, and nobody should wait for the next.
      ...(shiftToNow && speed !== "max" ? {} : { historic: true }),
    };
    const link = new Link(url, {
      ...meta,
      ...(token === undefined ? {} : { token }),
      ...(WebSocket === undefined ? {} : { WebSocket }),
      ports: this.#ports,
      onState: (state) => onState?.(device, state),
      onRejected: (refused) => onRejected?.(device, refused),
    });
    this.#links.set(device, link);
    await this.#until(this.#ports.now() + openEveryMs);
    return link;
  }

  /** Resolves once everything sent so far is decided. A link that stays away decides nothing any more, and holds nobody up. */
  #decided(): Promise<unknown> {
    const open = [...this.#links.values()].filter(({ stats }) => stats.pending > 0);
    return Promise.allSettled(open.map((link) => link.flush()));
  }

  /** Waits until that time, ms since the epoch, or until it is stopped. */
  async #until(due: number): Promise<void> {
    for (let leftMs = due - this.#ports.now(); leftMs > 0 && !this.#stopped; leftMs = due - this.#ports.now()) {
      await new Promise<void>((resolve) => {
        this.#endWait = resolve;
        this.#cancelWait = this.#ports.after(Math.min(leftMs, longestWaitMs), resolve);
      });
    }
  }

  #stop(): void {
    this.#stopped = true;
    this.#cancelWait?.();
    this.#endWait?.();
  }
}
