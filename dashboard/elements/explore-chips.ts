import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { isFleet, keyOf, type SeriesName } from "../data/explore-choice.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { brevity, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreLine, nameOfLine } from "./explore-lines.ts";
import { icons } from "./icons.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** The series that were chosen, each with a button to take it off. Fires `take-off` with the name of one, `clear`. */
@customElement("explore-chips")
export class ExploreChips extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    lookStyles,
    css`
      :host {
        display: contents;
      }
      ul {
        display: contents;
      }
      /* One line that is drawn along with a finger, or the chips alone fill a phone. */
      @media (max-width: 860px) {
        ul {
          display: flex;
          flex: 1 0 100%;
          gap: 8px;
          margin: 0 -12px;
          padding: 0 12px;
          overflow-x: auto;
          scrollbar-width: none;
        }
        .chip {
          flex: none;
        }
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        max-width: min(100%, 340px);
        min-height: var(--control-height);
        padding-left: 10px;
        border: 1px solid var(--border);
        border-radius: 999px;
        background: var(--surface);
        font-size: var(--text-s);
      }
      /* Of two long names each gives way: the device alone tells apart what is measured alike. */
      .chip .name {
        display: flex;
        gap: 0.5ch;
        min-width: 0;
        white-space: nowrap;
      }
      .chip .name .short {
        flex: none;
      }
      .chip .name > * {
        min-width: 4ch;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .chip .device {
        color: var(--text-muted);
      }
      .chip button {
        display: grid;
        flex: none;
        place-content: center;
        width: var(--control-height);
        height: var(--control-height);
        margin: -1px -1px -1px 0;
        padding: 0;
        border: 0;
        border-radius: 999px;
        background: none;
        color: var(--text-muted);
        cursor: pointer;
      }
      .chip button:hover {
        background: var(--surface-hover);
        color: var(--text);
      }
      .chip button svg {
        width: 12px;
        height: 12px;
      }
    `,
  ];

  @property({ attribute: false }) names: readonly SeriesName[] = [];
  /** Of the names those that the hub has. */
  @property({ attribute: false }) lines: readonly ExploreLine[] = [];

  override render() {
    const lineOf = new Map(this.lines.map((line) => [line.key, line]));
    return html`<ul aria-label=${texts.explore.shown}>
      ${repeat(this.names, keyOf, (name) => this.#chip(name, lineOf.get(keyOf(name))))}
      ${
        this.names.length > 1
          ? html`<li>
              <button type="button" class="button bare" @click=${() => this.dispatchEvent(new CustomEvent("clear"))}>
                ${texts.explore.clear}
              </button>
            </li>`
          : nothing
      }
    </ul>`;
  }

  #chip(name: SeriesName, line: ExploreLine | undefined) {
    const words = line ? nameOfLine(line) : keyOf(name);
    const isNumber = line?.series.entry.type === "number";
    return html`<li class="chip" title=${keyOf(name)}>
      ${line && isNumber ? html`<i class=${lookClass(line.look)}></i>` : nothing}
      <span class="name">
        ${
          line
            ? html`<span class=${brevity(seriesLabel(line.series))}>${seriesLabel(line.series)}</span> <span class="device">${deviceLabel(line.device)}</span>`
            : html`<span class=${brevity(name.metric)}>${name.metric}</span> <span class="device">${isFleet(name) ? name.device : `${name.device} – ${texts.explore.unknown}`}</span>`
        }
      </span>
      <button
        type="button"
        aria-label=${texts.explore.remove(words)}
        title=${texts.explore.remove(words)}
        @click=${() => this.dispatchEvent(new CustomEvent<SeriesName>("take-off", { detail: name }))}
      >
        ${icons.close}
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-chips": ExploreChips;
  }
}
