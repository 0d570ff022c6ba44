import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { PageDevice, playedName } from "../client/page-device.ts";
import { rights } from "../client/rights.ts";
import type { TabToken } from "../client/tab-token.ts";
import { isOwnMachine, socketAddress } from "../data/hub-address.ts";
import { accessHref, deviceHref, goInPlace, pageHref, parseRoute, type Route } from "../data/route.ts";
import { snippets, type TokenNeed, type Way, ways } from "../data/snippets.ts";
import { texts } from "../texts/index.ts";
import "../elements/arrivals-list.ts";
import "../elements/code-block.ts";
import { icons } from "../elements/icons.ts";
import { deviceLabel } from "../elements/values.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";

let token: TabToken | undefined;

/** The one device that this page plays; it lives on while the person looks at its charts. */
const pageDevice = new PageDevice(socketAddress(location), () => token?.value);

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
        max-width: 1240px;
        margin: 0 auto;
        padding: 40px 16px 64px;
      }
      .columns h2:first-child {
        margin-top: 0;
      }
      /* What arrived stands beside the program that sends it. */
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 776px);
        gap: 0 40px;
        justify-content: center;
      }
      @media (min-width: 1100px) {
        .columns {
          grid-template-rows: auto 1fr;
          grid-template-columns: minmax(0, 1fr) minmax(0, 420px);
        }
        .try {
          align-self: start;
        }
        arrivals-list {
          grid-row: 1 / span 2;
          grid-column: 2;
        }
      }
      @media (max-width: 1099px) {
        arrivals-list {
          margin-top: 32px;
        }
      }
      .choices {
        max-width: 100%;
        overflow-x: auto;
        scrollbar-width: none;
      }
      .choices button {
        flex: none;
      }
      .choices button:focus-visible {
        outline-offset: -2px;
      }
      h1 {
        margin-bottom: 8px;
        font-size: 26px;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.25;
      }
      .intro {
        max-width: 72ch;
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
      .hint.warn {
        padding: 8px 12px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius-s);
        background: var(--warn-ground);
        color: var(--text);
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
        overflow-wrap: anywhere;
      }
      .try .problem {
        margin-top: 8px;
        color: var(--alarm);
        font-weight: 550;
      }
      @media (max-width: 720px) {
        :host {
          padding-top: 24px;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route;
  @state() private way: Way = "browser";
  /** Whether other machines need a token; programs of this one may need none. */
  @state() private tokenElsewhere = false;

  /** Devices known when the page was opened; a further one is the one that was waited for. */
  #known: ReadonlySet<string> | undefined;

  constructor() {
    super();
    new Observer(this, () => this.hub?.view);
    new Observer(this, () => pageDevice);
    new Observer(this, () => this.hub?.access);
  }

  override firstUpdated(): void {
    void this.#askAccess();
  }

  async #askAccess(): Promise<void> {
    const status = await this.hub.api.get<StatusAnswer>("status", { quiet: true }).catch(() => undefined);
    this.tokenElsewhere = status?.access === "token";
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("route")) return;
    const way = this.route.params.get("way");
    if (isWay(way)) this.way = way;
  }

  override render() {
    if (this.hub.view.complete) this.#known ??= new Set(this.hub.view.devices.keys());
    const empty = this.#known?.size === 0;
    const program = snippets(location, { needed: this.#needed })[this.way];
    const { name, hint } = texts.connect.ways[this.way];
    return html`
      <h1>${empty ? texts.connect.emptyHeading : texts.connect.heading}</h1>
      <p class="intro">${empty ? texts.connect.emptyIntro : texts.connect.intro}</p>
      ${this.#status()}
      <div class="columns">
      <div>
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
            @click=${() => this.#choose(way)}
          >
            ${texts.connect.ways[way].name}
          </button>`,
        )}
      </div>
      <div id="program" role="tabpanel" aria-labelledby=${`tab-${this.way}`}>
        <p class="hint">${hint}</p>
        ${this.#reach()}
        <code-block .code=${program} .label=${name}></code-block>
      </div>
      </div>
      <arrivals-list .hub=${this.hub}></arrivals-list>
      ${rights.may("send") ? this.#try() : nothing}
      </div>
    `;
  }

  #try() {
    const { connect } = texts;
    const devices = this.hub.access.session?.devices ?? null;
    const device = playedName(devices);
    const { running, ended, refused } = pageDevice;
    const problem = ended
      ? ended.message === undefined
        ? connect.tryCut
        : connect.tryEnded(ended.message)
      : refused && connect.tryRefused(refused);
    return html`<section class="try">
        <div>
          <h2>${connect.tryHeading}</h2>
          <p>${device === undefined ? connect.tryNone(devices?.join(", ") ?? "") : connect.tryText}</p>
          ${running ? html`<p>${connect.tryAs} <code>${pageDevice.device}</code></p>` : nothing}
          <div role="alert">${problem ? html`<p class="problem">${problem}</p>` : nothing}</div>
        </div>
        ${
          device === undefined && !running
            ? nothing
            : html`<button
                type="button"
                class="button ${running ? "" : "primary"}"
                @click=${() => this.#toggleDevice(device)}
              >
                ${running ? connect.tryStop : connect.tryStart}
              </button>`
        }
      </section>`;
  }

  /** What keeps this program from reaching the hub where it will run. */
  #reach() {
    const { connect } = texts;
    if (this.way === "arduino" && isOwnMachine(location))
      return html`<p class="hint warn">${connect.thisMachine(location.host)}</p>`;
    if (this.#needed === "nowhere") return nothing;
    return html`<p class="hint">
      ${this.#needed === "everywhere" ? connect.tokenNeeded : connect.tokenElsewhere}
      ${rights.may("admit") ? html`<a href=${accessHref("tokens")}>${connect.makeToken}</a>` : connect.askForToken}
    </p>`;
  }

  /** Where nobody needs to sign in no program of this machine needs a token either. */
  get #needed(): TokenNeed {
    if (this.hub.access.session?.kind !== "open") return "everywhere";
    return this.tokenElsewhere ? "elsewhere" : "nowhere";
  }

  #choose(way: Way): void {
    this.way = way;
    // An empty hub shows this page in place of any other, whose address stays.
    if (parseRoute(location.hash).page === "connect") goInPlace(pageHref("connect", { way }));
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
      !known.has(device) || (pageDevice.running && device === pageDevice.device);
    return [...this.hub.view.devices.values()].findLast((each) => isNew(each) && each.series.size > 0);
  }

  #toggleDevice(device: string | undefined): void {
    token = this.hub.token;
    if (pageDevice.running) pageDevice.stop();
    else pageDevice.start(device);
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && ways[(ways.indexOf(this.way) + step + ways.length) % ways.length];
    if (!next) return;
    event.preventDefault();
    this.#choose(next);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus());
  }
}

function isWay(text: string | null): text is Way {
  return ways.includes(text as Way);
}
