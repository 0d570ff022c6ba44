import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { HubHealth, HubIllness } from "../client/hub-health.ts";
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
      /* In full it stands on the page about the hub. */
      .reason {
        flex: 0 1 auto;
        min-width: 0;
        display: -webkit-box;
        overflow: hidden;
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
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
      <strong>${refuses ? texts.banner.refuses : texts.banner.unwell}</strong>
      ${
        refuses
          ? html`<span>${texts.banner.untilRoom}</span>`
          : reason === undefined
            ? nothing
            : html`<span class="reason" lang="en">${reason}</span>`
      }
      ${
        this.page === told
          ? nothing
          : html`<a class="button" href=${pageHref(told)}>${texts.banner.see(texts.pages[told])}</a>`
      }
    </div>`;
  }
}
