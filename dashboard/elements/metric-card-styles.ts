import { css, unsafeCSS } from "lit";
import { plotHeightPx } from "../widgets/registry.ts";

/** The tokens that fill the bars of states. */
const stateTokens = ["on", "off", "1", "2", "3", "4", "5", "6"];

export const cardStyles = css`
  article {
    padding: 12px 16px 6px;
  }
  header {
    display: flex;
    align-items: baseline;
    gap: 8px;
    min-height: 36px;
  }
  h3 {
    flex: 0 100 auto;
    min-width: 4ch;
    overflow: hidden;
    font-size: var(--text-m);
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .metric {
    flex: 0 1000 auto;
    min-width: 4ch;
    overflow: hidden;
    color: var(--text-muted);
    font: var(--text-xs) var(--font-mono);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value {
    display: flex;
    align-items: baseline;
    min-width: 0;
    margin-left: auto;
    color: var(--value-text, var(--text));
    white-space: nowrap;
  }
  .value > * {
    flex: 0 1 auto;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  /* A text may be cut, a number never: half of it is another number. */
  .value.text {
    flex: none;
    max-width: 60%;
  }
  .value:not(.text) strong {
    flex: none;
  }
  .value strong {
    font-size: var(--text-xxl);
    font-weight: 600;
    letter-spacing: -0.01em;
    line-height: 36px;
  }
  .value strong.warn {
    color: var(--warn);
  }
  .value strong.alarm {
    color: var(--alarm);
  }
  .value .unit {
    max-width: 12ch;
    margin-left: 4px;
    color: var(--text-muted);
    font-size: var(--text-m);
  }
  /* How old it is must be read, whatever else has to give way. */
  .value small {
    flex: none;
    margin-right: 8px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .value.stale strong {
    color: var(--text-muted);
  }
  .plot {
    margin: 4px -16px 0 -8px;
  }
  .plot.line {
    height: ${plotHeightPx.line}px;
  }
  .plot.strip {
    height: ${plotHeightPx.strip}px;
  }
  /* In the middle of the plotting area, which has the value axis at its left. */
  .note {
    top: 68px;
    left: calc(50% + 22px);
  }
  .strip .note {
    top: 12px;
    left: 50%;
  }
  footer {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: var(--control-height);
    padding-left: 44px;
  }
  .buttons {
    display: inline-flex;
    flex: none;
    margin-right: -8px;
  }
  @media (max-width: 520px) {
    .metric {
      display: none;
    }
    .value .unit {
      max-width: 7ch;
    }
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    min-width: 0;
    font-size: var(--text-s);
  }
  dl div {
    display: flex;
    align-items: baseline;
    gap: 5px;
    min-width: 0;
  }
  .key {
    display: inline-block;
    margin-right: 5px;
    width: 9px;
    height: 9px;
    border: 1px solid var(--border-strong);
    border-radius: 2px;
  }
  ${unsafeCSS(stateTokens.map((token) => `.key.state-${token} { background: var(--state-${token}); }`).join(" "))}
  dd {
    flex: none;
    color: var(--value-text, var(--text));
  }
  dt {
    min-width: 0;
    max-width: 28ch;
    overflow: hidden;
    color: var(--text-muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* Beside four buttons of a finger's width: a figure below its name; states have a row of their own. */
  @media (max-width: 520px) {
    footer {
      padding-left: 0;
    }
    dl {
      gap: 4px 14px;
    }
    .line ~ footer dl div {
      display: block;
    }
    .strip ~ footer {
      flex-wrap: wrap;
    }
    .strip ~ footer dl {
      flex: 1 0 100%;
    }
    .buttons {
      margin-left: auto;
    }
  }
  .table {
    height: ${plotHeightPx.line}px;
    margin-top: 4px;
    overflow-y: auto;
    border-top: 1px solid var(--border);
  }
  /* A text may be a sentence. */
  .table.strip td:last-child {
    white-space: normal;
    overflow-wrap: anywhere;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  caption {
    padding: 4px 0;
    color: var(--text-muted);
    font-size: var(--text-xs);
    text-align: left;
  }
  th,
  td {
    padding: 3px 8px 3px 0;
    border-bottom: 1px solid var(--border);
    text-align: right;
    white-space: nowrap;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--surface);
    color: var(--text-muted);
    font-weight: 550;
    text-transform: capitalize;
  }
  th:first-child,
  td:first-child {
    text-align: left;
  }
`;
