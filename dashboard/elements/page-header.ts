import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { narrow } from "../client/media.ts";
import { formatCount, formatZone } from "../data/format.ts";
import { paletteKeys } from "../data/keyboard.ts";
import type { PageName } from "../data/route.ts";
import { timeZone } from "../data/time-zone.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import "./page-nav.ts";
import type { OfferedPage } from "./page-nav.ts";
import "./settings-menu.ts";

/** The strip on top: what this is, the pages, whether it is connected, what the hub holds, the settings. */
@customElement("page-header")
export class PageHeader extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dotStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 20px;
        height: var(--header-height);
        padding: 0 16px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: var(--control-height);
        color: var(--text);
        font-size: var(--text-m);
        font-weight: 650;
        text-decoration: none;
        white-space: nowrap;
      }
      .link {
        flex: none;
        display: inline-flex;
        align-items: center;
        gap: 8px;
        height: 24px;
        padding: 0 10px;
        border: 1px solid var(--border);
        border-radius: 12px;
        font-size: var(--text-s);
        font-weight: 550;
        white-space: nowrap;
      }
      .search {
        gap: 8px;
        padding: 0 6px 0 10px;
        color: var(--text-muted);
      }
      .search kbd {
        margin-left: 12px;
        padding: 0 5px;
        border: 1px solid var(--border);
        border-radius: var(--radius-s);
        font: 550 var(--text-xs) / 18px var(--font);
      }
      .end {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-left: auto;
      }
      .links {
        display: flex;
        align-items: center;
        gap: 12px;
        min-width: 0;
      }
      .zone {
        display: inline-flex;
        flex: none;
        align-items: center;
        gap: 6px;
        color: var(--text-muted);
        font-size: var(--text-s);
        white-space: nowrap;
      }
      .link.lost {
        border-color: var(--warn-border);
        background: var(--warn-ground);
      }
      .link.lost .dot {
        border-color: var(--warn);
      }
      /* What has no room beside the others wraps below the one line that is seen; all others keep theirs. */
      dl {
        display: flex;
        flex: 0 1000 auto;
        flex-wrap: wrap;
        gap: 0 20px;
        justify-content: flex-end;
        min-width: 0;
        height: 20px;
        overflow: hidden;
        margin-left: auto;
        color: var(--text-muted);
        font-size: var(--text-s);
        line-height: 20px;
        white-space: nowrap;
      }
      dl div {
        display: flex;
        flex-direction: row-reverse;
        gap: 5px;
      }
      dd {
        color: var(--value-text, var(--text));
        font-weight: 600;
      }
      dl + .end {
        margin-left: 0;
      }
      @media (max-width: 1520px) {
        dl {
          gap: 0 12px;
        }
      }
      @media (max-width: 1420px) {
        dl {
          display: none;
        }
        dl + .end {
          margin-left: auto;
        }
      }
      @media (max-width: 1180px) {
        .brand span,
        .search kbd {
          display: none;
        }
        /* Still its name, for those who are told it. */
        .search .word {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        .search {
          width: var(--control-height);
          padding: 0;
          border-color: transparent;
          background: none;
        }
      }
      @media (max-width: 1000px) {
        :host {
          gap: 12px;
        }
        .zone svg {
          display: none;
        }
      }
      @media (max-width: 860px) {
        :host {
          padding: 0 8px 0 12px;
        }
        .brand span {
          display: inline;
        }
        .end {
          gap: 0;
        }
      }
      /* The connection stands below the name: side by side the name would be cut. */
      @media (max-width: 480px) {
        :host {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .brand,
        .links {
          grid-area: 1 / 1;
          justify-self: start;
        }
        .brand {
          min-height: 44px;
        }
        .brand span {
          align-self: start;
          line-height: 20px;
        }
        .links {
          gap: 8px;
          align-self: end;
          max-width: calc(100% - 31px);
          margin: 0 0 6px 31px;
          pointer-events: none;
        }
        .link {
          height: 20px;
          padding: 0 8px;
          font-size: var(--text-xs);
        }
        .zone {
          flex: 0 1 auto;
          display: block;
          min-width: 0;
          margin-left: 0;
          overflow: hidden;
          font-size: var(--text-xs);
          text-overflow: ellipsis;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) offered: readonly OfferedPage[] = [];
  @property() page: PageName = "fleet";
  /** The hub wants to know first who sits here. */
  @property({ attribute: false }) out = false;

  /** Values received until each of the last seconds, oldest first. */
  #received: number[] = [];

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => this.hub?.view);
    new Observer(this, () => this.hub?.access);
    new Observer(this, () => this.hub?.requests);
    new Observer(this, () => narrow);
    new Observer(this, () => language);
    new Observer(this, () => timeZone);
    let end: (() => void) | undefined;
    this.addController({
      hostConnected: () => {
        end = everySecond.listen(() => {
          this.#received = [...this.#received.slice(-5), this.hub.view.valuesReceived];
          this.requestUpdate();
        });
      },
      hostDisconnected: () => end?.(),
    });
  }

  override willUpdate(): void {
    const kind = this.hub.access.session?.kind;
    // Where nobody is signed in there is nothing in it.
    if (kind !== undefined && kind !== "none" && kind !== "open") import("./account-menu.ts").catch(() => {});
  }

  override render() {
    const { state } = this.hub.client.state;
    const { access, requests } = this.hub;
    const { out } = this;
    const open = state === "open" && !out;
    return html`
      <a class="brand" href="#/">${icons.mark}<span>${texts.product}</span></a>
      ${
        narrow.matches || out
          ? nothing
          : html`<page-nav .offered=${this.offered} .requests=${requests.value} .current=${this.page}></page-nav>`
      }
      <div class="links">
        <span class="link ${open ? "" : "lost"}" role="status">
          <span class="dot ${open ? "online" : ""}"></span>${out ? texts.link.signedOut : texts.link[state]}
        </span>
        ${this.#zone()}
      </div>
      ${this.hub.view.complete && !out ? this.#counts() : nothing}
      <div class="end">
        ${out ? nothing : this.#search()}
        <account-menu .access=${access}></account-menu>
        <settings-menu></settings-menu>
      </div>
    `;
  }

  /** Only where it is not what everybody expects: the time of the device that is looked at. */
  #zone() {
    const { choice, hub } = timeZone;
    if (choice !== "hub" || hub === undefined) return nothing;
    return html`<span class="zone" title=${texts.hubTime.long(hub)}>
      ${icons.clock}${texts.hubTime.short(formatZone(this.hub.client.now()))}
    </span>`;
  }

  #search() {
    return html`<button
      type="button"
      class="button search"
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
      title=${texts.search.title}
      @click=${() => this.dispatchEvent(new CustomEvent("search"))}
    >
      ${icons.search}<span class="word">${texts.search.label}</span><kbd aria-hidden="true">${paletteKeys().join(" ")}</kbd>
    </button>`;
  }

  #counts() {
    const counts = this.hub.view.counts();
    const seconds = this.#received.length - 1;
    const rate = ((this.#received.at(-1) ?? 0) - (this.#received[0] ?? 0)) / seconds;
    const each = (value: string, name: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    return html`<dl class="numbers" aria-label=${texts.counts.label}>
      ${each(formatCount(counts.devices), texts.counts.devices(counts.devices))}
      ${each(formatCount(counts.online), texts.counts.online)}
      ${each(formatCount(counts.series), texts.counts.series)}
      ${each(seconds > 0 ? formatCount(Math.round(rate)) : texts.counts.notYet, texts.counts.rate)}
    </dl>`;
  }
}
