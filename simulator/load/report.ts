/** What a load run says: a line while it runs, the figures at the end, as text and as JSON. */
import type { LoadOptions } from "./options.ts";
import type { Latency, Tally } from "./tally.ts";

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const rateNumber = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

export interface LoadReport {
  readonly asked: {
    readonly connections: number;
    /** Readings a second, or as fast as they are taken. */
    readonly rate: number | "max";
    readonly frame: number;
    readonly form: string;
    readonly metrics: number;
    readonly window: number;
  };
  /** Connections that were there when it began. */
  readonly connected: number;
  /** From the first frame to the last decision, s. */
  readonly seconds: number;
  readonly framesSent: number;
  /** Due and not sent. */
  readonly framesHeldBack: number;
  /** Readings, as all below. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly rejected: number;
  readonly unacknowledged: number;
  readonly perSecond: number;
  readonly ackMs: Latency | null;
  readonly reconnects: number;
  /** Cores that this program itself kept busy: near 1 it may be what was measured. */
  readonly ownCores: number;
  readonly trouble?: string;
  /** Why it did not go on until its time was over. */
  readonly endedEarly?: string;
}

/** What the tally does not know. */
interface Course {
  readonly connected: number;
  readonly seconds: number;
  readonly ownCores: number;
}

export function reportOf(options: LoadOptions, tally: Tally, { connected, seconds, ownCores }: Course): LoadReport {
  const { connections, rate, frame, form, metrics, window } = options;
  const { framesSent, framesHeldBack, sent, acknowledged, rejected, unacknowledged, reconnects, trouble } = tally;
  return {
    asked: { connections, rate, frame, form, metrics, window },
    connected,
    seconds: Math.round(seconds * 1_000) / 1_000,
    ...{ framesSent, framesHeldBack, sent, acknowledged, rejected, unacknowledged },
    perSecond: Math.round(acknowledged / seconds),
    ackMs: tally.ack.told ?? null,
    reconnects,
    ownCores: Math.round(ownCores * 100) / 100,
    ...(trouble === undefined ? {} : { trouble }),
    ...(tally.turnedAway === undefined ? {} : { endedEarly: tally.turnedAway }),
  };
}

export function liveLine(tally: Tally, open: number, connections: number, perSecond: number): string {
  const { ack, sent, acknowledged, rejected, framesHeldBack } = tally;
  return [
    `${number.format(open)} of ${number.format(connections)} connected`,
    `${number.format(sent)} sent`,
    `${number.format(acknowledged)} acknowledged`,
    ...(rejected > 0 ? [`${number.format(rejected)} rejected`] : []),
    ...(framesHeldBack > 0 ? [`${number.format(framesHeldBack)} frames held back`] : []),
    `${number.format(perSecond)}/s`,
    ...(ack.told ? [`ack ${latencyText(ack.told)}`] : []),
  ].join(" · ");
}

export function latencyText({ p50, p99, max }: Latency): string {
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

/** A line a figure, its name in front. */
export function table(rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}

export function reportText(report: LoadReport): string {
  const { asked, connected, trouble, endedEarly } = report;
  const rate = asked.rate === "max" ? "as fast as they are taken" : `${rateNumber.format(asked.rate)} readings/s`;
  const frames = `${number.format(report.framesSent)} frames of ${number.format(asked.frame)}`;
  return table([
    ["asked", `${number.format(asked.connections)} connections, ${asked.form}, ${rate}`],
    ...(connected < asked.connections
      ? [["connected", `${number.format(connected)} of ${number.format(asked.connections)}`] as const]
      : []),
    ["sent", `${number.format(report.sent)} readings in ${frames}, in ${report.seconds} s`],
    ["acknowledged", number.format(report.acknowledged)],
    ["rejected", number.format(report.rejected)],
    ["unacknowledged", number.format(report.unacknowledged)],
    ["rate", `${number.format(report.perSecond)} readings/s acknowledged`],
    ["ack", report.ackMs ? latencyText(report.ackMs) : "none came"],
    ...(report.framesHeldBack > 0
      ? [
          [
            "held back",
            `${number.format(report.framesHeldBack)} frames: the hub or this program did not keep up`,
          ] as const,
        ]
      : []),
    ...(report.reconnects > 0 ? [["reconnects", number.format(report.reconnects)] as const] : []),
    ["this program", `kept ${report.ownCores} cores busy`],
    ...(trouble === undefined ? [] : [["last trouble", trouble] as const]),
    ...(endedEarly === undefined ? [] : [["ended early", endedEarly] as const]),
  ]);
}
