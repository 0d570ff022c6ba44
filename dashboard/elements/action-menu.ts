import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { returnFocus } from "./popover.ts";

export interface MenuAction {
  readonly id: string;
  readonly label: string;
  readonly icon: unknown;
  /** It takes something away. */
  readonly removes?: boolean;
}

/** Room to the edges of the window, CSS pixels. */
const edgePx = 8;

/** A button with three dots, and the actions behind it. Fires `action-chosen` with the id of one. */
@customElement("action-menu")
export class ActionMenu extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: inline-flex;
        flex: none;
      }
      .menu {
        position: fixed;
        inset: auto;
        min-width: 200px;
        max-width: calc(100vw - 16px);
        margin: 0;
        padding: 4px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface-raised);
        box-shadow: var(--shadow-raised);
        color: var(--text);
      }
      .menu button {
        display: flex;
        align-items: center;
        gap: 10px;
        width: 100%;
        min-height: var(--control-height);
        padding: 0 12px 0 8px;
        border: 0;
        border-radius: var(--radius-s);
        background: none;
        font-size: var(--text-s);
        text-align: left;
        cursor: pointer;
      }
      .menu button:hover,
      .menu button:focus-visible {
        background: var(--surface-hover);
      }
      .menu .removes {
        color: var(--alarm);
      }
    `,
  ];

  /** What the button is called. */
  @property() label = "";
  @property({ attribute: false }) actions: readonly MenuAction[] = [];
  /** Whether Tab reaches it: in a table with a row of its own only that of this row. */
  @property({ attribute: false }) tabbable = true;
  @query(".menu") private menu!: HTMLElement;
  @query("button") private button!: HTMLElement;

  override render() {
    return html`
      <button
        type="button"
        class="button bare icon"
        popovertarget="menu"
        aria-haspopup="menu"
        tabindex=${this.tabbable ? 0 : -1}
        aria-label=${this.label}
        title=${this.label}
      >
        ${icons.more}
      </button>
      <div class="menu" id="menu" popover role="menu" aria-label=${this.label} @beforetoggle=${returnFocus} @toggle=${this.#toggled} @keydown=${this.#key}>
        ${this.actions.map(
          ({ id, label, icon, removes }) => html`<button
            type="button"
            role="menuitem"
            tabindex="-1"
            class=${removes ? "removes" : ""}
            @click=${() => this.#choose(id)}
          >
            ${icon}${label}
          </button>`,
        )}
      </div>
    `;
  }

  /** Below the button, or above it where there is no room. */
  #toggled(event: Event): void {
    if ((event as ToggleEvent).newState !== "open") return;
    const at = this.button.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.menu;
    const below = at.bottom + 4;
    const top = below + offsetHeight > innerHeight - edgePx ? Math.max(edgePx, at.top - 4 - offsetHeight) : below;
    const left = Math.max(edgePx, Math.min(at.right - offsetWidth, innerWidth - edgePx - offsetWidth));
    this.menu.style.top = `${top}px`;
    this.menu.style.left = `${left}px`;
    this.#items()[0]?.focus();
  }

  #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items();
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") this.menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length)?.focus();
  }

  /** The menu is closed first, so that a dialog gives the focus back to the button. */
  #choose(id: string): void {
    this.menu.hidePopover();
    this.button.focus();
    this.dispatchEvent(new CustomEvent<string>("action-chosen", { detail: id }));
  }
}
