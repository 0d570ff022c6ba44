import { type CSSResult, css, unsafeCSS } from "lit";

const looks = [1, 2, 3, 4, 5, 6, 7, 8];

/** How a line looks, beside its name: `look-1` to `look-8` for the colour, `dashed` and `dotted`. */
export const lookStyles: CSSResult = css`
  .look {
    flex: none;
    display: inline-block;
    width: 16px;
    height: 3px;
    border-radius: 1px;
    background: currentColor;
  }
  .look.dashed {
    background: repeating-linear-gradient(90deg, currentColor 0 4px, transparent 4px 6px);
  }
  .look.dotted {
    background: repeating-linear-gradient(90deg, currentColor 0 2px, transparent 2px 4px);
  }
  ${unsafeCSS(looks.map((look) => `.look-${look} { color: var(--trace-${look}); }`).join(" "))}
`;

/** The classes of a look, from 0. */
export function lookClass(look: number): string {
  const dashes = look % (2 * looks.length) < 4 ? "" : look < looks.length ? "dashed" : "dotted";
  return `look look-${(look % looks.length) + 1} ${look < looks.length ? dashes : "dotted"}`;
}

/** The class of a name that is short enough to be never cut: the longer one beside it gives way. */
export function brevity(name: string): "short" | "" {
  return name.length <= 16 ? "short" : "";
}

export const exploreChartStyles: CSSResult = css`
  :host {
    display: block;
    min-width: 0;
    padding: 8px 16px 4px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 16px;
    min-height: 28px;
    /* The button stands there that says what is drawn, and tells how wide it is. */
    padding-right: calc(var(--view-room, 90px) + 2px);
  }
  h2 {
    min-width: 4ch;
    overflow: hidden;
    font-size: var(--text-m);
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  explore-missing,
  .at {
    margin-left: auto;
  }
  explore-missing + .at {
    margin-left: 0;
  }
  .at:empty {
    display: none;
  }
  @media (max-width: 860px) {
    /* Below the title, each in a line. */
    explore-missing,
    .at {
      margin-left: 0;
    }
  }
  .at {
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .plot {
    position: relative;
    margin: 0 -16px 0 -8px;
    border-radius: var(--radius-s);
    opacity: var(--chart-opacity, 1);
    touch-action: pan-y;
    transition: opacity var(--motion);
  }
  .plot:focus-visible {
    outline-offset: -2px;
  }
  .plot .u-cursor-x {
    border-right: 1px solid var(--border-strong);
  }
  .plot .u-select {
    background: var(--chart-band);
  }
  .plot .mark {
    position: absolute;
    z-index: 3;
    top: -4px;
    left: -4px;
    width: 8px;
    height: 8px;
    border: 2px solid;
    border-radius: 50%;
    background: var(--surface);
    pointer-events: none;
  }
  .note {
    position: absolute;
    z-index: 1;
    top: 40%;
    left: calc(50% + 22px);
    padding: 2px 10px;
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text-muted);
    font-size: var(--text-s);
    transform: translateX(-50%);
    pointer-events: none;
  }
  .legend {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
    gap: 0 12px;
    max-height: 168px;
    margin: 0 -6px 2px;
    overflow-y: auto;
  }
  header .legend {
    display: block;
    min-width: 0;
    overflow: hidden;
  }
  header .legend .value {
    margin-left: 8px;
  }
  /* It is the title, as that of a chart of numbers. */
  header .legend .name > * {
    min-width: 0;
    color: var(--text);
    font-size: var(--text-m);
    font-weight: 600;
  }
  header .legend .device::before {
    content: "· ";
  }
  .legend button {
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-width: 0;
    min-height: var(--control-height-s);
    padding: 0 6px;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    font-size: var(--text-s);
    text-align: left;
    cursor: pointer;
  }
  .legend button:hover {
    background: var(--surface-hover);
  }
  .legend button:focus-visible {
    outline-offset: -2px;
  }
  /* Of two long names each gives way: the device alone tells apart what is measured alike. */
  .legend .name {
    display: flex;
    flex: 0 1000 auto;
    gap: 0.5ch;
    min-width: 40%;
    white-space: nowrap;
  }
  .legend .name .short {
    flex: none;
  }
  .legend .name > * {
    min-width: 4ch;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .legend .device {
    color: var(--text-muted);
  }
  /* Its unit is cut first, which the chart bears in its name. */
  .legend .value {
    flex: 0 1 auto;
    margin-left: auto;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--value-text, var(--text));
    font-weight: 600;
    white-space: nowrap;
  }
  .legend .value small {
    color: var(--text-muted);
    font-size: var(--text-xs);
    font-weight: 400;
  }
  .legend [aria-pressed="false"] .name > * {
    color: var(--text-muted);
    text-decoration: line-through;
  }
  .legend [aria-pressed="false"] .look {
    opacity: 0.4;
  }
`;
