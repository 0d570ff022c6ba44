import { css, html, nothing, unsafeCSS } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { AskedDrawn } from "../data/asked-export.ts";
import { Asking, questionOf } from "../data/explore-questions.ts";
import { formatInstant } from "../data/format.ts";
import { formatBucket } from "../data/format-buckets.ts";
import { isLocalWidth } from "../data/local-buckets.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import { StateTrace } from "../data/state-trace.ts";
import { bucketFacts } from "../data/tier-facts.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { AskedPlot, type AskedPoint, emptyPicture } from "../widgets/explore-asked-plot.ts";
import { stateToken } from "../widgets/state-strip.ts";
import { plotStyles } from "./chart-card-styles.ts";
import { type Asked, type AskedEntry, askedOf, bucketOfRow } from "./explore-answers.ts";
import { entryAt, entryName, entrySummary } from "./explore-asked-words.ts";
import { brevity, exploreChartStyles, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreLine, nameOfLine } from "./explore-lines.ts";
import { LinkedChart } from "./explore-linked.ts";
import type { PictureChart } from "./explore-picture.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

const stateTokens = ["on", "off", "1", "2", "3", "4", "5", "6"];

/** What moves along with time is asked for anew no more often, and no less, ms. */
const freshestMs = 2_000;
const stalestMs = 60_000;

/** One of the linked charts that draws what the hub counted: rates, sums, fleets, times in states, by local hours, days, weeks. */
@customElement("explore-asked")
export class ExploreAsked extends LinkedChart<AskedPlot> {
  static override styles = [
    plotStyles,
    baseStyles,
    lookStyles,
    exploreChartStyles,
    css`
      .swatch {
        flex: none;
        width: 10px;
        height: 10px;
        border-radius: 2px;
      }
      ${unsafeCSS(stateTokens.map((token) => `.state-${token} { background: var(--state-${token}); }`).join(" "))}
      .fact {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: var(--control-height-s);
        padding: 0 6px;
        font-size: var(--text-s);
      }
    `,
  ];

  /** By whose clocks. */
  @property() zone = "";
  @state() private pointed: AskedPoint | undefined;
  @state() private emphasised: number | undefined;

  #asking: Asking | undefined;
  #asked: Asked | undefined;
  /** What `#asked` was made of. */
  #from: readonly unknown[] = [];

  /** Whether it draws what it was told to, and not what was asked before. */
  get ready(): boolean {
    return this.#asking?.answer !== undefined && !this.#asking.waits;
  }

  /** What is drawn, each series or fleet once. */
  exported(): AskedDrawn[] {
    const question = this.#asking?.answer?.question;
    if (!question || !this.#asked) return [];
    const { entries, unit, factor } = this.#asked;
    const seen = new Set<unknown>();
    return entries.flatMap(({ told, trace: { ends } }) => {
      if (!told || seen.has(told)) return [];
      seen.add(told);
      return [{ device: told.device, metric: told.metric, question, told, ends, unit, factor }];
    });
  }

  /** For a picture of it; undefined where it cannot be drawn. */
  pictured(): PictureChart | undefined {
    this.draw();
    const canvas = this.plotHost.querySelector("canvas");
    if (!canvas) return undefined;
    const legend = (this.#asked?.entries ?? []).map((entry) => ({
      name: entryName(this.group, entry),
      value: entrySummary(this.group, entry, this.#asked?.unit, this.scene.window()),
      look: entry.state === undefined ? (entry.line?.look ?? 0) : undefined,
    }));
    return { heading: this.#heading(), canvas, legend };
  }

  override updated(changed: Map<string, unknown>): void {
    super.updated(changed);
    this.redraw();
  }

  protected override drawPlot(window: TimeWindow): boolean {
    const asking = this.#asking;
    if (!asking) return false;
    const { group, scene, zone, shade } = this;
    this.plot ??= new AskedPlot(this.plotHost, this.heightPx, {
      shade,
      pointed: (pointed) => {
        this.pointed = pointed;
      },
      chosen: (span) => scene.chosen(span),
    });
    const widthPx = this.plot.plotWidthPx;
    const { kind, view, fleet } = group;
    const series = fleet ? [fleet] : group.lines.filter(({ hidden }) => !hidden).map(({ series: { entry } }) => entry);
    const question = questionOf({ kind, view, series: series.map(nameOf), zone, window, widthPx });
    const pixelMs = (window.toMs - window.fromMs) / widthPx;
    asking.want(question, window.live ? Math.max(freshestMs, Math.min(stalestMs, pixelMs)) : stalestMs);
    this.#make();
    shade.known = this.#known();
    this.plot.draw(this.#asked?.picture ?? emptyPicture, window, this.emphasised);
    return true;
  }

  /** What the hub told of: up to when it was asked. */
  #known(): TimeSpan | undefined {
    const { answer } = this.#asking ?? {};
    if (!answer || !this.ready) return undefined;
    const { fromMs, toMs } = answer.question.span;
    const askedMs = this.scene.client.now() - (performance.now() - answer.askedAtMs);
    return { fromMs, toMs: Math.min(toMs, askedMs) };
  }

  protected override get standsOut(): string | undefined {
    return this.emphasised === undefined ? undefined : this.#asked?.entries[this.emphasised]?.line?.key;
  }

  protected override attached(): () => void {
    const asking = new Asking(this.scene.api, () => this.#told());
    this.#asking = asking;
    this.redraw();
    return () => asking.close();
  }

  /** What is drawn, made anew where the answer or the looks are others. */
  #make(): void {
    const { answer } = this.#asking ?? {};
    const from = [answer, this.group];
    if (from.every((part, at) => part === this.#from[at])) return;
    this.#from = from;
    const [line] = this.group.lines;
    const live = line && this.scene.feed.trace(line);
    this.#asked = answer && askedOf(this.group, answer, live instanceof StateTrace ? live : undefined);
    this.requestUpdate();
  }

  override render() {
    const { group, ready } = this;
    const problem = this.#asking?.problem;
    const entries = this.#asked?.entries ?? [];
    const none = ready && problem === undefined && entries.every(({ trace }) => trace.times.length === 0);
    return this.frame({
      heading: this.#heading(),
      at: this.pointed ? this.#pointedAt(this.pointed) : this.#facts(),
      names: entries.map((entry) => entryName(group, entry)).join(", "),
      isBusy: !ready,
      notes: html`${problem === undefined ? nothing : html`<p class="note" role="alert">${texts.explore.problem(problem)}</p>`}
        ${none ? html`<p class="note">${texts.chart.noneInRange}</p>` : nothing}
        ${ready || problem !== undefined ? nothing : html`<p class="note" role="status">${texts.chart.loading}</p>`}`,
      legend: html`<ul class="legend" aria-label=${this.#heading()}>
        ${group.kind === "numbers" ? group.lines.map((line) => html`<li>${this.#line(line)}</li>`) : entries.map((entry) => html`<li class="fact">${this.#entry(entry)}</li>`)}
      </ul>`,
    });
  }

  #heading(): string {
    const { group } = this;
    const { fleet } = group;
    if (!fleet) return group.heading;
    const devices = this.#asked?.entries[0]?.told?.devices;
    return devices === undefined
      ? group.heading
      : `${fleet.metric} · ${texts.explore.fleet(String(devices), fleet.device)}`;
  }

  /** From what it was drawn, and by whose clocks its buckets are cut. */
  #facts(): string {
    const { answer } = this.#asking ?? {};
    if (!answer) return "";
    const { everyMs } = answer.question;
    const facts = bucketFacts(
      everyMs,
      answer.told.map(({ tier }) => tier),
    );
    return isLocalWidth(everyMs) ? `${facts} · ${this.zone}` : facts;
  }

  #pointedAt({ timeMs, rows }: AskedPoint): string {
    const at = rows.findIndex((row) => row !== undefined);
    const trace = this.#asked?.entries[at]?.trace;
    if (!trace) return formatInstant(timeMs, this.scene.client.now());
    return formatBucket(bucketOfRow(trace, rows[at] as number), this.zone);
  }

  #line(line: ExploreLine) {
    const { hidden, series, device, look, key } = line;
    const name = nameOfLine(line);
    const place = this.#asked?.entries.findIndex((entry) => entry.line?.key === key) ?? -1;
    const entry = this.#asked?.entries[place];
    return html`<button
      type="button"
      aria-pressed=${!hidden}
      title=${hidden ? texts.explore.show(name) : texts.explore.hide(name)}
      @click=${() => this.scene.toggled(key)}
      @pointerenter=${() => {
        this.emphasised = this.#asked && this.#asked.entries.length > 1 && place >= 0 ? place : undefined;
      }}
      @pointerleave=${() => {
        this.emphasised = undefined;
      }}
    >
      <i class=${lookClass(look)}></i>
      <span class="name"><span class=${brevity(seriesLabel(series))}>${seriesLabel(series)}</span> <span class="device">${deviceLabel(device)}</span></span>
      <span class="value numbers">${hidden ? texts.explore.hidden : entry ? this.#value(entry, place) : nothing}</span>
    </button>`;
  }

  /** Of a fleet, or of a state. */
  #entry(entry: AskedEntry) {
    const { state: which, rank } = entry;
    const place = this.#asked?.entries.indexOf(entry) ?? -1;
    return html`
      ${which === undefined ? html`<i class=${lookClass(0)}></i>` : html`<i class="swatch state-${stateToken(which, rank)}"></i>`}
      <span class="name"><span>${entryName(this.group, entry)}</span></span>
      <span class="value numbers">${this.#value(entry, place)}</span>
    `;
  }

  /** At the crosshair what is there, else all in sight together. */
  #value(entry: AskedEntry, place: number) {
    const row = this.pointed?.rows[place];
    if (!this.pointed)
      return html`<small>${entrySummary(this.group, entry, this.#asked?.unit, this.scene.window())}</small>`;
    if (row !== undefined) return entryAt(entry, row, this.#asked?.unit);
    return entry.line ? html`<small>${this.whyNothing(entry.line.key, this.pointed.timeMs)}</small>` : nothing;
  }

  #told(): void {
    this.#make();
    this.requestUpdate();
  }
}

function nameOf({ device, metric }: { readonly device: string; readonly metric: string }) {
  return { device, metric };
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-asked": ExploreAsked;
  }
}
