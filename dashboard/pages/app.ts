import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import { HubClient } from "../client/hub-client.ts";
import { HubView } from "../client/hub-view.ts";
import { tokenOfTab } from "../client/tab-token.ts";
import { browserTimers } from "../client/timers.ts";
import { deviceHref, parseRoute, type Route } from "../data/route.ts";
import { socketAddress } from "../data/snippets.ts";
import { texts } from "../data/texts.ts";
import { DeviceList } from "../elements/device-list.ts";
import "../elements/link-banner.ts";
import "../elements/page-header.ts";
import { deviceLabel } from "../elements/values.ts";
import { baseStyles } from "../styles/shared.ts";
import "./connect-page.ts";
import "./device-page.ts";
import "./sign-in-page.ts";

/** Below this width list and device take turns. */
const narrow = matchMedia("(max-width: 860px)");

/** How long an empty hub's page shows that the first reading came before it opens the device, ms. */
const litMs = 1_400;

/** The whole page: one connection, the list beside the device, and what an empty hub shows instead. */
@customElement("hub-app")
export class HubApp extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        min-height: 100vh;
      }
      /* Nothing that is shown may look newer than it is. */
      :host([cut]) {
        --value-text: var(--text-muted);
        --ok: var(--idle);
        --chart-opacity: 0.5;
      }
      .top {
        position: sticky;
        z-index: 10;
        top: 0;
      }
      .skip {
        position: absolute;
        z-index: 20;
        top: 8px;
        left: 8px;
        padding: 8px 12px;
        border-radius: var(--radius-s);
        background: var(--accent);
        color: var(--on-accent);
        transform: translateY(-200%);
      }
      .skip:focus {
        transform: none;
      }
      .columns {
        display: grid;
        grid-template-columns: 336px minmax(0, 1fr);
        align-items: start;
      }
      device-list {
        position: sticky;
        top: var(--header-height);
        height: calc(100vh - var(--header-height));
        height: calc(100dvh - var(--header-height));
        border-right: 1px solid var(--border);
      }
      main {
        min-width: 0;
      }
      .message {
        display: grid;
        place-content: center;
        min-height: 50vh;
        color: var(--text-muted);
      }
      @media (max-width: 860px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
        device-list {
          border-right: 0;
        }
      }
    `,
  ];

  /** Before the route: a token in the address is taken out of it. */
  readonly #token = tokenOfTab();
  @state() private route: Route = parseRoute(location.hash);

  readonly #client = new HubClient({
    open: () => new WebSocket(socketAddress(location)),
    timers: browserTimers,
    random: Math.random,
    token: () => this.#token.value,
    tokenRefused: () => this.#token.forget(),
  });
  readonly #view = new HubView(this.#client);
  /** True while this hub had no device since the page was opened. */
  #empty = false;
  #moving: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new Observer(this, () => this.#client);
    new Observer(this, () => this.#view);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#routed);
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#wake);
    document.addEventListener("visibilitychange", this.#seen);
    narrow.addEventListener("change", this.#routed);
    this.#view.start();
    this.#client.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#routed);
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#wake);
    document.removeEventListener("visibilitychange", this.#seen);
    narrow.removeEventListener("change", this.#routed);
    this.#client.stop();
  }

  readonly #routed = (): void => {
    if (this.#token.takeFromAddress()) this.#client.retry();
    const before = this.route;
    this.route = parseRoute(location.hash);
    if (
      this.route.page !== before.page ||
      !("device" in before && "device" in this.route && before.device === this.route.device)
    ) {
      scrollTo(0, 0);
    }
  };

  readonly #wake = (): void => this.#client.wake();

  readonly #seen = (): void => {
    if (document.visibilityState === "visible") this.#client.wake();
  };

  override willUpdate(): void {
    const { refused } = this.#client;
    const device = !refused && this.route.page === "device" && this.#view.devices.get(this.route.device);
    document.title = device ? `${deviceLabel(device)} – ${texts.product}` : texts.product;
    this.toggleAttribute("cut", this.#client.state.state !== "open" && this.#view.complete);
    if (!this.#view.complete) return;
    const { size } = this.#view.devices;
    if (size === 0) this.#empty = true;
    else if (this.#empty) this.#lightUp();
    else if (this.route.page === "home" && !narrow.matches) this.#openFirst();
  }

  /** A wide page without a chosen device opens the first one that is online. */
  #openFirst(): void {
    const device = DeviceList.first(this.#view);
    if (device) location.replace(deviceHref(device));
  }

  /** The first device of an empty hub: the page shows that it came, then opens it, or the one that was asked for. */
  #lightUp(): void {
    const first = [...this.#view.devices.values()].find(({ series }) => series.size > 0);
    if (!first || this.#moving !== undefined) return;
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      this.#empty = false;
      // A link to a device that is still to come stays what it is.
      if (this.route.page === "device") this.requestUpdate();
      else location.hash = deviceHref(first.entry.device);
    }, litMs);
  }

  override render() {
    const { route } = this;
    const { refused } = this.#client;
    const connecting = route.page === "connect" || this.#empty;
    const withList = !connecting && (!narrow.matches || route.page !== "device");
    const withMain = connecting || !narrow.matches || route.page === "device";
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>${texts.skipToContent}</a>
      <header class="top">
        <page-header .client=${this.#client} .view=${this.#view}></page-header>
        ${
          refused && (refused.code === "rate_limited" || this.#client.state.state !== "waiting")
            ? nothing
            : html`<link-banner .client=${this.#client}></link-banner>`
        }
      </header>
      ${
        refused
          ? html`<main id="main" tabindex="-1">
            <sign-in-page .client=${this.#client} .token=${this.#token}></sign-in-page>
          </main>`
          : connecting
            ? html`<main id="main" tabindex="-1">
            <connect-page .view=${this.#view} .token=${this.#token}></connect-page>
          </main>`
            : html`<div class="columns">
            ${
              withList
                ? html`<device-list
                  role="navigation"
                  aria-label=${texts.list.heading}
                  .client=${this.#client}
                  .view=${this.#view}
                  .selected=${route.page === "device" ? route.device : undefined}
                ></device-list>`
                : nothing
            }
            ${withMain ? html`<main id="main" tabindex="-1">${this.#main()}</main>` : nothing}
          </div>`
      }
    `;
  }

  #main() {
    const { route } = this;
    if (route.page !== "device")
      return html`<p class="message">${this.#view.complete ? texts.device.choose : nothing}</p>`;
    return html`<device-page
      .client=${this.#client}
      .view=${this.#view}
      .token=${this.#token}
      .device=${route.device}
      .range=${route.range}
    ></device-page>`;
  }

  /** The address after `#` is the route, so the link moves the focus by hand. */
  #skip(event: Event): void {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>("main")?.focus();
  }
}
