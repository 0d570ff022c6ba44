import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SessionAnswer } from "../../server/protocol/index.ts";
import type { Access } from "../client/access.ts";
import { Observer } from "../client/controllers.ts";
import { formatInstant } from "../data/format.ts";
import { isOwnMachine } from "../data/hub-address.ts";
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
    if (session?.kind === "open") return this.#open();
    return session?.kind === "link" ? this.#guest(session) : nothing;
  }

  /** Quiet where nobody else can come, loud where everybody can who reaches the hub. */
  #open() {
    const isOwn = isOwnMachine(location);
    return html`<div class="banner ${isOwn ? "quiet" : ""}">
      ${icons.access}
      <span>${isOwn ? texts.guard.openHere : texts.guard.openToAll}</span>
      ${this.page === "access" ? nothing : html`<a href=${pageHref("access")}>${texts.pages.access}</a>`}
    </div>`;
  }

  #guest({ devices, expires }: SessionAnswer) {
    const what = devices === null ? texts.guard.allDevices : devices.join(", ");
    return html`<div class="banner quiet">
      ${icons.access}
      <span
        >${texts.guard.guestUntil(what, formatInstant(expires ?? 0, Date.now(), minuteMs))}</span
      >
    </div>`;
  }
}
