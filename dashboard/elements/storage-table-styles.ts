import { css } from "lit";

/** Height of a row, CSS pixels; of a finger's width where a finger is the pointer. */
export const rowHeightPx = 44;
export const coarseRowHeightPx = 52;

export const storageTableStyles = css`
  :host {
    display: grid;
    grid-template-rows: minmax(0, 1fr);
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
    grid-template-columns:
      minmax(180px, 2.4fr) minmax(120px, 1.2fr) minmax(90px, 0.8fr) minmax(80px, 0.7fr) minmax(120px, 1fr)
      minmax(70px, 0.6fr) var(--control-height);
    gap: 0 16px;
    align-items: center;
    padding: 0 8px 0 16px;
  }
  .head {
    position: sticky;
    z-index: 2;
    top: 0;
    min-height: 36px;
    border-bottom: 1px solid var(--border);
    background: var(--surface);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .head > div:not(.name),
  .row > div:not(.name, .act) {
    text-align: right;
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
    height: ${rowHeightPx}px;
    border-bottom: 1px solid var(--border);
    color: var(--value-text, var(--text));
    font-size: var(--text-s);
  }
  @media (pointer: coarse) {
    .row {
      height: ${coarseRowHeightPx}px;
    }
  }
  .row:hover {
    background: var(--surface-hover);
  }
  .row > div {
    min-width: 0;
    white-space: nowrap;
  }
  .name a {
    display: block;
    overflow: hidden;
    color: var(--text);
    font-weight: 600;
    text-decoration: none;
    text-overflow: ellipsis;
  }
  /* The row is the link's, but for its button. */
  .name a::after {
    position: absolute;
    inset: 0;
    content: "";
  }
  .name a:focus-visible {
    outline: none;
  }
  .name a:focus-visible::after {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  .name small {
    display: block;
    overflow: hidden;
    color: var(--text-muted);
    font-size: var(--text-xs);
    font-weight: 400;
    text-overflow: ellipsis;
  }
  .bytes {
    display: grid;
    gap: 3px;
    font-weight: 600;
  }
  .head .bytes {
    display: block;
  }
  .share {
    height: 3px;
    overflow: hidden;
    border-radius: 2px;
    background: var(--code-ground);
  }
  .share i {
    display: block;
    height: 100%;
    margin-left: auto;
    border-radius: 2px;
    background: var(--trace-1);
    opacity: var(--chart-opacity, 1);
  }
  .row .oldest,
  .row .span,
  .row .readings,
  .none {
    color: var(--text-muted);
  }
  .act {
    position: relative;
    z-index: 1;
  }
  .act button {
    width: var(--control-height-s);
    min-height: var(--control-height-s);
    border-color: transparent;
    background: none;
    color: var(--text-muted);
  }
  .act button:hover {
    background: var(--surface-selected);
    color: var(--text);
  }
  .others,
  .nothing {
    padding: 12px 16px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .nothing {
    display: grid;
    gap: 12px;
    justify-items: start;
    padding: 24px 16px;
  }
  @container (max-width: 860px) {
    .head,
    .row {
      grid-template-columns: minmax(150px, 2fr) minmax(110px, 1fr) minmax(80px, 0.8fr) minmax(64px, 0.6fr) var(--control-height);
    }
    .readings,
    .oldest {
      display: none;
    }
  }
  @container (max-width: 560px) {
    .head,
    .row {
      grid-template-columns: minmax(84px, 1.7fr) minmax(64px, 1fr) minmax(62px, 0.9fr) 36px;
      gap: 0 6px;
      padding: 0 4px 0 12px;
    }
    .span {
      display: none;
    }
  }
`;
