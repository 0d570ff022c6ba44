import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { ExploreFeed } from "../data/explore-feed.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { summaryOf } from "../data/line.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import type { StandingReading } from "../data/standing.ts";
import { mostChanges, StateTrace } from "../data/state-trace.ts";
import { bucketFacts } from "../data/tier-facts.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type ExplorePlot, explorePlotOf, type PointedAt } from "../widgets/explore-plot.ts";
import { stateName } from "../widgets/state-strip.ts";
import { plotStyles } from "./chart-card-styles.ts";
import { ChartController, nextFrameMs } from "./chart-controller.ts";
import { followGestures } from "./chart-gestures.ts";
import { brevity, exploreChartStyles, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreGroup, type ExploreLine, nameOfLine, sameGroup } from "./explore-lines.ts";
import type { PictureChart } from "./explore-picture.ts";
import { ageOrDate, deviceLabel, graceMs, seriesLabel, valueText, valueWithUnit } from "./values.ts";

/** Words beside a moving chart change at most this often, ms. */
const factsMs = 250;

function isOther(group: ExploreGroup | undefined, before: ExploreGroup | undefined): boolean {
  return !sameGroup(group, before);
}

/** What the page around the charts does for them. */
export interface ExploreScene {
  readonly client: HubClient;
  readonly api: HubApi;
  readonly feed: ExploreFeed;
  /** The crosshair points there, for all charts; within `nearMs` it is the same moment. */
  pointed(timeMs: number | undefined, nearMs: number): void;
  /** What a series had then, to the reading, once the hub told it. */
  standing(key: string): StandingReading | undefined;
  /** The window of all charts at this moment. */
  window(): TimeWindow;
  latestMs(): number;
  /** The window follows a hand, and stands where it was let go. */
  moved(span: TimeSpan): void;
  settled(): void;
  /** A stretch was drawn. */
  chosen(span: TimeSpan): void;
  back(): void;
  toggled(key: string): void;
}

/** One of the linked charts with its legend: several numbers on one axis, or the states of one series. */
@customElement("explore-chart")
export class ExploreChart extends LitElement {
  static override styles = [plotStyles, baseStyles, lookStyles, exploreChartStyles];

  @property({ attribute: false }) scene!: ExploreScene;
  @property({ attribute: false, hasChanged: isOther }) group!: ExploreGroup;
  @property({ type: Number }) heightPx = 220;
  @state() private pointed: PointedAt | undefined;
  @state() private emphasised: number | undefined;
  @query(".plot") private plotHost!: HTMLElement;

  #plot: ExplorePlot | undefined;
  #factsAt = 0;
  #ends: (() => void)[] = [];
  readonly #chart = new ChartController(this, {
    draw: () => this.#draw(),
    resize: () => this.#resize(),
    recolour: () => this.#plot?.recolour(),
    close: () => this.#endPlot(),
  });

  constructor() {
    super();
    new Observer(this, () => this.scene?.client);
    new Observer(this, () => everySecond);
  }

  /** The window moved. */
  redraw(): void {
    this.#chart.request();
  }

  /** For a picture of it; undefined where it cannot be drawn. */
  pictured(): PictureChart | undefined {
    this.#draw();
    const canvas = this.plotHost.querySelector("canvas");
    if (!canvas) return undefined;
    const legend = this.group.lines
      .filter(({ hidden }) => !hidden)
      .map((line) => ({
        name: nameOfLine(line),
        value: this.#summary(line) ?? "",
        look: this.group.kind === "numbers" ? line.look : undefined,
      }));
    return { heading: this.group.heading, canvas, legend };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#attach();
  }

  override firstUpdated(): void {
    this.#attach();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
  }

  /** Words that pass with time are told where somebody may see them. */
  override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || !this.hasUpdated || this.#chart.near;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("group");
    if (changed.has("heightPx") || (before && before.kind !== this.group.kind)) this.#endPlot();
  }

  override updated(changed: Map<string, unknown>): void {
    // The page allows no style attributes.
    this.plotHost.style.height = `${this.heightPx}px`;
    if (changed.has("group") || changed.has("heightPx") || changed.has("emphasised")) this.#chart.request();
  }

  /** Draws the chart, and the words where it is time. */
  #draw(): number | undefined {
    if (!this.hasUpdated || this.plotHost.clientWidth === 0) return undefined;
    this.#plot ??= explorePlotOf(this.plotHost, this.group.kind === "states" ? "states" : "numbers", this.heightPx, {
      pointed: (pointed) => this.#point(pointed),
      chosen: (span) => this.scene.chosen(span),
    });
    const window = this.scene.window();
    this.#plot.draw(
      this.group.lines.flatMap((line) => {
        const trace = line.hidden ? undefined : this.scene.feed.trace(line);
        return trace ? [{ series: line.series, look: line.look, trace }] : [];
      }),
      window,
      this.emphasised,
    );
    const now = performance.now();
    if (now - this.#factsAt >= factsMs) {
      this.#factsAt = now;
      this.requestUpdate();
    }
    return nextFrameMs(this.scene.client, window, this.#plot.plotWidthPx);
  }

  #point(pointed: PointedAt | undefined): void {
    this.pointed = pointed;
    const { fromMs, toMs } = this.scene.window();
    this.scene.pointed(pointed?.timeMs, ((toMs - fromMs) / (this.#plot?.plotWidthPx ?? 1)) * 2);
  }

  /** Moves the crosshair of all charts by rows of this one. */
  step(rows: number): void {
    this.#plot?.step(rows);
  }

  leave(): void {
    this.#plot?.leave();
  }

  override render() {
    const { group, scene } = this;
    const { fromMs, toMs } = scene.window();
    const nowMs = scene.client.now();
    const detailMs = (toMs - fromMs) / 400;
    const { feed } = scene;
    const drawn = group.lines.some((line) => feed.trace(line));
    const none = feed.ready && !group.lines.some((line) => this.#hasAny(line));
    const names = group.lines.map(nameOfLine).join(", ");
    return html`
      <header>
        <h2 class=${group.kind === "states" ? "hidden-text" : ""} title=${group.heading}>${group.heading}</h2>
        ${group.kind === "states" ? this.#legend() : nothing}
        <span class="at numbers">${this.pointed ? formatInstant(this.pointed.timeMs, nowMs, detailMs) : this.#facts(fromMs, nowMs)}</span>
      </header>
      <div
        class="plot ${group.kind}"
        role="group"
        tabindex="0"
        aria-label=${texts.explore.describe(
          group.heading,
          names,
          formatInstant(fromMs, nowMs, 60_000),
          formatInstant(toMs, nowMs, 60_000),
        )}
        @keydown=${this.#key}
        @blur=${() => this.leave()}
      >
        ${none ? html`<p class="note">${texts.chart.noneInRange}</p>` : nothing}
        ${drawn || feed.ready ? nothing : html`<p class="note" role="status">${texts.chart.loading}</p>`}
      </div>
      ${group.kind === "numbers" ? this.#legend() : nothing}
    `;
  }

  /** From what it is drawn; or where it begins, of more changes than are kept. */
  #facts(fromMs: number, nowMs: number): string {
    const traces = this.group.lines.map((line) => (line.hidden ? undefined : this.scene.feed.trace(line)));
    const widths: number[] = [];
    for (const trace of traces) {
      if (trace instanceof NumberTrace && trace.everyMs !== null) widths.push(trace.everyMs);
      const cutMs = trace instanceof StateTrace ? trace.cutMs : undefined;
      if (cutMs === undefined || cutMs <= fromMs) continue;
      return texts.explore.cut(formatCount(mostChanges), formatInstant(cutMs, nowMs, 60_000));
    }
    if (widths.length === 0) return "";
    return bucketFacts(
      Math.max(...widths),
      traces.map((trace) => (trace instanceof NumberTrace ? trace.tier : undefined)),
    );
  }

  #legend() {
    return html`<ul class="legend" aria-label=${this.group.heading}>
      ${repeat(
        this.#sorted(),
        ({ key }) => key,
        (line) => html`<li>${this.#entry(line)}</li>`,
      )}
    </ul>`;
  }

  #entry(line: ExploreLine) {
    const { hidden, series, device, look, key } = line;
    const name = nameOfLine(line);
    const value = hidden ? texts.explore.hidden : this.#value(line);
    return html`<button
      type="button"
      aria-pressed=${!hidden}
      title=${hidden ? texts.explore.show(name) : texts.explore.hide(name)}
      @click=${() => this.scene.toggled(key)}
      @pointerenter=${() => this.#emphasise(line)}
      @pointerleave=${() => this.#emphasise(undefined)}
    >
      ${this.group.kind === "numbers" ? html`<i class=${lookClass(look)}></i>` : nothing}
      <span class="name"><span class=${brevity(seriesLabel(series))}>${seriesLabel(series)}</span> <span class="device">${deviceLabel(device)}</span></span>
      <span class="value numbers">${value}</span>
    </button>`;
  }

  /** At the crosshair what is there, else least and most of what is drawn. */
  #value(line: ExploreLine) {
    const { series } = line;
    const at = this.pointed?.of.get(series.entry.series);
    if (this.pointed) {
      if (at === undefined) return nothing;
      if ("state" in at) return stateName(at.state);
      const spread = at.max > at.min ? `${valueText(series, at.min)} – ${valueText(series, at.max)}` : "";
      const exact = spread === "" ? undefined : this.scene.standing(line.key);
      if (exact === undefined) return html`<small>${spread}</small> ${valueWithUnit(series, at.value)}`;
      const { fromMs, toMs } = this.scene.window();
      const when = formatInstant(exact.time, this.pointed.timeMs, Math.min(1_000, (toMs - fromMs) / 400));
      return html`<small>${spread} · ${when}</small> ${valueWithUnit(series, exact.value)}`;
    }
    const summary = this.#summary(line);
    return summary === undefined ? nothing : html`<small>${summary}</small>`;
  }

  #summary(line: ExploreLine): string | undefined {
    const { series } = line;
    const trace = this.scene.feed.trace(line);
    const { fromMs, toMs } = this.scene.window();
    if (trace instanceof StateTrace) return this.#heldState(line, trace, toMs);
    if (!trace) return undefined;
    const summary = summaryOf(trace, fromMs, toMs);
    if (!summary || summary.min === summary.max) return summary && valueWithUnit(series, summary.max);
    return `${valueText(series, summary.min)} – ${valueWithUnit(series, summary.max)}`;
  }

  /** The state at the end of the window; with its age where it was confirmed longer before that than it counts as fresh. */
  #heldState({ series }: ExploreLine, trace: StateTrace, toMs: number): string | undefined {
    const held = trace.at(toMs);
    if (held === undefined) return undefined;
    const name = stateName(held);
    if (toMs - trace.lastMs <= graceMs(series.entry.reportInterval)) return name;
    return `${name} · ${ageOrDate(trace.lastMs, this.scene.client.now())}`;
  }

  /** At the crosshair the highest first, as the lines lie; else as they were chosen. */
  #sorted(): readonly ExploreLine[] {
    const { pointed } = this;
    if (!pointed) return this.group.lines;
    const heightOf = ({ series, hidden }: ExploreLine) => {
      const at = hidden ? undefined : pointed.of.get(series.entry.series);
      return at === undefined || "state" in at ? Number.NEGATIVE_INFINITY : at.value;
    };
    return [...this.group.lines].sort((a, b) => Math.sign(heightOf(b) - heightOf(a)) || 0);
  }

  #hasAny(line: ExploreLine): boolean {
    if (line.hidden) return true;
    const trace = this.scene.feed.trace(line);
    const { fromMs, toMs } = this.scene.window();
    if (trace instanceof NumberTrace) return summaryOf(trace, fromMs, toMs) !== undefined;
    return trace !== undefined && trace.length > 0;
  }

  #emphasise(line: ExploreLine | undefined): void {
    const several = this.group.lines.filter(({ hidden }) => !hidden).length > 1;
    this.emphasised = several && line && !line.hidden ? line.series.entry.series : undefined;
  }

  /** Shift and the arrows move the crosshair; without Shift they move the window, for all charts. */
  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.leave();
    const step = event.shiftKey ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : undefined;
    if (step === undefined) return;
    event.preventDefault();
    this.step(step);
  }

  #attach(): void {
    this.#ends = [
      this.scene.feed.listen(() => this.redraw()),
      followGestures(this.plotHost, this.scene, () => this.scene.back()),
    ];
  }

  #resize(): void {
    if (!this.hasUpdated) return;
    const { clientWidth } = this.plotHost;
    this.#plot?.resize(clientWidth);
    if (clientWidth > 0) this.scene.feed.widthPx = clientWidth;
  }

  #endPlot(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-chart": ExploreChart;
  }
}
