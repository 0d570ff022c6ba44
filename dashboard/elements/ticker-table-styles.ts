import { css } from "lit";
import type { RowHeights } from "./rows-in-sight.ts";
import { curveSize } from "./ticker-row.ts";

export const tickerRowHeights: RowHeights = { fine: 40, coarse: 48 };

const tight = css`minmax(84px, 1.5fr) minmax(88px, 1fr) minmax(82px, 1fr)`;

export const tickerTableStyles = css`
  :host {
    grid-template-rows: auto minmax(0, 1fr);
  }
  .head,
  .row {
    grid-template-columns:
      minmax(96px, 1.6fr) minmax(92px, 1fr) minmax(120px, 1.2fr) minmax(72px, 0.8fr) minmax(72px, 0.8fr)
      minmax(58px, 0.6fr) minmax(72px, 0.8fr) ${curveSize.width}px minmax(72px, 0.8fr);
    gap: 0 10px;
    padding: 0 12px;
  }
  .head {
    min-height: 34px;
  }
  .head > div:not(.symbol),
  .row > div:not(.symbol, .curve) {
    text-align: right;
  }
  .head .curve {
    text-align: left;
  }
  .row.selected {
    background: var(--surface-selected);
  }
  .row > div {
    overflow: hidden;
  }
  .symbol {
    display: flex;
    gap: 8px;
    align-items: center;
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
