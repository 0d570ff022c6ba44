import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { CommandController } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { SeriesView } from "../client/hub-view.ts";
import type { ExportSource } from "../data/chart-export.ts";
import type { DeviceFeed, Trace } from "../data/device-feed.ts";
import { exploreHref } from "../data/explore-choice.ts";
import { formatDuration, formatInstant } from "../data/format.ts";
import { stateHoldMs } from "../data/gaps.ts";
import { summaryOf } from "../data/line.ts";
import type { Gap } from "../data/missing.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { Shading } from "../widgets/plot-options.ts";
import { SeriesPlot, type SeriesReading } from "../widgets/series-plot.ts";
import { stateName } from "../widgets/state-strip.ts";
import "./action-menu.ts";
import { chartCardStyles } from "./chart-card-styles.ts";
import "./chart-export.ts";
import { ChartController, moveCrosshair, nextFrameMs, placeChip } from "./chart-controller.ts";
import { crosshairKeys } from "./chart-keys.ts";
import { seriesActions } from "./device-actions.ts";
import { icons } from "./icons.ts";
import { cardStyles } from "./metric-card-styles.ts";
import { metricFacts, sharesInWords, summaryIn } from "./metric-facts.ts";
import { ageOrDate, graceMs, seriesLabel, valueText, valueWithUnit, zoneLevel } from "./values.ts";

/** Words beside a moving chart change at most this often, ms: faster nobody reads. */
const factsMs = 500;

/**
 * One metric of the device: its newest value, its chart, and the least, mean and most of what is drawn. Fires
 * `span-chosen` with the stretch of time that a person drew in the chart, and `action-chosen` with what is to be done with the metric.
 */
@customElement("metric-card")
export class MetricCard extends LitElement {
  static override styles = [baseStyles, buttonStyles, chartCardStyles, cardStyles];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) api!: HubApi;
  @property({ attribute: false }) feed!: DeviceFeed;
  @property({ attribute: false }) series!: SeriesView;
  /** Where readings are missing, and why; undefined until it is known. */
  @property({ attribute: false }) shading: Shading<Gap> | undefined;
  /** The past of `feed` is here. */
  @state() private ready = false;
  @state() private asTable = false;
  @state() private pointed: SeriesReading | undefined;
  @query(".plot") private plotHost!: HTMLElement;
  @query(".chip") private chip!: HTMLElement;

  #plot: SeriesPlot | undefined;
  /** Loaded when somebody wants the table. */
  #tables: typeof import("./metric-table.ts") | undefined;
  #factsAt = 0;
  #endFeed: (() => void) | undefined;

  readonly #chart = new ChartController(this, {
    draw: () => this.#draw(),
    seen: () => this.plotHost,
    resize: () => this.#plot?.resize(this.plotHost.clientWidth),
    recolour: () => this.#plot?.recolour(),
    close: () => {
      this.#plot?.destroy();
      this.#plot = undefined;
    },
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.client);
    new CommandController(this, { shortcuts: crosshairKeys });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.feed) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFeed?.();
  }

  /** Words that pass with time are told where somebody may see them. */
  override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || !this.hasUpdated || this.#chart.near;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("feed")) this.#follow();
    if (changed.has("feed") || changed.has("series") || changed.has("shading")) this.#chart.request();
    if (this.pointed) placeChip(this.chip, this.plotHost, this.pointed.leftPx);
  }

  /** Draws the chart, and the words where it is time. */
  #draw(): number | undefined {
    if (!this.hasUpdated || this.plotHost.clientWidth === 0) return undefined;
    this.#plot ??= this.#makePlot();
    const trace = this.feed.trace(this.series.entry.series);
    const window = this.feed.window();
    this.#plot.shade(this.shading);
    if (trace) this.#plot.draw(trace, window);
    const now = performance.now();
    if (now - this.#factsAt >= factsMs) {
      this.#factsAt = now;
      this.requestUpdate();
    }
    return nextFrameMs(this.client, window, this.#plot.plotWidthPx);
  }

  #makePlot(): SeriesPlot {
    return new SeriesPlot(this.plotHost, this.series, {
      pointed: (reading) => {
        this.pointed = reading;
      },
      chosen: (span) => this.dispatchEvent(new CustomEvent<TimeSpan>("span-chosen", { detail: span })),
    });
  }

  override render() {
    const { series, feed } = this;
    const { entry } = series;
    const trace = feed.trace(entry.series);
    const empty = this.ready && !this.#anyInSight();
    const label = seriesLabel(series);
    const actions = seriesActions();
    return html`<article aria-labelledby="label">
      <header>
        <h3 id="label" title=${label}>${label}</h3>
        ${label === entry.metric ? nothing : html`<span class="metric" title=${entry.metric}>${entry.metric}</span>`}
        ${this.#value()}
      </header>
      <div
        class="plot ${entry.type === "number" ? "line" : "strip"}"
        role="group"
        tabindex="0"
        aria-label=${this.#description()}
        ?hidden=${this.asTable}
        @keydown=${(event: KeyboardEvent) => moveCrosshair(event, this.#plot)}
        @blur=${() => this.#plot?.leave()}
      >
        <div class="chip numbers" aria-live="polite" ?hidden=${!this.pointed}>${this.pointed ? this.#reading(this.pointed) : nothing}</div>
        ${empty ? html`<p class="note">${texts.chart.noneInRange}</p>` : nothing}
        ${this.ready || trace ? nothing : html`<p class="note">${texts.chart.loading}</p>`}
      </div>
      ${this.asTable ? this.#table(trace) : nothing}
      <footer>
        ${metricFacts(this.series, this.feed)}
        <span class="buttons">
          <a
            class="button bare icon"
            href=${exploreHref([{ device: entry.device, metric: entry.metric }], feed.range)}
            aria-label=${texts.chart.openIn(label)}
            title=${texts.chart.openIn(label)}
          >
            ${icons.explore}
          </a>
          <chart-export .label=${label} .source=${this.#exported()}></chart-export>
          <button
            type="button"
            class="button bare icon"
            aria-pressed=${this.asTable}
            aria-label=${`${this.asTable ? texts.chart.chart : texts.chart.table}: ${label}`}
            title=${this.asTable ? texts.chart.chart : texts.chart.table}
            @click=${this.#toggleTable}
          >
            ${this.asTable ? icons.chart : icons.table}
          </button>
          ${
            actions.length === 0
              ? nothing
              : html`<action-menu
                  .label=${texts.deviceMenu.label(label)}
                  .actions=${actions}
                  @action-chosen=${({ detail }: CustomEvent<string>) => this.#act(detail)}
                ></action-menu>`
          }
        </span>
      </footer>
    </article>`;
  }

  #source: ExportSource | undefined;

  /** One and the same as long as the card is that of this series: it asks when something is saved. */
  #exported(): ExportSource {
    const { device, metric } = this.series.entry;
    this.#source ??= {
      api: this.api,
      name: `${device} ${metric}`,
      window: () => this.feed.window(),
      drawn: () => {
        const trace = this.feed.trace(this.series.entry.series);
        return trace ? [{ device, metric, trace }] : [];
      },
    };
    return this.#source;
  }

  #value() {
    const { series } = this;
    if (series.value === undefined || series.timeMs === undefined) return nothing;
    const nowMs = this.client.now();
    const stale = nowMs - series.timeMs > graceMs(series.entry.reportInterval);
    const unit = typeof series.value === "number" ? series.entry.unit : undefined;
    const kind = typeof series.value === "string" ? "text" : "";
    return html`<p class="value numbers ${kind} ${stale ? "stale" : ""}" title=${valueWithUnit(series, series.value)}>
      ${stale ? html`<small>${ageOrDate(series.timeMs, nowMs)}</small>` : nothing}
      <strong class=${zoneLevel(series, series.value)}>${valueText(series, series.value)}</strong>${
        unit ? html`<span class="unit">${unit}</span>` : nothing
      }
    </p>`;
  }

  #anyInSight(): boolean {
    const trace = this.feed.trace(this.series.entry.series);
    if (!trace) return false;
    const { fromMs, toMs } = this.feed.window();
    return trace instanceof NumberTrace
      ? summaryOf(trace, fromMs, toMs) !== undefined
      : trace.spans(fromMs, toMs, stateHoldMs(this.series.entry.reportInterval)).length > 0;
  }

  /** What a person who does not see the chart is told. */
  #description(): string {
    const { series } = this;
    const newest = series.value === undefined ? texts.chart.noneInRange : valueWithUnit(series, series.value);
    const summary = summaryIn(this.series, this.feed);
    const { range: chosen } = this.feed;
    const range = typeof chosen === "object" ? texts.range.chosen : texts.range.names[chosen].toLowerCase();
    const between = summary
      ? texts.chart.between(valueWithUnit(series, summary.min), valueWithUnit(series, summary.max), range)
      : texts.chart.shares(sharesInWords(series, this.feed), range);
    return texts.chart.describe(seriesLabel(series), newest, between);
  }

  #reading(reading: SeriesReading) {
    const nowMs = this.client.now();
    const { fromMs, toMs } = this.feed.window();
    if ("gap" in reading) {
      const { cause, fromMs: gapMs, toMs: endMs } = reading.gap;
      const since = formatInstant(gapMs, nowMs);
      return html`<b>${texts.gaps.lasted(texts.gaps.cause[cause], formatDuration(endMs - gapMs))}</b> <span>${since}</span>`;
    }
    const time = formatInstant(reading.timeMs, nowMs, (toMs - fromMs) / 400);
    if ("state" in reading) return html`<b>${stateName(reading.state)}</b> <span>${time}</span>`;
    const { series } = this;
    const spread =
      reading.max > reading.min
        ? html` <span>${valueText(series, reading.min)} – ${valueText(series, reading.max)}</span>`
        : nothing;
    return html`<b>${valueWithUnit(series, reading.value)}</b>${spread} <span>${time}</span>`;
  }

  #table(trace: Trace | undefined) {
    if (!this.#tables || !trace) return nothing;
    const { metricTable, gapTable } = this.#tables;
    const nowMs = this.client.now();
    const gaps = this.shading?.gaps ?? [];
    return [
      metricTable(this.series, trace, this.feed.window(), nowMs),
      gaps.length > 0 ? gapTable(seriesLabel(this.series), gaps, nowMs) : nothing,
    ];
  }

  #follow(): void {
    this.#endFeed?.();
    const { feed } = this;
    this.ready = feed.ready;
    this.#endFeed = feed.listen(() => {
      // The words wait for their turn, but not with the past here and "Loading" over its curve; nor until the card is known
      // to be in sight, which is told later where the past comes at once.
      this.ready = feed.ready;
      this.#chart.request();
    });
  }

  /** For the page, which has the dialogs. */
  #act(action: string): void {
    this.dispatchEvent(new CustomEvent<string>("action-chosen", { detail: action }));
  }

  async #toggleTable(): Promise<void> {
    // Where it cannot be loaded the chart stays.
    this.#tables ??= await import("./metric-table.ts").catch(() => undefined);
    this.asTable = !this.asTable && this.#tables !== undefined;
  }
}
