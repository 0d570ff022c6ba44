/** Devices whose readings can be known again where they are painted, and when each was given to its socket. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { levels, type Sent } from "./painted.ts";

const metric = (device: number): string => `value_${device}`;
/** A device has so many numbers, which no other one has, and takes them again and again. Few: a million would be shown as 1 M. */
const numbersEach = 100;
const wave = 50;

/** What a reading shows, of the device with that index: the first is 0. */
export type MarkOf = (device: number, reading: number) => number;

/** Of a device alone: a line that climbs seven levels and begins anew. */
export const levelMark: MarkOf = (_, reading) => reading % levels;
/** Of a device among many: a number that no other one has. */
export const numberMark: MarkOf = (device, reading) => (device + 1) * numbersEach + (reading % numbersEach);
/** Whose number that is. */
export const deviceOf = (mark: number): number => Math.floor(mark / numbersEach) - 1;

export class MarkedDevices {
  /** Readings sent, by device. */
  readonly sent: Sent[][] = [];
  readonly #sockets: WebSocket[] = [];
  readonly #acked: number[] = [];
  readonly #markOf: MarkOf;
  #timer: NodeJS.Timeout | undefined;
  #seq: number[] = [];
  /** Of each one's last reading: two in one millisecond would be one. */
  readonly #timesMs: number[] = [];
  #readings = 0;
  #onAnswer: () => void = () => {};

  private constructor(markOf: MarkOf) {
    this.#markOf = markOf;
  }

  /** Each on a connection of its own, with a series of its own, and welcome. */
  static async connect(port: number, count: number, everyMs: number, markOf: MarkOf): Promise<MarkedDevices> {
    const devices = new MarkedDevices(markOf);
    for (let from = 0; from < count; from += wave)
      await Promise.all(
        Array.from({ length: Math.min(wave, count - from) }, (_, at) => devices.#connect(port, from + at, everyMs)),
      );
    return devices;
  }

  static nameOf(device: number): string {
    return `marked-${String(device).padStart(4, "0")}`;
  }

  /** Readings sent so far, those of the past too. */
  get readings(): number {
    return this.#readings;
  }

  /** Sends `pastMs` up to now in one frame of each; those readings are painted with the page, and not timed. */
  fill(pastMs: number, everyMs: number): void {
    const now = Date.now();
    const times = Array.from({ length: Math.floor(pastMs / everyMs) }, (_, step) => now - pastMs + step * everyMs);
    this.#sockets.forEach((_, device) => {
      const values = times.map((_, step) => this.#markOf(device, step));
      this.#send(device, times, values);
    });
  }

  /** Each sends a reading every `everyMs`, one behind the other, until `stop`. */
  start(everyMs: number): void {
    const beganMs = performance.now();
    const count = this.#sockets.length;
    let sent = 0;
    this.#timer = setInterval(
      () => {
        for (; sent < ((performance.now() - beganMs) * count) / everyMs; sent++) this.#sendNext(sent % count);
      },
      Math.min(everyMs / 4, 10),
    );
  }

  /** Ends, and waits until all was acknowledged where `acks`. */
  async stop(acks: boolean): Promise<void> {
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (!acks || this.#seq.every((seq, device) => this.#acked[device] === seq)) resolve();
      };
      this.#onAnswer();
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #connect(port: number, device: number, everyMs: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await once(socket, "open");
    const welcomed = once(socket, "message");
    const name = MarkedDevices.nameOf(device);
    socket.send(JSON.stringify({ type: "hello", device: name, session: "bench", reportInterval: everyMs }));
    await welcomed;
    socket.on("message", (data) => {
      const { type, seq = 0 } = JSON.parse(String(data)) as { type: string; seq?: number };
      if (type === "ack") this.#acked[device] = seq;
      this.#onAnswer();
    });
    this.#sockets[device] = socket;
    this.sent[device] = [];
    [this.#seq[device], this.#acked[device]] = [0, 0];
  }

  #sendNext(device: number): void {
    const sent = this.sent[device] as Sent[];
    const mark = this.#markOf(device, sent.length);
    sent.push({ atMs: performance.timeOrigin + performance.now(), mark });
    this.#send(device, [Math.max(Date.now(), (this.#timesMs[device] ?? 0) + 1)], [mark]);
  }

  #send(device: number, times: readonly number[], values: readonly number[]): void {
    const seq = (this.#seq[device] ?? 0) + 1;
    this.#seq[device] = seq;
    this.#timesMs[device] = times.at(-1) ?? 0;
    this.#readings += times.length;
    this.#sockets[device]?.send(JSON.stringify({ type: "samples", seq, times, values: { [metric(device)]: values } }));
  }
}
