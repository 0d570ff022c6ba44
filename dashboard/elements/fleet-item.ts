/** What cards and rows of the fleet have in common: what they are given, and the words of a device's state and values. */
import { html, nothing, type TemplateResult } from "lit";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { formatDuration, formatFigures } from "../data/format.ts";
import type { Spark } from "../data/spark-feed.ts";
import { type SparkSpanKey, SparkTrace } from "../data/spark-trace.ts";
import { texts } from "../texts/index.ts";
import type { SparkSource } from "../widgets/sparkline.ts";
import { clockMark } from "./clock-mark.ts";
import type { FleetSparkSource } from "./fleet-spark.ts";
import { worstSeries } from "./fleet-values.ts";
import {
  ageOrDate,
  deviceLabel,
  graceMs,
  newestTime,
  presenceDot,
  seriesLabel,
  valueText,
  valueWithUnit,
  zoneLevel,
} from "./values.ts";

/** What the mark of a wrong clock takes from a name, CSS pixels. */
const clockPx = 20;

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
  /** Room for texts: of its name, of the words below it, of its first value, of the others, CSS pixels. */
  readonly room: { readonly name: number; readonly note: number; readonly first: number; readonly cell: number };
  readonly focused: (device: DeviceView) => void;
  /** Changes where the curves' stretch of time, or whether it moves, does. */
  readonly key: string;
}

/**
 * The class of a text that may not fit. Only such a text is cut: the browser keeps a layer of its own for each element
 * that cuts, and a screen full of devices had 500, a third of what scrolling cost. Widths are estimated, rather too large.
 */
export function cutWhere(text: string, roomPx: number, sizePx: number): "cut" | "" {
  let em = 0;
  for (const sign of text) em += sign > "\u007f" ? 1.1 : /[A-Z0-9mw@%]/.test(sign) ? 0.8 : 0.6;
  return em * sizePx > roomPx ? "cut" : "";
}

/** A number that has no room in whole, in four figures: what a cut leaves is another number. */
function numberInRoom(value: number, whole: string, unit: string, roomPx: number, sizePx: number): string {
  // Of a unit that is cut the mark stands beside the number.
  let em = cutWhere(whole + unit, roomPx, sizePx) === "" || unit === "" ? 0 : 1;
  for (const sign of whole) em += /[0-9E]/.test(sign) ? 0.7 : 0.4;
  if (em * sizePx <= roomPx) return whole;
  const figures = formatFigures(value);
  return figures.length < whole.length ? figures : whole;
}

/** `silent for 3 min`; of one that is online the word alone. */
export function stateWords({ entry }: DeviceView, nowMs: number): string {
  const word = texts.presence[entry.state];
  return entry.state === "online" ? word : `${word} ${texts.device.since(formatDuration(nowMs - entry.since))}`;
}

/** Why it is not well, or else what it is. */
export function deviceNote(device: DeviceView, { room }: FleetScene): TemplateResult | typeof nothing {
  const { entry } = device;
  const note = (words: string, level = "") =>
    html`<span class="why ${level} ${cutWhere(words, room.note, 11)}">${words}</span>`;
  if (entry.state !== "online") return note(texts.reason[entry.reason]);
  const worst = worstSeries(device);
  if (worst?.value !== undefined) {
    return note(zoneWords(worst), zoneLevel(worst, worst.value));
  }
  if (entry.reason === "asleep" || entry.reason === "hub_restart") return note(texts.reason[entry.reason]);
  const words = [entry.kind, entry.via && texts.device.via(entry.via)].filter(Boolean).join(" · ");
  return words === "" ? nothing : note(words);
}

/** `Temperature: too hot`, or `Temperature: in alarm` where the zone has no name. */
function zoneWords(series: SeriesView): string {
  const level = zoneLevel(series, series.value);
  const { value } = series;
  const zone = series.entry.zones?.find(
    ({ level: each, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) =>
      each === level && typeof value === "number" && value >= from && value < to,
  );
  const word = zone?.label || (level === "ok" ? "" : texts.standing[level]);
  return texts.fleet.inZone(seriesLabel(series), word);
}

/** A value with its unit, marked where it is past its time. */
export function valueMark(
  series: SeriesView,
  { nowMs }: FleetScene,
  roomPx: number,
  sizePx: number,
): TemplateResult | typeof nothing {
  const { value } = series;
  if (value === undefined) return nothing;
  const whole = valueText(series, value);
  // The space stands with the unit, so that the number is one piece.
  const unit = valueWithUnit(series, value).slice(whole.length);
  const text = typeof value === "number" ? numberInRoom(value, whole, unit, roomPx, sizePx) : whole;
  const long = text.length + unit.length > 9 || typeof value !== "number" ? "long" : "";
  const stale = isStale(series, nowMs) ? "stale" : "";
  const cut = cutWhere(text + unit, roomPx, sizePx);
  return html`<b class="value numbers ${long} ${cut} ${stale} ${zoneLevel(series, value)}">${text}${
    unit === "" ? nothing : html`<span class="unit">${unit}</span>`
  }</b>`;
}

/** The name of a series, with the age of its value where that is past its time and not the `deviceAge` that stands above. */
export function valueName(
  series: SeriesView,
  { nowMs }: FleetScene,
  deviceAge: string,
  roomPx: number,
): TemplateResult {
  const label = seriesLabel(series);
  const age = series.timeMs !== undefined && isStale(series, nowMs) ? ageOrDate(series.timeMs, nowMs) : deviceAge;
  const isOld = age !== deviceAge;
  return html`<span class="label"
    ><span class="what ${isOld ? "cut" : cutWhere(label, roomPx, 11)}">${label}</span>${
      isOld ? html`<span class="old numbers">${age}</span>` : nothing
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
export function valueCell(
  series: SeriesView,
  scene: FleetScene,
  deviceAge: string,
  roomPx = scene.room.cell,
): TemplateResult {
  return html`<span class="cell" title=${seriesLabel(series)}
    >${valueMark(series, scene, roomPx, 13)}${valueName(series, scene, deviceAge, roomPx)}</span
  >`;
}

/** The name of a device beside its dot. */
export function nameMark(device: DeviceView, { room }: FleetScene): TemplateResult {
  const name = deviceLabel(device);
  const mark = clockMark(device.entry.skew);
  const roomPx = room.name - (mark === nothing ? 0 : clockPx);
  return html`${presenceDot(device.entry.state)}<span class="name ${cutWhere(name, roomPx, 13)}">${name}</span>${mark}`;
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
