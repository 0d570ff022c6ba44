import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ExportSource } from "../data/chart-export.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { ExportOwner, Exports } from "./chart-export-kinds.ts";
import { icons } from "./icons.ts";
import { placeBelow, popoverStyles, returnFocus } from "./popover.ts";

/** Saves what is looked at: rows as drawn, every reading, or a picture. A long export says how far it is, and can be ended. */
@customElement("chart-export")
export class ChartExport extends LitElement implements ExportOwner {
  static override styles = [
    baseStyles,
    buttonStyles,
    popoverStyles,
    css`
      :host {
        position: relative;
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      .menu {
        width: min(420px, calc(100vw - 24px));
      }
      .kind {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 12px;
      }
      .kind p {
        font-size: var(--text-s);
        line-height: 1.4;
      }
      .kind b {
        display: block;
        font-weight: 600;
      }
      .kind span {
        color: var(--text-muted);
      }
      .forms {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 4px;
      }
      .going {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
      }
      /* The place where something will be said is there before, for those who listen. */
      .going:has(.said:empty) {
        margin-top: -16px;
      }
      .said {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .said.failed {
        color: var(--alarm);
      }
    `,
  ];

  @property({ attribute: false }) source!: ExportSource;
  /** Of one of many charts: a button without words, which says here what it is of, and what becomes of it in its menu. */
  @property() label: string | undefined;
  /** Nobody looks into most of these menus: what is in them is loaded when one opens. */
  @state() private exports: Exports | undefined;
  @query(".menu") private menu!: HTMLElement;
  @query(".open") private opener!: HTMLElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.exports?.close();
  }

  override render() {
    const words = texts.export;
    const name = this.label === undefined ? words.open : words.of(this.label);
    // The place where something will be said is there before, for those who listen.
    const said = this.exports?.said() ?? html`<span class="said" role="status"></span>`;
    return html`
      <button
        type="button"
        class="button open ${this.label === undefined ? "" : "bare icon"}"
        popovertarget="menu"
        aria-label=${name}
        title=${this.label === undefined ? nothing : name}
      >
        ${icons.download}${this.label === undefined ? words.open : nothing}
      </button>
      <div class="menu" id="menu" popover role="dialog" aria-label=${name} @beforetoggle=${this.#toggles} @toggle=${this.#place}>
        ${this.exports?.kinds()}
        ${this.label === undefined ? nothing : html`<div class="going">${said}</div>`}
      </div>
      ${this.label === undefined ? said : nothing}
    `;
  }

  /** Where what becomes of it is told beside the button. */
  hide(): void {
    if (this.label === undefined) this.menu.hidePopover();
  }

  readonly #toggles = (event: ToggleEvent): void => {
    returnFocus(event);
    // Without the way to the hub there is nothing to choose from.
    if (event.newState === "open") this.#load().catch(() => this.menu.hidePopover());
  };

  async #load(): Promise<void> {
    const { Exports } = await import("./chart-export-kinds.ts");
    this.exports ??= new Exports(this);
    await this.updateComplete;
    placeBelow(this.opener, this.menu);
  }

  readonly #place = (event: ToggleEvent): void => {
    if (event.newState === "open") placeBelow(this.opener, this.menu);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "chart-export": ChartExport;
  }
}
