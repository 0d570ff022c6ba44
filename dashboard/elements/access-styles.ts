import { css } from "lit";

/** A part of the page Access: what it is for, its tools, and a row for each thing with what can be done to it. */
export const accessStyles = css`
  :host {
    display: block;
  }
  .intro {
    max-width: 76ch;
    color: var(--text-muted);
    font-size: var(--text-s);
    text-wrap: pretty;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    margin: 16px 0 12px;
  }
  .bar .search {
    flex: 0 1 280px;
  }
  .bar .end {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-left: auto;
  }
  .bar select {
    height: var(--control-height);
    padding: 0 8px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    font-size: var(--input-text);
  }
  .count,
  .said {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .said {
    margin-bottom: 8px;
    color: var(--text);
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .said:empty {
    display: none;
  }
  .said:focus {
    outline: none;
  }
  .trouble {
    margin-top: 12px;
    padding: 12px 16px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius);
    background: var(--warn-ground);
    overflow-wrap: anywhere;
  }
  .as-of {
    color: var(--warn);
    font-size: var(--text-s);
    font-weight: 600;
  }
  h2 {
    margin: 24px 0 8px;
    font-size: var(--text-m);
    font-weight: 600;
  }
  .rows {
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .rows > li {
    display: flex;
    gap: 8px 16px;
    align-items: center;
    min-height: 56px;
    padding: 8px 8px 8px 16px;
    border-bottom: 1px solid var(--border);
    content-visibility: auto;
    contain-intrinsic-height: auto 64px;
  }
  .rows > li:last-child {
    border-bottom: 0;
  }
  .what {
    flex: 1;
    min-width: 0;
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    align-items: center;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .devices {
    color: var(--text);
    font: var(--text-s) / 1.5 var(--font-mono);
    font-weight: 400;
    overflow-wrap: anywhere;
  }
  .title .devices {
    font-weight: 600;
    font-size: 13px;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    color: var(--text-muted);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .facts > * {
    min-width: 0;
  }
  .facts .good {
    color: var(--ok);
    font-weight: 550;
  }
  .facts .warn {
    color: var(--warn);
    font-weight: 550;
  }
  .pill {
    flex: none;
    max-width: 100%;
    padding: 0 7px;
    border: 1px solid var(--border);
    border-radius: 9px;
    color: var(--text-muted);
    font-size: var(--text-xs);
    font-weight: 550;
    line-height: 18px;
    overflow-wrap: anywhere;
  }
  .pill.warn {
    border-color: var(--warn-border);
    background: var(--warn-ground);
    color: var(--text);
  }
  .pill.mine {
    border-color: var(--accent);
    color: var(--accent);
  }
  .do {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 8px;
    justify-content: flex-end;
  }
  .empty {
    display: grid;
    gap: 8px;
    justify-items: center;
    padding: 48px 16px;
    border: 1px dashed var(--border-strong);
    border-radius: var(--radius);
    color: var(--text-muted);
    text-align: center;
    text-wrap: balance;
  }
  .empty strong {
    color: var(--text);
    font-weight: 600;
  }
  .note {
    padding: 48px 0;
    color: var(--text-muted);
    text-align: center;
  }
  .further {
    margin-top: 12px;
  }
  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  @media (max-width: 720px) {
    .bar .search {
      flex: 1 1 100%;
    }
    .bar select {
      flex: 1 1 0;
      min-width: 120px;
    }
    .bar .end {
      flex: 1 1 auto;
      margin-left: 0;
    }
    .bar .end .button {
      flex: 1 1 auto;
    }
    .rows > li.wide {
      flex-direction: column;
      align-items: stretch;
      padding-right: 16px;
    }
    .rows > li.wide .do {
      justify-content: stretch;
    }
    .rows > li.wide .do .button {
      flex: 1 1 auto;
    }
  }
`;
