import { css } from "lit";

/** The tools of the fleet: two lines on a wide screen, one below the other on a narrow one. */
export const fleetToolStyles = css`
  :host {
    display: block;
  }
  .tools {
    display: grid;
    grid-template:
      "title search search" auto
      "states ways looks" auto / minmax(0, 1fr) auto auto;
    gap: 8px;
    align-items: center;
    padding: 12px 0;
  }
  .title {
    display: flex;
    grid-area: title;
    align-items: center;
    gap: 12px;
    min-width: 0;
  }
  h1 {
    font-size: var(--text-xl);
    font-weight: 650;
    line-height: var(--control-height);
  }
  .title p {
    overflow: hidden;
    padding-top: 3px;
    color: var(--text-muted);
    font-size: var(--text-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .title p.trouble {
    color: var(--warn);
    font-weight: 600;
  }
  .title .button {
    margin-left: auto;
  }
  .search {
    grid-area: search;
    min-width: 340px;
  }
  .looks {
    grid-area: looks;
  }
  /* Its key stands at the end. */
  .search input {
    padding-right: 30px;
  }
  kbd {
    position: absolute;
    top: calc(var(--control-height) / 2 - 9px);
    right: 8px;
    width: 18px;
    border: 1px solid var(--border);
    border-radius: 3px;
    color: var(--text-muted);
    font: var(--text-xs) / 16px var(--font-mono);
    text-align: center;
    pointer-events: none;
  }
  input:focus ~ kbd,
  input:not(:placeholder-shown) ~ kbd {
    display: none;
  }
  .states {
    grid-area: states;
    justify-self: start;
    max-width: 100%;
    overflow-x: auto;
    scrollbar-width: none;
  }
  .states button {
    flex: none;
  }
  .states .count {
    font-weight: 650;
  }
  .states .some.alarm {
    color: var(--alarm);
  }
  .states .some.trouble,
  .states .some.warn,
  .states .some.silent {
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
  .ways {
    display: flex;
    grid-area: ways;
    align-items: center;
    gap: 8px;
    min-width: 0;
  }
  select {
    min-width: 0;
    height: var(--control-height);
    padding: 0 4px;
    border: 1px solid var(--border);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font-size: var(--text-s);
    font-weight: 550;
    text-overflow: ellipsis;
    cursor: pointer;
  }
  select:hover {
    border-color: var(--border-strong);
  }
  @media (max-width: 1100px) {
    .tools {
      grid-template:
        "title search search" auto
        "states states states" auto
        "ways ways looks" auto / minmax(0, 1fr) auto auto;
    }
  }
  @media (max-width: 700px) {
    .tools {
      grid-template: "title title" auto "search looks" auto "states states" auto "ways ways" auto / minmax(0, 1fr) auto;
    }
    .search {
      min-width: 0;
    }
    .search input {
      padding-right: 8px;
      text-overflow: ellipsis;
    }
    /* All three beside each other; the last one says most. */
    .ways {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1.35fr);
    }
    kbd {
      display: none;
    }
  }
`;
