import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { isTyping, openOverlay } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { SeriesView } from "../client/hub-view.ts";
import { narrow } from "../client/media.ts";
import { browserTimers } from "../client/timers.ts";
import { goInPlace, pageHref, type Route } from "../data/route.ts";
import { SparkFeed } from "../data/spark-feed.ts";
import { sparkSpans } from "../data/spark-trace.ts";
import { choiceOf, type FleetChoice, paramsOf, wholeFleet } from "../elements/fleet-choice.ts";
import { fleetStateName } from "../elements/fleet-commands.ts";
import "../elements/fleet-grid.ts";
import { FleetOrder, type FleetSelection } from "../elements/fleet-order.ts";
import "../elements/fleet-tools.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";

/** Newest values change at most this often, ms: faster nobody reads a wall of them. */
const calmMs = 250;

/** What a person types is in the address so much later, ms: browsers refuse addresses that change with every key. */
const typingMs = 300;

/** Every device of the hub: how it is, its newest values, a curve; found, filtered, grouped, in the order of what matters. */
@customElement("fleet-page")
export class FleetPage extends LitElement implements Drawn {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: block;
        padding: 0 16px 16px;
      }
      fleet-tools {
        position: sticky;
        z-index: 3;
        top: var(--page-top);
        margin: 0 -16px 4px;
        padding: 0 16px;
        background: var(--ground);
      }
      fleet-grid:focus {
        outline: none;
      }
      .note {
        display: grid;
        justify-items: start;
        gap: 12px;
        padding: 32px 0;
        color: var(--text-muted);
      }
      .problem {
        padding-bottom: 8px;
        color: var(--warn);
        font-size: var(--text-s);
      }
      /* Below the foot of a phone's screen the tools would leave no room for what they are for. */
      @media (max-width: 860px) {
        :host {
          padding: 0 12px 12px;
        }
        fleet-tools {
          position: static;
          margin: 0 -12px 4px;
          padding: 0 12px;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "fleet" };
  @state() private choice: FleetChoice = wholeFleet;
  @query("fleet-tools") private tools!: HTMLElementTagNameMap["fleet-tools"] | null;
  @query("fleet-grid") private grid!: HTMLElementTagNameMap["fleet-grid"] | null;

  readonly #order = new FleetOrder();
  #feed: SparkFeed | undefined;
  #inSight: readonly SeriesView[] = [];
  /** The address as this page wrote it last. */
  #written: string | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #renderedMs = 0;
  #ends: (() => void)[] = [];
  readonly #resized = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => narrow);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { api, client, view } = this.hub;
    const feed = new SparkFeed({ api, client, view, timers: browserTimers });
    this.#feed = feed;
    feed.span = this.choice.span;
    feed.open();
    const calmly = () => requestDraw(this, Math.max(0, this.#renderedMs + calmMs - performance.now()));
    this.#ends = [
      view.listen(calmly),
      everySecond.listen(calmly),
      feed.listen(() => requestDraw(this)),
      () => feed.close(),
      () => cancelDraw(this),
    ];
    addEventListener("keydown", this.#key);
    document.addEventListener("visibilitychange", this.#seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    clearTimeout(this.#typing);
    this.#resized.disconnect();
    removeEventListener("keydown", this.#key);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("route")) return;
    const given = pageHref("fleet", Object.fromEntries(this.route.params));
    // While a person types, what was written before comes back.
    if (given === this.#written) return;
    this.#written = undefined;
    clearTimeout(this.#typing);
    this.choice = choiceOf(this.route.params);
  }

  override firstUpdated(): void {
    if (this.tools) this.#resized.observe(this.tools);
  }

  /** In the frame of all charts: new values, not more often than they can be read. */
  draw(): undefined {
    this.requestUpdate();
  }

  override render() {
    const { client, view } = this.hub;
    this.#renderedMs = performance.now();
    if (this.#feed) this.#feed.span = this.choice.span;
    const selection = this.#order.of(view, this.choice, client.now());
    const feed = this.#feed;
    return html`
      <fleet-tools
        .selection=${selection}
        .choice=${this.choice}
        .labelKeys=${this.#order.labelKeys}
        @choose=${(event: CustomEvent<Partial<FleetChoice>>) => this.#choose(event.detail)}
        @leave-search=${() => this.grid?.focusFirst()}
      ></fleet-tools>
      ${feed?.problem === undefined ? nothing : html`<p class="problem" role="status">${texts.fleet.problem(feed.problem)}</p>`}
      ${selection.shown === 0 ? this.#nothing(selection) : nothing}
      <fleet-grid
        .selection=${selection}
        .choice=${this.choice}
        .sparkOf=${this.#sparkOf}
        .window=${this.#window}
        .nowMs=${client.now()}
        .stuckPx=${this.#stuckPx}
        .footPx=${narrow.matches ? 56 : 0}
        @in-sight=${(event: CustomEvent<readonly SeriesView[]>) => this.#show(event.detail)}
        @group-toggled=${(event: CustomEvent<string>) => this.#toggle(event.detail)}
      ></fleet-grid>
    `;
  }

  /** Where the link goes that skips what all pages have. */
  focusContent(): void {
    if (this.grid && this.grid.selection.shown > 0) this.grid.focusFirst();
    else this.tools?.focusSearch();
  }

  #nothing(selection: FleetSelection) {
    if (!this.hub.view.complete) return html`<p class="note" role="status">${texts.list.loading}</p>`;
    const { query, state } = this.choice;
    if (this.hub.view.devices.size === 0) return html`<p class="note" role="status">${texts.list.none}</p>`;
    const inState = state !== "all" && (query === "" || selection.counts.all > 0);
    return html`<div class="note">
      <p role="status">${inState ? texts.list.nothingInState(fleetStateName(state)) : texts.list.nothing(query)}</p>
      <button type="button" class="button" @click=${() => this.#choose({ query: "", state: "all" })}>${texts.list.clear}</button>
    </div>`;
  }

  readonly #sparkOf = (series: SeriesView) => this.#feed?.spark(series);

  /** The stretch of time of all curves at this moment. While the connection is cut it stands still. */
  readonly #window = () => {
    const { client } = this.hub;
    const toMs = client.shownNow();
    return { fromMs: toMs - sparkSpans[this.choice.span].windowMs, toMs, live: client.state.state === "open" };
  };

  #show(series: readonly SeriesView[]): void {
    this.#inSight = series;
    this.#feed?.show(document.hidden ? [] : series);
  }

  readonly #seen = (): void => {
    this.#show(this.#inSight);
    this.requestUpdate();
  };

  #toggle(key: string): void {
    const { closed } = this.choice;
    this.#choose({ closed: closed.includes(key) ? closed.filter((each) => each !== key) : [...closed, key] });
  }

  #choose(part: Partial<FleetChoice>): void {
    this.choice = { ...this.choice, ...part };
    if (part.closed === undefined) this.#toTop();
    clearTimeout(this.#typing);
    if (part.query === undefined) this.#write();
    else this.#typing = setTimeout(() => this.#write(), typingMs);
  }

  #write(): void {
    this.#written = pageHref("fleet", paramsOf(this.choice));
    goInPlace(this.#written);
  }

  /** What is looked for is found at the top. */
  #toTop(): void {
    const { top } = this.getBoundingClientRect();
    if (top < 0) scrollTo(0, 0);
  }

  #measure(): void {
    this.style.setProperty("--fleet-top", `calc(var(--page-top) + ${this.#toolsPx}px)`);
  }

  /** On a narrow screen they scroll away. */
  get #toolsPx(): number {
    return narrow.matches ? 0 : (this.tools?.offsetHeight ?? 0);
  }

  readonly #stuckPx = () => {
    const topPx = Number.parseFloat(getComputedStyle(this).getPropertyValue("--page-top")) || 0;
    return topPx + this.#toolsPx;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const typing = isTyping(event);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.tools?.focusSearch();
    } else if (event.key === "Escape" && !typing && !event.defaultPrevented && !openOverlay()) {
      this.#choose({ query: "", state: "all" });
    }
  };
}
