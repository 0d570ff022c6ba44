/** Columns as people's devices tell them, the same in each run: what sizes and speeds of chunks are measured with. */
import type { ChunkColumns } from "../../../server/store/codec/chunk.ts";
import type { Model } from "../../../simulator/model.ts";
import { demoSources } from "../../../simulator/profiles.ts";
import { Random } from "../../../simulator/random.ts";

const fromMs = Date.UTC(2026, 10, 24, 8);

function chunkOf(times: readonly number[] | Float64Array, values: readonly number[] | Float64Array): ChunkColumns {
  return { type: "number", times: Float64Array.from(times), values: Float64Array.from(values), strings: [] };
}

/** As the part `size` of the bench sends them: walks of two and three decimals, every `stepMs` and up to `jitterMs` more. */
export function walks(stepMs: number, jitterMs: number, rows = 4_096): ChunkColumns[] {
  const random = new Random(`walks of ${stepMs} ms`);
  const times = Array.from({ length: rows }, (_, row) => fromMs + row * stepMs + (random.word() % (jitterMs + 1)));
  return [100, 1_000, 100, 1_000].map((power) => {
    let mantissa = Math.round(random.between(1_000, 90_000));
    const values = times.map(() => {
      mantissa += (random.word() % 41) - 20;
      return mantissa / power;
    });
    return chunkOf(times, values);
  });
}

/** Numbers of one device of that kind of the demo. */
export function demo(kind: string, rows = 1_024): ChunkColumns[] {
  const model = modelOf(kind);
  const columns = new Map<string, { readonly times: number[]; readonly values: number[] }>();
  for (let most = 0; most < rows; ) {
    const { time, readings } = model.report();
    for (const [metric, value] of readings) {
      if (typeof value !== "number") continue;
      const column = columns.get(metric) ?? { times: [], values: [] };
      columns.set(metric, column);
      if (time <= (column.times.at(-1) ?? Number.NEGATIVE_INFINITY)) continue;
      column.times.push(time);
      most = Math.max(most, column.values.push(value));
    }
  }
  return [...columns.values()].map(({ times, values }) => chunkOf(times, values));
}

function modelOf(kind: string): Model {
  const source = demoSources().find(({ profile }) => profile.name === kind);
  if (source === undefined) throw new Error(`no ${kind} in the demo`);
  return new source.profile.Model({ device: source.device, seed: "demo", from: fromMs });
}

/** A machine's vibration, 1,000 readings a second. */
export function vibration(rows = 8_192): ChunkColumns[] {
  const model = modelOf("factory");
  const times: number[] = [];
  const values: number[] = [];
  while (times.length < rows) {
    const { samples } = model.report();
    if (samples === undefined) continue;
    times.push(...samples.times);
    for (const value of Object.values(samples.values)[0] ?? []) values.push(Number(value));
  }
  return [chunkOf(times.slice(0, rows), values.slice(0, rows))];
}

/** Full precision, and what looks like it: noise, a smooth curve, 32-bit floats of two decimals, an analogue converter. */
export function floats(
  rows = 4_096,
): Readonly<Record<"noise" | "smooth" | "rounded" | "converted" | "odd", ChunkColumns>> {
  const random = new Random("floats");
  const times = Array.from({ length: rows }, (_, row) => fromMs + row * 1_000);
  const curve = (row: number) => 20 + 5 * Math.sin(row / 300);
  const jitter = () => random.between(-0.2, 0.2);
  const rounded = (value: number, power: number) => Math.round(value * power) / power;
  const of = (value: (row: number) => number) =>
    chunkOf(
      times,
      times.map((_, row) => value(row)),
    );
  return {
    noise: of((row) => curve(row) + jitter()),
    smooth: of(curve),
    rounded: of((row) => Math.fround(rounded(curve(row) + jitter(), 100))),
    converted: of((row) => (Math.round((curve(row) + jitter()) * 100) * 3.3) / 4_096),
    odd: of((row) => (row % 20 === 7 ? jitter() : rounded(curve(row) + jitter(), 100))),
  };
}

/** Lines of a log: few words, no two lines alike. */
export function lines(rows = 1_024): ChunkColumns {
  const random = new Random("lines");
  const parts = ["pump", "valve", "motor"];
  const events = ["started after a fault of the drive", "stopped by the operator", "reports a pressure of"];
  const strings = Array.from({ length: rows }, (_, row) => {
    const [part, event] = [parts, events].map((words) => words[random.word() % words.length]);
    return `${part} ${random.word() % 10_000} ${event} ${row}`;
  });
  const row = Float64Array.from({ length: rows }, (_, index) => index);
  return { type: "string", times: row.map((index) => fromMs + index * 1_000), values: row, strings };
}
