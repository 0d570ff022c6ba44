import { css } from "lit";

/** Height of a chart with its time axis, CSS pixels. */
export const statusPlotPx = 116;

export const statusCardStyles = css`
  article {
    height: 100%;
    padding: 12px 16px 6px;
  }
  article.warn {
    border-color: var(--warn);
  }
  article.alarm {
    border-color: var(--alarm);
  }
  header {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 8px;
  }
  h2 {
    overflow: hidden;
    font-size: var(--text-m);
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value {
    color: var(--value-text, var(--text));
    font-size: var(--text-xl);
    font-weight: 600;
    letter-spacing: -0.01em;
    white-space: nowrap;
  }
  .warn .value {
    color: var(--warn);
  }
  .alarm .value {
    color: var(--alarm);
  }
  /* Two lines always, so that no card changes its height while figures do. */
  .detail {
    display: -webkit-box;
    min-height: 34px;
    overflow: hidden;
    color: var(--text-muted);
    font-size: var(--text-xs);
    line-height: 17px;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .warn .detail b {
    color: var(--warn);
  }
  .alarm .detail b {
    color: var(--alarm);
  }
  .plot {
    height: ${statusPlotPx}px;
    margin: 4px -16px 0 -8px;
  }
`;
