import { css } from "lit";

/** Shared by what opens above the page: the palette and the sheet of shortcuts. */
export const dialogStyles = css`
  dialog {
    width: min(640px, calc(100vw - 24px));
    max-width: none;
    max-height: min(640px, calc(100dvh - 24px));
    margin: min(12vh, 96px) auto auto;
    padding: 0;
    overflow: hidden;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface-raised);
    box-shadow: var(--shadow-raised);
    color: var(--text);
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.32);
  }
  kbd {
    display: inline-block;
    min-width: 20px;
    padding: 0 5px;
    border: 1px solid var(--border);
    border-bottom-width: 2px;
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text-muted);
    font: 550 var(--text-xs) / 18px var(--font);
    text-align: center;
    white-space: nowrap;
  }
  @media (max-width: 860px) {
    dialog {
      margin-top: 12px;
    }
  }
`;

export const paletteStyles = css`
  .field {
    display: flex;
    flex: none;
    align-items: center;
    gap: 10px;
    padding: 0 6px 0 14px;
    border-bottom: 1px solid var(--border);
    color: var(--text-muted);
  }
  .field:focus-within {
    box-shadow: inset 0 -2px 0 var(--accent);
  }
  input {
    flex: 1;
    min-width: 0;
    height: 48px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--text);
    font-size: 16px;
  }
  /* The line below the field tells where the keys go. */
  input:focus-visible {
    outline: none;
  }
  input::placeholder {
    color: var(--text-muted);
    opacity: 1;
  }
  .results {
    flex: 1;
    min-height: 0;
    padding: 4px 6px 8px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .group {
    padding-top: 4px;
  }
  .name {
    padding: 6px 8px 4px;
    color: var(--text-muted);
    font-size: var(--text-xs);
    font-weight: 600;
  }
  .item {
    display: grid;
    grid-template-columns: 20px minmax(0, 1fr) auto;
    align-items: center;
    gap: 8px;
    min-height: var(--control-height);
    padding: 2px 8px;
    border-radius: var(--radius-s);
    cursor: pointer;
  }
  .sign {
    display: grid;
    place-items: center;
    color: var(--text-muted);
  }
  .words {
    display: flex;
    align-items: baseline;
    gap: 8px;
    min-width: 0;
    white-space: nowrap;
  }
  .title {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .hint,
  .now,
  .more {
    overflow: hidden;
    color: var(--text-muted);
    font-size: var(--text-s);
    text-overflow: ellipsis;
  }
  .hint {
    flex: 0 1000 auto;
    min-width: 48px;
  }
  .hint:empty {
    display: none;
  }
  .now {
    max-width: 180px;
    color: var(--value-text, var(--text-muted));
    white-space: nowrap;
  }
  .now.trouble {
    color: var(--warn);
  }
  .now.alarm {
    color: var(--alarm);
  }
  .item[aria-selected="true"] {
    background: var(--surface-selected);
  }
  .more {
    padding: 2px 8px 2px 36px;
  }
  .nothing {
    padding: 24px 14px;
    color: var(--text-muted);
  }
  .foot {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding: 7px 14px;
    border-top: 1px solid var(--border);
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  .foot .old {
    margin-right: auto;
    color: var(--warn);
  }
  @media (pointer: coarse) {
    .foot .keys {
      display: none;
    }
    .foot:not(:has(.old)) {
      display: none;
    }
  }
`;
