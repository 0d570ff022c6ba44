import { html, nothing, type TemplateResult } from "lit";
import type { CandleFeed } from "../data/candle-feed.ts";
import { candleCounts, candleIntervalKeys } from "../data/candle-window.ts";
import type { ExportSource } from "../data/chart-export.ts";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { type CandleChoice, mostCandles } from "./candle-choice.ts";
import "./chart-export.ts";
import { icons } from "./icons.ts";

export interface CandleToolsScene {
  readonly choice: CandleChoice;
  readonly asTable: boolean;
  readonly label: string;
  readonly choose: (part: Partial<CandleChoice>) => void;
  /** Earlier (negative) or later, by a part of what is seen. */
  readonly move: (part: number) => void;
  /** To more (1) or fewer (-1) candles. */
  readonly zoom: (steps: number) => void;
  readonly live: () => void;
  readonly toggleTable: () => void;
  readonly exported: ExportSource;
}

/** Above a chart of candles: their width, how many, where, and the table. */
export function candleTools(scene: CandleToolsScene): TemplateResult {
  const { choice, asTable, label } = scene;
  const { interval, count, span } = choice;
  const most = span === undefined && count >= mostCandles;
  const fewest = span === undefined && count <= candleCounts[0];
  return html`<div class="tools">
    <div class="choices" role="group" aria-label=${texts.market.interval}>
      ${candleIntervalKeys.map(
        (key) => html`<button
          type="button"
          aria-pressed=${key === interval}
          @click=${() => scene.choose({ interval: key, span: undefined })}
        >
          ${texts.market.intervals[key]}
        </button>`,
      )}
    </div>
    <div class="moves">
      ${button(texts.market.earlier, icons.back, () => scene.move(-0.5))}
      ${button(texts.market.later, icons.forward, () => scene.move(0.5), span === undefined)}
      ${button(texts.market.zoomOut, icons.minus, () => scene.zoom(1), most)}
      ${button(texts.market.zoomIn, icons.plus, () => scene.zoom(-1), fewest)}
    </div>
    <div class="right">
      ${
        span === undefined
          ? nothing
          : html`<button type="button" class="button" @click=${scene.live}>
            ${texts.market.live}
          </button>`
      }
      <chart-export .label=${label} .source=${scene.exported}></chart-export>
      <button
        type="button"
        class="button bare icon"
        aria-pressed=${asTable}
        aria-label=${`${asTable ? texts.chart.chart : texts.chart.table}: ${label}`}
        title=${asTable ? texts.chart.chart : texts.chart.table}
        @click=${scene.toggleTable}
      >
        ${asTable ? icons.chart : icons.table}
      </button>
    </div>
  </div>`;
}

/** What is missing of the candles, and why. */
export function candleProblems(feed: CandleFeed): TemplateResult {
  const { problem, leftOut } = feed;
  return html`${
    problem === undefined
      ? nothing
      : html`<p class="problem" role="alert">
          ${texts.market.problem(problem)}
          <button type="button" class="button" @click=${() => feed.retry()}>${texts.device.retry}</button>
        </p>`
  }
    ${leftOut > 0 ? html`<p class="problem" role="status">${texts.market.leftOut(formatCount(leftOut))}</p>` : nothing}`;
}

function button(label: string, icon: TemplateResult, press: () => void, disabled = false): TemplateResult {
  return html`<button
    type="button"
    class="button bare icon"
    aria-label=${label}
    title=${label}
    ?disabled=${disabled}
    @click=${press}
  >
    ${icon}
  </button>`;
}
