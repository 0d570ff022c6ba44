import { css } from "lit";
import { curveSize } from "./ticker-row.ts";

/** Height of a row, CSS pixels; of a finger's width where a finger is the pointer. */
export const rowHeightPx = 40;
export const coarseRowHeightPx = 48;

const tight = css`minmax(84px, 1.5fr) minmax(88px, 1fr) minmax(82px, 1fr)`;

export const tickerTableStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
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
      minmax(96px, 1.6fr) minmax(92px, 1fr) minmax(120px, 1.2fr) minmax(72px, 0.8fr) minmax(72px, 0.8fr)
      minmax(58px, 0.6fr) minmax(72px, 0.8fr) ${curveSize.width}px minmax(72px, 0.8fr);
    gap: 0 10px;
    align-items: center;
    padding: 0 12px;
  }
  .head {
    position: sticky;
    z-index: 2;
    top: 0;
    min-height: 34px;
    border-bottom: 1px solid var(--border);
    background: var(--surface);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .head > div:not(.symbol),
  .row > div:not(.symbol, .curve) {
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
  .head .curve {
    text-align: left;
  }
  .row {
    position: absolute;
    right: 0;
    left: 0;
    height: ${rowHeightPx}px;
    border-bottom: 1px solid var(--border);
    color: var(--value-text, var(--text));
  }
  @media (pointer: coarse) {
    .row {
      height: ${coarseRowHeightPx}px;
    }
  }
  .row:hover {
    background: var(--surface-hover);
  }
  .row.selected {
    background: var(--surface-selected);
  }
  .row > div {
    min-width: 0;
    overflow: hidden;
    white-space: nowrap;
  }
  .symbol {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .symbol a {
    overflow: hidden;
    color: var(--text);
    font-weight: 600;
    text-decoration: none;
    text-overflow: ellipsis;
  }
  /* The whole row is the link's. */
  .symbol a::after {
    position: absolute;
    inset: 0;
    content: "";
  }
  .symbol a:focus-visible {
    outline: none;
  }
  .symbol a:focus-visible::after {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  .last {
    font-weight: 600;
  }
  .price {
    display: inline-block;
    padding: 1px 5px;
    border-radius: var(--radius-s);
  }
  .arrow {
    margin-right: 5px;
    font-size: 9px;
    vertical-align: 1px;
  }
  .rise {
    color: var(--rise);
  }
  .fall {
    color: var(--fall);
  }
  .price.rise,
  .price.fall {
    color: inherit;
  }
  /* Two of each, so that a move on the heels of another flashes anew. */
  .rise.turn0 {
    animation: rise0 900ms ease-out;
  }
  .rise.turn1 {
    animation: rise1 900ms ease-out;
  }
  .fall.turn0 {
    animation: fall0 900ms ease-out;
  }
  .fall.turn1 {
    animation: fall1 900ms ease-out;
  }
  @keyframes rise0 {
    from {
      background: var(--rise-ground);
    }
  }
  @keyframes rise1 {
    from {
      background: var(--rise-ground);
    }
  }
  @keyframes fall0 {
    from {
      background: var(--fall-ground);
    }
  }
  @keyframes fall1 {
    from {
      background: var(--fall-ground);
    }
  }
  .change {
    font-weight: 550;
  }
  .difference {
    display: inline-block;
    min-width: 56px;
    margin-left: 6px;
    font-weight: 400;
  }
  .none,
  .row .time,
  .row .spread {
    color: var(--text-muted);
    font-size: var(--text-s);
    font-weight: 400;
  }
  .row .bid,
  .row .ask,
  .row .volume {
    font-size: 13px;
  }
  .nothing {
    display: grid;
    gap: 12px;
    justify-items: start;
    padding: 24px 16px;
    color: var(--text-muted);
  }
  @container (max-width: 840px) {
    .head,
    .row {
      grid-template-columns: ${tight} minmax(70px, 0.8fr) ${curveSize.width}px minmax(66px, 0.7fr);
    }
    .bid,
    .ask,
    .spread,
    .difference {
      display: none;
    }
  }
  @container (max-width: 560px) {
    .head,
    .row {
      grid-template-columns: ${tight} minmax(60px, 0.8fr);
      gap: 0 8px;
    }
    .curve,
    .time {
      display: none;
    }
  }
`;
