/** The load of ten minutes, a process of its own: devices far ahead of their acknowledgements, and a word after each minute. */
import { type Connection, openConnection } from "../connections.ts";
import { deviceName, encodeStreams, type Shape } from "../frames.ts";
import { firstSeq, RollingFrames } from "./rolling-frames.ts";

export interface Asked {
  readonly port: number;
  readonly shape: Shape;
  readonly devices: number;
  /** Frames that each is ahead. */
  readonly window: number;
  readonly minuteMs: number;
  readonly minutes: number;
}

/** What came of a minute. */
export interface Minute {
  readonly readings: number;
  readonly ms: number;
  /** CPU of this process, cores. */
  readonly busy: number;
}

const websocket = { over: "websocket", acks: true } as const;
/** Frames of each device, sent again and again: several times the window. */
const framesEach = 256;
const stepMs = 1_000;
/** Where the readings begin, ms before now: faster than real time by some thousands, they must not come to the present. */
const beforeMs = 4 * 365 * 86_400_000;

class Device {
  readonly #frames: RollingFrames;
  readonly #window: number;
  #connection: Connection | undefined;
  #ends = false;
  #onSettled: () => void = () => {};
  #onFirst: () => void = () => {};
  /** Something of it was acknowledged. */
  readonly began = new Promise<void>((resolve) => {
    this.#onFirst = resolve;
  });
  decided = 0;

  constructor(frames: RollingFrames, window: number) {
    this.#frames = frames;
    this.#window = Math.min(window, frames.most / 2);
  }

  async connect(port: number, name: string): Promise<void> {
    this.#connection = await openConnection(websocket, port, name, (seq) => {
      this.decided = seq - firstSeq + 1;
      this.#onFirst();
      this.go();
    });
  }

  go(): void {
    const open = this.#frames.count - this.decided;
    if (this.#ends) {
      if (open === 0) this.#onSettled();
      return;
    }
    const room = this.#window - open;
    // Few large writes leave the cores to the server.
    if (room < this.#window / 4 && open > 0) return;
    const bytes = Buffer.concat(this.#frames.take(room));
    this.#connection?.send(bytes, firstSeq + this.#frames.count - 1);
  }

  end(): Promise<void> {
    this.#ends = true;
    return new Promise((resolve) => {
      this.#onSettled = resolve;
      this.go();
    });
  }

  close(): void {
    this.#connection?.close();
  }
}

async function run({ port, shape, devices: count, window, minuteMs, minutes }: Asked): Promise<void> {
  const streams = encodeStreams(shape, websocket, count, framesEach, "steady", Date.now() - beforeMs);
  const devices = streams.map((stream) => new Device(new RollingFrames(stream, stepMs), window));
  await Promise.all(devices.map((device, index) => device.connect(port, deviceName(index))));
  const decided = (): number => devices.reduce((sum, device) => sum + device.decided, 0);
  for (const device of devices) device.go();
  await Promise.all(devices.map(({ began }) => began));
  const beganMs = performance.now();
  let [before, beforeAtMs, cpu] = [decided(), beganMs, process.cpuUsage()];
  for (let minute = 1; minute <= minutes; minute++) {
    await new Promise((resolve) => setTimeout(resolve, beganMs + minute * minuteMs - performance.now()));
    const [now, nowMs] = [decided(), performance.now()];
    const { user, system } = process.cpuUsage(cpu);
    const ms = nowMs - beforeAtMs;
    const told: Minute = { readings: (now - before) * shape.readings, ms, busy: (user + system) / 1_000 / ms };
    process.send?.(told);
    [before, beforeAtMs, cpu] = [now, nowMs, process.cpuUsage()];
  }
  await Promise.all(devices.map((device) => device.end()));
  process.send?.(decided() * shape.readings);
  for (const device of devices) device.close();
}

process.once("message", (asked: Asked) => void run(asked));
// Whoever asked is gone, or has all it wants.
process.on("disconnect", () => process.exit(1));
