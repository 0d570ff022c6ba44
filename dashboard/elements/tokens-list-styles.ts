import { css } from "lit";

/** Rows that can be picked, and above them what can be done to all that are. */
export const tokenListStyles = css`
  .pick {
    display: inline-flex;
    flex: none;
    gap: 12px;
    align-items: center;
    min-width: 16px;
    min-height: var(--control-height);
    cursor: pointer;
  }
  .pick input {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--accent);
  }
  .all {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    align-items: center;
    justify-content: space-between;
    min-height: calc(var(--control-height) + 9px);
    padding: 4px 8px 4px 16px;
    border: 1px solid var(--border);
    border-bottom: 0;
    border-radius: var(--radius) var(--radius) 0 0;
    background: var(--surface);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .all.some {
    position: sticky;
    z-index: 1;
    top: var(--page-top);
    background: var(--surface-selected);
    color: var(--text);
    font-weight: 550;
  }
  .all + .rows {
    border-radius: 0 0 var(--radius) var(--radius);
  }
  .rows > li {
    padding-left: 16px;
  }
  .rows > li.picked {
    background: var(--surface-selected);
  }
  @media (pointer: coarse) {
    .pick {
      min-width: 44px;
      margin-left: -14px;
      padding-left: 14px;
    }
    .pick input {
      width: 20px;
      height: 20px;
    }
    .rows > li {
      gap: 8px;
    }
  }
`;
