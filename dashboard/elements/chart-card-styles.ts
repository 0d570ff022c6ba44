/** What all cards with a chart look like: the card, its chart with the crosshair, the words at it. */
import { type CSSResultGroup, css, unsafeCSS } from "lit";
import { plotCss } from "../widgets/plot.ts";

/** uPlot's own. */
export const plotStyles = unsafeCSS(plotCss);

export const chartCardStyles: CSSResultGroup = [
  plotStyles,
  css`
    :host {
      display: block;
      min-width: 0;
    }
    article,
    section {
      padding: 12px 16px;
      border: 1px solid var(--border);
      border-radius: var(--radius);
      background: var(--surface);
      box-shadow: var(--shadow);
    }
    .plot {
      position: relative;
      margin: 0 -8px;
      border-radius: var(--radius-s);
      opacity: var(--chart-opacity, 1);
      transition: opacity var(--motion);
    }
    .plot .u-cursor-x {
      border-right: 1px solid var(--border-strong);
    }
    .plot .u-select {
      background: var(--chart-band);
    }
    .chip {
      position: absolute;
      z-index: 2;
      top: -2px;
      left: 0;
      padding: 1px 8px;
      border: 1px solid var(--border);
      border-radius: var(--radius-s);
      background: var(--surface-raised);
      font-size: var(--text-xs);
      white-space: nowrap;
      pointer-events: none;
    }
    .chip span {
      margin-left: 6px;
      color: var(--text-muted);
    }
    .note {
      position: absolute;
      z-index: 1;
      top: 45%;
      left: 50%;
      padding: 2px 10px;
      border-radius: var(--radius-s);
      background: var(--surface);
      color: var(--text-muted);
      font-size: var(--text-s);
      transform: translateX(-50%);
      pointer-events: none;
    }
  `,
];
