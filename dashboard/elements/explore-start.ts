import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubView } from "../client/hub-view.ts";
import { exploreHref } from "../data/explore-choice.ts";
import { type Starter, type StarterLine, startersOf } from "../data/explore-starters.ts";
import { formatCount } from "../data/format.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { nameOfLine } from "./explore-lines.ts";
import { deviceLabel, seriesLabel, zoneLevel } from "./values.ts";

/** The page of charts before a series was chosen: where one could begin. */
@customElement("explore-start")
export class ExploreStart extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: 20px;
        padding: 9vh 0 40px;
        text-align: center;
      }
      h2 {
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      p {
        max-width: 60ch;
        color: var(--text-muted);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr));
        gap: 12px;
        width: min(960px, 100%);
        text-align: left;
      }
      a {
        display: grid;
        gap: 4px;
        align-content: start;
        height: 100%;
        padding: 12px 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        text-decoration: none;
      }
      a:hover {
        border-color: var(--border-strong);
        background: var(--surface-hover);
      }
      b {
        font-weight: 600;
      }
      .trouble b {
        color: var(--alarm);
      }
      small {
        overflow: hidden;
        color: var(--text-muted);
        font-size: var(--text-s);
        text-overflow: ellipsis;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) view!: HubView;

  constructor() {
    super();
    new Observer(this, () => everySecond);
  }

  override render() {
    const starters = startersOf(this.view, (series) => zoneLevel(series, series.value) !== "ok");
    return html`
      <h2>${texts.explore.empty.heading}</h2>
      <p>${starters.length === 0 ? texts.explore.empty.noSeries : texts.explore.empty.intro}</p>
      ${
        starters.length === 0
          ? nothing
          : html`<ul aria-label=${texts.explore.empty.starters}>
              ${starters.map(
                (starter) => html`<li>
                  <a class=${starter.kind} href=${exploreHref(starter.lines.map(({ series: { entry } }) => entry))}>
                    <b>${nameOf(starter)}</b>
                    <small>${[...new Set(starter.lines.map((line) => shownOf(starter, line)))].slice(0, 4).join(", ")}</small>
                  </a>
                </li>`,
              )}
            </ul>`
      }
    `;
  }
}

function nameOf({ kind, lines }: Starter): string {
  const { empty } = texts.explore;
  const [first] = lines;
  const count = formatCount(lines.length);
  if (kind === "same" && first) {
    const labels = new Set(lines.map(({ series }) => seriesLabel(series)));
    return empty.same(labels.size === 1 ? seriesLabel(first.series) : first.series.entry.metric, count);
  }
  if (kind === "whole" && first) return empty.whole(deviceLabel(first.device));
  return kind === "trouble" ? empty.trouble(count) : empty.most;
}

/** What tells the lines of a starter apart. */
function shownOf({ kind }: Starter, { device, series }: StarterLine): string {
  if (kind === "same") return deviceLabel(device);
  return kind === "whole" ? seriesLabel(series) : nameOfLine({ device, series });
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-start": ExploreStart;
  }
}
