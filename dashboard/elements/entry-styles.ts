import { css } from "lit";

/** A page with one form in the middle: signing in, setting up. */
export const entryStyles = css`
  :host {
    display: block;
    max-width: 440px;
    margin: 0 auto;
    padding: 56px 16px 64px;
  }
  h1 {
    margin-bottom: 8px;
    font-size: var(--text-xl);
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  p {
    text-wrap: pretty;
    overflow-wrap: anywhere;
  }
  .intro,
  small {
    color: var(--text-muted);
  }
  form {
    display: grid;
    gap: 16px;
    margin-top: 24px;
  }
  .field {
    display: grid;
    gap: 4px;
    min-width: 0;
    font-size: var(--text-s);
  }
  .field > label {
    color: var(--text);
    font-weight: 600;
  }
  small {
    font-size: var(--text-s);
  }
  input {
    width: 100%;
    min-width: 0;
    height: 40px;
    padding: 0 12px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    /* Below 16 px phones zoom into a field. */
    font-size: 16px;
  }
  input.code {
    font-family: var(--font-mono);
  }
  input[aria-invalid="true"] {
    border-color: var(--alarm);
  }
  form > .button,
  .lead {
    min-height: 40px;
  }
  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  .problem {
    color: var(--alarm);
    font-size: var(--text-s);
    font-weight: 550;
  }
  /* Told once it has words, so it is there before; empty it takes no room, nor the gap above it. */
  [role="alert"]:not(:has(*)) {
    position: absolute;
  }
  .told {
    margin-top: 16px;
    padding: 12px 16px;
    border: 1px solid var(--warn-border);
    border-radius: var(--radius-s);
    background: var(--warn-ground);
  }
  details {
    margin-top: 32px;
    padding-top: 16px;
    border-top: 1px solid var(--border);
    font-size: var(--text-s);
  }
  details + details {
    margin-top: 16px;
  }
  details p {
    margin-bottom: 12px;
  }
  .command code {
    display: block;
    overflow-x: auto;
    padding: 8px 12px;
    border: 1px solid var(--border);
    border-radius: var(--radius-s);
    background: var(--surface);
    white-space: nowrap;
  }
  .intro + .command {
    margin-top: 12px;
  }
  .other {
    margin-top: 16px;
  }
  summary {
    display: flex;
    align-items: center;
    min-height: var(--control-height);
    color: var(--accent);
    font-weight: 550;
    cursor: pointer;
  }
  details form {
    margin-top: 8px;
  }
  .lead {
    margin-top: 16px;
  }
  @media (max-width: 720px) {
    :host {
      padding-top: 28px;
    }
    input,
    form > .button,
    .lead {
      height: 44px;
    }
  }
`;
