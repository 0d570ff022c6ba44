import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { type DeviceFeed, spanOf } from "../data/device-feed.ts";
import { formatDuration, formatInstant, formatInterval } from "../data/format.ts";
import { openingRange, type RangeKey, type TimeSpan } from "../data/ranges.ts";
import { deviceHref, go, goInPlace, type Route, rangeOf } from "../data/route.ts";
import { icons } from "../elements/icons.ts";
import { texts } from "../texts/index.ts";
import "../elements/metric-card.ts";
import "../elements/range-picker.ts";
import "../elements/refused-readings.ts";
import { ageText, deviceLabel, presenceDot } from "../elements/values.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { FeedController } from "./feed-controller.ts";

/** One device: who it is, how it is, and a live chart for each of its metrics. */
@customElement("device-detail")
export class DeviceDetail extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dotStyles,
    css`
      :host {
        display: block;
        padding: 16px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        justify-content: space-between;
        gap: 8px 24px;
        margin-bottom: 16px;
      }
      .title {
        flex: 1 1 320px;
        min-width: 0;
      }
      .back {
        display: none;
        margin: -8px 0 0 -8px;
        padding: 0 8px;
      }
      h1 {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow-wrap: anywhere;
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
        line-height: 1.3;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 18px;
        overflow: clip;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .facts > span {
        position: relative;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      /* Left of each but the first; at the beginning of a line it is clipped away. */
      .facts > span:not(:first-child)::before {
        position: absolute;
        left: -11px;
        content: "·";
      }
      .facts .state {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .facts .state b {
        color: var(--text);
        font-weight: 600;
      }
      code {
        font: var(--text-s) var(--font-mono);
        overflow-wrap: anywhere;
      }
      .ranges {
        display: grid;
        justify-items: end;
        gap: 4px;
        min-width: 0;
        max-width: 100%;
        margin-left: auto;
      }
      .ends {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .ends .button {
        min-height: var(--control-height-s);
        margin-left: 8px;
      }
      .problem {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin-bottom: 16px;
        padding: 8px 16px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius);
        background: var(--warn-ground);
        font-size: var(--text-s);
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr));
        gap: 16px;
        align-items: start;
      }
      .message {
        display: grid;
        gap: 4px;
        place-content: center;
        min-height: 50vh;
        color: var(--text-muted);
        text-align: center;
      }
      .message strong {
        color: var(--text);
      }
      @media (max-width: 860px) {
        :host {
          padding: 12px;
        }
        .back {
          display: inline-flex;
        }
        .ranges {
          justify-items: start;
          margin-left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "device" };

  readonly #feeds = new FeedController(this);

  constructor() {
    super();
    new Observer(this, () => this.hub?.view);
    new Observer(this, () => everySecond);
  }

  override render() {
    const device = this.hub.view.devices.get(this.route.device);
    if (!device) return this.hub.view.complete ? this.#unknown() : nothing;
    // Which range suits the data is known once its first reading is.
    const feed =
      spanOf(device).lastMs === undefined
        ? undefined
        : this.#feeds.follow(this.hub.client, device, rangeOf(this.route.params));
    if (!feed && !this.hub.view.complete) return nothing;
    return html`
      <div class="head">
        <div class="title">
          <a class="button bare back" href="#/">${icons.back}${texts.list.back}</a>
          <h1 title=${deviceLabel(device)}>${deviceLabel(device)}</h1>
          ${this.#facts(device)}
        </div>
        ${
          feed
            ? html`<div class="ranges">
              ${this.#ends(feed)}
              <range-picker
                .range=${typeof feed.range === "string" ? feed.range : undefined}
                @range-chosen=${(event: CustomEvent<RangeKey>) => this.#choose(event.detail)}
              ></range-picker>
            </div>`
            : nothing
        }
      </div>
      ${feed ? this.#problem(feed) : nothing}
      <refused-readings .hub=${this.hub} .device=${this.route.device}></refused-readings>
      ${
        feed === undefined
          ? html`<p class="message">${texts.device.noReadings}</p>`
          : // A container for each device: `repeat` leaves a comment node behind for each card that it takes away.
            keyed(
              feed,
              html`<div class="cards">
            ${repeat(
              [...device.series.values()],
              // A series that was emptied may come back with another type, which wants another chart.
              ({ entry }) => `${entry.series} ${entry.type}`,
              (series) => html`<metric-card
                .client=${this.hub.client}
                .feed=${feed}
                .series=${series}
                @span-chosen=${(event: CustomEvent<TimeSpan>) => this.#zoom(event.detail)}
              ></metric-card>`,
            )}
          </div>`,
            )
      }
    `;
  }

  #facts(device: DeviceView) {
    const { entry } = device;
    const now = this.hub.client.now();
    const { reportInterval } = entry;
    const facts = [
      entry.name ? html`<code>${entry.device}</code>` : nothing,
      entry.kind,
      entry.historic ? texts.device.historic : nothing,
      entry.via ? texts.device.via(entry.via) : nothing,
      reportInterval === null
        ? nothing
        : reportInterval === 0
          ? texts.device.onEvent
          : texts.device.every(formatInterval(reportInterval)),
      entry.state === "online" || entry.lastSeen === null
        ? nothing
        : texts.device.lastSeen(ageText(entry.lastSeen, now)),
      ...Object.entries(entry.labels ?? {}).map(([key, value]) => `${key}: ${value}`),
    ];
    return html`<p class="facts numbers">
      <span class="state">
        ${presenceDot(entry.state)}<b>${texts.presence[entry.state]}</b>
        ${texts.device.since(formatDuration(this.hub.client.shownNow() - entry.since))}, ${texts.reason[entry.reason]}
      </span>
      ${facts.filter((fact) => fact !== nothing && fact !== undefined).map((fact) => html`<span>${fact}</span>`)}
    </p>`;
  }

  /** Where the window does not end now, it says where. */
  #ends(feed: DeviceFeed) {
    const { fromMs, toMs, live } = feed.window();
    const { lastMs } = feed.span();
    if (live || lastMs === undefined) return nothing;
    const detail = toMs - fromMs > 86_400_000 * 10 ? 86_400_000 : 0;
    const words = (timeMs: number) => formatInstant(timeMs, this.hub.client.now(), detail);
    if (typeof feed.range === "string") {
      return html`<span class="ends numbers">${texts.device.endsAt(words(lastMs))}</span>`;
    }
    const back = openingRange(feed.span(), this.hub.client.now());
    return html`<span class="ends numbers">
      ${texts.device.stands(words(fromMs), words(toMs))}
      <button type="button" class="button" @click=${() => this.#choose(back)}>
        ${back === "all" ? texts.device.backToAll : texts.device.backToLive}
      </button>
    </span>`;
  }

  #choose(range: RangeKey): void {
    goInPlace(deviceHref(this.route.device, range));
  }

  /** A step of its own in the browser's history, so that Back shows the whole again. */
  #zoom(span: TimeSpan): void {
    go(deviceHref(this.route.device, span));
  }

  #problem(feed: DeviceFeed) {
    if (feed.problem === undefined) return nothing;
    return html`<p class="problem" role="alert">
      ${texts.device.problem(feed.problem)}
      <button type="button" class="button" @click=${() => feed.retry()}>${texts.device.retry}</button>
    </p>`;
  }

  #unknown() {
    return html`<p class="message"><strong>${texts.device.unknown(this.route.device)}</strong>${texts.device.unknownHint}</p>`;
  }
}
