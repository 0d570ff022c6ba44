import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import { type PageName, pageHref } from "../data/route.ts";
import { baseStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";

/** A page that the navigation offers. */
export interface OfferedPage {
  readonly page: Exclude<PageName, "device">;
  readonly icon: TemplateResult;
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
        padding: 0 2px;
        border-radius: 0;
        font-size: var(--text-xs);
        line-height: 1.2;
      }
      :host([foot]) a[aria-current] {
        background: none;
        box-shadow: inset 0 2px 0 var(--accent);
        color: var(--accent);
      }
      :host([foot]) a:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  @property({ attribute: false }) offered: readonly OfferedPage[] = [];
  /** The page that is shown. A device belongs to the devices. */
  @property() current: PageName = "fleet";

  constructor() {
    super();
    new Observer(this, () => language);
  }

  override render() {
    const current = this.current === "device" ? "fleet" : this.current;
    return html`<nav aria-label=${texts.pages.label}>
      <ul>
        ${this.offered.map(
          ({ page, icon }) => html`<li>
            <a href=${pageHref(page)} aria-current=${page === current ? "page" : nothing}>${icon}${texts.pages[page]}</a>
          </li>`,
        )}
      </ul>
    </nav>`;
  }
}
