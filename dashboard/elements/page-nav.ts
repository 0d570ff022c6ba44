import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Action } from "../../server/protocol/index.ts";
import { Observer } from "../client/controllers.ts";
import { type PageName, pageHref } from "../data/route.ts";
import { baseStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";

/** A page that the navigation offers. */
export interface OfferedPage {
  readonly page: Exclude<PageName, "device">;
  readonly icon: TemplateResult;
  /** Who may do none of that has no use for it. */
  readonly needs: readonly Action[];
}

/** The pages side by side: in the header, or with `foot` as a bar that a thumb reaches. */
@customElement("page-nav")
export class PageNav extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }
      ul {
        display: flex;
        gap: 2px;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        height: var(--control-height);
        padding: 0 11px;
        border-radius: var(--radius-s);
        color: var(--text-muted);
        font-size: 13px;
        font-weight: 550;
        text-decoration: none;
        white-space: nowrap;
      }
      a:hover {
        background: var(--surface-hover);
        color: var(--text);
      }
      a[aria-current] {
        background: var(--surface-selected);
        color: var(--text);
      }
      :host([foot]) ul {
        height: var(--foot-height);
        padding-bottom: env(safe-area-inset-bottom);
        border-top: 1px solid var(--border);
        background: var(--surface);
      }
      :host([foot]) ul {
        gap: 0;
      }
      :host([foot]) li {
        flex: 1 1 0;
        min-width: 0;
      }
      :host([foot]) a {
        flex-direction: column;
        justify-content: center;
        gap: 3px;
        width: 100%;
        height: 100%;
        padding: 0;
        border-radius: 0;
        font-size: var(--text-xs);
        letter-spacing: -0.01em;
        line-height: 1.2;
      }
      :host([foot]) a[aria-current] {
        background: none;
        box-shadow: inset 0 2px 0 var(--accent);
        color: var(--accent);
      }
      .count {
        min-width: 18px;
        padding: 0 5px;
        border-radius: 9px;
        background: var(--accent);
        color: var(--on-accent);
        font-size: var(--text-xs);
        line-height: 18px;
        text-align: center;
      }
      :host([foot]) a {
        position: relative;
      }
      :host([foot]) .count {
        position: absolute;
        top: 3px;
        left: calc(50% + 6px);
      }
      :host([foot]) a > span:not(.count) {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      :host([foot]) a:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  @property({ attribute: false }) offered: readonly OfferedPage[] = [];
  /** How many devices ask to be let in. */
  @property({ attribute: false }) requests = 0;
  /** The page that is shown. A device belongs to the devices. */
  @property() current: PageName = "fleet";

  constructor() {
    super();
    new Observer(this, () => language);
  }

  #count() {
    if (this.requests === 0) return nothing;
    return html`<span class="count numbers"
      >${this.requests}<span class="hidden-text"> ${texts.pages.requests(this.requests)}</span></span
    >`;
  }

  override render() {
    const current = this.current === "device" ? "fleet" : this.current;
    return html`<nav aria-label=${texts.pages.label}>
      <ul>
        ${this.offered.map(
          ({ page, icon }) => html`<li>
            <a href=${pageHref(page)} aria-current=${page === current ? "page" : nothing}
              >${icon}<span>${texts.pages[page]}</span>${page === "access" ? this.#count() : nothing}</a
            >
          </li>`,
        )}
      </ul>
    </nav>`;
  }
}
