import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ViewChange } from "../data/explore-choice.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type ExploreGroup, wayName } from "./explore-lines.ts";
import { placeBelow, popoverStyles, returnFocus } from "./popover.ts";

/** The choices are loaded when somebody wants to choose. */
const loadChoices = () => import("./explore-view-choices.ts");
type Choices = Awaited<ReturnType<typeof loadChoices>>;

/** Says what a chart draws, and opens what else it can draw. Fires `change-view` with a `ViewChange`. */
@customElement("explore-view")
export class ExploreViewMenu extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    popoverStyles,
    css`
      :host {
        display: inline-flex;
      }
      .open {
        min-height: var(--control-height-s);
        padding: 0 6px;
      }
      .open::after {
        border: 4px solid transparent;
        border-top-color: currentColor;
        border-bottom: 0;
        content: "";
      }
      .menu {
        width: min(360px, calc(100vw - 24px));
      }
      .name {
        display: block;
        margin-bottom: 6px;
        color: var(--text-muted);
        font-size: var(--text-s);
        font-weight: 600;
      }
      .choices {
        flex-wrap: wrap;
      }
      select,
      input {
        width: 100%;
        min-width: 0;
        min-height: var(--control-height);
        padding: 0 8px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        font-size: var(--input-text);
      }
      form {
        display: flex;
        gap: 8px;
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) group!: ExploreGroup;
  /** The zone of the address; undefined: the one that times are shown in. */
  @property({ attribute: false }) zone: string | undefined;
  @state() private choices: Choices | undefined;
  @query(".menu") private menu!: HTMLElement;
  @query(".open") private opener!: HTMLElement;

  override render() {
    const { group, choices } = this;
    const { way, per } = group.view;
    const words = texts.explore;
    const name = wayName(group, way);
    const present = per === "auto" ? name : `${name} · ${words.pers[per]}`;
    return html`
      <button
        type="button"
        class="button bare open"
        popovertarget="menu"
        aria-label=${words.viewOf(group.heading, present)}
        title=${words.view}
      >
        ${present}
      </button>
      <div class="menu" id="menu" popover role="dialog" aria-label=${words.view} @beforetoggle=${this.#toggles} @toggle=${this.#place}>
        ${choices ? choices.viewChoices(group, this.zone, (change) => this.#change(change)) : nothing}
      </div>
    `;
  }

  /** The head of the chart keeps this room, and what it says ends at it. */
  readonly #size = new ResizeObserver(() => {
    this.parentElement?.style.setProperty("--view-room", `${this.offsetWidth}px`);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  #change(change: ViewChange): void {
    this.dispatchEvent(new CustomEvent<ViewChange>("change-view", { detail: change }));
    if (change.fleet) this.menu.hidePopover();
  }

  readonly #toggles = (event: ToggleEvent): void => {
    returnFocus(event);
    // Without the way to the hub there is nothing to choose from.
    if (event.newState === "open") this.#load().catch(() => this.menu.hidePopover());
  };

  async #load(): Promise<void> {
    this.choices ??= await loadChoices();
    await this.updateComplete;
    placeBelow(this.opener, this.menu);
  }

  readonly #place = (event: ToggleEvent): void => {
    if (event.newState === "open") placeBelow(this.opener, this.menu);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-view": ExploreViewMenu;
  }
}
