import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Hub } from "../client/hub.ts";
import type { Route } from "../data/route.ts";
import "../elements/device-list.ts";
import { baseStyles } from "../styles/shared.ts";

/** Every device of the hub. */
@customElement("fleet-page")
export class FleetPage extends LitElement {
  static override styles = [
    baseStyles,
    css`
      device-list {
        height: calc(100vh - var(--page-top) - var(--page-foot));
        height: calc(100dvh - var(--page-top) - var(--page-foot));
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "fleet" };

  override render() {
    return html`<device-list .client=${this.hub.client} .view=${this.hub.view}></device-list>`;
  }
}
