import { css, html, LitElement, nothing } from "lit";
import { query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { attend } from "../client/attention.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { LinkState } from "../client/link.ts";
import { narrow } from "../client/media.ts";
import { progress } from "../client/progress.ts";
import { setupCodeOfTab } from "../client/setup-code.ts";
import { tokenOfTab } from "../client/tab-token.ts";
import { kiosk } from "../data/kiosk.ts";
import { deviceHref, go, type PageName, parseRoute, type Route } from "../data/route.ts";
import { timeZone } from "../data/time-zone.ts";
import "../elements/access-banner.ts";
import "../elements/health-banner.ts";
import "../elements/link-banner.ts";
import { loadKioskExit, Overlays } from "../elements/overlays.ts";
import "../elements/page-header.ts";
import "../elements/page-nav.ts";
import "../elements/progress-bar.ts";
import { TabStatus } from "../elements/tab-status.ts";
import { deviceLabel } from "../elements/values.ts";
import { baseStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { HubZone } from "./hub-zone.ts";
import { openHub } from "./open-hub.ts";
import "./page-outlet.ts";
import { isFor, loadSignIn, offeredTo } from "./registry.ts";

/** How long what was done is said, ms. */
const sayMs = 3_000;

/** How long an empty hub's page shows that the first reading came before it opens the device, ms. */
const litMs = 1_400;

/** The whole page, `hub-app`: one connection, the pages, and what an empty hub shows instead. */
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
      main {
        min-width: 0;
        padding-bottom: var(--page-foot);
      }
      page-nav {
        position: fixed;
        z-index: 10;
        inset: auto 0 0;
      }
      .note {
        padding: 48px 16px;
        color: var(--text-muted);
        text-align: center;
      }
      .said {
        position: fixed;
        z-index: 20;
        bottom: calc(var(--page-foot) + 16px);
        left: 50%;
        margin: 0;
        padding: 8px 14px;
        border-radius: var(--radius-s);
        background: var(--text);
        box-shadow: var(--shadow-raised);
        color: var(--ground);
        font-size: var(--text-s);
        transform: translateX(-50%);
      }
      .said:empty {
        display: none;
      }
    `,
  ];

  /** Before the route: a token, or a set-up code, in the address is taken out of it. */
  readonly #token = tokenOfTab();
  readonly #setupCode = setupCodeOfTab();
  @state() private route: Route = parseRoute(location.hash);

  readonly #hub: Hub = openHub(this.#token, this.#setupCode);
  /** True while this hub had no device since the page was opened. */
  #empty = false;
  readonly #zone = new HubZone(this.#hub);
  #endAttention: (() => void) | undefined;
  #moving: ReturnType<typeof setTimeout> | undefined;

  readonly #tab = new TabStatus();
  readonly #overlays = new Overlays(
    this,
    this.#hub,
    () => offeredTo(this.#hub.access),
    () => this.#isOut,
    (words) => this.#say(words),
  );
  @state() private said = "";
  /** How far the code is of what is shown to those whom the hub does not know. */
  @state() private signIn: "unasked" | "coming" | "here" | "failed" = "unasked";
  #wasOpen = false;
  #wasEverOpen = false;
  #ended: LinkState | undefined;
  @query(".top") private top!: HTMLElement;
  /** A banner below the header comes and goes, and what sticks to the top of a page stands below it. */
  readonly #topResized = new ResizeObserver(() => this.style.setProperty("--page-top", `${this.top.offsetHeight}px`));
  #saying: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    // Each second, too: what the tab tells is looked at no more often than that, and readings may cease.
    for (const source of [
      this.#hub.client,
      this.#hub.view,
      this.#hub.health,
      this.#hub.access,
      this.#hub.requests,
      narrow,
      language,
      timeZone,
      kiosk,
      everySecond,
    ])
      new Observer(this, () => source);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#routed);
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("focus", this.#focused);
    this.#hub.view.start();
    this.#hub.client.start();
    this.#hub.health.start();
    void this.#hub.access.ask();
    this.#endAttention = attend(this.#hub.client);
  }

  override firstUpdated(): void {
    this.#topResized.observe(this.top);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#topResized.disconnect();
    removeEventListener("hashchange", this.#routed);
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("focus", this.#focused);
    this.#endAttention?.();
    this.#hub.health.stop();
    this.#hub.requests.stop();
    this.#hub.client.stop();
  }

  readonly #seen = (): void => {
    this.#hub.health.wake();
    this.#hub.requests.wake();
    if (document.visibilityState === "visible") this.#hub.access.wake();
  };

  /** Two windows side by side are seen both. */
  readonly #focused = (): void => this.#hub.access.wake();

  readonly #routed = (): void => {
    this.#setupCode.takeFromAddress();
    if (this.#token.takeFromAddress()) this.#hub.access.tokenTaken();
    const before = this.route;
    this.route = parseRoute(location.hash);
    const deviceOf = (route: Route) => (route.page === "device" ? route.device : undefined);
    if (this.route.page !== before.page || deviceOf(this.route) !== deviceOf(before)) scrollTo(0, 0);
  };

  /** Whether the hub wants to know who sits here before it shows anything. */
  get #isOut(): boolean {
    return this.#hub.client.refused !== undefined || this.#hub.access.isOut;
  }

  override willUpdate(): void {
    this.#askWhoAgain();
    if (kiosk.on) loadKioskExit().catch(() => {});
    const refused = this.#isOut;
    if (refused) this.#overlays.closeSearch();
    if (refused && this.signIn === "unasked") void this.#loadSignIn();
    const device = !refused && this.route.page === "device" && this.#hub.view.devices.get(this.route.device);
    const name = device ? deviceLabel(device) : this.route.page === "device" ? undefined : texts.pages[this.route.page];
    this.#tab.say(this.#hub, refused ? undefined : name);
    this.toggleAttribute("cut", this.#hub.client.state.state !== "open" && this.#hub.view.complete);
    if (!this.#hub.view.complete) {
      this.#zone.again();
      return;
    }
    this.#zone.want();
    this.#overlays.fetchSoon();
    const { size } = this.#hub.view.devices;
    if (size === 0) this.#empty = true;
    else if (this.#empty) this.#lightUp();
  }

  /** What somebody may do may have changed while the hub was away: it closes their connection when it does. */
  #askWhoAgain(): void {
    const { state } = this.#hub.client;
    const isOpen = state.state === "open";
    // Told to stay away: a link has expired, somebody was signed out elsewhere.
    if (state.state === "ended" && state !== this.#ended && this.#wasEverOpen) void this.#hub.access.ask();
    this.#ended = state;
    if (isOpen && !this.#wasOpen) {
      const { access, requests } = this.#hub;
      if (!access.isAsking && (this.#wasEverOpen || !access.session)) void access.ask();
      requests.wake();
      this.#wasEverOpen = true;
    }
    this.#wasOpen = isOpen;
  }

  async #loadSignIn(): Promise<void> {
    this.signIn = "coming";
    try {
      await progress.during(loadSignIn());
      this.signIn = "here";
    } catch {
      this.signIn = "failed";
    }
  }

  /** What pages of the hub itself show, they show without a device, too; and who may connect none waits for those who may. */
  get #starts(): boolean {
    return this.#empty && isFor("connect", this.#hub.access) && !ofTheHub.includes(this.route.page);
  }

  /** The first device of an empty hub: the page shows that it came, then opens it, or the one that was asked for. */
  #lightUp(): void {
    const first = [...this.#hub.view.devices.values()].find(({ series }) => series.size > 0);
    if (!first || this.#moving !== undefined) return;
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      const starts = this.#starts;
      this.#empty = false;
      // A link to a device that is still to come stays what it is; whoever looks at the hub itself is left there.
      if (!starts || this.route.page === "device") this.requestUpdate();
      else go(deviceHref(first.entry.device));
    }, litMs);
  }

  override render() {
    const { access, client, requests } = this.#hub;
    const { refused } = client;
    const isOut = this.#isOut;
    const offered = isOut ? [] : offeredTo(access);
    const route: Route = this.#starts ? { page: "connect", params: new URLSearchParams() } : this.route;
    // A connection that the hub refused was not lost.
    const quiet = isOut && (!refused || refused.code === "rate_limited" || client.state.state !== "waiting");
    return html`
      <header class="top">
        <a class="skip" href="#main" @click=${this.#skip}>${texts.skipToContent}</a>
        ${
          kiosk.on
            ? nothing
            : html`<page-header
              .hub=${this.#hub}
              .offered=${offered}
              .page=${route.page}
              .out=${isOut}
              @search=${() => void this.#overlays.search()}
            ></page-header>`
        }
        <progress-bar></progress-bar>
        <access-banner .access=${access} .page=${route.page}></access-banner>
        ${quiet ? nothing : html`<link-banner .client=${client}></link-banner>`}
        <health-banner .health=${this.#hub.health} .page=${route.page}></health-banner>
      </header>
      <main id="main" tabindex="-1">
        ${keyed(
          // Words are put in place when an element is made: in another language all are made anew.
          `${language.key} ${timeZone.shown}`,
          isOut && route.page !== "setup"
            ? this.#signInPage()
            : isFor(route.page, access)
              ? html`<page-outlet .hub=${this.#hub} .route=${route}></page-outlet>`
              : html`<p class="note" role="status">${texts.guard.notForYou}</p>`,
        )}
      </main>
      <p class="said" role="status">${this.said}</p>
      ${kiosk.on ? html`<kiosk-exit></kiosk-exit>` : nothing}
      ${narrow.matches && !isOut && !kiosk.on ? html`<page-nav foot .offered=${offered} .requests=${requests.value} .current=${route.page}></page-nav>` : nothing}
    `;
  }

  #signInPage() {
    if (this.signIn === "here") return html`<sign-in-page .hub=${this.#hub}></sign-in-page>`;
    return this.signIn === "failed" ? html`<p class="note" role="alert">${texts.pages.failed}</p>` : nothing;
  }

  #say(words: string): void {
    this.said = words;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.said = "";
    }, sayMs);
  }

  /** The address after `#` is the route, so the link moves the focus by hand. */
  #skip(event: Event): void {
    event.preventDefault();
    const skipped = this.renderRoot.querySelector("page-outlet")?.focusContent();
    if (!skipped) this.renderRoot.querySelector<HTMLElement>("main")?.focus();
  }
}

/** Pages that say something of a hub without devices, too. */
const ofTheHub: readonly PageName[] = ["hub", "storage", "access", "setup"];
