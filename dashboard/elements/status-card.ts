import { html, LitElement } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { HubClient } from "../client/hub-client.ts";
import { formatDuration, formatInstant } from "../data/format.ts";
import { summaryOf } from "../data/line.ts";
import type { NumberTrace } from "../data/number-trace.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { statusEveryMs } from "../data/status-history.ts";
import type { Level } from "../data/status-limits.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { LineChart, type LineReading } from "../widgets/line-chart.ts";
import { Plot } from "../widgets/plot.ts";
import { chartCardStyles } from "./chart-card-styles.ts";
import { ChartController, moveCrosshair } from "./chart-controller.ts";
import { axisRange, axisTicks, type StatusAxis } from "./status-axis.ts";
import { statusCardStyles, statusPlotPx } from "./status-card-styles.ts";

/** What a card shows besides its chart. */
export interface StatusFacts {
  readonly label: string;
  /** The newest value; undefined before it is known. */
  readonly value: number | undefined;
  readonly detail: string;
  /** Which setting the value is near, where it is near one. */
  readonly near?: string | undefined;
  readonly level: Level;
  readonly format: (value: number) => string;
  readonly axis: StatusAxis;
}

/** One figure of the hub: its newest value in words, what it means, and its last minutes as a line. */
@customElement("status-card")
export class StatusCard extends LitElement {
  static override styles = [baseStyles, chartCardStyles, statusCardStyles];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) facts!: StatusFacts;
  @property({ attribute: false }) trace!: NumberTrace;
  /** The stretch of time that all cards show. */
  @property({ attribute: false }) window!: TimeWindow;
  @state() private pointed: LineReading | undefined;
  @query(".plot") private plotHost!: HTMLElement;

  readonly #line = new LineChart();
  #plot: Plot | undefined;

  constructor() {
    super();
    new ChartController(this, {
      draw: () => this.#draw(),
      seen: () => this.plotHost,
      resize: () => {
        this.#plot?.resize(this.plotHost.clientWidth);
        this.#line.invalidate();
      },
      recolour: () => {
        this.#plot?.recolour();
        this.#line.invalidate();
      },
      close: () => {
        this.#plot?.destroy();
        this.#plot = undefined;
      },
    });
  }

  /** It moves with each answer, which renders the card anew. */
  #draw(): undefined {
    if (!this.hasUpdated || this.plotHost.clientWidth === 0) return;
    this.#plot ??= new Plot(this.plotHost, this.plotHost.clientWidth, {
      ...this.#line.plotOptions,
      height: statusPlotPx,
      valueLabels: (ticks) => this.facts.axis.labels(ticks),
      valueTicks: (from, to) => axisTicks(this.facts.axis, from, to),
      valueRange: (least, most) => axisRange(this.facts.axis, least, most),
      cursorMoved: (cursor) => {
        this.pointed = cursor && this.#line.reading(cursor);
      },
      // The cards share one window.
      spanChosen: () => {},
    });
    const { fromMs, toMs } = this.window;
    this.#line.draw(this.#plot, { trace: this.trace, reportInterval: statusEveryMs, thresholds: [] }, fromMs, toMs);
  }

  override render() {
    const { label, value, detail, near, level, format } = this.facts;
    const { pointed } = this;
    const shown = pointed?.value ?? value;
    return html`<article class=${level} aria-labelledby="label">
      <header>
        <h2 id="label">${label}</h2>
        <span class="value numbers">${shown === undefined ? texts.counts.notYet : format(shown)}</span>
      </header>
      <p class="detail numbers">${
        pointed
          ? formatInstant(pointed.timeMs, this.client.now())
          : near === undefined
            ? detail
            : html`<b>${near}</b> · ${detail}`
      }</p>
      <div
        class="plot"
        role="group"
        tabindex="0"
        aria-label=${this.#description()}
        @keydown=${(event: KeyboardEvent) => moveCrosshair(event, this.#plot)}
        @blur=${() => this.#plot?.leave()}
      ></div>
    </article>`;
  }

  /** What a person who does not see the chart is told. */
  #description(): string {
    const { label, value, format } = this.facts;
    const { fromMs, toMs } = this.window;
    const summary = summaryOf(this.trace, fromMs, toMs);
    const now = texts.hub.describe(label, value === undefined ? texts.counts.notYet : format(value));
    if (!summary) return now;
    return `${now} ${texts.hub.between(format(summary.min), format(summary.max), formatDuration(toMs - fromMs))}`;
  }
}
