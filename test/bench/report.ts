/** Figures of several rounds as tables. Ratios are taken within a round and then the median: what the machine does beside it cancels. */
import type { Flood, Latency, Weight } from "./measure.ts";

/** Every round's figures, by system; the systems in the order in which they ran. */
export type Rounds<Figures> = Record<string, Figures[]>;

export interface Results {
  readonly machine: Record<string, string | number>;
  readonly floods: Record<string, Rounds<Flood>>;
  readonly latency: Rounds<Latency>;
  readonly weight: Rounds<Weight>;
}

export interface Row {
  readonly part: "flood" | "latency" | "weight";
  /** Of a flood. */
  readonly shape?: string;
  readonly system: string;
  /** Medians, by name; those named `…/SYSTEM` are ratios to that system. */
  readonly figures: Record<string, number>;
}

/** The system that the others are set in relation to. */
const yardsticks = ["table FULL", "table NORMAL", "bare ws"];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

type Pick<Figures> = (figures: Figures) => number | undefined;

function rowsOf<Figures>(
  about: Omit<Row, "system" | "figures">,
  rounds: Rounds<Figures>,
  picks: Record<string, Pick<Figures>>,
  compared: readonly string[],
): Row[] {
  return Object.entries(rounds).map(([system, own]) => {
    const figures: Record<string, number> = {};
    for (const [name, pick] of Object.entries(picks)) {
      const values = own.flatMap((each) => pick(each) ?? []);
      if (values.length > 0) figures[name] = median(values);
      if (!compared.includes(name)) continue;
      for (const other of yardsticks) {
        const theirs = rounds[other]?.flatMap((each) => pick(each) ?? []) ?? [];
        const ratios = values.flatMap((value, round) => (theirs[round] ? value / theirs[round] : []));
        if (ratios.length > 0 && other !== system) figures[`${name}/${other}`] = median(ratios);
      }
    }
    return { ...about, system, figures };
  });
}

/** Medians and ratios of everything measured. */
export function summarize({ floods, latency, weight }: Results): Row[] {
  const floodPicks: Record<string, Pick<Flood>> = {
    readingsPerSecond: (flood) => flood.readingsPerSecond,
    cpuMicros: (flood) => flood.cpuMicros.settled,
    ackedCpuMicros: (flood) => flood.cpuMicros.acked,
    mainCpuMicros: (flood) => flood.cpuMicros.main,
    ackP50Ms: (flood) => flood.ackMs?.p50,
    ackP99Ms: (flood) => flood.ackMs?.p99,
    peakBytes: (flood) => flood.peakBytes,
    loadBusy: (flood) => flood.loadBusy,
  };
  const latencyPicks: Record<string, Pick<Latency>> = {
    aloneP50Ms: ({ alone }) => alone.p50,
    aloneP99Ms: ({ alone }) => alone.p99,
    pacedP50Ms: ({ paced }) => paced.p50,
    pacedP99Ms: ({ paced }) => paced.p99,
  };
  const weightPicks: Record<string, Pick<Weight>> = {
    bytesPerReading: (each) => each.bytesPerReading,
    readings: (each) => each.readings,
  };
  return [
    ...Object.entries(floods).flatMap(([shape, rounds]) =>
      rowsOf({ part: "flood", shape }, rounds, floodPicks, ["readingsPerSecond", "cpuMicros"]),
    ),
    ...rowsOf({ part: "latency" }, latency, latencyPicks, Object.keys(latencyPicks)),
    ...rowsOf({ part: "weight" }, weight, weightPicks, ["bytesPerReading"]),
  ];
}

const times = (ratio: number | undefined): string => (ratio === undefined ? "" : `${ratio.toFixed(2)}×`);
const fixed = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "";
const grouped = (value: number | undefined): string =>
  value === undefined ? "" : Math.round(value).toLocaleString("en-US");

/** The rows as Markdown. */
export function toText(rows: readonly Row[], { machine }: Machine): string {
  const of = (part: Row["part"]): Row[] => rows.filter((row) => row.part === part);
  return [
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    table(
      [
        "frame",
        "system",
        "readings/s",
        "/ FULL",
        "/ NORMAL",
        "/ bare",
        "CPU µs",
        "main µs",
        "ack p50, p99 ms",
        "peak MB",
        "load busy",
      ],
      of("flood").map(({ shape = "", system, figures: f }) => [
        shape,
        system,
        grouped(f.readingsPerSecond),
        times(f["readingsPerSecond/table FULL"]),
        times(f["readingsPerSecond/table NORMAL"]),
        times(f["readingsPerSecond/bare ws"]),
        fixed(f.cpuMicros, 2),
        fixed(f.mainCpuMicros, 2),
        f.ackP50Ms === undefined ? "" : `${fixed(f.ackP50Ms, 2)}, ${fixed(f.ackP99Ms, 1)}`,
        grouped((f.peakBytes ?? 0) / 2 ** 20),
        fixed(f.loadBusy, 2),
      ]),
    ),
    table(
      [
        "system",
        "one sender: p50",
        "p99 ms",
        "p50 / FULL",
        "p99 / FULL",
        "fixed rate: p50",
        "p99 ms",
        "p50 / FULL",
        "p99 / FULL",
      ],
      of("latency").map(({ system, figures: f }) => [
        system,
        fixed(f.aloneP50Ms, 2),
        fixed(f.aloneP99Ms, 2),
        times(f["aloneP50Ms/table FULL"]),
        times(f["aloneP99Ms/table FULL"]),
        fixed(f.pacedP50Ms, 2),
        fixed(f.pacedP99Ms, 2),
        times(f["pacedP50Ms/table FULL"]),
        times(f["pacedP99Ms/table FULL"]),
      ]),
    ),
    table(
      ["system", "readings", "bytes a reading", "/ FULL"],
      of("weight").map(({ system, figures: f }) => [
        system,
        grouped(f.readings),
        fixed(f.bytesPerReading, 2),
        times(f["bytesPerReading/table FULL"]),
      ]),
    ),
  ].join("\n\n");
}

type Machine = { readonly machine: Results["machine"] };

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}
