/** Styles that several elements adopt: a shadow root gets none from outside but the tokens. */
import { css } from "lit";

export const baseStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  a {
    color: var(--accent);
  }
  svg {
    display: block;
    flex: none;
  }
  button,
  input,
  select {
    color: inherit;
    font: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  [hidden] {
    display: none !important;
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

export const buttonStyles = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: var(--control-height);
    padding: 0 12px;
    border: 1px solid var(--border);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font-size: var(--text-s);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition: background var(--motion), border-color var(--motion);
  }
  .button:hover {
    border-color: var(--border-strong);
    background: var(--surface-hover);
  }
  .button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover {
    background: var(--accent-strong);
  }
  .button.bare {
    border-color: transparent;
    background: none;
    color: var(--text-muted);
  }
  .button.bare:hover {
    background: var(--surface-hover);
    color: var(--text);
  }
  .button.icon {
    flex: none;
    width: var(--control-height);
    padding: 0;
  }
  /* One choice of a few, side by side. */
  .choices {
    display: inline-flex;
    gap: 2px;
    padding: 2px;
    border: 1px solid var(--border);
    border-radius: 6px;
    background: var(--ground);
  }
  .choices button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-width: var(--control-height);
    min-height: var(--control-height-s);
    padding: 0 8px;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    color: var(--text-muted);
    font-size: var(--text-s);
    font-weight: 550;
    white-space: nowrap;
    cursor: pointer;
    transition: background var(--motion), color var(--motion);
  }
  .choices button:hover {
    color: var(--text);
  }
  .choices button[aria-pressed="true"],
  .choices button[aria-checked="true"],
  .choices button[aria-selected="true"] {
    background: var(--surface-raised);
    box-shadow: 0 0 0 1px var(--border);
    color: var(--text);
  }
`;

/** A dot of presence: filled, half and hollow differ without colour too. */
export const dotStyles = css`
  .dot {
    display: inline-block;
    flex: none;
    width: 8px;
    height: 8px;
    border: 2px solid var(--idle);
    border-radius: 50%;
  }
  .dot.online {
    border-color: var(--ok);
    background: var(--ok);
  }
  .dot.silent {
    border-color: var(--warn);
    background: linear-gradient(90deg, var(--warn) 50%, transparent 50%);
  }
`;

/** A field that finds things: `<label class="search">` with an icon and an input. */
export const searchStyles = css`
  .search {
    position: relative;
    display: block;
    min-width: 0;
  }
  .search svg {
    position: absolute;
    top: calc(var(--control-height) / 2 - 8px);
    left: 9px;
    color: var(--text-muted);
    pointer-events: none;
  }
  .search input {
    width: 100%;
    height: var(--control-height);
    padding: 0 8px 0 32px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    font-size: var(--input-text);
  }
  .search input::placeholder {
    color: var(--text-muted);
    opacity: 1;
  }
`;

/** A line below the header, with what is wrong as a whole. */
export const bannerStyles = css`
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 8px 16px;
    border-bottom: 1px solid var(--warn-border);
    background: var(--warn-ground);
    color: var(--text);
    font-size: var(--text-s);
  }
  svg {
    color: var(--warn);
  }
  .button {
    min-height: var(--control-height-s);
    margin-left: auto;
  }
`;
