import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { SeriesView } from "../client/hub-view.ts";
import type { ExportSource } from "../data/chart-export.ts";
import type { DeviceFeed } from "../data/device-feed.ts";
import { formatInstant } from "../data/format.ts";
import { type Gap, joinedGaps } from "../data/missing.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { GapShade } from "../widgets/gap-shade.ts";
import {
  lookColour,
  lookDashes,
  OverlayChart,
  type OverlayReading,
  type OverlayTrace,
} from "../widgets/overlay-chart.ts";
import type { Shading } from "../widgets/plot-options.ts";
import { chartCardStyles } from "./chart-card-styles.ts";
import "./chart-export.ts";
import { ChartController, moveCrosshair, nextFrameMs, placeChip } from "./chart-controller.ts";
import { overlayHeightPx, overlayStyles } from "./device-overlay-styles.ts";
import { summaryIn } from "./metric-facts.ts";
import { ageOrDate, graceMs, seriesLabel, valueText, valueWithUnit, zoneLevel } from "./values.ts";

/** Lines drawn where nobody chose: more could not be told apart. */
const mostLines = 8;

/** Words beside a moving chart change at most this often, ms. */
const factsMs = 250;

/**
 * The numeric metrics of a device in one chart, with a legend that chooses and reads them. Fires `span-chosen`, and
 * `metrics-chosen` with the names of those that are to be drawn.
 */
@customElement("device-overlay")
export class DeviceOverlay extends LitElement {
  static override styles = [baseStyles, chartCardStyles, overlayStyles];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) api!: HubApi;
  @property({ attribute: false }) feed!: DeviceFeed;
  /** Numeric ones, in the order of their looks. */
  @property({ attribute: false }) series: readonly SeriesView[] = [];
  /** Names of metrics; undefined: the first few. */
  @property({ attribute: false }) chosen: readonly string[] | undefined;
  /** Where readings are missing, by metric. */
  @property({ attribute: false }) shadings: ReadonlyMap<string, Shading<Gap>> | undefined;
  @state() private pointed: OverlayReading | undefined;
  @state() private emphasised: number | undefined;
  @query(".plot") private plotHost!: HTMLElement;
  @query(".chip") private chip!: HTMLElement;

  #chart: OverlayChart | undefined;
  #factsAt = 0;
  #shade: GapShade | undefined;
  #shaded: readonly (readonly Gap[])[] = [];
  #endFeed: (() => void) | undefined;
  readonly #drawn = new ChartController(this, {
    draw: () => this.#draw(),
    resize: () => this.#chart?.resize(this.plotHost.clientWidth),
    recolour: () => {
      this.#chart?.recolour();
      this.requestUpdate();
    },
    close: () => {
      this.#chart?.destroy();
      this.#chart = undefined;
    },
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.client);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.feed) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFeed?.();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("shadings") && !changed.has("chosen") && !changed.has("series")) return;
    const gaps = this.#names().flatMap((metric) => {
      const { gaps: found } = this.shadings?.get(metric) ?? {};
      return found ? [found] : [];
    });
    // All that it is drawn from is the same where the hub told nothing new.
    if (gaps.length === this.#shaded.length && gaps.every((one, index) => one === this.#shaded[index])) return;
    this.#shaded = gaps;
    this.#shade = gaps.length === 0 ? undefined : new GapShade(joinedGaps(gaps));
    this.#drawn.request();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("feed")) this.#follow();
    if (!this.pointed) return;
    placeChip(this.chip, this.plotHost, this.pointed.leftPx);
  }

  #source: ExportSource | undefined;

  #exported(): ExportSource {
    this.#source ??= {
      api: this.api,
      name: this.series[0]?.entry.device ?? "",
      window: () => this.feed.window(),
      drawn: () =>
        this.series.flatMap((series) => {
          const { device, metric, series: id } = series.entry;
          const trace = this.#isDrawn(series) ? this.feed.trace(id) : undefined;
          return trace ? [{ device, metric, trace }] : [];
        }),
    };
    return this.#source;
  }

  #draw(): number | undefined {
    if (!this.hasUpdated || this.plotHost.clientWidth === 0) return undefined;
    this.#chart ??= new OverlayChart(this.plotHost, overlayHeightPx, {
      pointed: (reading) => {
        this.pointed = reading;
      },
      chosen: (span) => this.dispatchEvent(new CustomEvent<TimeSpan>("span-chosen", { detail: span })),
    });
    const window = this.feed.window();
    const sources = this.series.flatMap((series, look): OverlayTrace[] => {
      const { series: id, unit, reportInterval, learned } = series.entry;
      const trace = this.feed.trace(id);
      if (!this.#isDrawn(series) || !(trace instanceof NumberTrace)) return [];
      return [{ id, look, unit, trace, reportInterval, learned }];
    });
    this.#chart.draw(sources, window, this.emphasised, this.#shade);
    const now = performance.now();
    if (now - this.#factsAt >= factsMs) {
      this.#factsAt = now;
      this.requestUpdate();
    }
    return nextFrameMs(this.client, window, this.#chart.plotWidthPx);
  }

  #isDrawn({ entry }: SeriesView): boolean {
    return this.#names().includes(entry.metric);
  }

  #names(): readonly string[] {
    return this.chosen ?? this.series.slice(0, mostLines).map(({ entry }) => entry.metric);
  }

  override render() {
    const { pointed, feed } = this;
    if (this.series.length === 0) return html`<p class="message">${texts.deviceView.noNumbers}</p>`;
    const drawn = this.series.filter((series) => this.#isDrawn(series));
    const nowMs = this.client.now();
    const { fromMs, toMs } = feed.window();
    const at = pointed && formatInstant(pointed.timeMs, nowMs, (toMs - fromMs) / 400);
    const gap = pointed && this.#shade?.at(pointed.timeMs);
    return html`<article>
      <div
        class="plot"
        role="group"
        tabindex="0"
        aria-label=${this.#description(drawn)}
        @keydown=${(event: KeyboardEvent) => moveCrosshair(event, this.#chart)}
        @blur=${() => this.#chart?.leave()}
      >
        <div class="chip numbers" ?hidden=${!pointed}>${at}${gap ? ` · ${texts.gaps.cause[gap.cause]}` : nothing}</div>
        ${drawn.length === 0 ? html`<p class="note">${texts.deviceView.none}</p>` : nothing}
        ${feed.ready || drawn.length === 0 ? nothing : html`<p class="note">${texts.chart.loading}</p>`}
      </div>
      ${this.chosen || this.series.length <= mostLines ? nothing : html`<p class="hint">${texts.deviceView.most(mostLines)}</p>`}
      <p class="hidden-text" aria-live="polite">${pointed ? this.#inWords(pointed, at ?? "", drawn) : nothing}</p>
      <div class="tools"><chart-export .label=${texts.deviceView.chart} .source=${this.#exported()}></chart-export></div>
      <div class="legend">
        <table class="numbers" aria-label=${texts.deviceView.legend}>
          <thead>
            <tr>
              <th scope="col">${texts.deviceView.metric}</th>
              <th scope="col">${at === undefined ? texts.deviceView.newest : texts.deviceView.at(at)}</th>
              ${(["min", "mean", "max"] as const).map((name) => html`<th scope="col" class="more">${texts.chart[name]}</th>`)}
            </tr>
          </thead>
          <tbody @mouseleave=${() => this.#emphasise(undefined)}>
            ${this.series.map((series, look) => this.#row(series, look, nowMs))}
          </tbody>
        </table>
      </div>
    </article>`;
  }

  #row(series: SeriesView, look: number, nowMs: number) {
    const { entry } = series;
    const label = seriesLabel(series);
    const drawn = this.#isDrawn(series);
    const summary = drawn ? summaryIn(series, this.feed) : undefined;
    return html`<tr class=${drawn ? "" : "off"} @mouseenter=${() => this.#emphasise(drawn ? entry.series : undefined)}>
      <th scope="row">
        <label title=${label === entry.metric ? label : `${label} (${entry.metric})`}>
          <input type="checkbox" .checked=${drawn} @change=${() => this.#toggle(entry.metric)} />
          ${swatch(look)}<span class="name">${label}</span>
        </label>
      </th>
      <td>${this.pointed ? this.#valueAt(series, this.pointed) : this.#newest(series, nowMs)}</td>
      ${(["min", "mean", "max"] as const).map(
        (name) => html`<td class="more">${summary ? valueText(series, summary[name]) : ""}</td>`,
      )}
    </tr>`;
  }

  #newest(series: SeriesView, nowMs: number) {
    const { value, timeMs, entry } = series;
    if (value === undefined || timeMs === undefined) return nothing;
    const stale = nowMs - timeMs > graceMs(entry.reportInterval);
    return html`${stale ? html`<small>${ageOrDate(timeMs, nowMs)}</small> ` : nothing}<b
        class=${stale ? "stale" : zoneLevel(series, value)}
        >${valueWithUnit(series, value)}</b
      >`;
  }

  #valueAt(series: SeriesView, { of }: OverlayReading) {
    const reading = of.get(series.entry.series);
    if (!reading) return "–";
    const spread =
      reading.max > reading.min
        ? html`<small>${valueText(series, reading.min)} – ${valueText(series, reading.max)}</small> `
        : nothing;
    return html`${spread}<b>${valueWithUnit(series, reading.value)}</b>`;
  }

  #inWords({ of }: OverlayReading, at: string, drawn: readonly SeriesView[]): string {
    const words = drawn.flatMap((series) => {
      const reading = of.get(series.entry.series);
      return reading ? [texts.deviceView.reading(seriesLabel(series), valueWithUnit(series, reading.value))] : [];
    });
    return [at, ...words].join(", ");
  }

  /** What a person who does not see the chart is told; the figures are in the legend. */
  #description(drawn: readonly SeriesView[]): string {
    const { range } = this.feed;
    const words = typeof range === "object" ? texts.range.chosen : texts.range.names[range].toLowerCase();
    return texts.deviceView.describe(drawn.map(seriesLabel).join(", "), words);
  }

  #toggle(metric: string): void {
    const names = this.#names();
    const next = this.series
      .map(({ entry }) => entry.metric)
      .filter((name) => (name === metric ? !names.includes(name) : names.includes(name)));
    this.dispatchEvent(new CustomEvent<readonly string[]>("metrics-chosen", { detail: next }));
  }

  #emphasise(id: number | undefined): void {
    this.emphasised = id;
  }

  #follow(): void {
    this.#endFeed?.();
    const { feed } = this;
    let { ready } = feed;
    this.#endFeed = feed.listen(() => {
      if (feed.ready !== ready) this.requestUpdate();
      ready = feed.ready;
      this.#drawn.request();
    });
  }
}

/** A bit of the line as it is drawn. */
function swatch(look: number) {
  return html`<svg class="swatch" width="22" height="8" aria-hidden="true">
    <line
      x1="0"
      y1="4"
      x2="22"
      y2="4"
      stroke=${lookColour(look)}
      stroke-width="2"
      stroke-dasharray=${lookDashes(look)
        .map((length) => length * 1.5)
        .join(" ")}
    />
  </svg>`;
}
