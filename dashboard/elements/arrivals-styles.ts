import { css } from "lit";

export const arrivalsStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  /* Nothing that is shown may look newer than it is. */
  :host([past]) {
    --value-text: var(--text-muted);
    --ok: var(--idle);
  }
  h2 {
    font-size: var(--text-m);
    font-weight: 600;
  }
  .intro,
  .note {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .intro b {
    color: var(--warn);
    font-weight: 600;
  }
  .note {
    padding: 12px 0;
  }
  ul {
    margin-top: 8px;
    overflow-y: auto;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    font-size: var(--text-s);
  }
  .senders {
    max-height: 288px;
  }
  .refusals {
    max-height: 420px;
  }
  li + li {
    border-top: 1px solid var(--border);
  }
  .sender {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: baseline;
    gap: 0 8px;
    padding: 8px 12px;
  }
  .sender .dot {
    align-self: center;
  }
  .who {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  a {
    color: inherit;
    text-decoration: none;
  }
  a:hover {
    text-decoration: underline;
  }
  @media (pointer: coarse) {
    a {
      display: inline-flex;
      align-items: center;
      min-width: 44px;
      min-height: 44px;
    }
  }
  .unnamed {
    color: var(--text-muted);
    font-weight: 400;
  }
  .count {
    text-align: right;
    color: var(--value-text, var(--text));
  }
  .from {
    grid-column: 2;
    overflow: hidden;
    color: var(--text-muted);
    font-size: var(--text-xs);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .end {
    color: var(--text-muted);
    font-size: var(--text-xs);
    text-align: right;
  }
  .warn {
    color: var(--warn);
  }
  .refusal {
    padding: 8px 12px 8px 9px;
    border-left: 3px solid var(--warn);
    overflow-wrap: anywhere;
  }
  .refusal.whole {
    border-left-color: var(--alarm);
  }
  .refusal header {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 8px;
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  .refusal header b {
    color: var(--text);
  }
  .refusal .code {
    color: var(--warn);
    font-family: var(--font-mono);
  }
  .refusal.whole .code {
    color: var(--alarm);
  }
  .refusal header p > * {
    margin-right: 8px;
  }
  .refusal .times {
    grid-area: 2 / 1 / auto / -1;
  }
  .refusal .at {
    grid-area: 1 / 2;
  }
  .refusal code {
    display: block;
    margin-top: 4px;
    padding: 4px 8px;
    border-radius: var(--radius-s);
    background: var(--code-ground);
    color: var(--text-muted);
    font: var(--text-xs) / 1.5 var(--font-mono);
    white-space: pre-wrap;
  }
`;
