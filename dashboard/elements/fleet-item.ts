/** What cards and rows of the fleet have in common: what they are given, and the words of a device's state and values. */
import { html, nothing, type TemplateResult } from "lit";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { formatDuration } from "../data/format.ts";
import type { Spark } from "../data/spark-feed.ts";
import { type SparkSpanKey, SparkTrace } from "../data/spark-trace.ts";
import { texts } from "../texts/index.ts";
import type { SparkSource } from "../widgets/sparkline.ts";
import type { FleetSparkSource } from "./fleet-spark.ts";
import { worstSeries } from "./fleet-values.ts";
import { ageOrDate, graceMs, newestTime, seriesLabel, valueText, valueWithUnit, zoneLevel } from "./values.ts";

/** What all items of one rendering share. */
export interface FleetScene {
  readonly nowMs: number;
  readonly span: SparkSpanKey;
  readonly window: SparkSource["window"];
  readonly sparkOf: (series: SeriesView) => Spark | undefined;
  /** Of an item, CSS pixels. */
  readonly width: number;
  /** Newest values of a device that are shown. */
  readonly values: number;
  readonly focused: (device: DeviceView) => void;
  /** Changes where the curves' stretch of time, or whether it moves, does. */
  readonly key: string;
}

/** `silent for 3 min`; of one that is online the word alone. */
export function stateWords({ entry }: DeviceView, nowMs: number): string {
  const word = texts.presence[entry.state];
  return entry.state === "online" ? word : `${word} ${texts.device.since(formatDuration(nowMs - entry.since))}`;
}

/** Why it is not well, or else what it is. */
export function deviceNote(device: DeviceView): TemplateResult | typeof nothing {
  const { entry } = device;
  if (entry.state !== "online") return html`<span class="why">${texts.reason[entry.reason]}</span>`;
  const worst = worstSeries(device);
  if (worst?.value !== undefined) {
    const level = zoneLevel(worst, worst.value);
    return html`<span class="why ${level}">${zoneWords(worst)}</span>`;
  }
  if (entry.reason === "asleep") return html`<span class="why">${texts.reason.asleep}</span>`;
  const words = [entry.kind, entry.via && texts.device.via(entry.via)].filter(Boolean).join(" · ");
  return words === "" ? nothing : html`<span class="why">${words}</span>`;
}

/** `Temperature: too hot`, or `Temperature: in alarm` where the zone has no name. */
function zoneWords(series: SeriesView): string {
  const level = zoneLevel(series, series.value);
  const { value } = series;
  const zone = series.entry.zones?.find(
    ({ level: each, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) =>
      each === level && typeof value === "number" && value >= from && value < to,
  );
  const word = zone?.label || (level === "ok" ? "" : texts.fleet.states[level]);
  return texts.fleet.inZone(seriesLabel(series), word);
}

/** A value with its unit, marked where it is past its time. */
export function valueMark(series: SeriesView, nowMs: number): TemplateResult | typeof nothing {
  const { value } = series;
  if (value === undefined) return nothing;
  const kind = typeof value === "number" ? "" : "word";
  const unit = typeof value === "number" ? series.entry.unit : undefined;
  const long = typeof value === "number" && valueWithUnit(series, value).length > 9 ? "long" : "";
  const stale = isStale(series, nowMs) ? "stale" : "";
  // The space stands with the unit, so that the number is one piece.
  const suffix = valueWithUnit(series, value).slice(valueText(series, value).length);
  return html`<b class="value numbers ${kind} ${long} ${stale} ${zoneLevel(series, value)}">${valueText(series, value)}${
    unit ? html`<span class="unit">${suffix}</span>` : nothing
  }</b>`;
}

/** The name of a series, with the age of its value where that is past its time and not the `deviceAge` that stands above. */
export function valueName(series: SeriesView, nowMs: number, deviceAge: string): TemplateResult {
  const age = series.timeMs !== undefined && isStale(series, nowMs) ? ageOrDate(series.timeMs, nowMs) : deviceAge;
  return html`<span class="label"
    ><span class="what">${seriesLabel(series)}</span>${
      age === deviceAge ? nothing : html`<span class="old numbers">${age}</span>`
    }</span
  >`;
}

/** The age of the newest reading of a device, marked where that is past its time; `words` alone without a mark. */
export function deviceAge(
  device: DeviceView,
  nowMs: number,
): { readonly words: string; readonly mark: TemplateResult } {
  const newestMs = newestTime(device);
  const words = newestMs === undefined ? "" : ageOrDate(newestMs, nowMs);
  const old = [...device.series.values()].every((series) => series.value === undefined || isStale(series, nowMs));
  return { words, mark: html`<span class="age numbers ${old && words !== "" ? "old" : ""}">${words}</span>` };
}

function isStale({ timeMs, entry }: SeriesView, nowMs: number): boolean {
  return timeMs !== undefined && nowMs - timeMs > graceMs(entry.reportInterval);
}

/** A value above its name. */
export function valueCell(series: SeriesView, nowMs: number, deviceAge: string): TemplateResult {
  return html`<span class="cell" title=${seriesLabel(series)}
    >${valueMark(series, nowMs)}${valueName(series, nowMs, deviceAge)}</span
  >`;
}

export function sparkSource(series: SeriesView, scene: FleetScene, width: number, height: number): FleetSparkSource {
  return { series, spark: scene.sparkOf(series), window: scene.window, width, height, key: scene.key };
}

/** What a curve says: between which values it runs, or since when the state holds. */
export function sparkWords(series: SeriesView, scene: FleetScene): string {
  const spark = scene.sparkOf(series);
  if (!spark?.ready) return "";
  const { fromMs, toMs } = scene.window();
  const range = texts.range.names[scene.span].toLowerCase();
  if (!(spark.trace instanceof SparkTrace)) {
    const since = spark.trace.spans(fromMs, toMs).at(-1)?.fromMs;
    return since === undefined || spark.trace.length < 2 ? "" : texts.device.since(formatDuration(scene.nowMs - since));
  }
  const rows = spark.trace.rows(fromMs, toMs);
  if (rows.length === 0) return texts.fleet.noneIn(range);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < rows.length; index++) {
    low = Math.min(low, rows.min(index));
    high = Math.max(high, rows.max(index));
  }
  return high > low ? texts.device.stands(valueText(series, low), valueText(series, high)) : "";
}
