import { css, html, LitElement, nothing, type PropertyValues, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { AskedDrawn } from "../data/asked-export.ts";
import { Asking, questionOf } from "../data/explore-questions.ts";
import { formatInstant } from "../data/format.ts";
import { formatBucket } from "../data/format-buckets.ts";
import { isLocalWidth } from "../data/local-buckets.ts";
import { StateTrace } from "../data/state-trace.ts";
import { bucketFacts } from "../data/tier-facts.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { AskedPlot, type AskedPoint, emptyPicture } from "../widgets/explore-asked-plot.ts";
import { stateToken } from "../widgets/state-strip.ts";
import { plotStyles } from "./chart-card-styles.ts";
import { ChartController, nextFrameMs } from "./chart-controller.ts";
import { followGestures } from "./chart-gestures.ts";
import { type Asked, type AskedEntry, askedOf, bucketOfRow } from "./explore-answers.ts";
import { entryAt, entryName, entrySummary } from "./explore-asked-words.ts";
import type { ExploreScene } from "./explore-chart.ts";
import { brevity, exploreChartStyles, lookClass, lookStyles } from "./explore-chart-styles.ts";
import { type ExploreGroup, type ExploreLine, nameOfLine, sameGroup } from "./explore-lines.ts";
import type { PictureChart } from "./explore-picture.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

const stateTokens = ["on", "off", "1", "2", "3", "4", "5", "6"];

/** What moves along with time is asked for anew no more often, and no less, ms. */
const freshestMs = 2_000;
const stalestMs = 60_000;

/** One of the linked charts that draws what the hub counted: rates, sums, fleets, times in states, by local hours, days, weeks. */
@customElement("explore-asked")
export class ExploreAsked extends LitElement {
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

  @property({ attribute: false }) scene!: ExploreScene;
  @property({ attribute: false, hasChanged: (one: ExploreGroup, other: ExploreGroup) => !sameGroup(one, other) })
  group!: ExploreGroup;
  @property({ type: Number }) heightPx = 220;
  /** By whose clocks. */
  @property() zone = "";
  @state() private pointed: AskedPoint | undefined;
  @state() private emphasised: number | undefined;
  @query(".plot") private plotHost!: HTMLElement;

  #plot: AskedPlot | undefined;
  #asking: Asking | undefined;
  #asked: Asked | undefined;
  /** What `#asked` was made of. */
  #from: readonly unknown[] = [];
  #ends: (() => void)[] = [];
  readonly #chart = new ChartController(this, {
    draw: () => this.#draw(),
    resize: () => {
      if (this.hasUpdated) this.#plot?.resize(this.plotHost.clientWidth);
    },
    recolour: () => this.#plot?.recolour(),
    close: () => this.#endPlot(),
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
  }

  /** The window moved. */
  redraw(): void {
    this.#chart.request();
  }

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
    this.#draw();
    const canvas = this.plotHost.querySelector("canvas");
    if (!canvas) return undefined;
    const legend = (this.#asked?.entries ?? []).map((entry) => ({
      name: entryName(this.group, entry),
      value: entrySummary(this.group, entry, this.#asked?.unit, this.scene.window()),
      look: entry.state === undefined ? (entry.line?.look ?? 0) : undefined,
    }));
    return { heading: this.#heading(), canvas, legend };
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
    if (changed.has("heightPx")) this.#endPlot();
  }

  override updated(): void {
    // The page allows no style attributes.
    this.plotHost.style.height = `${this.heightPx}px`;
    this.#chart.request();
  }

  #draw(): number | undefined {
    if (!this.hasUpdated || !this.#asking || this.plotHost.clientWidth === 0) return undefined;
    this.#plot ??= new AskedPlot(this.plotHost, this.heightPx, {
      pointed: (pointed) => {
        this.pointed = pointed;
      },
      chosen: (span) => this.scene.chosen(span),
    });
    const { group, scene, zone } = this;
    const window = scene.window();
    const widthPx = this.#plot.plotWidthPx;
    const { kind, view, fleet } = group;
    const series = fleet ? [fleet] : group.lines.filter(({ hidden }) => !hidden).map(({ series: { entry } }) => entry);
    const question = questionOf({ kind, view, series: series.map(nameOf), zone, window, widthPx });
    const pixelMs = (window.toMs - window.fromMs) / widthPx;
    this.#asking.want(question, window.live ? Math.max(freshestMs, Math.min(stalestMs, pixelMs)) : stalestMs);
    this.#make();
    this.#plot.draw(this.#asked?.picture ?? emptyPicture, window, this.emphasised);
    return nextFrameMs(scene.client, window, widthPx);
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
    const { group, scene } = this;
    const { fromMs, toMs } = scene.window();
    const nowMs = scene.client.now();
    const problem = this.#asking?.problem;
    const none = this.ready && this.#asked?.entries.every(({ trace }) => trace.times.length === 0);
    const names = (this.#asked?.entries ?? []).map((entry) => entryName(this.group, entry)).join(", ");
    return html`
      <header>
        <h2 title=${this.#heading()}>${this.#heading()}</h2>
        <span class="at numbers">${this.pointed ? this.#pointedAt(this.pointed) : this.#facts()}</span>
      </header>
      <div
        class="plot ${group.kind}"
        role="group"
        tabindex="0"
        aria-busy=${this.ready ? "false" : "true"}
        aria-label=${texts.explore.describe(
          this.#heading(),
          names,
          formatInstant(fromMs, nowMs, 60_000),
          formatInstant(toMs, nowMs, 60_000),
        )}
        @keydown=${this.#key}
        @blur=${() => this.#plot?.leave()}
      >
        ${problem === undefined ? nothing : html`<p class="note" role="alert">${texts.explore.problem(problem)}</p>`}
        ${none && problem === undefined ? html`<p class="note">${texts.chart.noneInRange}</p>` : nothing}
        ${this.ready || problem !== undefined ? nothing : html`<p class="note" role="status">${texts.chart.loading}</p>`}
      </div>
      <ul class="legend" aria-label=${this.#heading()}>
        ${group.kind === "numbers" ? group.lines.map((line) => html`<li>${this.#line(line)}</li>`) : (this.#asked?.entries ?? []).map((entry) => html`<li class="fact">${this.#entry(entry)}</li>`)}
      </ul>
    `;
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
    return row === undefined ? nothing : entryAt(entry, row, this.#asked?.unit);
  }

  /** Shift and the arrows move the crosshair from bucket to bucket; without Shift they move the window, for all charts. */
  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#plot?.leave();
    const step = event.shiftKey ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : undefined;
    if (step === undefined) return;
    event.preventDefault();
    this.#plot?.step(step);
  }

  #attach(): void {
    const asking = new Asking(this.scene.api, () => this.#told());
    this.#asking = asking;
    this.#ends = [() => asking.close(), followGestures(this.plotHost, this.scene, () => this.scene.back())];
    this.#chart.request();
  }

  #told(): void {
    this.#make();
    this.requestUpdate();
  }

  #endPlot(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
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
