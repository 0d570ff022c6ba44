/** What the legend of a chart that was asked for says of each of its entries. */
import { html } from "lit";
import { formatInterval, formatShare, unitSuffix } from "../data/format.ts";
import { formatCounted } from "../data/format-buckets.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { texts } from "../texts/index.ts";
import { stateName } from "../widgets/state-strip.ts";
import { type AskedEntry, heldOf, totalOf } from "./explore-answers.ts";
import { type ExploreGroup, nameOfLine } from "./explore-lines.ts";

export function entryName({ view }: ExploreGroup, { line, state }: AskedEntry): string {
  if (state !== undefined) return stateName(state);
  if (line) return nameOfLine(line);
  const { fleetDrawn } = texts.explore;
  return fleetDrawn[view.way as keyof typeof fleetDrawn] ?? "";
}

/** All in sight together. */
export function entrySummary(
  group: ExploreGroup,
  entry: AskedEntry,
  unit: string | undefined,
  window: TimeSpan,
): string {
  if (entry.state !== undefined) {
    const { heldMs, share } = heldOf(entry, window, entry.trace.ends);
    return `${formatInterval(heldMs)} · ${formatShare(share)}`;
  }
  const total = totalOf(group.view, entry.trace, window);
  if (!total) return "";
  if (total.sum !== undefined) return `Σ ${withUnit(total.sum, unit)}`;
  const { least, most } = total;
  return least === most ? withUnit(most, unit) : `${formatCounted(least)} – ${withUnit(most, unit)}`;
}

/** What is in one bucket. */
export function entryAt({ trace, told, state }: AskedEntry, row: number, unit: string | undefined) {
  if (state !== undefined) {
    const ms = told?.ms[told.states.indexOf(state)]?.[row] ?? 0;
    return html`<small>${formatShare((trace.values?.[row] ?? 0) / 100)}</small> ${formatInterval(ms)}`;
  }
  const [value, low, high, second] = [trace.values, trace.low, trace.high, trace.second].map((column) => column?.[row]);
  const spread = low !== undefined && high !== undefined ? `${formatCounted(low)} – ${formatCounted(high)}` : "";
  if (value === undefined) return html`${spread}${unitSuffix(unit)}`;
  const beside = second === undefined ? "" : `${texts.explore.ways.mean} ${withUnit(second, unit)} · `;
  return html`<small>${beside}${spread}</small> ${withUnit(value, unit)}`;
}

function withUnit(value: number, unit: string | undefined): string {
  return formatCounted(value) + unitSuffix(unit);
}
