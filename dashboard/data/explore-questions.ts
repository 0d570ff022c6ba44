/** What a chart asks the hub of the past: sums, rates, fleets, times in states, in buckets by the clocks of a zone. */
import {
  type AcrossReadingsAnswer,
  type Aggregate,
  type ManyReadingsAnswer,
  type ReadingsAnswer,
  type StatesAnswer,
  widthForPoints,
} from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { SeriesName } from "./explore-choice.ts";
import type { ExploreKind, ExploreView, ExploreWay } from "./explore-view.ts";
import { bucketAt } from "./local-buckets.ts";
import type { TimeSpan } from "./ranges.ts";
import type { Tier } from "./tier-facts.ts";

export type Column = Exclude<Aggregate, "first" | "last">;

const aggregatesOf: Readonly<Record<Exclude<ExploreWay, "strip" | "time">, readonly Column[]>> = {
  value: ["mean", "min", "max", "count"],
  mean: ["mean"],
  range: ["min", "max"],
  rate: ["rate"],
  increase: ["increase"],
  integral: ["integral"],
  percentiles: ["p5", "p50", "p95", "mean"],
  sum: ["sum"],
};

/** Of one day, say: they are told as bars, each as wide as its time. */
export function isBars({ way }: ExploreView): boolean {
  return way === "increase" || way === "integral" || way === "time";
}

const perMs = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
/** Lines have a bucket each so many pixels, bars are so wide. */
const linePx = 2;
const barPx = 24;
/** More buckets than this nobody tells apart: the next longer ones are drawn. */
const mostBuckets = 2_000;

export interface Question {
  /** All that it is about but its ends. */
  readonly key: string;
  readonly series: readonly SeriesName[];
  readonly kind: ExploreKind;
  readonly aggregates: readonly Column[];
  readonly everyMs: number;
  readonly zone: string;
  /** Whole buckets. */
  readonly span: TimeSpan;
}

export interface QuestionOptions {
  readonly kind: ExploreKind;
  readonly view: ExploreView;
  readonly series: readonly SeriesName[];
  readonly zone: string;
  readonly window: TimeSpan;
  readonly widthPx: number;
}

/** How wide the buckets are: as chosen, or longer where they would be too many. */
export function everyOf({ view, window, widthPx }: Pick<QuestionOptions, "view" | "window" | "widthPx">): number {
  const lengthMs = window.toMs - window.fromMs;
  if (view.per === "auto") {
    const points = Math.max(2, Math.floor(widthPx / (isBars(view) ? barPx : linePx)));
    return widthForPoints(window.fromMs, window.toMs, points);
  }
  const widths = Object.values(perMs).filter((everyMs) => everyMs >= perMs[view.per as keyof typeof perMs]);
  return (
    widths.find((everyMs) => lengthMs / everyMs <= mostBuckets) ??
    widthForPoints(window.fromMs, window.toMs, mostBuckets)
  );
}

export function questionOf(options: QuestionOptions): Question {
  const { kind, view, series, zone, window } = options;
  const everyMs = everyOf(options);
  const { way } = view;
  const aggregates = way === "strip" || way === "time" ? [] : aggregatesOf[way];
  const first = bucketAt(window.fromMs, everyMs, zone);
  // Lines enter from outside.
  const fromMs = isBars(view) ? first.startMs : first.startMs - everyMs;
  const span = { fromMs, toMs: bucketAt(window.toMs, everyMs, zone).endMs };
  return { key: JSON.stringify([kind, way, series, everyMs, zone]), series, kind, aggregates, everyMs, zone, span };
}

/** What the hub told of one series, or of a fleet: a row a bucket that has something. */
export interface Told extends SeriesName {
  readonly times: readonly number[];
  readonly columns: { readonly [Name in Column]?: readonly number[] | undefined };
  /** Of states: which, and of each the ms in each bucket. */
  readonly states: readonly (boolean | string)[];
  readonly ms: readonly (readonly number[])[];
  /** Of a fleet: how many devices were asked, and their unit where they have the same. */
  readonly devices?: number;
  readonly unit?: string | undefined;
  readonly tier?: Tier;
}

export interface Answer {
  readonly question: Question;
  readonly told: readonly Told[];
  /** When it was asked for, ms of a steady clock. */
  readonly askedAtMs: number;
}

/** Asks the hub. Throws `HubRefusal` where it says no. */
export async function ask(
  api: Pick<HubApi, "get">,
  question: Question,
  signal: AbortSignal,
  quiet = false,
): Promise<Told[]> {
  const { series, kind, aggregates, everyMs, zone, span } = question;
  const found: Told[] = [];
  for (const [metric, device] of byMetric(series)) {
    const params = { device, metric, from: span.fromMs, to: span.toMs, every: everyMs, tz: zone };
    const options = { signal, quiet };
    if (kind === "states") {
      const answer = await api.get<StatesAnswer>("states", { ...options, params });
      for (const { states, ...told } of answer.series) {
        found.push({ ...told, columns: {}, states: states as (boolean | string)[] });
      }
    } else if (kind === "fleet") {
      const fleet = { ...params, across: "devices", aggregates };
      const { series: metrics } = await api.get<AcrossReadingsAnswer>("readings", { ...options, params: fleet });
      for (const told of metrics)
        found.push({ ...told, device: device[0] as string, columns: told, states: [], ms: [] });
    } else {
      const answer = await api.get<ReadingsAnswer | ManyReadingsAnswer>("readings", {
        ...options,
        params: { ...params, aggregates },
      });
      for (const told of "series" in answer ? answer.series : [answer]) {
        found.push({ ...told, columns: told, states: [], ms: [] });
      }
    }
  }
  return found;
}

/** One request a metric with its devices: the hub answers all devices times all metrics. */
function byMetric(series: readonly SeriesName[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { device, metric } of series) found.set(metric, [...(found.get(metric) ?? []), device]);
  return found;
}

/** A refusal is asked about again after so long, ms. */
const againMs = 5_000;

/** One chart's questions, one at a time: what was told last stays until the next answer is here. */
export class Asking {
  readonly #api: Pick<HubApi, "get">;
  readonly #changed: () => void;
  #under: { readonly question: Question; readonly end: AbortController } | undefined;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  answer: Answer | undefined;
  /** Why the hub refused to tell, in its words. */
  problem: string | undefined;

  constructor(api: Pick<HubApi, "get">, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  /** True while what is wanted is not what was told. */
  get waits(): boolean {
    return this.#under !== undefined && this.#under.question.key !== this.answer?.question.key;
  }

  /** `freshMs`: what was told is renewed after so long; Infinity where nothing new can come. */
  want(question: Question, freshMs: number, nowMs = performance.now()): void {
    if (this.#under) {
      if (this.#under.question.key === question.key) return;
      this.#under.end.abort();
      this.#under = undefined;
    }
    const { answer } = this;
    const same = answer?.question.key === question.key && isWithin(question.span, answer.question.span);
    if (same && nowMs - answer.askedAtMs < freshMs) return;
    if (this.problem !== undefined && nowMs - this.#refusedAtMs < againMs) return;
    void this.#ask(question, nowMs, same);
  }

  close(): void {
    this.#under?.end.abort();
    this.#under = undefined;
  }

  async #ask(question: Question, askedAtMs: number, quiet: boolean): Promise<void> {
    const under = { question, end: new AbortController() };
    this.#under = under;
    try {
      const told = await ask(this.#api, question, under.end.signal, quiet);
      if (this.#under !== under) return;
      this.answer = { question, told, askedAtMs };
      this.problem = undefined;
    } catch (error) {
      if (this.#under !== under) return;
      this.problem = error instanceof Error ? error.message : String(error);
      this.#refusedAtMs = askedAtMs;
    }
    this.#under = undefined;
    this.#changed();
  }
}

function isWithin(inner: TimeSpan, outer: TimeSpan): boolean {
  return inner.fromMs >= outer.fromMs && inner.toMs <= outer.toMs;
}
