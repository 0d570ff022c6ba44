/** One device of the load: it sends encoded frames and hears which of them are decided. */
import { type Connection, openConnection } from "./connections.ts";
import type { Stream } from "./frames.ts";
import type { Route } from "./systems/system.ts";

export class Sender {
  /** Time from sending to the answer, ms, by frame. */
  readonly latencies: Float64Array;
  /** When each frame was sent, ms of the monotonic clock. */
  readonly sentAt: Float64Array;
  readonly #stream: Stream;
  #connection: Connection | undefined;
  #sent = 0;
  #decided = 0;
  #onDecided: () => void = () => {};

  private constructor(stream: Stream) {
    this.#stream = stream;
    this.latencies = new Float64Array(stream.ends.length);
    this.sentAt = new Float64Array(stream.ends.length);
  }

  static async connect(route: Route, port: number, device: string, stream: Stream): Promise<Sender> {
    const sender = new Sender(stream);
    sender.#connection = await openConnection(route, port, device, (upTo) => sender.#decide(upTo));
    return sender;
  }

  /** Frames decided so far. */
  get decided(): number {
    return this.#decided;
  }

  /** Frames sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Frames at hand. */
  get frames(): number {
    return this.#stream.ends.length;
  }

  /** Sends as fast as the server decides, `window` frames ahead of it, until `untilMs` of the monotonic clock or until it sent `share` of its frames; then waits for all. */
  async flood(untilMs: number, window: number, share: number): Promise<void> {
    const end = Math.floor(this.frames * share);
    await this.#when(() => {
      if (performance.now() >= untilMs || this.#sent >= end) return this.#sent === this.#decided;
      const room = Math.min(window - (this.#sent - this.#decided), end - this.#sent);
      // Few large writes leave the cores to the server.
      if (room >= window / 4 || this.#sent === this.#decided) this.send(room);
      return false;
    });
    await this.#connection?.flushed();
  }

  /** Sends the next frames. */
  send(frames: number): void {
    const { bytes, ends } = this.#stream;
    if (this.#sent + frames > ends.length) throw new Error(`there are ${ends.length} frames, and no more`);
    const from = this.#sent === 0 ? 0 : (ends[this.#sent - 1] as number);
    this.sentAt.fill(performance.now(), this.#sent, this.#sent + frames);
    this.#sent += frames;
    this.#connection?.send(bytes.subarray(from, ends[this.#sent - 1]), this.#sent);
  }

  /** Waits until everything sent is decided. */
  settled(): Promise<void> {
    return this.#when(() => this.#sent === this.#decided);
  }

  close(): void {
    this.#connection?.close();
  }

  /** Asks `reached` now and after each answer until it says yes. */
  #when(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onDecided = () => {
        if (!reached()) return;
        this.#onDecided = () => {};
        resolve();
      };
      this.#onDecided();
    });
  }

  #decide(upTo: number): void {
    const now = performance.now();
    for (let frame = this.#decided; frame < upTo; frame++) this.latencies[frame] = now - (this.sentAt[frame] as number);
    this.#decided = upTo;
    this.#onDecided();
  }
}
