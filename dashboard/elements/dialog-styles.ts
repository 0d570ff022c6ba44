import { css } from "lit";

/** A dialog with a head, a body that scrolls, and its buttons at the foot; the whole screen on a phone. */
export const dialogStyles = css`
  dialog {
    width: min(var(--dialog-width, 520px), calc(100vw - 32px));
    max-height: calc(100dvh - 48px);
    padding: 0;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface-raised);
    box-shadow: var(--shadow-raised);
    color: var(--text);
    font-size: var(--text-m);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  form {
    display: flex;
    flex-direction: column;
    max-height: inherit;
  }
  .head {
    padding: 16px 20px 0;
  }
  .head h2 {
    font-size: var(--text-l);
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .head p {
    margin-top: 4px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
    min-height: 0;
    padding: 16px 20px;
    overflow-y: auto;
  }
  .head + .foot {
    margin-top: 16px;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 8px;
    padding: 12px 20px;
    border-top: 1px solid var(--border);
  }
  .foot .status {
    flex: 1 1 160px;
    min-width: 0;
    color: var(--text-muted);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .foot .failure {
    flex: 1 1 160px;
    min-width: 0;
    color: var(--alarm);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .foot .failure:empty {
    flex-basis: 0;
  }
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(var(--field-width, 200px), 1fr));
    gap: 12px;
    align-items: start;
  }
  .field {
    display: grid;
    gap: 4px;
    min-width: 0;
    font-size: var(--text-s);
  }
  .field > span {
    color: var(--text-muted);
    font-weight: 550;
  }
  .field small,
  .hint {
    color: var(--text-muted);
    font-size: var(--text-xs);
  }
  /* What would be done. */
  .what {
    padding: 12px 16px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-s);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .what strong {
    display: block;
    font-size: var(--text-m);
  }
  .what p + p {
    margin-top: 6px;
  }
  /* Things with a button each. */
  .each {
    display: grid;
    gap: 8px;
  }
  .each li {
    display: flex;
    gap: 12px;
    align-items: center;
    justify-content: space-between;
    overflow-wrap: anywhere;
  }
  .each small {
    display: block;
  }
  .each .button {
    flex: none;
  }
  .error {
    color: var(--alarm);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  input:not([type="radio"], [type="checkbox"]),
  textarea,
  select {
    width: 100%;
    min-width: 0;
    height: var(--control-height);
    padding: 0 8px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    font-size: var(--input-text);
  }
  textarea {
    height: auto;
    padding: 8px;
    color: inherit;
    font-family: var(--font-mono);
    resize: vertical;
  }
  input::placeholder {
    color: var(--text-muted);
    opacity: 1;
  }
  input[aria-invalid="true"] {
    border-color: var(--alarm);
  }
  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  .button.danger {
    border-color: transparent;
    background: var(--alarm);
    color: var(--surface);
  }
  @media (max-width: 520px) {
    dialog {
      width: 100vw;
      max-width: 100vw;
      height: 100dvh;
      max-height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    form {
      height: 100%;
    }
    .body {
      flex: 1;
      align-content: start;
    }
  }
`;
