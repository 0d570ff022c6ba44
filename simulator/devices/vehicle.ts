/**
 * An electric bus on its route: it speeds up, brakes, stops, waits at lights, drains its battery and charges it. In the tunnel
 * it has no network: what it measured there comes late, behind it. Every value is a function of seed and time alone.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import { type Model, type ModelOptions, type Report, round, type Samples } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { reportAfter } from "./changes.ts";
import { Duties } from "./vehicle/duty.ts";
import { Route } from "./vehicle/route.ts";

/** The town that all vehicles drive in, degrees. */
const townLat = 48.137;
const townLon = 11.575;

const metresADegree = 111_320;

/** Battery and trip come with every so many-th report. */
const slowEvery = 10;

/** The network is back so long after the tunnel, ms. */
const backAfterMs = 3_000;

/** In the order in which they are shown. */
const columns = ["speed", "battery", "lat", "lon", "heading", "trip"] as const;

export class Vehicle implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly route: Route;
  readonly duties: Duties;
  readonly #phaseMs: number;
  readonly #lat: number;
  readonly #lon: number;
  readonly #satellites: Noise;
  readonly #foot: Noise;
  #index: number;
  #state: string | undefined;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = Math.max(1, Math.round(1_000 / rate));
    this.#phaseMs = Math.floor(random.between(0, this.intervalMs));
    this.#lat = townLat + random.between(-0.02, 0.02);
    this.#lon = townLon + random.between(-0.03, 0.03);
    this.route = new Route(random);
    this.duties = new Duties(this.route, random);
    this.#satellites = new Noise(`${random.seed}/satellites`);
    this.#foot = new Noise(`${random.seed}/foot`);
    this.#index = Math.ceil((from - this.#phaseMs) / this.intervalMs);
    this.meta = vehicleMeta(device, this.intervalMs);
    this.#leaveTunnel();
  }

  get nextTime(): number {
    return this.#timeOf(this.#index);
  }

  report(stride = 1): Report {
    const index = this.#index;
    const time = this.nextTime;
    const row = this.#row(index, stride > 1);
    const readings: [string, Value][] = [];
    for (const metric of columns) if (row[metric] !== undefined) readings.push([metric, row[metric]]);
    const { state } = this.duties.at(time);
    if (state !== this.#state) readings.push(["state", state]);
    this.#state = state;
    this.#index = reportAfter(this.#index, stride);
    this.#leaveTunnel();
    const late = stride === 1 ? this.#unsentBefore(index) : undefined;
    return { time, readings, ...(late === undefined ? {} : { samples: late }) };
  }

  /** Nothing can be sent: in the tunnel, and until the network is back. */
  silentAt(time: number): boolean {
    return this.#underground(time) || this.#underground(time - backAfterMs);
  }

  #underground(time: number): boolean {
    const { from, until } = this.route.tunnel;
    const along = this.duties.at(time).along % this.route.length;
    return along >= from && along < until;
  }

  #timeOf(index: number): number {
    return index * this.intervalMs + this.#phaseMs;
  }

  #leaveTunnel(): void {
    while (this.silentAt(this.nextTime)) this.#index++;
  }

  #row(index: number, whole = false): Partial<Record<(typeof columns)[number], number>> {
    const time = this.#timeOf(index);
    const { speed, along, battery } = this.duties.at(time);
    const { east, north, heading } = this.route.at(along);
    const error = (axis: number): number =>
      1.5 * this.#satellites.smooth(time / 25_000 + axis) + 0.1 * this.#satellites.white(time + axis);
    const metresADegreeEast = metresADegree * Math.cos((this.#lat * Math.PI) / 180);
    const slow = whole || index % slowEvery === 0 ? { battery: round(battery, 1), trip: round(along / 1_000, 3) } : {};
    return {
      lat: round(this.#lat + (north + error(0)) / metresADegree, 6),
      lon: round(this.#lon + (east + error(1e12)) / metresADegreeEast, 6),
      // A foot on a pedal is never quite still.
      speed: round(speed * 3.6 + Math.min(0.6, speed / 8) * this.#foot.smooth(time / 3_500), 1),
      heading: Math.round(heading) % 360,
      ...slow,
    };
  }

  /** What was measured in the silence that ended with this report. */
  #unsentBefore(index: number): Samples | undefined {
    let first = index;
    while (this.silentAt(this.#timeOf(first - 1))) first--;
    if (first === index) return undefined;
    const rows = Array.from({ length: index - first }, (_, back) => this.#row(first + back));
    return {
      times: rows.map((_, back) => this.#timeOf(first + back)),
      values: Object.fromEntries(columns.map((metric) => [metric, rows.map((row) => row[metric] ?? null)])),
    };
  }
}

function vehicleMeta(device: string, reportInterval: number): DeviceMeta {
  const place = device.slice(device.lastIndexOf("/") + 1).replace("-", " ");
  const slow = { reportInterval: reportInterval * slowEvery };
  return {
    name: place.charAt(0).toUpperCase() + place.slice(1),
    kind: "vehicle",
    reportInterval,
    metrics: {
      speed: { label: "Speed", unit: "km/h", decimals: 1, min: 0, max: 80 },
      battery: {
        ...{ label: "Battery", unit: "%", decimals: 1, min: 0, max: 100, role: "battery" },
        zones: [
          { to: 10, level: "alarm", label: "empty" },
          { from: 10, to: 20, level: "warn", label: "low" },
        ],
        ...slow,
      },
      lat: { label: "Latitude", unit: "°", decimals: 6, role: "lat" },
      lon: { label: "Longitude", unit: "°", decimals: 6, role: "lon" },
      heading: { label: "Heading", unit: "°", decimals: 0, min: 0, max: 360 },
      trip: { label: "Since the depot", unit: "km", decimals: 3, kind: "counter", ...slow },
      state: { label: "State", kind: "state", reportInterval: 0 },
    },
  };
}
