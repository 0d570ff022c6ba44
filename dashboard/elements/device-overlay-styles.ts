import { css } from "lit";

/** Height of the chart with its time axis, CSS pixels. */
export const overlayHeightPx = 380;

export const overlayStyles = css`
  .message,
  .hint {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .hint {
    padding: 4px 0;
  }
  .plot {
    height: ${overlayHeightPx}px;
  }
  .plot .mark {
    position: absolute;
    top: -4px;
    left: -4px;
    width: 8px;
    height: 8px;
    border: 2px solid;
    border-radius: 50%;
    background: var(--surface);
    pointer-events: none;
  }
  .chip {
    top: -4px;
  }
  .tools {
    display: flex;
    justify-content: end;
  }
  .legend {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  th,
  td {
    padding: 0 0 0 16px;
    border-top: 1px solid var(--border);
    text-align: right;
    white-space: nowrap;
  }
  th {
    color: var(--text-muted);
    font-weight: 550;
  }
  thead th {
    padding-block: 4px;
    border-top: 0;
    text-transform: capitalize;
  }
  th:first-child {
    width: 40%;
    max-width: 0;
    padding-left: 0;
    text-align: left;
  }
  tbody tr:hover {
    background: var(--surface-hover);
  }
  label {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: var(--control-height);
    color: var(--text);
    cursor: pointer;
  }
  .name {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  input {
    flex: none;
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--accent);
    cursor: pointer;
  }
  .swatch {
    flex: none;
  }
  .off .swatch {
    opacity: 0.3;
  }
  .off .name {
    color: var(--text-muted);
  }
  td b {
    color: var(--value-text, var(--text));
    font-weight: 600;
  }
  td b.warn {
    color: var(--warn);
  }
  td b.alarm {
    color: var(--alarm);
  }
  td b.stale,
  td small {
    color: var(--text-muted);
  }
  td.more {
    color: var(--value-text, var(--text));
  }
  @media (max-width: 520px) {
    .more {
      display: none;
    }
  }
`;
