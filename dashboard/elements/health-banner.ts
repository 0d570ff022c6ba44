import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { HubHealth, HubIllness } from "../client/hub-health.ts";
import { rights } from "../client/rights.ts";
import { type PageName, pageHref } from "../data/route.ts";
import { bannerStyles, baseStyles, buttonStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** Says on every page that the hub is not well, above all that it refuses what devices send; the page about the hub says so itself. */
@customElement("health-banner")
export class HealthBanner extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    bannerStyles,
    css`
      .banner {
        flex-wrap: nowrap;
      }
      .words {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        min-width: 0;
      }
      .button {
        flex: none;
      }
      /* In full it stands on the page about the hub. */
      .reason {
        display: -webkit-box;
        overflow: hidden;
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      @media (max-width: 720px) {
        /* It stands there while one reads: what the page it leads to says as well has no room here. */
        .until {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) health!: HubHealth;
  /** The page that is shown. */
  @property({ attribute: false }) page!: PageName;

  constructor() {
    super();
    new Observer(this, () => this.health);
    new Observer(this, () => language);
  }

  override render() {
    const { illness } = this.health;
    return html`<div role="alert">${illness && this.page !== "hub" ? this.#banner(illness) : nothing}</div>`;
  }

  #banner({ refuses, reason }: HubIllness) {
    const told = refuses ? "storage" : "hub";
    return html`<div class="banner">
      ${icons.hub}
      <span class="words">
        <strong>${refuses ? texts.banner.refuses : texts.banner.unwell}</strong>
        ${
          refuses
            ? html`<span class="until">${texts.banner.untilRoom}</span>`
            : reason === undefined
              ? nothing
              : html`<span class="reason" lang="en">${reason}</span>`
        }
      </span>
      ${
        this.page === told || !rights.may("status")
          ? nothing
          : html`<a class="button" href=${pageHref(told)}>${texts.banner.see(texts.pages[told])}</a>`
      }
    </div>`;
  }
}
