import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import { compareNames, formatCount } from "../data/format.ts";
import { baseStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { matches, searchWords } from "./device-order.ts";
import { icons } from "./icons.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** Series listed at once; of more a person types another word. */
const mostListed = 40;

interface Found {
  readonly device: DeviceView;
  readonly series: SeriesView;
}

/** Finds any numeric series by words of its device or metric. Its rows are links; the list closes when one is followed. */
@customElement("candle-picker")
export class CandlePicker extends LitElement {
  static override styles = [
    baseStyles,
    searchStyles,
    css`
      :host {
        position: relative;
        display: block;
        width: 300px;
        max-width: 100%;
      }
      .list {
        position: absolute;
        z-index: 6;
        right: 0;
        left: 0;
        max-height: min(420px, 60vh);
        margin-top: 4px;
        overflow-y: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface-raised);
        box-shadow: var(--shadow-raised);
      }
      .count {
        padding: 8px 12px 4px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      a {
        display: grid;
        min-height: var(--control-height);
        padding: 6px 12px;
        color: var(--text);
        line-height: 1.3;
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      a:hover,
      a:focus-visible {
        background: var(--surface-hover);
      }
      a:focus-visible {
        outline-offset: -2px;
      }
      small {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) view!: HubView;
  @property({ attribute: false }) hrefOf!: (series: SeriesView) => string;
  @state() private search = "";
  @state() private opened = false;
  @query("input") private input!: HTMLInputElement;

  override render() {
    const { opened } = this;
    return html`<div @keydown=${this.#key} @focusout=${this.#left}>
      <label class="search">
        ${icons.search}<span class="hidden-text">${texts.market.any}</span>
        <input
          type="search"
          autocomplete="off"
          spellcheck="false"
          placeholder=${texts.market.any}
          aria-expanded=${opened ? "true" : "false"}
          aria-controls="found"
          role="combobox"
          .value=${this.search}
          @focus=${() => {
            this.opened = true;
          }}
          @input=${() => {
            this.search = this.input.value;
            this.opened = true;
          }}
        />
      </label>
      <div id="found" class="list" ?hidden=${!opened}>${opened ? this.#list() : nothing}</div>
    </div>`;
  }

  #list() {
    const found = this.#find();
    const count = formatCount(found.length);
    const shown = found.slice(0, mostListed);
    const { found: all, foundFirst } = texts.market;
    return html`<p class="count" role="status">
        ${found.length > mostListed ? foundFirst(formatCount(mostListed), count) : all(count)}
      </p>
      <ul>
        ${shown.map(
          ({ device, series }) => html`<li>
            <a href=${this.hrefOf(series)} @click=${this.#close}
              >${seriesLabel(series)}<small>${deviceLabel(device)} · ${series.entry.metric}</small></a
            >
          </li>`,
        )}
      </ul>`;
  }

  #find(): Found[] {
    const words = searchWords(this.search);
    const found: Found[] = [];
    for (const device of this.view.devices.values()) {
      for (const series of device.series.values()) {
        if (series.entry.type !== "number") continue;
        const text = `${seriesLabel(series)} ${series.entry.metric}`.toLocaleLowerCase();
        const left = words.filter((word) => !text.includes(word));
        if (matches(device, left)) found.push({ device, series });
      }
    }
    return found.sort(
      (a, b) =>
        compareNames(deviceLabel(a.device), deviceLabel(b.device)) ||
        compareNames(seriesLabel(a.series), seriesLabel(b.series)),
    );
  }

  readonly #close = (): void => {
    this.opened = false;
    this.search = "";
  };

  readonly #left = (event: FocusEvent): void => {
    if (!this.renderRoot.contains(event.relatedTarget as Node | null)) this.opened = false;
  };

  #key(event: KeyboardEvent): void {
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>("a")];
    const at = links.indexOf(event.composedPath()[0] as HTMLElement);
    if (event.key === "Escape" && this.opened) {
      this.opened = false;
      this.input.focus();
      this.opened = false;
    } else if (event.key === "ArrowDown") links[Math.min(links.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") (links[at - 1] ?? this.input).focus();
    else if (event.key === "Enter" && at < 0) links[0]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "candle-picker": CandlePicker;
  }
}
