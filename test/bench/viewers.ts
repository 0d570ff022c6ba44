/** The viewers of one device: sockets that count what they are shown and tell how late it comes. */
import type { Socket } from "node:net";
import type { Sender } from "./sender.ts";
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
  /** Readings in one frame of the device. */
  readonly #readings: number;
  /** Readings in an update: all viewers get the same, so that it is read once. */
  readonly #known = new Map<string, number>();
  /** Whole frames of the device that each viewer has seen. */
  readonly #seen: number[] = [];
  /** How many viewers have seen a frame, by frame. */
  readonly #seenBy: Uint32Array;
  readonly #sentAt: Float64Array;
  #sent = 0;
  #complete = 0;
  #latencies: number[] = [];
  #updates = 0;
  #onSeen: () => void = () => {};

  private constructor(sender: Sender, readings: number) {
    this.#sender = sender;
    this.#readings = readings;
    this.#seenBy = new Uint32Array(sender.frames);
    this.#sentAt = new Float64Array(sender.frames);
  }

  /** Viewers that watch the device of a sender which has sent nothing yet; resolves once all are past the seam. */
  static async open(port: number, count: number, sender: Sender, device: string, readings: number): Promise<Viewers> {
    const viewers = new Viewers(sender, readings);
    const subscribe = messageFrame({ type: "subscribe", id: 1, devices: [device] });
    for (let opened = 0; opened < count; opened += 50) {
      const some = Array.from({ length: Math.min(50, count - opened) }, (_, index) =>
        viewers.#connect(port, opened + index, subscribe),
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
    this.#sentAt.fill(performance.now(), this.#sent, this.#sent + frames);
    this.#sent += frames;
    this.#sender.send(frames);
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
    let readings = 0;
    this.#seen[viewer] = 0;
    const socket = await openWebSocket(port, (payload) => {
      if (payload.subarray(0, updateHead.length).equals(updateHead)) {
        readings += this.#readingsIn(payload);
        this.#see(viewer, readings / this.#readings);
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
    return readings;
  }

  #see(viewer: number, upTo: number): void {
    if (upTo > this.#sent) throw new Error(`a viewer was shown more readings than were sent`);
    const now = performance.now();
    for (let frame = this.#seen[viewer] ?? 0; frame + 1 <= upTo; frame++) {
      this.#latencies.push(now - (this.#sentAt[frame] ?? 0));
      this.#seenBy[frame] = (this.#seenBy[frame] ?? 0) + 1;
      this.#seen[viewer] = frame + 1;
    }
    const before = this.#complete;
    while (this.#complete < this.#sent && this.#seenBy[this.#complete] === this.#sockets.length) this.#complete += 1;
    if (this.#complete > before) this.#onSeen();
  }
}
