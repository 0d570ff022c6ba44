/** What the senders send, encoded before the clock runs: masked WebSocket frames of sensors whose values wander. */
import { Random } from "../../simulator/random.ts";

/** How the readings of a frame are laid out. */
export interface Shape {
  readonly name: string;
  readonly form: "readings" | "samples";
  /** Readings in a frame. */
  readonly readings: number;
}

export const shapes: readonly Shape[] = [
  { name: "1 row", form: "readings", readings: 1 },
  { name: "10 rows", form: "readings", readings: 10 },
  { name: "100 rows", form: "readings", readings: 100 },
  { name: "1,000 samples", form: "samples", readings: 1_000 },
];

/** Metrics of each device; each with its own series. */
export const metricsPerDevice = 20;
/** Readings of one series are so far apart, ms, give or take `jitterMs`: no two share a millisecond. */
const stepMs = 1_000;
const jitterMs = 5;

/** The frames of one device, one behind the other; `ends[n]` is where frame n ends. Frame n bears `seq` n + 1. */
export interface Stream {
  readonly bytes: Buffer;
  readonly ends: Float64Array;
}

/** A sensor: its metrics do random walks in two or three decimals; each step has one time, a little off the second. */
class Sensor {
  readonly #random: Random;
  readonly #mantissas: number[];
  readonly #beganMs: number;

  constructor(random: Random, beganMs: number) {
    this.#random = random;
    this.#beganMs = beganMs;
    this.#mantissas = Array.from({ length: metricsPerDevice }, () => Math.round(random.between(1_000, 90_000)));
  }

  timeMs(step: number): number {
    return this.#beganMs + step * stepMs + (this.#random.word() % jitterMs);
  }

  value(metric: number): number {
    const mantissa = (this.#mantissas[metric] ?? 0) + (this.#random.word() % 41) - 20;
    this.#mantissas[metric] = mantissa;
    return mantissa / (metric % 2 === 0 ? 100 : 1_000);
  }
}

const names = Array.from({ length: metricsPerDevice }, (_, metric) => `channel_${metric}`);

/** The streams of `devices`, `frames` each. All times lie in the past, the last a minute ago, seen from `nowMs`. */
export function encodeStreams(shape: Shape, devices: number, frames: number, seed: string, nowMs: number): Stream[] {
  const steps = Math.ceil((frames * shape.readings) / metricsPerDevice);
  const beganMs = nowMs - 60_000 - steps * stepMs;
  return Array.from({ length: devices }, (_, device) => {
    const random = new Random(`${seed}/${device}`);
    const sensor = new Sensor(random.derive("sensor"), beganMs);
    const text = shape.form === "readings" ? rowsOf(sensor, shape.readings) : samplesOf(sensor, shape.readings);
    return join(Array.from({ length: frames }, (_, index) => maskedFrame(text(index + 1), random.word())));
  });
}

/** Row form: the metrics take turns, whatever the size of a frame. */
function rowsOf(sensor: Sensor, rows: number): (seq: number) => string {
  let reading = 0;
  let time = 0;
  const row = (): string => {
    const metric = reading % metricsPerDevice;
    if (metric === 0) time = sensor.timeMs(reading / metricsPerDevice);
    reading++;
    return `{"metric":"${names[metric]}","value":${sensor.value(metric)},"time":${time}}`;
  };
  return (seq) => `{"type":"readings","seq":${seq},"readings":[${Array.from({ length: rows }, row).join()}]}`;
}

/** Column form: every metric at each time. */
function samplesOf(sensor: Sensor, readings: number): (seq: number) => string {
  const length = readings / metricsPerDevice;
  let step = 0;
  return (seq) => {
    const times = Array.from({ length }, () => sensor.timeMs(step++));
    const columns = names.map((name, metric) => {
      const column = Array.from({ length }, () => sensor.value(metric));
      return `"${name}":[${column.join()}]`;
    });
    return `{"type":"samples","seq":${seq},"times":[${times.join()}],"values":{${columns.join()}}}`;
  };
}

function join(frames: readonly Buffer[]): Stream {
  const ends = new Float64Array(frames.length);
  let end = 0;
  frames.forEach((frame, index) => {
    end += frame.length;
    ends[index] = end;
  });
  return { bytes: Buffer.concat(frames), ends };
}

/** A text frame as a client has to send it (RFC 6455, 5.3). `text` is ASCII, shorter than 64 KiB. */
export function maskedFrame(text: string, mask: number): Buffer {
  const head = text.length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + text.length);
  frame[0] = 0x81;
  if (head === 6) frame[1] = 0x80 | text.length;
  else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(text.length, 2);
  }
  frame.writeUInt32BE(mask >>> 0, head - 4);
  for (let at = 0; at < text.length; at++) {
    frame[head + at] = text.charCodeAt(at) ^ (frame[head - 4 + (at & 3)] as number);
  }
  return frame;
}
