import { css, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Action } from "../../server/protocol/index.ts";
import { Observer } from "../client/controllers.ts";
import { type PageName, pageHref } from "../data/route.ts";
import { baseStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { navLinkStyles, navLinks } from "./nav-links.ts";

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
    navLinkStyles,
    css`
      :host {
        display: block;
      }
      ul {
        display: flex;
        gap: 2px;
      }
      a {
        border-radius: var(--radius-s);
      }
      a:hover {
        background: var(--surface-hover);
      }
      a[aria-current] {
        background: var(--surface-selected);
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

  override render() {
    const current = this.current === "device" ? "fleet" : this.current;
    return navLinks(
      texts.pages.label,
      this.offered.map(({ page, icon }) => ({
        href: pageHref(page),
        isCurrent: page === current,
        label: texts.pages[page],
        icon,
        ...(page === "access" ? { count: { value: this.requests, words: texts.pages.requests(this.requests) } } : {}),
      })),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-nav": PageNav;
  }
}
