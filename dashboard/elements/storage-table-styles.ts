import { css } from "lit";
import type { RowHeights } from "./rows-in-sight.ts";

export const storageRowHeights: RowHeights = { fine: 44, coarse: 52 };

export const storageTableStyles = css`
  :host {
    grid-template-rows: minmax(0, 1fr);
  }
  .head,
  .row {
    grid-template-columns:
      minmax(180px, 2.4fr) minmax(120px, 1.2fr) minmax(90px, 0.8fr) minmax(80px, 0.7fr) minmax(120px, 1fr)
      minmax(70px, 0.6fr) minmax(90px, 1fr) var(--control-height);
    gap: 0 16px;
    padding: 0 8px 0 16px;
  }
  .head {
    min-height: 36px;
  }
  .head > div:not(.name),
  .row > div:not(.name, .act) {
    text-align: right;
  }
  .row {
    font-size: var(--text-s);
  }
  .name a {
    display: block;
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
  .kept {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .head .kept {
    font-size: var(--text-s);
    font-weight: 600;
  }
  .row .kept,
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
  .others {
    padding: 12px 16px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  @container (max-width: 860px) {
    .head,
    .row {
      grid-template-columns: minmax(150px, 2fr) minmax(110px, 1fr) minmax(80px, 0.8fr) minmax(64px, 0.6fr) minmax(80px, 0.8fr) var(--control-height);
    }
    .readings,
    .oldest {
      display: none;
    }
  }
  @container (max-width: 560px) {
    .head,
    .row {
      grid-template-columns: minmax(84px, 1.6fr) minmax(64px, 1fr) minmax(76px, 0.9fr) 36px;
      gap: 0 6px;
      padding: 0 4px 0 12px;
    }
    .row .none {
      font-size: var(--text-xs);
    }
    .span,
    .kept {
      display: none;
    }
  }
`;
