import { css } from "lit";

export const editStyles = css`
  :host {
    --dialog-width: 680px;
  }
  fieldset {
    display: grid;
    gap: 12px;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    display: flex;
    align-items: center;
    justify-content: space-between;
    width: 100%;
    padding: 0;
    font-weight: 650;
  }
  .two {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 12px;
    align-items: start;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) var(--control-height);
    gap: 8px;
    align-items: start;
  }
  .metric {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1fr) auto;
    gap: 4px 8px;
    align-items: end;
    padding-top: 8px;
    border-top: 1px solid var(--border);
  }
  .metric code {
    grid-column: 1 / -1;
    color: var(--text-muted);
    font: var(--text-xs) var(--font-mono);
    overflow-wrap: anywhere;
  }
  .metric .error {
    grid-column: 1 / -1;
  }
  @media (max-width: 520px) {
    .two {
      grid-template-columns: minmax(0, 1fr);
    }
    .metric {
      grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1fr);
    }
    .metric .button {
      grid-column: 1 / -1;
      justify-self: end;
    }
  }
`;
