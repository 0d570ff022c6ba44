import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { rights } from "../client/rights.ts";
import { spanOf } from "../data/data-span.ts";
import type { DeviceFeed } from "../data/device-feed.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import type { Gap } from "../data/missing.ts";
import { openingRange, type Range, type RangeKey, type TimeSpan } from "../data/ranges.ts";
import { deviceHref, go, goInPlace, type Route, rangeOf } from "../data/route.ts";
import "../elements/action-menu.ts";
import { deviceActions } from "../elements/device-actions.ts";
import type { Deleted } from "../elements/device-delete.ts";
import { deviceFacts } from "../elements/device-facts.ts";
import { FocusAfter } from "../elements/focus-after.ts";
import { icons } from "../elements/icons.ts";
import "../elements/metric-card.ts";
import "../elements/presence-timeline.ts";
import "../elements/range-picker.ts";
import "../elements/refused-readings.ts";
import { deviceLabel } from "../elements/values.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { Shading } from "../widgets/plot-options.ts";
import { detailStyles } from "./device-detail-styles.ts";
import { type DeviceDialog, deviceDialog, dialogFor, loadDialog } from "./device-dialogs.ts";
import { FeedController } from "./feed-controller.ts";

/** In the address: how metrics are drawn, and which of them. */
const viewParam = "view";
const overlaid = "overlay";
const metricsParam = "metrics";

/** What is missing is loaded so long after the charts have their past, ms. */
const gapsAfterMs = 1_500;

/** One device: who it is, how it is, and its metrics, each in a live chart of its own or together in one. */
@customElement("device-detail")
export class DeviceDetail extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, detailStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "device" };
  @state() private dialog: DeviceDialog | undefined;
  /** What the hub answered last to a person's action. */
  @state() private notice: string | undefined;

  /** Where readings are missing in the charts, by metric. */
  @state() private shadings: ReadonlyMap<string, Shading<Gap>> | undefined;

  #gaps: Promise<unknown> | undefined;
  readonly #feeds = new FeedController(this);
  readonly #focus = new FocusAfter(this, ".notice .button");

  constructor() {
    super();
    new Observer(this, () => this.hub?.view);
    new Observer(this, () => everySecond);
    new Observer(this, () => rights);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("route") as Route | undefined;
    if (before?.page !== "device" || before.device === this.route.device) return;
    this.dialog = undefined;
    this.notice = undefined;
    this.shadings = undefined;
  }

  override render() {
    const device = this.hub.view.devices.get(this.route.device);
    // Which range suits the data is known once its first reading is.
    const feed =
      device && spanOf(device).lastMs !== undefined
        ? this.#feeds.follow(this.hub.client, device, rangeOf(this.route.params))
        : this.#feeds.leave();
    if (!feed && !this.hub.view.complete) return nothing;
    return html`${device ? this.#page(device, feed) : [this.#notice(), this.#unknown()]}${this.#openDialog(feed)}`;
  }

  #page(device: DeviceView, feed: DeviceFeed | undefined) {
    const name = deviceLabel(device);
    const actions = deviceActions(feed !== undefined);
    return html`
      <div class="head">
        <div class="title">
          <a class="button bare back" href="#/">${icons.back}${texts.list.back}</a>
          <div class="name">
            <h1 title=${name}>${name}</h1>
            ${
              actions.length === 0
                ? nothing
                : html`<action-menu
                    .label=${texts.deviceMenu.label(name)}
                    .actions=${actions}
                    @action-chosen=${({ detail }: CustomEvent<string>) => this.#act(detail, device, feed)}
                  ></action-menu>`
            }
          </div>
          ${deviceFacts(device, this.hub.client)}
        </div>
        ${feed ? this.#ranges(feed) : nothing}
      </div>
      ${this.#notice()} ${feed ? [this.#problem(feed), this.#merged(feed)] : nothing}
      <refused-readings .hub=${this.hub} .device=${this.route.device}></refused-readings>
      ${feed === undefined ? html`<p class="message">${texts.device.noReadings}</p>` : this.#charts(device, feed)}
    `;
  }

  /** It outlives the device that it removes: the hub's news of that may come before its answer. */
  #openDialog(feed: DeviceFeed | undefined) {
    if (!this.dialog) return nothing;
    const { device } = this.dialog;
    return deviceDialog(this.dialog, {
      hub: this.hub,
      shown: feed?.window(),
      closed: (done) => this.#closed(done, feed),
      showNewest: () => this.#choose(openingRange(spanOf(device), this.hub.client.now())),
    });
  }

  #ranges(feed: DeviceFeed) {
    const overlay = this.#isOverlay();
    return html`<div class="ranges">
      ${this.#ends(feed)}
      <div class="tools">
        <div class="choices" role="group" aria-label=${texts.deviceView.label}>
          ${[false, true].map((each) => {
            const words = each ? texts.deviceView.overlay : texts.deviceView.each;
            return html`<button
              type="button"
              aria-pressed=${each === overlay}
              aria-label=${words}
              title=${words}
              @click=${() => this.#show({ [viewParam]: each ? overlaid : undefined })}
            >
              ${each ? icons.overlay : icons.devices}
            </button>`;
          })}
        </div>
        <range-picker
          .range=${typeof feed.range === "string" ? feed.range : undefined}
          @range-chosen=${(event: CustomEvent<RangeKey>) => this.#choose(event.detail)}
        ></range-picker>
      </div>
    </div>`;
  }

  #charts(device: DeviceView, feed: DeviceFeed) {
    const overlay = this.#isOverlay();
    const series = [...device.series.values()];
    const numbers = series.filter(({ entry }) => entry.type === "number");
    const each = overlay ? series.filter(({ entry }) => entry.type !== "number") : series;
    if (overlay) void import("../elements/device-overlay.ts");
    if (feed.ready) this.#loadGaps();
    // A container for each device: `repeat` leaves a comment node behind for each card that it takes away.
    return keyed(
      feed,
      html`<presence-timeline
          .hub=${this.hub}
          .device=${device}
          .feed=${feed}
          @span-chosen=${(event: CustomEvent<TimeSpan>) => this.#zoom(event.detail)}
        ></presence-timeline>
        <device-gaps
          .hub=${this.hub}
          .device=${device}
          .feed=${feed}
          @gaps-told=${({ detail }: CustomEvent<ReadonlyMap<string, Shading<Gap>>>) => {
            this.shadings = detail;
          }}
        ></device-gaps>
        ${
          overlay
            ? html`<device-overlay
              .client=${this.hub.client}
              .api=${this.hub.api}
              .feed=${feed}
              .series=${numbers}
              .chosen=${this.route.params.get(metricsParam)?.split(",")}
              .shadings=${this.shadings}
              @span-chosen=${(event: CustomEvent<TimeSpan>) => this.#zoom(event.detail)}
              @metrics-chosen=${(event: CustomEvent<readonly string[]>) =>
                this.#show({ [metricsParam]: event.detail.join(",") })}
            ></device-overlay>`
            : nothing
        }
        <div class="cards">
          ${repeat(
            each,
            // A series that was emptied may come back with another type, which wants another chart.
            ({ entry }) => `${entry.series} ${entry.type}`,
            (one) => this.#card(one, device, feed),
          )}
        </div>`,
    );
  }

  /** On a slow line the charts come first. */
  #loadGaps(): void {
    this.#gaps ??= new Promise((resolve) => setTimeout(resolve, gapsAfterMs))
      .then(() => import("../elements/device-gaps.ts"))
      .catch(() => {
        this.#gaps = undefined;
      });
  }

  #card(series: SeriesView, device: DeviceView, feed: DeviceFeed) {
    return html`<metric-card
      .client=${this.hub.client}
      .api=${this.hub.api}
      .feed=${feed}
      .series=${series}
      .shading=${this.shadings?.get(series.entry.metric)}
      @span-chosen=${(event: CustomEvent<TimeSpan>) => this.#zoom(event.detail)}
      @action-chosen=${({ detail }: CustomEvent<string>) => this.#act(detail, device, feed, series.entry.metric)}
    ></metric-card>`;
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

  #isOverlay(): boolean {
    return this.route.params.get(viewParam) === overlaid;
  }

  /** The address with what is given put over what it holds. */
  #href(range: Range | undefined, params: Readonly<Record<string, string | undefined>> = {}): string {
    const kept = Object.fromEntries(
      [viewParam, metricsParam].map((name) => [name, this.route.params.get(name) ?? undefined]),
    );
    return deviceHref(this.route.device, range, { ...kept, ...params });
  }

  #show(params: Readonly<Record<string, string | undefined>>): void {
    goInPlace(this.#href(rangeOf(this.route.params), params));
  }

  #choose(range: RangeKey): void {
    goInPlace(this.#href(range));
  }

  /** A step of its own in the browser's history, so that Back shows the whole again. */
  #zoom(span: TimeSpan): void {
    go(this.#href(span));
  }

  #act(action: string, device: DeviceView, feed: DeviceFeed | undefined, metric?: string): void {
    this.notice = undefined;
    const dialog = dialogFor(action, { device, metric, span: feed?.window() });
    if (dialog) void this.#open(dialog);
  }

  async #open(dialog: DeviceDialog): Promise<void> {
    try {
      await loadDialog(dialog);
    } catch {
      this.notice = texts.pages.failed;
      return;
    }
    if (dialog.device.entry.device === this.route.device) this.dialog = dialog;
  }

  #closed(done: string | Deleted | undefined, feed: DeviceFeed | undefined): void {
    this.dialog = undefined;
    this.notice = typeof done === "object" ? done.words : done;
    if (done !== undefined) this.#focus.begin();
    if (typeof done !== "object") return;
    // What is left is asked for at once: the hub's own news of it may look like any other.
    if (!done.device) feed?.retry();
  }

  #notice() {
    if (this.notice === undefined) return nothing;
    return html`<p class="notice numbers" role="status">
      ${this.notice}
      <button type="button" class="button bare" @click=${this.#forget}>${texts.dialog.close}</button>
    </p>`;
  }

  #forget(): void {
    this.notice = undefined;
  }

  #problem(feed: DeviceFeed) {
    if (feed.problem === undefined) return nothing;
    return html`<p class="problem" role="alert">
      ${texts.device.problem(feed.problem)}
      <button type="button" class="button" @click=${() => feed.retry()}>${texts.device.retry}</button>
    </p>`;
  }

  /** Nothing is left out in silence. */
  #merged({ merged }: DeviceFeed) {
    return merged > 0
      ? html`<p class="notice numbers" role="status">${texts.device.merged(formatCount(merged), merged === 1)}</p>`
      : nothing;
  }

  #unknown() {
    return html`<p class="message">
      <strong>${texts.device.unknown(this.route.device)}</strong>${texts.device.unknownHint}
      <a href="#/">${texts.list.back}</a>
    </p>`;
  }
}
