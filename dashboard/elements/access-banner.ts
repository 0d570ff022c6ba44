import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SessionAnswer } from "../../server/protocol/index.ts";
import type { Access } from "../client/access.ts";
import { Observer } from "../client/controllers.ts";
import { formatInstant } from "../data/format.ts";
import { type PageName, pageHref } from "../data/route.ts";
import { timeZone } from "../data/time-zone.ts";
import { bannerStyles, baseStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** No guest needs to know the second, ms. */
const minuteMs = 60_000;

/** Says on every page that the hub is open to whoever comes, and to a guest what they look at and until when. */
@customElement("access-banner")
export class AccessBanner extends LitElement {
  static override styles = [
    baseStyles,
    bannerStyles,
    css`
      .banner {
        flex-wrap: nowrap;
        gap: 8px;
      }
      .banner > span {
        min-width: 0;
        overflow-wrap: anywhere;
        text-wrap: pretty;
      }
      .banner svg {
        flex: none;
      }
      .banner.quiet {
        padding: 3px 16px;
        border-bottom-color: var(--border);
        background: var(--surface);
        color: var(--text-muted);
      }
      .banner.quiet svg {
        color: inherit;
      }
      a {
        flex: none;
        margin-left: auto;
        white-space: nowrap;
      }
      @media (pointer: coarse) {
        a {
          padding: 14px 0 14px 8px;
        }
        .banner.quiet {
          padding-block: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) access!: Access;
  /** The page that is shown. */
  @property({ attribute: false }) page!: PageName;

  constructor() {
    super();
    for (const source of [language, timeZone]) new Observer(this, () => source);
    new Observer(this, () => this.access);
  }

  override render() {
    const { session } = this.access;
    if (session?.kind === "open") return this.#open(session);
    if (session?.kind === "link") return this.#guest(session);
    return html`<div role="status">
      ${this.access.isUntold ? html`<div class="banner">${icons.access}<span>${texts.guard.untold}</span></div>` : nothing}
    </div>`;
  }

  /** Quiet where nobody else can come, loud where everybody can who reaches the hub. */
  #open({ hasPeople, reachable }: SessionAnswer) {
    const { guard } = texts;
    const close = hasPeople ? guard.closeWithAccounts : guard.close;
    const to: PageName = hasPeople ? "access" : "setup";
    return html`<div class="banner ${reachable ? "" : "quiet"}">
      ${icons.access}
      ${
        reachable
          ? html`<span><strong>${guard.openToAll}</strong> ${close}</span>`
          : html`<span>${guard.openHere}</span>`
      }
      ${
        this.page === to
          ? nothing
          : html`<a href=${pageHref(to)}>${hasPeople ? texts.pages.access : guard.firstAccount}</a>`
      }
    </div>`;
  }

  #guest({ devices, expires }: SessionAnswer) {
    const what = devices === null ? texts.guard.allDevices : devices.join(", ");
    return html`<div class="banner quiet">
      ${icons.access}
      <span
        >${
          expires === null
            ? texts.guard.guestSees(what)
            : texts.guard.guestUntil(what, formatInstant(expires, Date.now(), minuteMs))
        }</span
      >
    </div>`;
  }
}
