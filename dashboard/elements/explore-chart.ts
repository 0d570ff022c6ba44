import { html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { formatCount, formatInstant } from "../data/format.ts";
import { summaryOf } from "../data/line.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { mostChanges, StateTrace } from "../data/state-trace.ts";
import { bucketFacts } from "../data/tier-facts.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type ExplorePlot, explorePlotOf, type PointedAt } from "../widgets/explore-plot.ts";
import { stateName } from "../widgets/state-strip.ts";
import { plotStyles } from "./chart-card-styles.ts";
import { brevity, exploreChartStyles, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreLine, nameOfLine } from "./explore-lines.ts";
import { LinkedChart } from "./explore-linked.ts";
import type { PictureChart } from "./explore-picture.ts";
import { ageOrDate, deviceLabel, graceMs, seriesLabel, valueText, valueWithUnit } from "./values.ts";

/** Words beside a moving chart change at most this often, ms. */
const factsMs = 250;

/** One of the linked charts with its legend: several numbers on one axis, or the states of one series. */
@customElement("explore-chart")
export class ExploreChart extends LinkedChart<ExplorePlot> {
  static override styles = [plotStyles, baseStyles, lookStyles, exploreChartStyles];

  @state() private pointed: PointedAt | undefined;
  @state() private emphasised: number | undefined;

  #factsAt = 0;

  /** For a picture of it; undefined where it cannot be drawn. */
  pictured(): PictureChart | undefined {
    this.draw();
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

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const before = changed.get("group");
    if (before && before.kind !== this.group.kind) this.endPlot();
  }

  override updated(changed: Map<string, unknown>): void {
    super.updated(changed);
    if (changed.has("group") || changed.has("heightPx") || changed.has("emphasised")) this.redraw();
  }

  /** Draws the chart, and the words where it is time. */
  protected override drawPlot(window: TimeWindow): boolean {
    const { shade, group, scene } = this;
    shade.known = scene.feed.known;
    this.plot ??= explorePlotOf(this.plotHost, group.kind === "states" ? "states" : "numbers", this.heightPx, {
      shade,
      pointed: (pointed) => this.#point(pointed),
      chosen: (span) => this.scene.chosen(span),
    });
    this.plot.draw(
      group.lines.flatMap((line) => {
        const trace = line.hidden ? undefined : scene.feed.trace(line);
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
    return true;
  }

  protected override get standsOut(): string | undefined {
    return this.group.lines.find(({ series }) => series.entry.series === this.emphasised)?.key;
  }

  protected override attached(): () => void {
    return this.scene.feed.listen(() => this.redraw());
  }

  protected override resized(): void {
    super.resized();
    if (this.hasUpdated && this.plotHost.clientWidth > 0) this.scene.feed.widthPx = this.plotHost.clientWidth;
  }

  #point(pointed: PointedAt | undefined): void {
    this.pointed = pointed;
    const { fromMs, toMs } = this.scene.window();
    this.scene.pointed(pointed?.timeMs, ((toMs - fromMs) / (this.plot?.plotWidthPx ?? 1)) * 2);
  }

  override render() {
    const { group, scene, pointed } = this;
    const { fromMs, toMs } = scene.window();
    const nowMs = scene.client.now();
    const { feed } = scene;
    const drawn = group.lines.some((line) => feed.trace(line));
    const none = feed.ready && !group.lines.some((line) => this.#hasAny(line));
    const isStrip = group.kind === "states";
    return this.frame({
      heading: group.heading,
      inHead: isStrip ? this.#legend() : undefined,
      at: pointed ? formatInstant(pointed.timeMs, nowMs, (toMs - fromMs) / 400) : this.#facts(fromMs, nowMs),
      names: group.lines.map(nameOfLine).join(", "),
      isBusy: !drawn && !feed.ready,
      notes: html`${none ? html`<p class="note">${texts.chart.noneInRange}</p>` : nothing}
        ${drawn || feed.ready ? nothing : html`<p class="note" role="status">${texts.chart.loading}</p>`}`,
      legend: isStrip ? nothing : this.#legend(),
    });
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
      if (at === undefined) return html`<small>${this.whyNothing(line.key, this.pointed.timeMs)}</small>`;
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
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-chart": ExploreChart;
  }
}
