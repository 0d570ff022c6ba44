import { css } from "lit";
import type { RowHeights } from "./rows-in-sight.ts";

/** A long table of which only the rows in sight exist: a head that stays, rows that are links as a whole. Its columns are its own. */
export const rowTableStyles = ({ fine, coarse }: RowHeights) => css`
  :host {
    display: grid;
    min-height: 0;
    container-type: inline-size;
  }
  .scroller {
    overflow-y: auto;
    overscroll-behavior: contain;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    scrollbar-width: thin;
  }
  .rows {
    position: relative;
  }
  .head,
  .row {
    display: grid;
    align-items: center;
  }
  .head {
    position: sticky;
    z-index: 2;
    top: 0;
    border-bottom: 1px solid var(--border);
    background: var(--surface);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .head button {
    display: inline-flex;
    gap: 4px;
    align-items: center;
    min-height: var(--control-height-s);
    margin: 0 -4px;
    padding: 0 4px;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    font-weight: 550;
    white-space: nowrap;
    cursor: pointer;
  }
  .head button:hover,
  .head [aria-sort] button {
    color: var(--text);
  }
  .row {
    position: absolute;
    right: 0;
    left: 0;
    height: ${fine}px;
    border-bottom: 1px solid var(--border);
    color: var(--value-text, var(--text));
  }
  @media (pointer: coarse) {
    .row {
      height: ${coarse}px;
    }
  }
  .row:hover {
    background: var(--surface-hover);
  }
  .row > div {
    min-width: 0;
    white-space: nowrap;
  }
  .row a {
    overflow: hidden;
    color: var(--text);
    font-weight: 600;
    text-decoration: none;
    text-overflow: ellipsis;
  }
  /* The whole row is the link's. */
  .row a::after {
    position: absolute;
    inset: 0;
    content: "";
  }
  .row a:focus-visible {
    outline: none;
  }
  .row a:focus-visible::after {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  .nothing {
    display: grid;
    gap: 12px;
    justify-items: start;
    padding: 24px 16px;
    color: var(--text-muted);
  }
`;
