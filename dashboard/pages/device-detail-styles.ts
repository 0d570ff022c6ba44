import { css } from "lit";

export const detailStyles = css`
  :host {
    display: block;
    padding: 16px;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    justify-content: space-between;
    gap: 8px 24px;
    margin-bottom: 16px;
  }
  .title {
    flex: 1 1 320px;
    min-width: 0;
  }
  .back {
    display: none;
    margin: -8px 0 0 -8px;
    padding: 0 8px;
  }
  h1 {
    min-width: 0;
    /* No padding below: the line that is clamped away would show its tops there. */
    margin-bottom: 3px;
    padding-top: 3px;
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow-wrap: anywhere;
    font-size: var(--text-xl);
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 18px;
    overflow: clip;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .facts > span {
    position: relative;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  /* Left of each but the first; at the beginning of a line it is clipped away. */
  .facts > span:not(:first-child)::before {
    position: absolute;
    left: -11px;
    content: "·";
  }
  .aging {
    display: inline-grid;
  }
  .aging::after {
    height: 0;
    overflow: hidden;
    visibility: hidden;
    content: attr(data-widest);
  }
  .facts .wrong {
    color: var(--warn);
  }
  .facts .state {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .facts .state b {
    color: var(--text);
    font-weight: 600;
  }
  code {
    font: var(--text-s) var(--font-mono);
    overflow-wrap: anywhere;
  }
  .ranges {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: end;
    gap: 4px;
    min-width: 0;
    max-width: 100%;
    margin-left: auto;
  }
  .ends {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .ends .button {
    min-height: var(--control-height-s);
    margin-left: 8px;
  }
  .tools {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    max-width: 100%;
  }
  .name {
    display: flex;
    align-items: flex-start;
    gap: 4px;
  }
  .notice {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px 16px;
    margin-bottom: 16px;
    padding: 4px 8px 4px 16px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius);
    background: var(--surface);
    font-size: var(--text-s);
  }
  device-overlay {
    margin-bottom: 16px;
  }
  /* It comes after the charts, which must not move then. */
  device-gaps {
    display: grid;
    min-height: 59px;
    margin-bottom: 16px;
  }
  .problem {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin-bottom: 16px;
    padding: 8px 16px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius);
    background: var(--warn-ground);
    font-size: var(--text-s);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr));
    gap: 16px;
    align-items: start;
  }
  .message {
    display: grid;
    gap: 4px;
    place-content: center;
    min-height: 50vh;
    color: var(--text-muted);
    text-align: center;
  }
  .message strong {
    color: var(--text);
  }
  @media (max-width: 860px) {
    :host {
      padding: 12px;
    }
    .back {
      display: inline-flex;
    }
    .ranges {
      justify-items: start;
      margin-left: 0;
    }
    .tools {
      justify-content: flex-start;
    }
  }
`;
