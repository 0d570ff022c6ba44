import { css } from "lit";

export const candleCardStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  article {
    padding: 12px 16px 8px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    align-items: baseline;
  }
  h1 {
    overflow-wrap: anywhere;
    font-size: var(--text-xl);
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  .what {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .now {
    display: flex;
    gap: 10px;
    align-items: baseline;
    margin-left: auto;
    color: var(--value-text, var(--text));
    white-space: nowrap;
  }
  .now strong {
    font-size: var(--text-xxl);
    font-weight: 650;
    letter-spacing: -0.02em;
    line-height: 1.2;
  }
  .unit {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .rise {
    color: var(--rise);
  }
  .fall {
    color: var(--fall);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 10px;
    align-items: center;
    margin: 8px 0 6px;
  }
  .tools .choices {
    position: relative;
    max-width: 100%;
    overflow-x: auto;
    scrollbar-width: none;
  }
  .choices button {
    flex: none;
    font-variant-numeric: tabular-nums;
  }
  .choices button:focus-visible {
    outline-offset: -2px;
  }
  .moves {
    display: inline-flex;
    gap: 2px;
  }
  .button[disabled] {
    opacity: 0.4;
    cursor: default;
  }
  .right {
    display: flex;
    gap: 8px;
    align-items: center;
    margin-left: auto;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 14px;
    min-height: 20px;
    color: var(--value-text, var(--text));
    font-size: 13px;
    line-height: 20px;
  }
  .legend dt {
    display: inline;
    margin-right: 4px;
    color: var(--text-muted);
  }
  .legend dd {
    display: inline;
  }
  .legend .time {
    color: var(--text-muted);
  }
  .plot {
    position: relative;
    margin: 4px -8px 0;
    border-radius: var(--radius-s);
    opacity: var(--chart-opacity, 1);
    touch-action: pan-y;
  }
  .note {
    position: absolute;
    z-index: 1;
    inset: 0 0 40px;
    display: grid;
    place-content: center;
    margin: 0;
    color: var(--text-muted);
    pointer-events: none;
  }
  .table {
    overflow: auto;
    margin-top: 8px;
    scrollbar-width: thin;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  caption {
    padding-bottom: 6px;
    color: var(--text-muted);
    text-align: left;
  }
  th,
  td {
    padding: 3px 8px;
    border-bottom: 1px solid var(--border);
    font-weight: 400;
    text-align: right;
    white-space: nowrap;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--surface);
    color: var(--text-muted);
    font-weight: 550;
  }
  th:first-child,
  td:first-child {
    text-align: left;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    align-items: center;
    min-height: 30px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  footer a {
    display: inline-flex;
    gap: 6px;
    align-items: center;
    min-height: var(--control-height-s);
    margin-left: auto;
  }
  .problem {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
    align-items: center;
    padding: 8px 12px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius-s);
    background: var(--warn-ground);
    color: var(--text);
    font-size: var(--text-s);
  }
  @media (max-width: 860px) {
    article {
      padding: 10px 12px 6px;
    }
    .now strong {
      font-size: var(--text-xl);
    }
    .right {
      margin-left: 0;
    }
  }
`;
