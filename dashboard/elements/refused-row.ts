import { css, html, type TemplateResult } from "lit";
import type { RefusedReading } from "../client/refusals.ts";
import { formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";

export const refusedRowStyles = css`
  .refused li {
    padding: 8px 16px;
    border-top: 1px solid var(--border);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .refused time {
    color: var(--text-muted);
  }
  .refused b {
    font-weight: 600;
  }
  .refused code {
    display: block;
    margin-top: 4px;
    padding: 4px 8px;
    border-radius: var(--radius-s);
    background: var(--code-ground);
    font: var(--text-xs) / 1.5 var(--font-mono);
    white-space: pre-wrap;
  }
`;

/** One refused reading: what is wrong in a few words, the hub's own words, and the row as it was sent. */
export function refusedRow({ at, code, message, row }: RefusedReading, nowMs: number): TemplateResult {
  const { reasons } = texts.refused;
  const reason = code in reasons ? reasons[code as keyof typeof reasons] : reasons.other;
  return html`<li>
    <b>${reason}</b> <time class="numbers">${texts.refused.at(formatInstant(at, nowMs))}</time>
    <p>${message}</p>
    <code title=${texts.refused.row}>${row}</code>
  </li>`;
}
