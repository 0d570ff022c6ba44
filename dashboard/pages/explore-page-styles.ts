import { type CSSResult, css } from "lit";

export const explorePageStyles: CSSResult = css`
  :host {
    display: block;
    padding: 0 16px 16px;
  }
  .head {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 12px 0 8px;
  }
  h1 {
    margin-right: 8px;
    font-size: var(--text-xl);
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  series-picker {
    position: absolute;
    z-index: 8;
    top: calc(100% - 4px);
    left: 0;
    width: min(560px, 100%);
  }
  .bar {
    position: sticky;
    z-index: 5;
    top: var(--page-top);
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 16px;
    margin: 0 -16px 8px;
    padding: 6px 16px;
    border-bottom: 1px solid var(--border);
    background: var(--ground);
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .charts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 12px;
  }
  .chart {
    position: relative;
    min-width: 0;
  }
  /* In the head of the chart, which keeps this room: it outlives the chart that another choice makes. */
  explore-view {
    position: absolute;
    z-index: 4;
    top: 7px;
    right: 9px;
  }
  .charts:focus {
    outline: none;
  }
  .hints {
    padding: 10px 0 0;
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  .note {
    padding: 32px 0;
    color: var(--text-muted);
  }
  .problem {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin: 0 0 12px;
    padding: 8px 16px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius);
    background: var(--warn-ground);
    font-size: var(--text-s);
  }
  @media (max-width: 860px) {
    :host {
      padding: 0 12px 12px;
    }
    .bar {
      position: static;
      margin: 0 -12px 8px;
      padding: 6px 12px;
    }
  }
`;
