import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { PresenceTimeline } from "../client/presence-timeline.ts";
import { browserTimers } from "../client/timers.ts";
import type { DeviceFeed } from "../data/device-feed.ts";
import { formatAvailability, formatDuration, formatInstant } from "../data/format.ts";
import { instant } from "../data/past-request.ts";
import { kindOf, type PresenceSpan, presenceSpans, summaryOfPresence } from "../data/presence-line.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type PresenceReading, PresenceStrip } from "../widgets/presence-strip.ts";
import { chartCardStyles } from "./chart-card-styles.ts";
import { ChartController, moveCrosshair, nextFrameMs, placeChip } from "./chart-controller.ts";
import { icons } from "./icons.ts";
import { presenceStyles } from "./presence-timeline-styles.ts";
import { ageOrDate } from "./values.ts";

/** So much may lie before the first entry and the range still counts as known. */
const wholeFrom = 0.99;

/** Fewer take-overs than this are a restart of the device's program. */
const suspiciousTakeOvers = 2;

/** When the device was there in the range that the charts show, and why not. Fires `span-chosen`. */
@customElement("presence-timeline")
export class PresenceTimelineElement extends LitElement {
  static override styles = [baseStyles, buttonStyles, chartCardStyles, presenceStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) device!: DeviceView;
  @property({ attribute: false }) feed!: DeviceFeed;
  @state() private asTable = false;
  @state() private pointed: PresenceReading | undefined;
  @query(".plot") private plotHost!: HTMLElement;
  @query(".chip") private chip!: HTMLElement;

  #strip: PresenceStrip | undefined;
  /** Times that the hub was back: what happened meanwhile is not known here. */
  #returns = 0;
  /** Times that it told of the device: a take-over ends as it began, and only that it is told at all tells of it. */
  #tellings = 0;
  #told: DeviceView["entry"] | undefined;
  #wasOpen = true;
  readonly #timeline = new PresenceTimeline({
    api: () => this.hub.api,
    timers: browserTimers,
    random: Math.random,
    changed: () => this.requestUpdate(),
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.hub.client);
    new ChartController(this, {
      draw: () => this.#draw(),
      resize: () => this.#strip?.resize(this.plotHost.clientWidth),
      recolour: () => this.#strip?.recolour(),
      close: () => {
        this.#strip?.destroy();
        this.#strip = undefined;
      },
    });
  }

  override willUpdate(): void {
    const open = this.hub.client.state.state === "open";
    if (open && !this.#wasOpen) this.#returns += 1;
    this.#wasOpen = open;
    if (!open || !this.isConnected) return;
    const { entry } = this.device;
    if (entry !== this.#told) this.#tellings += 1;
    this.#told = entry;
    const { fromMs, toMs, live } = this.feed.window();
    const { range } = this.feed;
    const stretch = typeof range === "object" ? range : live ? [range] : [range, fromMs, toMs];
    const cause = JSON.stringify([stretch, this.#tellings, this.#returns]);
    // Windows reach beyond the ends of the calendar.
    const begin = Math.floor(instant(fromMs));
    this.#timeline.follow(entry.device, begin, live ? undefined : Math.max(begin + 1, Math.ceil(instant(toMs))), cause);
  }

  override updated(): void {
    if (!this.pointed) return;
    placeChip(this.chip, this.plotHost, this.pointed.leftPx);
  }

  #spans(): PresenceSpan[] {
    const { answer } = this.#timeline;
    const { fromMs, toMs } = this.feed.window();
    return answer ? presenceSpans(answer, fromMs, Math.min(toMs, this.hub.client.shownNow())) : [];
  }

  #draw(): number | undefined {
    if (!this.hasUpdated || this.asTable || this.plotHost.clientWidth === 0) return undefined;
    this.#strip ??= new PresenceStrip(this.plotHost, {
      pointed: (reading) => {
        this.pointed = reading;
      },
      chosen: (span) => this.dispatchEvent(new CustomEvent<TimeSpan>("span-chosen", { detail: span })),
    });
    const window = this.feed.window();
    this.#strip.draw(this.#spans(), window);
    return nextFrameMs(this.hub.client, window, this.#strip.plotWidthPx);
  }

  override render() {
    const spans = this.#spans();
    const words = this.#inWords(spans);
    const label = this.asTable ? texts.presenceLine.strip : texts.presenceLine.table;
    return html`<section aria-labelledby="heading">
      <header>
        <h2 id="heading">${texts.presenceLine.heading}</h2>
        <p class="summary numbers ${spans.length > 1 ? "more" : ""}">${words}</p>
        ${this.#takeOvers(spans)}
        <button
          type="button"
          class="button bare icon"
          aria-pressed=${this.asTable}
          aria-label=${label}
          title=${label}
          @click=${() => {
            this.asTable = !this.asTable;
          }}
        >
          ${this.asTable ? icons.chart : icons.table}
        </button>
      </header>
      <div
        class="plot"
        role="group"
        tabindex="0"
        aria-label=${`${texts.presenceLine.heading}: ${words}`}
        ?hidden=${this.asTable}
        @keydown=${(event: KeyboardEvent) => moveCrosshair(event, this.#strip)}
        @blur=${() => this.#strip?.leave()}
      >
        <div class="chip numbers" aria-live="polite" ?hidden=${!this.pointed}>
          ${this.pointed ? this.#reading(this.pointed.span) : nothing}
        </div>
      </div>
      ${this.asTable ? this.#table(spans) : nothing}
    </section>`;
  }

  #inWords(spans: readonly PresenceSpan[]): string {
    const { answer, problem } = this.#timeline;
    if (problem !== undefined) return texts.presenceLine.failed(problem.message ?? texts.dialog.noAnswer);
    if (!answer) return texts.chart.loading;
    const { fromMs, toMs } = this.feed.window();
    const summary = summaryOfPresence(spans);
    if (spans.length === 0) return texts.presenceLine.nothing;
    const share = summary.onlineShare === undefined ? undefined : formatAvailability(summary.onlineShare);
    const whole = summary.knownMs >= (toMs - fromMs) * wholeFrom;
    return [
      ...(share === undefined
        ? []
        : [
            whole
              ? texts.presenceLine.online(share)
              : texts.presenceLine.onlineOf(share, formatDuration(summary.knownMs)),
          ]),
      ...(summary.outages > 0 ? [texts.presenceLine.outages(summary.outages)] : []),
      ...(summary.silences > 0 ? [texts.presenceLine.silences(summary.silences)] : []),
      ...(summary.hubDownMs > 0 ? [texts.presenceLine.hubDown(formatDuration(summary.hubDownMs))] : []),
    ].join(" · ");
  }

  #takeOvers(spans: readonly PresenceSpan[]) {
    const { takeOvers, lastTakeOverMs } = summaryOfPresence(spans);
    if (lastTakeOverMs === undefined) return nothing;
    const told = texts.presenceLine.takeOvers(takeOvers, ageOrDate(lastTakeOverMs, this.hub.client.now()));
    return html`<p class="take-overs numbers">
      ${told} ${takeOvers >= suspiciousTakeOvers ? texts.presenceLine.twoPrograms : nothing}
    </p>`;
  }

  #reading(span: PresenceSpan) {
    return html`<b>${stateOf(span)}</b> <span>${texts.reason[span.reason]}</span> <span>${this.#stretch(span)}</span>`;
  }

  #isNow(toMs: number): boolean {
    return toMs >= this.hub.client.shownNow() - 1_000;
  }

  #stretch({ fromMs, toMs }: PresenceSpan): string {
    const nowMs = this.hub.client.now();
    const to = this.#isNow(toMs) ? texts.presenceLine.now : formatInstant(toMs, nowMs);
    return texts.presenceLine.span(formatInstant(fromMs, nowMs), to, formatDuration(toMs - fromMs));
  }

  #table(spans: readonly PresenceSpan[]) {
    const { from, lasted, state: stateHead, reason, tableLabel } = texts.presenceLine;
    const nowMs = this.hub.client.now();
    return html`<div class="table" tabindex="0" role="region" aria-label=${tableLabel}>
      <table class="numbers">
        <caption class="hidden-text">${tableLabel}</caption>
        <thead>
          <tr>
            ${[from, lasted, stateHead, reason].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${[...spans].reverse().map(
            (span) => html`<tr>
              <td>${formatInstant(span.fromMs, nowMs)}</td>
              <td>${formatDuration(span.toMs - span.fromMs)}</td>
              <td><i class="key ${kindOf(span)}"></i>${stateOf(span)}</td>
              <td>${texts.reason[span.reason]}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

function stateOf(span: PresenceSpan): string {
  const kind = kindOf(span);
  return kind === "unknown" ? texts.presenceLine.unknown : texts.presence[kind];
}
