import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { PageDevice } from "../client/page-device.ts";
import type { TabToken } from "../client/tab-token.ts";
import { socketAddress } from "../data/hub-address.ts";
import { deviceHref } from "../data/route.ts";
import { snippets, type Way } from "../data/snippets.ts";
import { texts } from "../texts/index.ts";
import "../elements/code-block.ts";
import { icons } from "../elements/icons.ts";
import { deviceLabel } from "../elements/values.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";

const ways = Object.keys(texts.connect.ways) as readonly Way[];

let token: TabToken | undefined;

/** The one device that this page plays; it lives on while the person looks at its charts. */
const pageDevice = new PageDevice(socketAddress(location), "this-browser", () => token?.value);

/** How to connect a device to this very hub; lights up with the first reading of a new one. */
@customElement("connect-page")
export class ConnectPage extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dotStyles,
    css`
      :host {
        display: block;
        max-width: 776px;
        margin: 0 auto;
        padding: 40px 16px 64px;
      }
      h1 {
        margin-bottom: 8px;
        font-size: 26px;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.25;
      }
      .intro {
        max-width: 60ch;
        color: var(--text-muted);
        text-wrap: pretty;
      }
      .status {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 48px;
        margin: 24px 0;
        padding: 8px 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        transition: border-color var(--motion);
      }
      .status .dot {
        animation: breathe 2s ease-in-out infinite;
      }
      .status.lit {
        border-color: var(--ok);
        box-shadow: 0 0 0 1px var(--ok);
        font-weight: 600;
      }
      .status.lit .dot {
        animation: none;
      }
      .status .button {
        margin-left: auto;
      }
      @keyframes breathe {
        50% {
          opacity: 0.25;
        }
      }
      h2 {
        margin: 24px 0 8px;
        font-size: var(--text-s);
        font-weight: 600;
      }
      .hint {
        margin: 12px 0;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .try {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 12px 24px;
        margin-top: 32px;
        padding-top: 24px;
        border-top: 1px solid var(--border);
      }
      .try div {
        flex: 1 1 320px;
      }
      .try h2 {
        margin: 0;
        font-size: var(--text-m);
      }
      .try p {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      @media (max-width: 720px) {
        :host {
          padding-top: 24px;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @state() private way: Way = "browser";
  @state() private sending = pageDevice.running;

  /** Devices known when the page was opened; a further one is the one that was waited for. */
  #known: ReadonlySet<string> | undefined;

  constructor() {
    super();
    new Observer(this, () => this.hub?.view);
  }

  override render() {
    if (this.hub.view.complete) this.#known ??= new Set(this.hub.view.devices.keys());
    const empty = this.#known?.size === 0;
    const program = snippets(location, this.hub.token.value)[this.way];
    const { name, hint } = texts.connect.ways[this.way];
    return html`
      <h1>${empty ? texts.connect.emptyHeading : texts.connect.heading}</h1>
      <p class="intro">${empty ? texts.connect.emptyIntro : texts.connect.intro}</p>
      ${this.#status()}
      <h2>${texts.connect.address}</h2>
      <code-block inline .code=${socketAddress(location)} .label=${texts.connect.address}></code-block>
      <h2 id="ways">${texts.connect.tabs}</h2>
      <div class="choices" role="tablist" aria-labelledby="ways" @keydown=${this.#key}>
        ${ways.map(
          (way) => html`<button
            type="button"
            role="tab"
            id=${`tab-${way}`}
            aria-controls="program"
            aria-selected=${way === this.way}
            tabindex=${way === this.way ? 0 : -1}
            @click=${() => {
              this.way = way;
            }}
          >
            ${texts.connect.ways[way].name}
          </button>`,
        )}
      </div>
      <div id="program" role="tabpanel" aria-labelledby=${`tab-${this.way}`}>
        <p class="hint">${hint}</p>
        <code-block .code=${program} .label=${name}></code-block>
      </div>
      <section class="try">
        <div>
          <h2>${texts.connect.tryHeading}</h2>
          <p>${texts.connect.tryText}</p>
        </div>
        <button type="button" class="button ${this.sending ? "" : "primary"}" @click=${this.#toggleDevice}>
          ${this.sending ? texts.connect.tryStop : texts.connect.tryStart}
        </button>
      </section>
    `;
  }

  #status() {
    const arrived = this.#arrived();
    return html`<div class="status ${arrived ? "lit" : ""}" role="status">
      <span class="dot ${arrived ? "online" : ""}"></span>
      ${arrived ? texts.connect.arrived(deviceLabel(arrived)) : this.#known?.size === 0 ? texts.connect.waiting : texts.connect.waitingForAnother}
      ${arrived ? html`<a class="button" href=${deviceHref(arrived.entry.device)}>${icons.chart}${texts.connect.open}</a>` : nothing}
    </div>`;
  }

  /** The device that was waited for: the latest that is new since the page was opened, or the one that the page itself plays. */
  #arrived(): DeviceView | undefined {
    const known = this.#known;
    if (!known) return undefined;
    const isNew = ({ entry: { device } }: DeviceView) =>
      !known.has(device) || (this.sending && device === pageDevice.device);
    return [...this.hub.view.devices.values()].findLast((each) => isNew(each) && each.series.size > 0);
  }

  #toggleDevice(): void {
    if (pageDevice.running) pageDevice.stop();
    else {
      token = this.hub.token;
      pageDevice.start(() => {
        this.sending = false;
      });
    }
    this.sending = pageDevice.running;
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && ways[(ways.indexOf(this.way) + step + ways.length) % ways.length];
    if (!next) return;
    event.preventDefault();
    this.way = next;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus());
  }
}
