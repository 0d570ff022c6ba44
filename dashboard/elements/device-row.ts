import { css, html, nothing, type TemplateResult } from "lit";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { unitSuffix } from "../data/format.ts";
import { deviceHref } from "../data/route.ts";
import { texts } from "../texts/index.ts";
import { ageText, deviceLabel, newestTime, presenceDot, seriesLabel, valueText, zoneLevel } from "./values.ts";

/** Every row has this height, CSS pixels, so that the list knows where each one lies without drawing it. */
export const rowHeight = 60;

/** Values shown in a row. */
const valuesInRow = 3;

export const rowStyles = css`
  .row {
    display: grid;
    grid-template-columns: 8px minmax(0, 1fr) auto;
    gap: 2px 10px;
    align-content: center;
    align-items: baseline;
    height: ${rowHeight}px;
    padding: 0 16px;
    border-bottom: 1px solid var(--border);
    color: var(--text);
    text-decoration: none;
  }
  .row:hover {
    background: var(--surface-hover);
  }
  .row[aria-current="page"] {
    background: var(--surface-selected);
    box-shadow: inset 3px 0 0 var(--accent);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .row .dot {
    align-self: center;
  }
  .row .name {
    overflow: hidden;
    font-size: 13px;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .row .age {
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  .row .values {
    display: flex;
    grid-column: 2 / 4;
    flex-wrap: wrap;
    gap: 0 12px;
    height: 1.5em;
    overflow: hidden;
    color: var(--text-muted);
    font-size: var(--text-s);
    white-space: nowrap;
  }
  /* What does not fit is left out whole: half a number is another number. Words may be cut. */
  .row .values > span {
    max-width: 100%;
  }
  .row .word {
    display: inline-block;
    max-width: 16ch;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
  }
  .row b {
    color: var(--value-text, var(--text));
    font-weight: 550;
  }
  .row b.warn {
    color: var(--warn);
  }
  .row b.alarm {
    color: var(--alarm);
  }
`;

export interface RowContext {
  readonly nowMs: number;
  readonly selected: boolean;
  /** From 1. */
  readonly position: number;
  readonly total: number;
  readonly tabbable: boolean;
  readonly focused: () => void;
}

/** One device: presence, name, age of its newest value, its first few values. */
export function deviceRow(device: DeviceView, context: RowContext): TemplateResult {
  const { entry } = device;
  const newestMs = newestTime(device);
  const shown = firstSeries(device);
  return html`<li aria-setsize=${context.total} aria-posinset=${context.position}>
    <a
      class="row"
      href=${deviceHref(entry.device)}
      data-row=${context.position}
      tabindex=${context.tabbable ? 0 : -1}
      aria-current=${context.selected ? "page" : nothing}
      title=${entry.device}
      @focus=${context.focused}
    >
      ${presenceDot(entry.state)}
      <span class="name">${deviceLabel(device)}</span>
      <span class="age numbers">
        ${entry.state === "online" ? nothing : `${texts.presence[entry.state]}${newestMs === undefined ? "" : " · "}`}${
          newestMs === undefined ? nothing : ageText(newestMs, context.nowMs)
        }<span class="hidden-text">${entry.state === "online" ? texts.presence.online : ""}</span>
      </span>
      <span class="values numbers">${shown.length === 0 ? texts.list.noValues : shown.map(namedValue)}</span>
    </a>
  </li>`;
}

function namedValue(series: SeriesView): TemplateResult | typeof nothing {
  const { value } = series;
  if (value === undefined) return nothing;
  const unit = typeof value === "number" ? unitSuffix(series.entry.unit) : "";
  // A number with a unit explains itself; a bare one needs its name.
  const name = unit === "" ? html`<span class="word">${seriesLabel(series)}</span> ` : nothing;
  const kind = typeof value === "string" ? "word" : zoneLevel(series, value);
  return html`<span title=${seriesLabel(series)}>${name}<b class=${kind}>${valueText(series, value)}</b>${
    unit === "" ? nothing : html`<span class="word">${unit}</span>`
  }</span>`;
}

function firstSeries(device: DeviceView): SeriesView[] {
  const shown: SeriesView[] = [];
  for (const series of device.series.values()) {
    if (series.value !== undefined) shown.push(series);
    if (shown.length === valuesInRow) break;
  }
  return shown;
}
