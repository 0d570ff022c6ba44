import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { narrow } from "../client/media.ts";
import type { Route } from "../data/route.ts";
import "../elements/device-list.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import "./device-detail.ts";

/** One device; on a wide screen beside the list of all, so that the next one is a click away. */
@customElement("device-page")
export class DevicePage extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: 336px minmax(0, 1fr);
        align-items: start;
      }
      device-detail:focus {
        outline: none;
      }
      device-list {
        position: sticky;
        top: var(--page-top);
        height: calc(100vh - var(--page-top));
        height: calc(100dvh - var(--page-top));
        border-right: 1px solid var(--border);
      }
      @media (max-width: 860px) {
        :host {
          display: block;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "device" };

  constructor() {
    super();
    new Observer(this, () => narrow);
  }

  /** Where the link goes that skips what all pages have, and here the list, too. */
  focusContent(): void {
    this.renderRoot.querySelector<HTMLElement>("device-detail")?.focus();
  }

  override render() {
    return html`
      ${
        narrow.matches
          ? nothing
          : html`<device-list
            role="navigation"
            aria-label=${texts.list.heading}
            .client=${this.hub.client}
            .view=${this.hub.view}
            .selected=${this.route.device}
          ></device-list>`
      }
      <device-detail tabindex="-1" .hub=${this.hub} .route=${this.route}></device-detail>
    `;
  }
}
