import { html, type TemplateResult } from "lit";
import type { SeriesView } from "../client/hub-view.ts";
import type { Trace } from "../data/device-feed.ts";
import { formatCount, formatDuration, formatInstant } from "../data/format.ts";
import type { Gap } from "../data/missing.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { isMidnight } from "../data/zoned-time.ts";
import { texts } from "../texts/index.ts";
import { stateName } from "../widgets/state-strip.ts";
import { seriesLabel, valueText } from "./values.ts";

/** Rows shown; a table of thousands is for the export. */
const mostRows = 200;

/** What the chart draws, as a table, newest first: for those who cannot see it, and for those who want the figure. */
export function metricTable(series: SeriesView, trace: Trace, window: TimeWindow, nowMs: number): TemplateResult {
  return trace instanceof NumberTrace
    ? numberTable(series, trace, window, nowMs)
    : tableOf(
        series,
        [texts.chart.time, texts.chart.value],
        trace
          .spans(window.fromMs, window.toMs)
          .reverse()
          .map(({ fromMs, state }) => [formatInstant(fromMs, nowMs), stateName(state)]),
        "strip",
      );
}

function numberTable(series: SeriesView, trace: NumberTrace, window: TimeWindow, nowMs: number): TemplateResult {
  const banded = trace.everyMs !== null;
  const detailMs = trace.everyMs ?? (isDaily(trace) ? 86_400_000 : 0);
  const rows: string[][] = [];
  for (
    let index = trace.indexAtOrAfter(window.toMs + 1) - 1;
    index >= 0 && trace.time(index) >= window.fromMs;
    index--
  ) {
    const numbers = banded ? [trace.min(index), trace.value(index), trace.max(index)] : [trace.value(index)];
    const time = formatInstant(trace.time(index), nowMs, detailMs);
    rows.push([time, ...numbers.map((value) => valueText(series, value))]);
  }
  const { time, value, min, mean, max } = texts.chart;
  return tableOf(series, banded ? [time, min, mean, max] : [time, value], rows, "line");
}

/** True where every reading stands at midnight: then its time of day says nothing. */
function isDaily(trace: NumberTrace): boolean {
  for (let index = 0; index < trace.length; index++) if (!isMidnight(trace.time(index))) return false;
  return true;
}

/** What the chart shades, newest first: when readings are missing, for how long and why. */
export function gapTable(label: string, gaps: readonly Gap[], nowMs: number): TemplateResult {
  const { from, lasted } = texts.presenceLine;
  const rows = [...gaps]
    .reverse()
    .map(({ fromMs, toMs, cause }) => [
      formatInstant(fromMs, nowMs),
      formatDuration(toMs - fromMs),
      texts.gaps.cause[cause],
    ]);
  return rowsOf(texts.gaps.of(label), [from, lasted, texts.gaps.missing], rows, "strip");
}

function tableOf(series: SeriesView, heads: string[], rows: string[][], kind: string): TemplateResult {
  const unit = series.entry.unit ? ` (${series.entry.unit})` : "";
  return rowsOf(`${seriesLabel(series)}${unit}, ${texts.chart.newestFirst}`, heads, rows, kind);
}

function rowsOf(label: string, heads: string[], rows: string[][], kind: string): TemplateResult {
  const left = rows.length - mostRows;
  return html`<div class="table ${kind}" tabindex="0" role="region" aria-label=${label}>
    <table class="numbers">
      <caption>${label}${left > 0 ? ` ${texts.chart.rowsLeft(formatCount(left), left === 1)}` : ""}</caption>
      <thead>
        <tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.slice(0, mostRows).map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`;
}
