import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { kiosk } from "../data/kiosk.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** Nobody stands in front of the wall who touched nothing for so long, ms. */
const goneMs = 3_000;

/** The way out of the wall screen: seen, as the pointer is, while somebody moves it or touches the screen; reached by Tab. */
@customElement("kiosk-exit")
export class KioskExit extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        position: fixed;
        z-index: 20;
        right: 12px;
        bottom: 12px;
      }
      .button {
        opacity: 0;
      }
      .button.seen,
      .button:focus-visible {
        opacity: 0.9;
      }
    `,
  ];

  @state() private seen = false;
  #gone: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    for (const name of ["pointermove", "pointerdown"]) addEventListener(name, this.#moved);
    this.#hide();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const name of ["pointermove", "pointerdown"]) removeEventListener(name, this.#moved);
    clearTimeout(this.#gone);
    document.documentElement.style.cursor = "";
  }

  readonly #moved = (): void => {
    this.seen = true;
    document.documentElement.style.cursor = "";
    clearTimeout(this.#gone);
    this.#gone = setTimeout(() => this.#hide(), goneMs);
  };

  #hide(): void {
    this.seen = false;
    document.documentElement.style.cursor = "none";
  }

  override render() {
    const { leaveWall } = texts.commands;
    return html`<button
      type="button"
      class="button icon ${this.seen ? "seen" : ""}"
      aria-label=${leaveWall}
      title=${leaveWall}
      @click=${() => kiosk.set(false)}
    >
      ${icons.close}
    </button>`;
  }
}
