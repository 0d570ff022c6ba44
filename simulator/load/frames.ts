/** The frames of one loading device: values that wander, times that rise, one value a metric and millisecond. */

export const forms = ["rows", "samples", "http"] as const;
export type Form = (typeof forms)[number];

const yearMs = 365 * 86_400_000;

/**
 * A series has room for one reading a millisecond: where more are made, their times begin one to ten years ago. Where, is
 * left to chance, so that another run does not write over this one.
 */
export function pastFrom(nowMs: number): number {
  return nowMs - Math.round((1 + 9 * Math.random()) * yearMs);
}

export interface FrameOptions {
  readonly device: string;
  readonly form: Form;
  /** Readings in a frame. */
  readonly frameReadings: number;
  readonly metrics: number;
  /** Times begin here, ms since the epoch; undefined: they are the present. */
  readonly fromMs: number | undefined;
}

export class Frames {
  readonly #options: FrameOptions;
  readonly #names: readonly string[];
  /** The metric that comes next. */
  #turn = 0;
  #timeMs: number;
  #made = 0;

  constructor(options: FrameOptions) {
    this.#options = options;
    this.#names = Array.from({ length: options.metrics }, (_, index) => `m${index}`);
    this.#timeMs = options.fromMs ?? 0;
  }

  /** JSON text: a frame for a socket, or the body of a POST with the device and `session`. */
  next(seq: number, session: string): string {
    const { device, form } = this.#options;
    this.#tick();
    this.#made += 1;
    if (form === "samples") return `{"type":"samples","seq":${seq},${this.#columns()}}`;
    const rows = this.#rows();
    if (form === "rows") return `{"type":"readings","seq":${seq},"readings":[${rows}]}`;
    return `{"device":${JSON.stringify(device)},"session":"${session}","seq":${seq},"readings":[${rows}]}`;
  }

  /** The present, and later than the reading before. */
  #tick(): void {
    const nowMs = this.#options.fromMs === undefined ? Date.now() : 0;
    this.#timeMs = Math.max(nowMs, this.#timeMs + 1);
  }

  #value(index: number): number {
    return Math.round(2_000 + 500 * Math.sin(this.#made / 50 + index)) / 100;
  }

  #rows(): string {
    const { frameReadings, metrics } = this.#options;
    let text = "";
    for (let index = 0; index < frameReadings; index++) {
      if (index > 0) text += ",";
      text += `{"metric":"${this.#names[this.#turn]}","value":${this.#value(index)},"time":${this.#timeMs}}`;
      this.#turn += 1;
      if (this.#turn < metrics) continue;
      this.#turn = 0;
      this.#timeMs += 1;
    }
    return text;
  }

  #columns(): string {
    const { frameReadings, metrics } = this.#options;
    const first = this.#turn;
    const times = Array.from({ length: Math.ceil(frameReadings / metrics) }, () => this.#timeMs++);
    const columns: string[] = [];
    for (let left = frameReadings, metric = first; left > 0; left -= times.length, metric++) {
      // Where the metrics do not share them out evenly, the last column ends early.
      const cells = times.map((_, index) => (index < left ? this.#value(metric + index) : "null"));
      columns.push(`"${this.#names[metric % metrics]}":[${cells.join(",")}]`);
    }
    this.#turn = (first + columns.length) % metrics;
    return `"times":[${times.join(",")}],"values":{${columns.join(",")}}`;
  }
}
