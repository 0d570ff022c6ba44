import { css } from "lit";

/** Sizes of groups, CSS pixels. */
export const groupSizes = { head: 44, foot: 12 } as const;

/** The fleet, and what cards and rows have in common. */
export const fleetGridStyles = css`
  :host {
    display: block;
  }
  .fleet {
    position: relative;
    outline: none;
  }
  section {
    position: absolute;
    right: 0;
    left: 0;
  }
  .cards ul {
    display: grid;
    grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
    gap: 12px;
  }
  .group {
    position: sticky;
    z-index: 2;
    top: var(--fleet-top, 0px);
    height: ${groupSizes.head}px;
    background: var(--ground);
  }
  .group button {
    display: flex;
    align-items: center;
    gap: 10px;
    width: 100%;
    height: 100%;
    padding: 0 4px;
    overflow: hidden;
    border: 0;
    background: none;
    color: var(--text);
    font-size: var(--text-m);
    font-weight: 600;
    text-align: left;
    white-space: nowrap;
    cursor: pointer;
  }
  .group .arrow {
    color: var(--text-muted);
    transform: rotate(-90deg);
    transition: transform var(--motion);
  }
  .group [aria-expanded="false"] .arrow {
    transform: rotate(180deg);
  }
  .group .count,
  .group .wrong {
    color: var(--text-muted);
    font-size: var(--text-s);
    font-weight: 550;
  }
  .group .wrong {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .group .wrong.alarm {
    color: var(--alarm);
  }
  .group .wrong.warn,
  .group .wrong.silent {
    color: var(--warn);
  }
  .dot.alarm,
  .dot.warn {
    border: 0;
    border-radius: 1px;
    background: var(--warn);
    transform: rotate(45deg) scale(0.85);
  }
  .dot.alarm {
    background: var(--alarm);
  }
  /* Trouble is a bar at the left edge: it is seen from afar, and not by colour alone. */
  .item::before {
    position: absolute;
    inset: -1px auto -1px -1px;
    width: 4px;
    content: "";
  }
  .item.alarm::before {
    background: var(--alarm);
  }
  .item.silent::before,
  .item.warn::before {
    background: var(--warn);
  }
  .item.offline::before {
    background: repeating-linear-gradient(var(--idle) 0 4px, transparent 4px 7px);
  }
  .item {
    white-space: nowrap;
  }
  .item .cut {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .item .name {
    min-width: 0;
    font-size: 13px;
    font-weight: 600;
  }
  .item .state,
  .item .why,
  .item .age,
  .item .label,
  .item .between {
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  .item .state,
  .item .clock {
    flex: none;
  }
  .item .clock {
    align-self: center;
    height: 12px;
    color: var(--warn);
  }
  .item .state.silent,
  .item .why.warn {
    color: var(--warn);
    font-weight: 600;
  }
  .item .state.offline {
    color: var(--text);
    font-weight: 600;
  }
  .item .why.alarm {
    color: var(--alarm);
    font-weight: 600;
  }
  .item .why {
    min-width: 0;
  }
  .item .cell {
    display: grid;
    min-width: 0;
    line-height: 16px;
  }
  .item .value {
    color: var(--value-text, var(--text));
    font-size: 13px;
    font-weight: 600;
  }
  .item .value.warn {
    color: var(--warn);
  }
  .item .value.alarm {
    color: var(--alarm);
  }
  .item .value.stale {
    font-weight: 500;
  }
  .item .value.stale:not(.warn, .alarm) {
    color: var(--text-muted);
  }
  .item .unit {
    color: var(--text-muted);
    font-size: 0.8em;
    font-weight: 500;
  }
  .item .label {
    display: flex;
    gap: 6px;
    min-width: 0;
    line-height: 14px;
  }
  .item .what {
    flex: 0 1 auto;
    min-width: 0;
  }
  .item .old {
    flex: none;
    color: var(--warn);
    font-weight: 550;
  }
  /* Of history nobody has to be told aloud. */
  .item.past .state.offline,
  .item.past .old {
    color: var(--text-muted);
    font-weight: 400;
  }
  fleet-spark canvas {
    display: block;
    opacity: var(--chart-opacity, 1);
  }
`;
