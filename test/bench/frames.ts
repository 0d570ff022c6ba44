/** What the senders send, encoded before the clock runs: the readings of sensors whose values wander, for each route in its own form. */
import { Random } from "../../simulator/random.ts";
import type { Route } from "./systems/system.ts";
import { maskedFrame } from "./wire.ts";

/** How the readings of a frame are laid out. */
export interface Shape {
  readonly name: string;
  readonly form: "readings" | "samples";
  /** Readings in a frame. */
  readonly readings: number;
  /** Metrics of each device, each with its own series. `samples` hold a whole number of times. */
  readonly metrics: number;
  /** The device is a gateway: each of its series is the one metric of another device behind it. Of rows to this hub's protocol alone. */
  readonly gateway?: boolean;
}

const metrics = 20;

export const shapes: readonly Shape[] = [
  { name: "1 row", form: "readings", readings: 1, metrics },
  { name: "10 rows", form: "readings", readings: 10, metrics },
  { name: "100 rows", form: "readings", readings: 100, metrics },
  { name: "100 samples", form: "samples", readings: 100, metrics },
  { name: "1,000 samples", form: "samples", readings: 1_000, metrics },
];

/** The shape of rows with so many readings in a frame; the metrics of the device take turns. */
export function rowsShape(readings: number, of = metrics): Shape {
  return { name: `${readings} rows`, form: "readings", readings, metrics: of };
}

/** The shape of rows of a gateway with so many devices behind it. */
export function gatewayShape(readings: number, devices: number): Shape {
  return { ...rowsShape(readings, devices), name: `${readings} rows of ${devices} devices`, gateway: true };
}

/** The one metric of a device behind a gateway. */
export const gatewayMetric = "value";

/** The name of a device behind a gateway. */
export function behindGateway(gateway: string, index: number): string {
  return `${gateway}-${index}`;
}

/** Readings of one series are so far apart, ms, give or take `jitterMs`: no two share a millisecond. */
const stepMs = 1_000;
const jitterMs = 5;

/** The frames of one device, one behind the other; `ends[n]` is where frame n ends. Frame n bears `seq` n + 1. */
export interface Stream {
  readonly bytes: Buffer;
  readonly ends: Float64Array;
}

/** Its frames, one by one. */
export function framesOf({ bytes, ends }: Stream): Buffer[] {
  return Array.from(ends, (end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

interface Row {
  readonly metric: number;
  readonly value: number;
  readonly time: number;
}

/** Every metric at each time. */
interface Samples {
  readonly times: readonly number[];
  /** By metric. */
  readonly columns: readonly (readonly number[])[];
}

/** A sensor: its metrics do random walks in two or three decimals; each step has one time, a little off the second. */
class Sensor {
  readonly #random: Random;
  readonly #metrics: number;
  readonly #mantissas: number[];
  readonly #beganMs: number;
  #reading = 0;
  #step = 0;
  #timeMs = 0;

  constructor(random: Random, { metrics }: Shape, beganMs: number) {
    this.#random = random;
    this.#metrics = metrics;
    this.#beganMs = beganMs;
    this.#mantissas = Array.from({ length: metrics }, () => Math.round(random.between(1_000, 90_000)));
  }

  /** The metrics take turns, whatever the size of a frame. */
  row(): Row {
    const metric = this.#reading++ % this.#metrics;
    if (metric === 0) this.#timeMs = this.#nextTimeMs();
    return { metric, value: this.#value(metric), time: this.#timeMs };
  }

  samples(length: number): Samples {
    const times = Array.from({ length }, () => this.#nextTimeMs());
    const columns = this.#mantissas.map((_, metric) => Array.from({ length }, () => this.#value(metric)));
    return { times, columns };
  }

  #nextTimeMs(): number {
    return this.#beganMs + this.#step++ * stepMs + (this.#random.word() % jitterMs);
  }

  #value(metric: number): number {
    const mantissa = (this.#mantissas[metric] ?? 0) + (this.#random.word() % 41) - 20;
    this.#mantissas[metric] = mantissa;
    return mantissa / (metric % 2 === 0 ? 100 : 1_000);
  }
}

export function deviceName(index: number): string {
  return `sensor-${String(index).padStart(2, "0")}`;
}

/**
 * The streams of `devices`, `frames` each, as a route wants them; the same words give the same readings on every route. All
 * times lie in the past, the last a minute ago, seen from `nowMs`.
 */
export function encodeStreams(
  shape: Shape,
  route: Route,
  devices: number,
  frames: number,
  seed: string,
  nowMs: number,
): Stream[] {
  const steps = Math.ceil((frames * shape.readings) / shape.metrics);
  const beganMs = nowMs - 60_000 - steps * stepMs;
  return Array.from({ length: devices }, (_, device) => {
    const random = new Random(`${seed}/${device}`);
    const sensor = new Sensor(random.derive("sensor"), shape, beganMs);
    const writer = route.over === "websocket" ? jsonWriter : lineWriter;
    const write = writer(deviceName(device), shape);
    const frame =
      route.over === "websocket"
        ? (seq: number) => maskedFrame(write(sensor, seq), random.word())
        : (seq: number) => post(route.path, write(sensor, seq));
    return join(Array.from({ length: frames }, (_, index) => frame(index + 1)));
  });
}

/** Frames of one device as a decoder gets them: what `encodeStreams` sends over WebSocket, unmasked. */
export function plainFrames(shape: Shape, frames: number, seed: string, nowMs: number): Buffer[] {
  const steps = Math.ceil((frames * shape.readings) / shape.metrics);
  const sensor = new Sensor(new Random(seed).derive("sensor"), shape, nowMs - 60_000 - steps * stepMs);
  const write = jsonWriter(deviceName(0), shape);
  return Array.from({ length: frames }, (_, index) => Buffer.from(write(sensor, index + 1)));
}

type Writer = (device: string, shape: Shape) => (sensor: Sensor, seq: number) => string;

/** This hub's protocol; the device is named once, by its `hello`. */
const jsonWriter: Writer = (device, shape) => {
  const names = Array.from({ length: shape.metrics }, (_, metric) => `channel_${metric}`);
  if (shape.form === "readings") {
    const series = names.map((metric, index) =>
      shape.gateway ? `"device":"${behindGateway(device, index)}","metric":"${gatewayMetric}"` : `"metric":"${metric}"`,
    );
    return (sensor, seq) => {
      const rows = Array.from({ length: shape.readings }, () => {
        const { metric, value, time } = sensor.row();
        return `{${series[metric]},"value":${value},"time":${time}}`;
      });
      return `{"type":"readings","seq":${seq},"readings":[${rows.join()}]}`;
    };
  }
  return (sensor, seq) => {
    const { times, columns } = sensor.samples(shape.readings / shape.metrics);
    const values = columns.map((column, metric) => `"${names[metric]}":[${column.join()}]`);
    return `{"type":"samples","seq":${seq},"times":[${times.join()}],"values":{${values.join()}}}`;
  };
};

/** InfluxDB's line protocol: what a device measured at one time is one line, the shortest form. */
const lineWriter: Writer = (device, shape) => {
  const names = Array.from({ length: shape.metrics }, (_, metric) => `channel_${metric}`);
  const line = (fields: readonly string[], time: number) => `readings,device=${device} ${fields.join()} ${time}\n`;
  if (shape.form === "readings") {
    return (sensor) => {
      const fieldsAt = new Map<number, string[]>();
      for (let row = 0; row < shape.readings; row++) {
        const { metric, value, time } = sensor.row();
        const fields = fieldsAt.get(time) ?? [];
        fields.push(`${names[metric]}=${value}`);
        fieldsAt.set(time, fields);
      }
      return [...fieldsAt].map(([time, fields]) => line(fields, time)).join("");
    };
  }
  return (sensor) => {
    const { times, columns } = sensor.samples(shape.readings / shape.metrics);
    const fields = (at: number) => columns.map((column, metric) => `${names[metric]}=${column[at]}`);
    return times.map((time, at) => line(fields(at), time)).join("");
  };
};

function post(path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    "latin1",
  );
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
