import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Hub } from "../client/hub.ts";
import { isFleet, keyOf, type SeriesName } from "../data/explore-choice.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts, withTexts } from "../texts/index.ts";
import { brevity, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreLine, nameOfLine } from "./explore-lines.ts";
import { icons } from "./icons.ts";
import type { MaskedSeries } from "./mask-dialog.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** The series that were chosen, each with buttons that hide readings of it and take it off. Fires `take-off` with the name of one, `clear`. */
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
        li,
        .chip {
          flex: none;
        }
      }
      li {
        display: inline-flex;
        gap: 8px;
        min-width: 0;
        max-width: 100%;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        flex: 0 1 auto;
        min-width: 0;
        max-width: 340px;
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
        margin: -1px -1px -1px -8px;
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
      .clear {
        flex: none;
      }
      .chip .hide svg {
        width: 14px;
        height: 14px;
      }
    `,
  ];

  @property({ attribute: false }) names: readonly SeriesName[] = [];
  /** Of the names those that the hub has. */
  @property({ attribute: false }) lines: readonly ExploreLine[] = [];
  @property({ attribute: false }) hub!: Hub;
  /** What the charts show: the readings that somebody wants to hide lie there. */
  @property({ attribute: false }) window!: () => TimeSpan;
  @state() private hiding: { readonly series: MaskedSeries; readonly span: TimeSpan } | undefined;
  @state() private said = "";
  #opener: HTMLElement | undefined;

  override render() {
    const lineOf = new Map(this.lines.map((line) => [line.key, line]));
    return html`<ul aria-label=${texts.explore.shown}>
      ${repeat(
        this.names,
        keyOf,
        (name, at) => html`<li>
          ${this.#chip(name, lineOf.get(keyOf(name)))}
          ${at > 0 && at === this.names.length - 1 ? this.#clear() : nothing}
        </li>`,
      )}
    </ul>
    <span class="hidden-text" role="status">${this.said}</span>
    ${
      this.hiding
        ? html`<mask-dialog
          .hub=${this.hub}
          .series=${this.hiding.series}
          .span=${this.hiding.span}
          @closed=${this.#hidden}
        ></mask-dialog>`
        : nothing
    }`;
  }

  async #hide({ device, series }: ExploreLine, opener: EventTarget | null): Promise<void> {
    this.#opener = opener as HTMLElement;
    this.said = "";
    await withTexts("dialogs", import("./mask-dialog.ts"));
    const { metric } = series.entry;
    this.hiding = {
      series: { device: device.entry.device, metric, label: seriesLabel(series) },
      span: this.window(),
    };
  }

  #hidden({ detail }: CustomEvent<string | undefined>): void {
    this.hiding = undefined;
    this.said = detail ?? "";
    this.#opener?.focus();
  }

  /** Beside the last chip, and never alone on a line of its own. */
  #clear() {
    return html`<button type="button" class="button bare clear" @click=${() => this.dispatchEvent(new CustomEvent("clear"))}>
      ${texts.explore.clear}
    </button>`;
  }

  #chip(name: SeriesName, line: ExploreLine | undefined) {
    const words = line ? nameOfLine(line) : keyOf(name);
    const isNumber = line?.series.entry.type === "number";
    return html`<div class="chip" title=${keyOf(name)}>
      ${line && isNumber ? html`<i class=${lookClass(line.look)}></i>` : nothing}
      <span class="name">
        ${
          line
            ? html`<span class=${brevity(seriesLabel(line.series))}>${seriesLabel(line.series)}</span> <span class="device">${deviceLabel(line.device)}</span>`
            : html`<span class=${brevity(name.metric)}>${name.metric}</span> <span class="device">${isFleet(name) ? name.device : `${name.device} – ${texts.explore.unknown}`}</span>`
        }
      </span>
      ${
        line
          ? html`<button
            type="button"
            class="hide"
            aria-label=${texts.explore.hideReadings(words)}
            title=${texts.explore.hideReadings(words)}
            @click=${({ currentTarget }: Event) => void this.#hide(line, currentTarget)}
          >
            ${icons.hide}
          </button>`
          : nothing
      }
      <button
        type="button"
        aria-label=${texts.explore.remove(words)}
        title=${texts.explore.remove(words)}
        @click=${() => this.dispatchEvent(new CustomEvent<SeriesName>("take-off", { detail: name }))}
      >
        ${icons.close}
      </button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-chips": ExploreChips;
  }
}
