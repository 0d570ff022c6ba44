import { type CSSResult, css } from "lit";

export const seriesPickerStyles: CSSResult = css`
  :host {
    --row-height: 32px;
    display: block;
  }
  .panel {
    display: flex;
    flex-direction: column;
    height: min(480px, 62vh);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface-raised);
    box-shadow: var(--shadow-raised);
  }
  .head {
    display: flex;
    gap: 8px;
    padding: 12px 12px 6px;
  }
  .search {
    flex: 1;
  }
  .count {
    padding: 0 12px 6px;
    border-bottom: 1px solid var(--border);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .row {
    position: relative;
    display: flex;
    align-items: center;
    gap: 8px;
    height: var(--row-height);
    padding: 0 12px 0 26px;
    font-size: var(--text-s);
    white-space: nowrap;
    cursor: pointer;
  }
  .row.device {
    padding-left: 12px;
    cursor: default;
  }
  .row.device b,
  .label {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .row.device b {
    font-weight: 600;
  }
  .row:not(.device):hover {
    background: var(--surface-hover);
  }
  .row.active {
    background: var(--surface-selected);
  }
  .row[aria-disabled="true"] {
    color: var(--text-muted);
    cursor: default;
  }
  code {
    overflow: hidden;
    color: var(--text-muted);
    font: var(--text-xs) var(--font-mono);
    text-overflow: ellipsis;
  }
  .box {
    display: grid;
    flex: none;
    place-content: center;
    width: 16px;
    height: 16px;
    border: 1px solid var(--border-strong);
    border-radius: 3px;
  }
  [aria-selected="true"] .box {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .box svg {
    width: 12px;
    height: 12px;
  }
  .value {
    flex: none;
    max-width: 40%;
    margin-left: auto;
    overflow: hidden;
    color: var(--text-muted);
    text-overflow: ellipsis;
  }
  @media (pointer: coarse) {
    :host {
      --row-height: 44px;
    }
  }
`;
