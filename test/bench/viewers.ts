/** The viewers of one device: sockets that count what they are shown and tell how late it comes. */
import type { Socket } from "node:net";
import type { Sender } from "./sender.ts";
import type { Shown } from "./shown.ts";
import { messageFrame, openWebSocket } from "./wire.ts";

interface Update {
  readonly series: readonly number[];
  /** Readings that the hub left out for a viewer that was too slow. */
  readonly merged?: number;
}

const updateHead = Buffer.from('{"type":"update"');
/** An update is known again by its length and so many of its first bytes, which hold its offset. */
const knownBytes = 80;
const maxKnown = 4_096;

export class Viewers {
  readonly #sockets: Socket[] = [];
  readonly #sender: Sender;
  readonly #shown: readonly Shown[];
  /** Readings in an update: viewers of the same get the same, so that it is read once. */
  readonly #known = new Map<string, number>();
  /** Frames of the device of which each viewer has seen what it is shown. Frames are counted from the first of this device's life. */
  readonly #seen: number[] = [];
  /** How many viewers have still to see something of a frame, by frame. */
  readonly #unseenBy: Uint32Array;
  #sent: number;
  #complete: number;
  #latencies: number[] = [];
  #updates = 0;
  #readings = 0;
  #onSeen: () => void = () => {};

  private constructor(sender: Sender, shown: readonly Shown[]) {
    this.#sender = sender;
    this.#shown = shown;
    this.#sent = sender.sent;
    this.#complete = sender.sent;
    this.#unseenBy = Uint32Array.from(
      sender.sentAt,
      (_, frame) => shown.filter((each) => each.after(frame + 1) > each.after(frame)).length,
    );
  }

  /** A viewer for each of `shown`, which is shown that of what a sender sends; resolves once all are past the seam. What the sender sent before is none of theirs. */
  static async open(port: number, sender: Sender, shown: readonly Shown[]): Promise<Viewers> {
    const viewers = new Viewers(sender, shown);
    for (let opened = 0; opened < shown.length; opened += 50) {
      const some = shown
        .slice(opened, opened + 50)
        .map(({ selection }, index) =>
          viewers.#connect(port, opened + index, messageFrame({ type: "subscribe", id: 1, ...selection })),
        );
      await Promise.all(some);
    }
    return viewers;
  }

  /** Frames of the device that every viewer has seen. */
  get complete(): number {
    return this.#complete;
  }

  /** Update frames that came since it was asked last. */
  takeUpdates(): number {
    const updates = this.#updates;
    this.#updates = 0;
    return updates;
  }

  /** Readings that came since it was asked last, those of all viewers. */
  takeReadings(): number {
    const readings = this.#readings;
    this.#readings = 0;
    return readings;
  }

  /** From sending a frame to seeing it, ms, by frame and viewer, since it was asked last. */
  takeLatencies(): Float64Array {
    const latencies = Float64Array.from(this.#latencies);
    this.#latencies = [];
    return latencies;
  }

  /** Sends `window` frames ahead of the slowest viewer until `untilMs` of the monotonic clock or until `share` of them are sent; then waits until all were seen. */
  async flood(untilMs: number, window: number, share: number): Promise<void> {
    const end = Math.floor(this.#sender.frames * share);
    await this.#when(() => {
      if (performance.now() >= untilMs || this.#sent >= end) return this.#sent === this.#complete;
      const room = Math.min(window - (this.#sent - this.#complete), end - this.#sent);
      if (room > 0) this.send(room);
      return false;
    });
  }

  /** Sends the next frames of the device. */
  send(frames: number): void {
    this.#sent += frames;
    this.#sender.send(frames);
    this.#advance();
  }

  /** Waits until everything sent was seen. */
  settled(): Promise<void> {
    return this.#when(() => this.#sent === this.#complete);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #when(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onSeen = () => {
        if (!reached()) return;
        this.#onSeen = () => {};
        resolve();
      };
      this.#onSeen();
    });
  }

  async #connect(port: number, viewer: number, subscribe: Buffer): Promise<void> {
    let onReady: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      onReady = resolve;
    });
    const before = this.#sent;
    let readings = this.#shown[viewer]?.after(before) ?? 0;
    this.#seen[viewer] = before;
    const socket = await openWebSocket(port, (payload) => {
      if (payload.subarray(0, updateHead.length).equals(updateHead)) {
        readings += this.#readingsIn(payload);
        this.#see(viewer, readings);
        return;
      }
      const { type } = JSON.parse(payload.toString()) as { type: string };
      if (type === "ready") onReady();
      else if (type === "error") throw new Error(`the server said ${payload}`);
    });
    this.#sockets[viewer] = socket;
    socket.write(subscribe);
    await ready;
  }

  #readingsIn(payload: Buffer): number {
    const key = `${payload.length} ${payload.toString("latin1", 0, knownBytes)}`;
    let readings = this.#known.get(key);
    if (readings === undefined) {
      const { series, merged } = JSON.parse(payload.toString()) as Update;
      if (merged) throw new Error(`a viewer was too slow: ${merged} readings were left out for it`);
      if (this.#known.size >= maxKnown) this.#known.clear();
      readings = series.length;
      this.#known.set(key, readings);
    }
    // A heartbeat holds none.
    if (readings > 0) this.#updates += 1;
    this.#readings += readings;
    return readings;
  }

  /** `readings`: all that a viewer was ever shown, with what came before it. */
  #see(viewer: number, readings: number): void {
    const shown = this.#shown[viewer] as Shown;
    const now = performance.now();
    let frame = this.#seen[viewer] as number;
    let had = shown.after(frame);
    for (; frame < this.#sent; frame++) {
      const has = shown.after(frame + 1);
      if (has > readings) break;
      if (has === had) continue;
      had = has;
      this.#latencies.push(now - (this.#sender.sentAt[frame] as number));
      this.#unseenBy[frame] = (this.#unseenBy[frame] as number) - 1;
    }
    if (frame === this.#sent && had < readings) throw new Error(`a viewer was shown more readings than were sent`);
    this.#seen[viewer] = frame;
    if (this.#advance()) this.#onSeen();
  }

  /** True where a frame more was seen by all whom it concerns; of some it may be nobody. */
  #advance(): boolean {
    const before = this.#complete;
    while (this.#complete < this.#sent && this.#unseenBy[this.#complete] === 0) this.#complete += 1;
    return this.#complete > before;
  }
}
