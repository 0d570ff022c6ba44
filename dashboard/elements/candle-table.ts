import { html, type TemplateResult } from "lit";
import type { CandleRow } from "../data/candle-rows.ts";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import type { CandleWords } from "./candle-words.ts";

/** Rows shown; a table of thousands is for the export. */
const mostRows = 200;

/** The candles that the chart draws, newest first: for those who cannot see it, and for those who want the figures. */
export function candleTable(label: string, rows: readonly CandleRow[], words: CandleWords): TemplateResult {
  const { open, high, low, close } = texts.market;
  const left = rows.length - mostRows;
  const caption = `${label}, ${texts.chart.newestFirst}`;
  return html`<div class="table" tabindex="0" role="region" aria-label=${caption}>
    <table class="numbers">
      <caption>${caption}${left > 0 ? ` ${texts.chart.rowsLeft(formatCount(left), left === 1)}` : ""}</caption>
      <thead>
        <tr>
          ${[texts.chart.time, open, high, low, close, words.volumeName].map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows
          .slice(-mostRows)
          .reverse()
          .map(
            (row) => html`<tr>
              <th scope="row">${words.time(row.timeMs)}</th>
              ${[row.open, row.high, row.low, row.close].map((value) => html`<td>${words.price(value)}</td>`)}
              <td>${words.volume(row.volume)}</td>
            </tr>`,
          )}
      </tbody>
    </table>
  </div>`;
}
