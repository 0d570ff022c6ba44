/** A device that reports now, a fixed number of times a second: a page shows the present. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { Random } from "../../../simulator/random.ts";

export const device = "bench";

/** So many times of the past go into one frame. */
const timesAFrame = 30;

interface Answer {
  readonly type: string;
  readonly seq?: number;
}

export class LiveDevice {
  readonly #socket: WebSocket;
  readonly #random: Random;
  readonly #values: Float64Array;
  #seq = 0;
  #timeMs = 0;
  #acked = 0;
  #onAnswer: (type: string) => void = () => {};
  #readings = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(socket: WebSocket, metrics: number, seed: string) {
    this.#socket = socket;
    this.#random = new Random(seed);
    this.#values = Float64Array.from({ length: metrics }, () => this.#random.between(10, 90));
    socket.on("message", (data) => {
      const { type, seq = 0 } = JSON.parse(String(data)) as Answer;
      if (type === "ack") this.#acked = seq;
      this.#onAnswer(type);
    });
  }

  /** Says hello, with a report interval of `everyMs`. */
  static async connect(port: number, metrics: number, everyMs: number, seed: string): Promise<LiveDevice> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await once(socket, "open");
    const made = new LiveDevice(socket, metrics, seed);
    const welcomed = once(socket, "message");
    socket.send(JSON.stringify({ type: "hello", device, session: "bench", reportInterval: everyMs }));
    await welcomed;
    return made;
  }

  /** Readings sent so far. */
  get readings(): number {
    return this.#readings;
  }

  /** Sends `pastMs` up to now, a reading of each metric every `everyMs`, and waits until it was read, or acknowledged where `acks`. */
  async fill(pastMs: number, everyMs: number, acks: boolean): Promise<void> {
    const now = Date.now();
    const times = Array.from({ length: Math.floor(pastMs / everyMs) }, (_, step) => now - pastMs + step * everyMs);
    for (let at = 0; at < times.length; at += timesAFrame) this.#send(times.slice(at, at + timesAFrame));
    await this.#settled(acks);
  }

  /** Sends a reading of each metric every `everyMs` until `stop`. */
  start(everyMs: number): void {
    const beganMs = performance.now();
    let sent = 0;
    // A timer that is late once sends what it owes, so that the rate holds.
    this.#timer = setInterval(
      () => {
        for (; sent < (performance.now() - beganMs) / everyMs; sent++)
          this.#send([Math.max(Date.now(), this.#timeMs + 1)]);
      },
      Math.min(everyMs, 20),
    );
  }

  /** Ends, and waits as `fill` does. */
  async stop(acks: boolean): Promise<void> {
    clearInterval(this.#timer);
    await this.#settled(acks);
    this.#socket.terminate();
  }

  #send(times: readonly number[]): void {
    const columns: Record<string, number[]> = {};
    this.#values.forEach((value, metric) => {
      let present = value;
      columns[`channel_${metric}`] = times.map(() => {
        present += this.#random.between(-0.5, 0.5);
        return Math.round(present * 100) / 100;
      });
      this.#values[metric] = present;
    });
    this.#timeMs = times.at(-1) ?? this.#timeMs;
    this.#seq += 1;
    this.#readings += times.length * this.#values.length;
    this.#socket.send(JSON.stringify({ type: "samples", seq: this.#seq, times, values: columns }));
  }

  /** The server answers in order: a pong comes after everything before it was read, an ack after it is on the disk. */
  #settled(acks: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswer = (type) => {
        if (acks ? this.#acked === this.#seq : type === "pong") resolve();
      };
      this.#onAnswer("");
      if (!acks) this.#socket.send(JSON.stringify({ type: "ping", id: 1, time: Date.now() }));
    });
  }
}
