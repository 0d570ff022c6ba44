import { html, LitElement } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { HubClient } from "../client/hub-client.ts";
import { formatDuration, formatInstant } from "../data/format.ts";
import { summaryOf } from "../data/line.ts";
import type { NumberTrace } from "../data/number-trace.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { statusEveryMs } from "../data/status-history.ts";
import type { Level } from "../data/status-limits.ts";
import { theme } from "../data/theme.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";
import { axisValues, LineChart, type LineReading } from "../widgets/line-chart.ts";
import { Plot, plotCss } from "../widgets/plot.ts";
import { sheetOf } from "./metric-card-styles.ts";
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
  /** True where the least that is drawn stands at the foot: of a large size only its change is worth looking at. */
  readonly fromLeast?: boolean;
  /** Labels of the value axis, where plain numbers do not do. */
  readonly axis?: (splits: readonly number[]) => string[];
}

/** One figure of the hub: its newest value in words, what it means, and its last minutes as a line. */
@customElement("status-card")
export class StatusCard extends LitElement implements Drawn {
  static override styles = [sheetOf(plotCss), baseStyles, statusCardStyles];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) facts!: StatusFacts;
  @property({ attribute: false }) trace!: NumberTrace;
  /** The stretch of time that all cards show. */
  @property({ attribute: false }) window!: TimeWindow;
  @state() private pointed: LineReading | undefined;
  @query(".plot") private plotHost!: HTMLElement;

  readonly #chart = new LineChart();
  #plot: Plot | undefined;
  #inSight = false;
  #ends: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const sight = new IntersectionObserver(
      ([entry]) => {
        this.#inSight = entry?.isIntersecting ?? false;
        if (this.#inSight) requestDraw(this);
        else cancelDraw(this);
      },
      { rootMargin: "160px" },
    );
    sight.observe(this);
    const size = new ResizeObserver(() => {
      this.#plot?.resize(this.plotHost.clientWidth);
      this.#redraw();
    });
    size.observe(this);
    this.#ends = [
      () => sight.disconnect(),
      () => size.disconnect(),
      theme.listen(() => {
        this.#plot?.recolour();
        this.#redraw();
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    cancelDraw(this);
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  override updated(): void {
    if (this.#inSight) requestDraw(this);
  }

  draw(): undefined {
    if (!this.#inSight || !this.isConnected || !this.hasUpdated || this.plotHost.clientWidth === 0) return;
    this.#plot ??= new Plot(this.plotHost, this.plotHost.clientWidth, {
      ...this.#chart.plotOptions,
      valueLabels: (splits) => (this.facts.axis ?? axisValues)(splits),
      height: statusPlotPx,
      ...(this.facts.fromLeast ? {} : { valueRange: fromZero }),
      cursorMoved: (cursor) => {
        this.pointed = cursor && this.#chart.reading(cursor);
      },
      // The cards share one window.
      spanChosen: () => {},
    });
    const { fromMs, toMs } = this.window;
    this.#chart.draw(this.#plot, { trace: this.trace, reportInterval: statusEveryMs, thresholds: [] }, fromMs, toMs);
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
        @keydown=${this.#key}
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

  #redraw(): void {
    this.#chart.invalidate();
    requestDraw(this);
  }

  #key(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (event.key === "Escape") this.#plot?.leave();
    if (step === undefined) return;
    event.preventDefault();
    this.#plot?.step(event.shiftKey ? step * 10 : step);
  }
}

/** A figure that is small looks small, whatever its line does. */
function fromZero(_least: number | null, most: number | null): [number, number] {
  return [0, most ? most * 1.15 : 1];
}
