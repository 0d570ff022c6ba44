import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CommandController } from "../client/commands.ts";
import { type RangeKey, rangeKeys } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** One of the ten ranges. Fires `range-chosen` with the key as detail. */
@customElement("range-picker")
export class RangePicker extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        position: relative;
        display: block;
        max-width: 100%;
        overflow-x: auto;
        scrollbar-width: none;
      }
      button {
        font-variant-numeric: tabular-nums;
      }
      button:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  /** Undefined: none of them, a stretch that was chosen in a chart. */
  @property() range: RangeKey | undefined;

  constructor() {
    super();
    new CommandController(this, {
      commands: () =>
        rangeKeys
          .filter((key) => key !== this.range)
          .map((key) => ({
            id: `range:${key}`,
            title: texts.commands.range(texts.range.names[key]),
            icon: icons.clock,
            run: () => this.#choose(key),
          })),
    });
  }

  override render() {
    return html`<div class="choices" role="radiogroup" aria-label=${texts.range.label} @keydown=${this.#key}>
      ${rangeKeys.map(
        (key) => html`<button
          type="button"
          role="radio"
          aria-checked=${key === this.range}
          aria-label=${texts.range.names[key]}
          tabindex=${key === (this.range ?? rangeKeys[0]) ? 0 : -1}
          @click=${() => this.#choose(key)}
        >
          ${texts.range.short[key]}
        </button>`,
      )}
    </div>`;
  }

  override updated(): void {
    const chosen = this.renderRoot.querySelector<HTMLElement>("[aria-checked=true]");
    // On a phone the strip is longer than the screen: the chosen one is brought into sight.
    if (chosen && this.scrollWidth > this.clientWidth) {
      this.scrollLeft = chosen.offsetLeft - (this.clientWidth - chosen.offsetWidth) / 2;
    }
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next =
      rangeKeys[((this.range ? rangeKeys.indexOf(this.range) : -1) + step + rangeKeys.length) % rangeKeys.length];
    if (!next) return;
    this.#choose(next);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[aria-checked=true]")?.focus());
  }

  #choose(key: RangeKey): void {
    this.range = key;
    this.dispatchEvent(new CustomEvent<RangeKey>("range-chosen", { detail: key }));
  }
}
