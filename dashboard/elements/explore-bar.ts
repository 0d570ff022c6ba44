import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type ExploreSplit, exploreSplits } from "../data/explore-choice.ts";
import { formatNumber } from "../data/format.ts";
import type { RangeKey } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import "./range-picker.ts";

/** Keys as people know them, where that is not their name. */
const keySigns: Readonly<Record<string, string>> = {
  "Control+Z": "Ctrl Z",
  "Control+Shift+Z": "Ctrl ⇧ Z",
  ArrowLeft: "←",
  ArrowRight: "→",
  "-": "−",
};

/** What a button of the bar asks for. */
export type ExploreMove = "undo" | "redo" | "earlier" | "later" | "zoom-in" | "zoom-out" | "live";

/**
 * Which stretch of time the charts show, and how to move it. Fires `move` with an `ExploreMove`, `range-chosen` with a key.
 */
@customElement("explore-bar")
export class ExploreBar extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-width: 0;
      }
      .group {
        display: inline-flex;
        gap: 2px;
      }
      .button:disabled {
        opacity: 0.4;
        cursor: default;
      }
      range-picker {
        min-width: 0;
      }
      .later {
        transform: scaleX(-1);
      }
      .ends {
        color: var(--text-muted);
        font-size: var(--text-s);
        white-space: nowrap;
      }
      .pill {
        gap: 8px;
        border-color: transparent;
        border-radius: 999px;
        background: var(--accent);
        color: var(--on-accent);
      }
      .pill:hover {
        background: var(--accent-strong);
      }
      @media (max-width: 860px) {
        range-picker {
          order: 1;
        }
        /* Where the thumb is, and over the charts however far one has scrolled. */
        .pill {
          position: fixed;
          z-index: 6;
          bottom: calc(var(--page-foot) + 12px);
          left: 50%;
          box-shadow: var(--shadow-raised);
          transform: translateX(-50%);
        }
      }
    `,
  ];

  /** Undefined: a stretch that stands still. */
  @property({ attribute: false }) range: RangeKey | undefined;
  @property({ type: Boolean }) canUndo = false;
  @property({ type: Boolean }) canRedo = false;
  /** The window ends now: there is nothing later. */
  @property({ type: Boolean }) atNow = false;
  /** Where the window begins and ends, in words, where it stands. */
  @property() ends = "";
  /** False: all data is old, and there is nothing live to go back to. */
  @property({ type: Boolean }) hasLive = true;
  /** Readings that came since the window stands. */
  @property({ type: Number }) arrived = 0;

  override render() {
    return html`
      <div class="group" role="group" aria-label=${texts.explore.moves}>
        ${this.#button("undo", texts.chart.undo, icons.undo, "Control+Z", !this.canUndo)}
        ${this.#button("redo", texts.chart.redo, icons.redo, "Control+Shift+Z", !this.canRedo)}
        ${this.#button("earlier", texts.explore.earlier, icons.back, "ArrowLeft")}
        ${this.#button("later", texts.explore.later, html`<span class="later">${icons.back}</span>`, "ArrowRight", this.atNow)}
        ${this.#button("zoom-out", texts.explore.zoomOut, icons.minus, "-")}
        ${this.#button("zoom-in", texts.explore.zoomIn, icons.plus, "+")}
      </div>
      <range-picker
        .range=${this.range}
        @range-chosen=${(event: CustomEvent<RangeKey>) => this.dispatchEvent(new CustomEvent("range-chosen", { detail: event.detail }))}
      ></range-picker>
      ${this.ends === "" ? nothing : html`<span class="ends numbers">${this.ends}</span>`}
      ${this.range === undefined ? this.#pill() : nothing}
    `;
  }

  #button(move: ExploreMove, label: string, icon: unknown, keys: string, disabled = false) {
    return html`<button
      type="button"
      class="button bare icon"
      aria-label=${label}
      title=${`${label} (${keySigns[keys] ?? keys})`}
      aria-keyshortcuts=${keys === "+" ? "=" : keys}
      ?disabled=${disabled}
      @click=${() => this.#move(move)}
    >
      ${icon}
    </button>`;
  }

  #pill() {
    const count = this.arrived > 0 ? ` · ${texts.explore.newReadings(formatNumber(this.arrived, 0))}` : "";
    return html`<button type="button" class="button pill numbers" aria-keyshortcuts="L" @click=${() => this.#move("live")}>
      ${icons.live}<span>${this.hasLive ? texts.chart.backToLive : texts.explore.backToAll}${count}</span>
    </button>`;
  }

  #move(move: ExploreMove): void {
    this.dispatchEvent(new CustomEvent<ExploreMove>("move", { detail: move }));
  }
}

/** One chart for each unit, or one for each series. */
export function splitChoice(present: ExploreSplit, choose: (split: ExploreSplit) => void) {
  return html`<div class="choices" role="group" aria-label=${texts.explore.split}>
    ${exploreSplits.map(
      (split) => html`<button type="button" aria-pressed=${split === present} @click=${() => choose(split)}>
        ${texts.explore.splits[split]}
      </button>`,
    )}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-bar": ExploreBar;
  }
}
