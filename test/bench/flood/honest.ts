/** Devices that send what they should, at a steady pace, and note how long each acknowledgement takes. */
import type { Socket } from "node:net";
import { messageFrame, openWebSocket } from "../wire.ts";

export interface Pace {
  readonly devices: number;
  /** Frames of one reading that each sends in a second. */
  readonly perSecond: number;
}

export class HonestDevices {
  readonly #pace: Pace;
  readonly #devices: HonestDevice[] = [];
  #turns: NodeJS.Timeout | undefined;
  #next = 0;
  #dueMs = 0;
  #heard = 0;
  #waiting: (() => void)[] = [];

  private constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Resolves once all are welcome; they send from then on. */
  static async start(port: number, pace: Pace): Promise<HonestDevices> {
    const devices = new HonestDevices(pace);
    for (let index = 0; index < pace.devices; index++)
      devices.#devices.push(await HonestDevice.connect(port, index, () => devices.#acknowledged()));
    devices.#dueMs = performance.now();
    devices.#turns = setInterval(() => devices.#turn(), 1);
    return devices;
  }

  /** How long acknowledgements took that came since the last call, ms. Those that are still owed count with their age. */
  take(): number[] {
    const now = performance.now();
    return this.#devices.flatMap((device) => device.take(now));
  }

  /** Resolves once so many more acknowledgements came. */
  async acknowledged(count: number): Promise<void> {
    const goal = this.#heard + count;
    while (this.#heard < goal) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    clearInterval(this.#turns);
    for (const { socket } of this.#devices) socket.destroy();
  }

  #acknowledged(): void {
    this.#heard += 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Sends are spread evenly: a device each 2 ms for 50 devices at 10 a second. */
  #turn(): void {
    const everyMs = 1_000 / (this.#pace.devices * this.#pace.perSecond);
    for (const now = performance.now(); this.#dueMs <= now; this.#dueMs += everyMs) {
      this.#devices[this.#next++ % this.#devices.length]?.send();
    }
  }
}

class HonestDevice {
  readonly socket: Socket;
  #seq = 0;
  #acked = 0;
  readonly #sentMs = new Map<number, number>();
  #took: number[] = [];

  readonly #onAck: () => void;

  private constructor(socket: Socket, onAck: () => void) {
    this.socket = socket;
    this.#onAck = onAck;
  }

  static async connect(port: number, index: number, onAck: () => void): Promise<HonestDevice> {
    let onText: (text: string) => void = () => {};
    const socket = await openWebSocket(port, (payload) => onText(String(payload)));
    const device = new HonestDevice(socket, onAck);
    await new Promise<void>((resolve) => {
      onText = () => resolve();
      socket.write(messageFrame({ type: "hello", device: `honest/${index}` }));
    });
    onText = (text) => device.#hear(text);
    return device;
  }

  send(): void {
    const seq = ++this.#seq;
    this.#sentMs.set(seq, performance.now());
    this.socket.write(messageFrame({ type: "readings", seq, readings: [{ metric: "level", value: seq % 100 }] }));
  }

  take(now: number): number[] {
    const took = [...this.#took, ...Array.from(this.#sentMs.values(), (ms) => now - ms).filter((age) => age > 1_000)];
    this.#took = [];
    return took;
  }

  #hear(text: string): void {
    const { type, seq } = JSON.parse(text) as { type: string; seq: number };
    if (type !== "ack") throw new Error(`an honest device was told ${text}`);
    const now = performance.now();
    while (this.#acked < seq) {
      const sentMs = this.#sentMs.get(++this.#acked);
      this.#sentMs.delete(this.#acked);
      if (sentMs === undefined) continue;
      this.#took.push(now - sentMs);
      this.#onAck();
    }
  }
}
