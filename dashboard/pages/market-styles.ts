import { css } from "lit";

export const marketStyles = css`
  :host {
    display: block;
    padding: 12px 16px 16px;
  }
  .page {
    display: grid;
    gap: 16px;
  }
  .prices {
    display: flex;
    flex-direction: column;
    min-width: 0;
    max-height: calc(100vh - var(--page-top) - var(--page-foot) - 28px);
    max-height: calc(100dvh - var(--page-top) - var(--page-foot) - 28px);
  }
  ticker-table {
    flex: 0 1 auto;
    min-height: 0;
  }
  .candles {
    min-width: 0;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    align-items: center;
    margin-bottom: 10px;
  }
  .bar candle-picker {
    margin-left: auto;
  }
  .search {
    flex: 0 1 260px;
  }
  .count,
  .since {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .since {
    padding-top: 6px;
  }
  .problem {
    padding-bottom: 8px;
    color: var(--warn);
    font-size: var(--text-s);
  }
  .note,
  .none {
    display: grid;
    gap: 12px;
    place-content: center;
    min-height: 40vh;
    padding: 16px;
    color: var(--text-muted);
    text-align: center;
  }
  .none h1 {
    color: var(--text);
    font-size: var(--text-xl);
  }
  .none pre {
    max-width: 100%;
    margin: 0;
    padding: 12px 16px;
    overflow-x: auto;
    border-radius: var(--radius-s);
    background: var(--code-ground);
    color: var(--text);
    font: var(--text-s) var(--font-mono);
    text-align: left;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  /* Candles above the prices, or beside them where there is room. */
  .page.both .candles {
    order: -1;
  }
  .page.both .prices {
    max-height: 480px;
  }
  @media (min-width: 1180px) {
    .page.both {
      grid-template-columns: minmax(460px, 41%) minmax(0, 1fr);
      align-items: start;
    }
    .page.both .candles {
      position: sticky;
      top: calc(var(--page-top) + 12px);
      order: 1;
    }
    .page.both .prices {
      max-height: calc(100vh - var(--page-top) - var(--page-foot) - 28px);
      max-height: calc(100dvh - var(--page-top) - var(--page-foot) - 28px);
    }
  }
  @media (max-width: 860px) {
    :host {
      padding: 10px 12px 12px;
    }
    .bar candle-picker {
      flex: 1 1 220px;
    }
  }
`;
