import { css } from "lit";
import { presenceHeightPx } from "../widgets/presence-strip.ts";

export const presenceStyles = css`
  :host {
    margin-bottom: 16px;
  }
  section {
    padding: 4px 16px 2px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 12px;
    min-height: var(--control-height);
    padding-right: var(--control-height);
    position: relative;
  }
  /* Words of several lines keep off the edge, as those of the other cards do. */
  @media (max-width: 520px) {
    header {
      padding-top: 8px;
    }
    .summary {
      flex-basis: 100%;
    }
    /* Its words get longer and shorter as time goes on, and the charts below stand still. */
    .summary.more {
      min-height: 2lh;
    }
  }
  header .button {
    position: absolute;
    top: 0;
    right: -8px;
  }
  h2 {
    font-size: var(--text-m);
    font-weight: 600;
  }
  .summary {
    min-width: 0;
    color: var(--text-muted);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .take-overs {
    padding: 1px 8px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius-s);
    background: var(--warn-ground);
    font-size: var(--text-s);
  }
  .plot {
    height: ${presenceHeightPx}px;
    margin: 0 -16px 0 -8px;
  }
  .chip {
    top: -20px;
    max-width: 100%;
    white-space: normal;
  }
  .table {
    max-height: 220px;
    margin-top: 4px;
    margin-bottom: 8px;
    overflow: auto;
    border-top: 1px solid var(--border);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  th,
  td {
    padding: 3px 16px 3px 0;
    border-bottom: 1px solid var(--border);
    text-align: left;
    white-space: nowrap;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--surface);
    color: var(--text-muted);
    font-weight: 550;
  }
  td:last-child {
    width: 100%;
    white-space: normal;
  }
  .key {
    display: inline-block;
    width: 9px;
    height: 9px;
    margin-right: 6px;
    border: 1px solid var(--border-strong);
    border-radius: 2px;
    background: var(--chart-gap);
  }
  .key.online {
    background: var(--ok);
  }
  .key.silent {
    background: var(--warn);
  }
  .key.offline {
    background: var(--idle);
  }
`;
